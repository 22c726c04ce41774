package data

import (
	"fmt"
	"slices"
	"strings"
)

// DropMissingFeatures leaves out the features without any value, such as neurons that
// were never recorded, of each system separately, and then the samples with a missing
// value as DropMissing does. Without it one such neuron would cost every sample.
var DropMissingFeatures = Policy{
	Name: "drop-features", Doc: "drop-features without any value before such samples", Drops: true, Repair: leaveOutFeatures,
}

// leaveOutFeatures leaves out the features without any value. Those of an RDM are its
// samples, and go with the rows.
func leaveOutFeatures(d *Dataset) (*Dataset, string) {
	empty := d.withoutValues()
	if len(empty) == 0 || len(empty) == d.Width() || d.isRDM() {
		return d, ""
	}
	kept := make([]int, 0, d.Width()-len(empty))
	for k := range d.Width() {
		if _, is := slices.BinarySearch(empty, k); !is {
			kept = append(kept, k)
		}
	}
	out := d.SelectFeatures(kept)
	out.LeftOut = append(slices.Clone(d.LeftOut), LeftOut{Unit: features, At: empty, Of: d.Width(), Why: "no value"})
	return out, fmt.Sprintf("left out %s of %d, without any value", d.featureNames(empty), d.Width())
}

// features is the unit of LeftOut for the last axis.
const features = "features"

// featureNames names the first few of some features.
func (d *Dataset) featureNames(at []int) string {
	const most = 5
	names := make([]string, 0, most)
	for _, k := range at[:min(most, len(at))] {
		names = append(names, strings.TrimPrefix(d.featureName(k), "feature "))
	}
	text := "features " + strings.Join(names, ", ")
	if len(at) == 1 {
		text = "feature " + names[0]
	}
	if len(at) > most {
		text += fmt.Sprintf(" and %d more", len(at)-most)
	}
	return text
}

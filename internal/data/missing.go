package data

import (
	"fmt"
	"math"
)

// DropMissing leaves out of every dataset the samples that have a NaN in any of
// them, so that the ones that remain still correspond, and returns what it left
// out, in increasing order. Datasets without such samples are returned as they
// are, with their memory.
//
// Where all datasets are 3-d with the same number of conditions, whole
// conditions are left out at every time, because time × condition × neuron has
// no room for a hole; the numbers returned are then conditions. Else they are
// rows, and what loses some becomes samples × features. Infinite values are not missing values and stay: they come
// from a computation that went wrong, and CheckFinite refuses them.
//
// It fails when the datasets differ in their number of samples or when nothing
// would remain.
func DropMissing(sets ...*Dataset) (kept []*Dataset, dropped []int, err error) {
	if len(sets) == 0 {
		return nil, nil, nil
	}
	first := sets[0]
	conditions := first.Is3D()
	for _, d := range sets {
		if d.Samples() != first.Samples() {
			return nil, nil, &InputError{
				Path:   d.Source.Path,
				Found:  fmt.Sprintf("%d samples", d.Samples()),
				Wanted: fmt.Sprintf("want %d as in %s", first.Samples(), first.Source.Path),
			}
		}
		conditions = conditions && d.Is3D() && d.Shape[1] == first.Shape[1]
	}
	units := first.Samples()
	if conditions {
		units = first.Shape[1]
	}
	missing := make([]bool, units)
	for _, d := range sets {
		width := d.Width()
		for i, v := range d.Values {
			if math.IsNaN(v) {
				missing[i/width%units] = true
			}
		}
	}
	for u, m := range missing {
		if m {
			dropped = append(dropped, u)
		}
	}
	switch len(dropped) {
	case 0:
		return sets, nil, nil
	case units:
		unit := "sample"
		if conditions {
			unit = "condition"
		}
		return nil, nil, &InputError{
			Path:   first.Source.Path,
			Found:  fmt.Sprintf("missing values in every %s", unit),
			Wanted: fmt.Sprintf("want at least one complete %s", unit),
		}
	}
	for _, d := range sets {
		kept = append(kept, d.without(missing, conditions))
	}
	return kept, dropped, nil
}

// without copies the rows whose unit is not left out. Row r belongs to unit
// r mod len(out): condition is the faster of the two sample axes.
func (d *Dataset) without(out []bool, conditions bool) *Dataset {
	width := d.Width()
	values := make([]float64, 0, len(d.Values))
	for r := range d.Samples() {
		if !out[r%len(out)] {
			values = append(values, d.Values[r*width:(r+1)*width]...)
		}
	}
	if conditions {
		return d.derived(values, d.Shape[0], len(values)/width/d.Shape[0], width)
	}
	return d.derived(values, len(values)/width, width)
}

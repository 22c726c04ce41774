package data

import (
	"math"
	"slices"
)

// isRDM reports whether a dataset is a matrix of dissimilarities: 2-d and square, with
// no negative value, 0 on its diagonal, and symmetric but for rounding, where missing
// values count as equal to each other and as 0 on the diagonal. Its features are its
// samples, so that a sample without values is a row and a column of NaN.
func (d *Dataset) isRDM() bool {
	n := d.Width()
	if d.Is3D() || d.Samples() != n || n < 2 {
		return false
	}
	largest := 0.0
	for _, v := range d.Values {
		if v < 0 {
			return false
		}
		if v > largest { // not for NaN
			largest = v
		}
	}
	const rounding = 1e-6 // of float32
	known := false
	for i := range n {
		if v := d.Values[i*n+i]; v != 0 && !math.IsNaN(v) {
			return false
		}
		for j := range i {
			a, b := d.Values[i*n+j], d.Values[j*n+i]
			if math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > rounding*largest {
				return false
			}
			known = known || !math.IsNaN(a)
		}
	}
	return known
}

// missingSamples marks the samples with a missing value. A sample of an RDM that has no
// dissimilarity to any other one takes its column with it: the others do not miss it.
func (d *Dataset) missingSamples(missing []bool) {
	width := d.Width()
	var gone []int
	if d.isRDM() {
		for i := range width {
			row := d.Values[i*width : (i+1)*width]
			known := false
			for j, v := range row {
				known = known || j != i && !math.IsNaN(v)
			}
			if !known {
				gone = append(gone, i)
			}
		}
	}
	for i, v := range d.Values {
		if !math.IsNaN(v) {
			continue
		}
		row, column := i/width, i%width
		if _, is := slices.BinarySearch(gone, column); !is || slices.Contains(gone, row) {
			missing[row] = true
		}
	}
}

// selectSamples returns a copy of some samples of a 2-d dataset, and of the same
// columns of an RDM.
func (d *Dataset) selectSamples(rows []int) *Dataset {
	out := d.Select(rows)
	if d.isRDM() {
		return out.SelectFeatures(rows)
	}
	return out
}

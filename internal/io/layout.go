package dataio

import (
	"fmt"
	"strings"

	"simtool/internal/data"
)

// canonicalAxes is the order of a 3-d dataset: time, condition, neuron.
const canonicalAxes = "tcn"

// layout says where the elements of an array go: it walks the file, whose axes
// may be in another order and whose storage may be column-major, and knows the
// position of each element in the row-major dataset.
type layout struct {
	shape   []int // of the dataset
	walk    []int // sizes of the axes in the order of storage, slowest first
	strides []int // step in the dataset along each of walk
}

// newLayout returns the layout of an array of that shape in a file. Axes names
// the file's axes if there are three of them ("" is the canonical order) and is
// ignored otherwise: 1-d and 2-d arrays are samples (× features).
func newLayout(shape []int, fortran bool, axes string) (layout, error) {
	rank := len(shape)
	order := make([]int, rank) // order[i] is the file axis that becomes axis i of the dataset
	for i := range order {
		order[i] = i
	}
	if rank == 3 && axes != "" {
		if err := checkAxes(axes); err != nil {
			return layout{}, err
		}
		for i := range order {
			order[i] = strings.IndexByte(axes, canonicalAxes[i])
		}
	}
	l := layout{shape: make([]int, rank), walk: make([]int, rank), strides: make([]int, rank)}
	stride := 1
	for i := rank - 1; i >= 0; i-- {
		axis := order[i]
		l.shape[i] = shape[axis]
		at := axis
		if fortran {
			at = rank - 1 - axis
		}
		l.walk[at] = shape[axis]
		l.strides[at] = stride
		stride *= shape[axis]
	}
	return l, nil
}

// checkAxes refuses anything but a permutation of "tcn".
func checkAxes(axes string) error {
	if len(axes) == 3 && strings.Contains(axes, "t") && strings.Contains(axes, "c") && strings.Contains(axes, "n") {
		return nil
	}
	return &data.InputError{
		Found:  fmt.Sprintf("axes %q", axes),
		Wanted: "want an order of t (time), c (condition) and n (neuron), such as nct",
	}
}

// identity reports whether storage order is the dataset's order. Axes of length
// 1 have no say in it.
func (l layout) identity() bool {
	stride := 1
	for i := len(l.walk) - 1; i >= 0; i-- {
		if l.walk[i] != 1 && l.strides[i] != stride {
			return false
		}
		stride *= l.walk[i]
	}
	return true
}

// planes is how many planes, the slices along the slowest axis of storage, are
// placed together when that axis is the fastest of the dataset, as it is in
// column-major arrays: their elements are neighbours in the dataset, and eight
// of them fill a cache line that else would be fetched eight times.
const planes = 8

// plane is the number of elements of one slice along the slowest axis.
func (l layout) plane() int {
	n := 1
	for _, s := range l.walk[1:] {
		n *= s
	}
	return n
}

// tiled reports whether planes are placed together: where that pays and the
// buffer for them is no more than a sixteenth of the dataset.
func (l layout) tiled() bool {
	return len(l.walk) > 1 && l.strides[0] == 1 && l.walk[0] >= 16*planes
}

// piece is how many elements to hand to scatter at a time.
func (l layout) piece() int {
	if l.tiled() {
		return planes * l.plane()
	}
	return min(chunk, l.walk[0]*l.plane())
}

// scatter puts src, whose first element is number from in the order of storage,
// to its places in dst.
func (l layout) scatter(dst, src []float64, from int) {
	if p := l.plane(); l.tiled() && from%p == 0 && len(src) == planes*p {
		l.scatterPlanes(dst, src, from/p)
		return
	}
	rank := len(l.walk)
	index := make([]int, rank)
	at := 0
	for i := rank - 1; i >= 0; i-- {
		index[i] = from % l.walk[i]
		from /= l.walk[i]
		at += index[i] * l.strides[i]
	}
	last := rank - 1
	step := l.strides[last]
	for len(src) > 0 {
		run := min(l.walk[last]-index[last], len(src))
		for _, v := range src[:run] {
			dst[at] = v
			at += step
		}
		src = src[run:]
		// Carry into the slower axes.
		index[last] += run
		for i := last; i > 0 && index[i] == l.walk[i]; i-- {
			at += l.strides[i-1] - l.walk[i]*l.strides[i]
			index[i] = 0
			index[i-1]++
		}
	}
}

// scatterPlanes places the planes from number first on, which src holds whole.
func (l layout) scatterPlanes(dst, src []float64, first int) {
	p, last := l.plane(), len(l.walk)-1
	rows, rowStep := 1, 0
	if last == 2 {
		rows, rowStep = l.walk[1], l.strides[1]
	}
	for i := range rows {
		from := src[i*l.walk[last]:]
		for j := range l.walk[last] {
			at := dst[i*rowStep+j*l.strides[last]+first:]
			for k := range planes {
				at[k] = from[k*p+j]
			}
		}
	}
}

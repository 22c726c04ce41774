package measures

import (
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// width is the σ of a Gaussian of the distance in an objective: fixed, or a
// multiple of the median distance, through which it has a derivative.
type width struct {
	factor   float64
	relative bool
	text     string // as it was written, for messages

	sigma        float64
	distances    []float64 // squared, i < j; only of a relative width
	sorted       []float64 // the same, partly in order
	lower, upper float64   // the middle ones, whose roots average to the median
}

func newWidth(text string, pairs int) (*width, error) {
	w := &width{text: text}
	var err error
	if w.factor, w.relative, err = (kernel{sigma: text}).factor(); err != nil {
		return nil, err
	}
	if w.relative {
		w.distances, w.sorted = make([]float64, pairs), make([]float64, pairs)
	}
	return w, nil
}

// of returns σ for squared distances.
func (w *width) of(squared []float64) (float64, error) {
	w.sigma = w.factor
	if !w.relative {
		return w.sigma, nil
	}
	copy(w.distances, squared)
	copy(w.sorted, squared)
	w.lower, w.upper = middleTwo(w.sorted)
	if w.upper == 0 {
		return 0, undefined("the median distance between samples of the model is 0, so sigma=%s gives no width", w.text)
	}
	w.sigma *= (math.Sqrt(w.lower) + math.Sqrt(w.upper)) / 2
	return w.sigma, nil
}

// through adds to the upper triangle of Γ = ∂/∂d at a fixed width what the
// median distance passes on. A function of d/σ² has
//
//	∂/∂σ = −2/σ·Σ Γ_ij·d_ij,
//
// which falls on the middle pairs, shared between those that tie and between
// their two orders.
func (w *width) through(gamma *mat.Dense) {
	n := gamma.RawMatrix().Rows
	product := 0.0
	at := 0
	for i := range n {
		row := gamma.RawRowView(i)[i+1:]
		product += dot(row, w.distances[at:])
		at += len(row)
	}
	toSigma := -2 / w.sigma * 2 * product
	for _, middle := range [2]float64{w.lower, w.upper} {
		if middle == 0 {
			continue // √d has no derivative at 0
		}
		ties := 0
		for _, d := range w.distances {
			if d == middle {
				ties++
			}
		}
		share := toSigma * w.factor / 2 / (2 * math.Sqrt(middle)) / float64(2*ties)
		at := 0
		for i := range n {
			row := gamma.RawRowView(i)[i+1:]
			for j, d := range w.distances[at : at+len(row)] {
				if d == middle {
					row[j] += share
				}
			}
			at += len(row)
		}
	}
}

// middleTwo returns the two values in the middle of the order of a slice that
// is not empty, which are the same one when their number is odd. It moves the
// values about.
func middleTwo(values []float64) (lower, upper float64) {
	mid := len(values) / 2
	selectRank(values, mid)
	upper = values[mid]
	if len(values)%2 == 1 {
		return upper, upper
	}
	return slices.Max(values[:mid]), upper
}

// selectRank moves the value of rank k, counted from 0, to position k, those
// that are not larger before it and those that are not smaller behind it
// (Hoare's quickselect). Where the pivots keep being bad ones it sorts, so that
// it never takes more than O(n log n).
func selectRank(values []float64, k int) {
	lo, hi := 0, len(values)-1
	for rounds := 4 * bits.Len(uint(len(values))); lo < hi; rounds-- {
		if rounds == 0 {
			slices.Sort(values[lo : hi+1])
			return
		}
		a, b, c := values[lo], values[(lo+hi)/2], values[hi]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return
		}
	}
}

package measures

import (
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// The functions of the distance, in addition to the dissimilarities.
const (
	kernelLinear  = "linear"  // not a function of the distance
	kernelRBF     = "rbf"     // exp(−d²/(2σ²))
	kernelLaplace = "laplace" // exp(−d/(σ√2))
)

// radial is the function f of the distance between two samples in an objective: a
// dissimilarity or a kernel. A width σ may be a multiple of the median distance, and
// then depends on the data.
type radial struct {
	kind     string
	text     string  // σ as in the name of the measure, for messages
	factor   float64 // σ, or the multiple
	relative bool
	self     float64 // f of a sample and itself, which is 1 or 0
	offset   float64 // taken from all values, and from self unless that is 0

	sigma        float64
	distances    []float64 // squared, i < j; only for a relative width
	sorted       []float64 // the same, partly in order
	lower, upper float64   // the middle ones; the mean of their roots is the median
}

// newRadial returns a function by its name. Kinds without a width ignore sigma.
func newRadial(kind, sigma string, pairs int) (radial, error) {
	f := radial{kind: kind, text: sigma}
	switch kind {
	case rdmGaussian, kernelRBF, kernelLaplace:
		var err error
		if f.factor, f.relative, err = (kernel{sigma: sigma}).factor(); err != nil {
			return f, err
		}
	}
	if f.relative {
		f.distances, f.sorted = make([]float64, pairs), make([]float64, pairs)
	}
	return f, nil
}

// linear reports whether f is the identity on the distances that are measured.
func (f *radial) linear() bool {
	switch f.kind {
	case rdmEuclidean, rdmGaussian, kernelRBF, kernelLaplace:
		return false
	}
	return true
}

// evaluate replaces the squared distances d in v by f(d), and writes ∂f/∂d to slope. √d
// has no derivative at 0, where slope is the subgradient 0.
func (f *radial) evaluate(v, slope []float64) error {
	if f.linear() {
		return nil
	}
	if err := f.setWidth(v); err != nil {
		return err
	}
	rate := 1 / (2 * f.sigma * f.sigma)
	switch f.kind {
	case rdmEuclidean:
		for k, d := range v {
			root := math.Sqrt(d)
			v[k], slope[k] = root, 0
			if root > 0 {
				slope[k] = 0.5 / root
			}
		}
	case rdmGaussian:
		for k, d := range v {
			value := math.Exp(-d * rate)
			v[k], slope[k] = 1-value, rate*value
			if value > 0.875 { // the difference would lose digits
				v[k] = -math.Expm1(-d * rate)
			}
		}
	case kernelRBF:
		f.offset = 0
		if slices.Max(v)*rate < 0.5 { // see kernel.isWide
			f.offset = 1
		}
		for k, d := range v {
			v[k] = math.Exp(-d * rate)
			slope[k] = -rate * v[k]
			if f.offset != 0 {
				v[k] = math.Expm1(-d * rate)
			}
		}
	case kernelLaplace:
		decay := 1 / (f.sigma * math.Sqrt2)
		f.offset = 0
		if math.Sqrt(slices.Max(v))*decay < 0.5 {
			f.offset = 1
		}
		for k, d := range v {
			root := math.Sqrt(d)
			v[k], slope[k] = math.Exp(-decay*root), 0
			if root > 0 {
				slope[k] = -decay / 2 * v[k] / root
			}
			if f.offset != 0 {
				v[k] = math.Expm1(-decay * root)
			}
		}
	}
	return nil
}

// onDiagonal returns the value of a sample with itself that goes with those that
// evaluate wrote.
func (f *radial) onDiagonal() float64 { return max(0, f.self-f.offset) }

// setWidth computes σ for squared distances.
func (f *radial) setWidth(squared []float64) error {
	f.sigma = f.factor
	if !f.relative {
		return nil
	}
	copy(f.distances, squared)
	copy(f.sorted, squared)
	f.lower, f.upper = middleTwo(f.sorted)
	if f.upper == 0 {
		return undefined("the median distance between samples of the model is 0, so sigma=%s gives no width", f.text)
	}
	f.sigma *= (math.Sqrt(f.lower) + math.Sqrt(f.upper)) / 2
	return nil
}

// throughWidth adds to the upper triangle of Γ = ∂/∂d at a fixed width the derivative
// through the median distance. A function of d/σ² has
//
//	∂/∂σ = −2/σ·Σ Γ_ij·d_ij.
//
// This derivative belongs to the middle pairs. Pairs that tie, and both orders of a
// pair, have equal shares of it.
func (f *radial) throughWidth(gamma *mat.Dense) {
	n := gamma.RawMatrix().Rows
	product := 0.0
	at := 0
	for i := range n {
		row := gamma.RawRowView(i)[i+1:]
		product += dot(row, f.distances[at:])
		at += len(row)
	}
	toSigma := -2 / f.sigma * 2 * product
	for _, middle := range [2]float64{f.lower, f.upper} {
		if middle == 0 {
			continue // √d has no derivative at 0
		}
		ties := 0
		for _, d := range f.distances {
			if d == middle {
				ties++
			}
		}
		share := toSigma * f.factor / 2 / (2 * math.Sqrt(middle)) / float64(2*ties)
		at := 0
		for i := range n {
			row := gamma.RawRowView(i)[i+1:]
			for j, d := range f.distances[at : at+len(row)] {
				if d == middle {
					row[j] += share
				}
			}
			at += len(row)
		}
	}
}

// middleTwo returns the two middle values of the order of a nonempty slice; they are
// the same value when their number is odd. It reorders the slice.
func middleTwo(values []float64) (lower, upper float64) {
	mid := len(values) / 2
	selectRank(values, mid)
	upper = values[mid]
	if len(values)%2 == 1 {
		return upper, upper
	}
	return slices.Max(values[:mid]), upper
}

// selectRank moves the value of rank k, counted from 0, to position k, values that are
// not larger before it and values that are not smaller after it (Hoare's quickselect).
// After several bad pivots it sorts, so that it never takes more than O(n log n).
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

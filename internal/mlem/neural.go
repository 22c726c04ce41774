package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Distance is a distance between neural patterns.
type Distance string

// The neural distances, for patterns a and b.
const (
	Euclidean   Distance = "euclidean"   // ‖a−b‖
	SqEuclidean Distance = "sqeuclidean" // ‖a−b‖²
	Manhattan   Distance = "manhattan"   // Σ|a_k−b_k|
	Cosine      Distance = "cosine"      // 1 − a·b/(‖a‖‖b‖)
	Correlation Distance = "correlation" // 1 − the Pearson correlation of a and b
	Mahalanobis Distance = "mahalanobis" // √((a−b)ᵀΣ⁻¹(a−b)), Σ the noise covariance
	NormDiff    Distance = "norm-diff"   // |‖a‖ − ‖b‖|
	Crossnobis  Distance = "crossnobis"  // mean over pairs of repeats r≠s of (a_r−b_r)ᵀΣ⁻¹(a_s−b_s)
	Given       Distance = "precomputed" // a given matrix of distances
)

// NeuralOptions says how neural distances are formed.
type NeuralOptions struct {
	Name     string   // of the representation, for tables and messages
	Distance Distance // default Euclidean

	// Noise is Σ, units × units, for Mahalanobis and Crossnobis. Without it
	// Crossnobis uses the identity, and Mahalanobis refuses.
	Noise *mat.Dense

	// Power is the power of the distance that is regressed on squared feature
	// distances. 0 selects the power that gives a squared length: 2 for
	// Euclidean, Manhattan, Mahalanobis, NormDiff and Given, and 1 for
	// SqEuclidean, Crossnobis, Cosine and Correlation (1−cos is half the squared
	// distance of normalised patterns). Rank correlations do not depend on it.
	Power float64

	// Precision is that of the numbers in their source, by which distances tie.
	Precision data.Precision
}

// Check refuses an invalid power.
func (o NeuralOptions) Check() error {
	if !(o.Power >= 0) || math.IsInf(o.Power, 1) {
		return &data.InputError{Found: fmt.Sprintf("a power of %g of the neural distance", o.Power), Wanted: "want a positive number, or 0 for the usual one"}
	}
	return nil
}

// Neural gives the pairwise neural distances of n stimuli, raised to the power that
// is regressed. It computes them on demand, a block at a time, and does not keep
// them.
type Neural struct {
	Name     string
	Distance Distance

	n      int
	power  float64    // applied to the base value
	scale  float64    // of squared lengths: ½ for cosine and correlation
	points *mat.Dense // patterns whose squared differences (or, Manhattan, absolute ones) are the base
	minus  *mat.Dense // Crossnobis: concatenated repeats, whose squared differences are subtracted
	norms  [2][]float64
	twin   []bool     // stimuli that share their pattern with another one
	matrix *mat.Dense // Given: distances of all original stimuli
	index  []int      // Given: the row of each stimulus in matrix
	warp   *transform // applied last, nil for none; see addTransforms
	ties   float64    // difference of equal distances, in relation to their size
}

// NewNeural prepares the distances of the rows of y, stimuli × units. It neither keeps
// nor changes y. Errors are *data.InputError: values that are not finite, or so large
// or small that the squares of their distances overflow or vanish; a pattern without
// direction for Cosine or Correlation; a noise covariance that is not positive
// definite.
func NewNeural(y *mat.Dense, o NeuralOptions) (*Neural, error) { return newNeural(y, o, false) }

// TakeNeural is NewNeural of patterns that nobody else needs: it keeps y and changes it, so
// that there is one copy of large recordings.
func TakeNeural(y *mat.Dense, o NeuralOptions) (*Neural, error) { return newNeural(y, o, true) }

// newNeural is NewNeural, or TakeNeural if y is owned.
func newNeural(y *mat.Dense, o NeuralOptions, owned bool) (*Neural, error) {
	n, q := y.Dims()
	d := &Neural{Name: o.Name, Distance: o.Distance, n: n, scale: 1}
	if err := o.Check(); err != nil {
		return nil, withPath(err, o.Name)
	}
	if d.Distance == "" {
		d.Distance = Euclidean
	}
	if err := checkFinite(y); err != nil {
		return nil, withPath(err, o.Name)
	}
	ties := tiesOfPatterns(y, o.Precision)
	place := func() *mat.Dense { // of the points, as large as y
		if owned {
			return y
		}
		return mat.NewDense(n, q, nil)
	}
	var err error
	half := true // the base is a squared length, so the distance is its root
	switch d.Distance {
	case Euclidean, SqEuclidean:
		d.points = place()
		linalg.CenterTo(d.points, make([]float64, q), y)
		half = d.Distance == Euclidean
	case Manhattan:
		d.points, half = place(), false
		d.points.Copy(y)
	case Cosine, Correlation:
		d.points = place()
		err = directions(d.points, y, d.Distance == Correlation)
		d.scale, half = 0.5, false
	case Mahalanobis:
		if o.Noise == nil {
			return nil, &data.InputError{Path: o.Name, Found: "mahalanobis distance without a noise covariance", Wanted: "want one, units × units"}
		}
		d.points = place()
		err = whiten(d.points, y, o.Noise)
	case NormDiff:
		d.points = mat.NewDense(n, 1, nil)
		for i := range n {
			d.points.Set(i, 0, mat.Norm(y.RowView(i), 2))
		}
	case Crossnobis:
		return nil, &data.InputError{Path: o.Name, Found: "crossnobis distance with one recording", Wanted: "want at least two repeats"}
	default:
		return nil, &data.InputError{Path: o.Name, Found: fmt.Sprintf("unknown neural distance %q", d.Distance)}
	}
	if err != nil {
		return nil, withPath(err, o.Name)
	}
	d.settle(o.Power, half)
	d.ties = d.power * ties
	return d, withPath(d.checkRange(), o.Name)
}

// NewCrossnobis prepares crossvalidated Mahalanobis distances of two or more
// repeats, each stimuli × units. Noise that is independent between repeats does not
// bias them, and they may be negative (Walther et al. 2016,
// doi:10.1016/j.neuroimage.2015.12.012). With sums S over R repeats,
// Σ_{r≠s} δ_r·δ_s = ‖ΔS‖² − Σ_r‖Δ_r‖².
func NewCrossnobis(repeats []*mat.Dense, o NeuralOptions) (*Neural, error) {
	if len(repeats) < 2 {
		return nil, &data.InputError{Path: o.Name, Found: fmt.Sprintf("crossnobis distance with %d repeats", len(repeats)), Wanted: "want at least two"}
	}
	if err := o.Check(); err != nil {
		return nil, withPath(err, o.Name)
	}
	n, q := repeats[0].Dims()
	r := len(repeats)
	sum, all := mat.NewDense(n, q, nil), mat.NewDense(n, q*r, nil)
	for k, y := range repeats {
		if rows, cols := y.Dims(); rows != n || cols != q {
			return nil, &data.InputError{Path: o.Name, Found: fmt.Sprintf("repeat %d is %d × %d", k+1, rows, cols), Wanted: fmt.Sprintf("want %d × %d as the first", n, q)}
		}
		if err := checkFinite(y); err != nil {
			return nil, withPath(err, o.Name)
		}
		w := all.Slice(0, n, k*q, (k+1)*q).(*mat.Dense)
		if o.Noise == nil {
			linalg.CenterTo(w, make([]float64, q), y)
		} else if err := whiten(w, y, o.Noise); err != nil {
			return nil, withPath(err, o.Name)
		}
		sum.Add(sum, w)
	}
	d := &Neural{Name: o.Name, Distance: Crossnobis, n: n, scale: 1 / float64(r*(r-1)), points: sum, minus: all}
	d.settle(o.Power, false)
	for _, y := range repeats {
		d.ties = max(d.ties, d.power*tiesOfPatterns(y, o.Precision))
	}
	return d, withPath(d.checkRange(), o.Name)
}

// NewGiven uses a matrix of distances, n×n, which must be symmetric, finite and
// nonnegative, with a zero diagonal. With Power 1 distances may be negative, as
// crossvalidated ones can be. The matrix is kept, not copied.
func NewGiven(matrix *mat.Dense, o NeuralOptions) (*Neural, error) {
	if err := o.Check(); err != nil {
		return nil, withPath(err, o.Name)
	}
	if err := checkDistances(matrix, o.Power == 1); err != nil {
		return nil, withPath(err, o.Name)
	}
	n, _ := matrix.Dims()
	d := &Neural{Name: o.Name, Distance: Given, n: n, matrix: matrix, index: make([]int, n), power: o.Power}
	for i := range d.index {
		d.index[i] = i
	}
	if d.power == 0 {
		d.power = 2
	}
	d.ties = max(linalg.RoundingOfRanks, d.power*tiesOfGiven(o.Precision))
	return d, withPath(d.checkRange(), o.Name)
}

// tiesOfGiven returns the relative difference of equal distances that are given. Those that
// were computed have errors of more than their precision; equal numbers of a text are
// written alike.
func tiesOfGiven(p data.Precision) float64 {
	if p.Stored == data.Decimal {
		return p.Eps() / 2
	}
	const computed = 8
	return computed * p.Eps()
}

// UnitName is the name of unit k, counted from 0, that has none: unit1, unit2, ….
func UnitName(k int) string { return fmt.Sprintf("unit%d", k+1) }

// NewUnit makes a representation of column k of y, stimuli × units: its distances are
// absolute differences of the response of that unit. Errors are those of NewNeural.
func NewUnit(y *mat.Dense, k int, o NeuralOptions) (*Neural, error) {
	n, _ := y.Dims()
	return NewNeural(mat.DenseCopyOf(y.Slice(0, n, k, k+1)), o)
}

// Stimuli returns the number of stimuli.
func (d *Neural) Stimuli() int { return d.n }

// tiesOfPatterns returns the relative difference of two squared distances between patterns
// that are equal but for the rounding of their numbers and of the computation: with a
// doubt δ of distances of typical size d it is 2δ/d.
func tiesOfPatterns(y *mat.Dense, p data.Precision) float64 {
	n, q := y.Dims()
	largest, squares := make([]float64, q), columnSquares(y)
	linalg.RaiseMagnitudes(largest, y)
	total := 0.0
	for _, v := range squares {
		total += v
	}
	if total == 0 {
		return linalg.RoundingOfRanks
	}
	values := y.RawMatrix().Data
	doubt := p.OfTies(values, largest, squares, n).DistanceDoubt(largest, squares)
	return max(linalg.RoundingOfRanks, 2*doubt/math.Sqrt(2*total/float64(n)))
}

// columnSquares returns the sums of squares of the columns of y about their means.
func columnSquares(y *mat.Dense) []float64 {
	const grain = 512 // rows that are summed on their own
	n, q := y.Dims()
	means := make([]float64, q)
	linalg.ColumnMeansTo(means, y)
	parts := make([][]float64, (n+grain-1)/grain)
	linalg.Parallel(n, grain, func(lo, hi int) {
		own := make([]float64, q)
		for i := lo; i < hi; i++ {
			for j, v := range y.RawRowView(i) {
				v -= means[j]
				own[j] += v * v
			}
		}
		parts[lo/grain] = own
	})
	squares := make([]float64, q)
	for _, own := range parts {
		addScaled(squares, own, 1)
	}
	return squares
}

// settle sets the power of the base value and the fields that depend on it.
func (d *Neural) settle(power float64, half bool) {
	switch {
	case power == 0 && d.Distance == Manhattan:
		d.power = 2
	case power == 0:
		d.power = 1
	case half:
		d.power = power / 2
	default:
		d.power = power
	}
	d.index = nil
	d.summarise()
}

// summarise computes the squared norms of the patterns and finds the stimuli that
// share a pattern.
func (d *Neural) summarise() {
	d.norms[0], d.norms[1] = rowNorms(d.points), rowNorms(d.minus)
	d.findTwins()
}

// findTwins finds the stimuli that share a pattern, whose norms are the same, too.
func (d *Neural) findTwins() {
	if d.minus != nil {
		d.twin = repeatedRows(d.minus, d.norms[1])
		return
	}
	d.twin = repeatedRows(d.points, d.norms[0])
}

// subset returns the distances of the stimuli in index, in that order.
func (d *Neural) subset(index []int) *Neural {
	s := *d
	s.n = len(index)
	if d.matrix != nil {
		s.index = pick(d.index, index)
		return &s
	}
	s.points = pickRows(d.points, index)
	if d.minus != nil {
		s.minus = pickRows(d.minus, index)
	}
	s.follow(index)
	return &s
}

// take is subset in the memory of d, which has no patterns afterwards. No stimulus is in index
// twice.
func (d *Neural) take(index []int) *Neural {
	if d.matrix != nil {
		return d.subset(index)
	}
	s := *d
	s.n = len(index)
	s.points = arrangeRows(d.points, index)
	if d.minus != nil {
		s.minus = arrangeRows(d.minus, index)
	}
	d.points, d.minus = nil, nil
	s.follow(index)
	return &s
}

// withoutPatterns returns d without its patterns, for what else is asked of it.
func (d *Neural) withoutPatterns() *Neural {
	s := *d
	s.points, s.minus = nil, nil
	return &s
}

// follow takes over what summarise found of the stimuli in index.
func (d *Neural) follow(index []int) {
	for i, norms := range d.norms {
		if norms != nil {
			d.norms[i] = pick(norms, index)
		}
	}
	d.findTwins()
}

// raise applies the power and then the transform.
func (d *Neural) raise(v float64) float64 {
	switch d.power {
	case 1:
	case 2:
		v *= v
	case 0.5:
		v = math.Sqrt(max(v, 0))
	default:
		v = math.Pow(max(v, 0), d.power)
	}
	if d.warp != nil {
		return d.warp.at(v)
	}
	return v
}

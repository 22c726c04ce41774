package probe

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Regressor measures how well a number that labels the conditions can be read from
// responses, by ridge regression on held-out folds, time bin by time bin. The weights
// minimise
//
//	C·Σ(y − ȳ − (x − x̄)w)² + ‖w‖²,
//
// with the means of training, and
//
//	R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²
//
// over all conditions, each predicted by the fit to the other folds, with ȳ the mean of
// all: 1 for perfect predictions, and Chance for guesses of the mean of training, which
// is a little below 0. Folds deal conditions at random; they are the same in every bin.
// It is safe for concurrent use.
type Regressor struct {
	Name   string
	Folds  int
	values []float64 // of each condition
	bins   int
	config DecoderConfig
	fold   []int // of each condition
	total  float64
}

// IsContinuous reports whether a column of labels is numbers with decimals of which some
// occur once, so that they cannot be classes.
func IsContinuous(labels *data.Column) bool {
	if labels.Kind == data.Categorical || labels.Missing() > 0 {
		return false
	}
	whole := !slices.ContainsFunc(labels.Values, func(v float64) bool { return v != math.Trunc(v) })
	count := map[float64]int{}
	for _, v := range labels.Values {
		count[v]++
	}
	for _, n := range count {
		if n == 1 {
			return !whole
		}
	}
	return false
}

// NewRegressor returns the regressor of a column of numbers, one for each condition of
// data with the given number of time bins (samples run time by time). It returns a
// *data.InputError for categories, missing or constant labels, and fewer conditions than
// folds.
func NewRegressor(labels *data.Column, bins int, config DecoderConfig) (*Regressor, error) {
	refuse := func(found, wanted string) error {
		return &data.InputError{Found: fmt.Sprintf("label %s: %s", labels.Name, found), Wanted: wanted}
	}
	n := labels.Len()
	switch missing := labels.Missing(); {
	case labels.Kind == data.Categorical:
		return nil, refuse("categories", "want numbers")
	case missing > 0:
		return nil, refuse(fmt.Sprintf("missing in %d of %d rows", missing, n), "want a label for every condition")
	case config.Folds < 2 || !(config.C > 0):
		return nil, fmt.Errorf("%d folds and C %g, want at least 2 folds and a positive C", config.Folds, config.C)
	case slices.Min(labels.Values) == slices.Max(labels.Values):
		return nil, refuse("the same number for every condition", "want numbers that differ")
	case n < max(4, config.Folds):
		return nil, refuse(data.Counted(n, "condition"), fmt.Sprintf("want at least %d", max(4, config.Folds)))
	}
	r := &Regressor{Name: labels.Name, Folds: config.Folds, values: labels.Values, bins: bins, config: config, fold: make([]int, n)}
	order, lo := stats.Stream(config.Seed, "decode/folds").Perm(n), 0
	for f, hi := range data.FoldBounds(n, config.Folds) {
		for _, i := range order[lo:hi] {
			r.fold[i] = f
		}
		lo = hi
	}
	r.total = squaresAbout(r.values, floats.Sum(r.values)/float64(n))
	return r, nil
}

// squaresAbout is Σ(v − centre)².
func squaresAbout(values []float64, centre float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += (v - centre) * (v - centre)
	}
	return sum
}

// Conditions returns the number of labels.
func (r *Regressor) Conditions() int { return len(r.values) }

// Bins returns the number of time bins.
func (r *Regressor) Bins() int { return r.bins }

// Chance returns the R² of always guessing the mean of training.
func (r *Regressor) Chance() float64 {
	error2 := 0.0
	for f := range r.Folds {
		train, test := r.split(f)
		mean := 0.0
		for _, i := range train {
			mean += r.values[i] / float64(len(train))
		}
		for _, i := range test {
			error2 += (r.values[i] - mean) * (r.values[i] - mean)
		}
	}
	return 1 - error2/r.total
}

// split returns the conditions of the other folds, and those of fold f.
func (r *Regressor) split(f int) (train, test []int) {
	for i, g := range r.fold {
		if g == f {
			test = append(test, i)
		} else {
			train = append(train, i)
		}
	}
	return train, test
}

// FitBytes bounds the bytes that the fits of one time bin take at a time for a dataset
// of q features: the samples, their singular vectors, and the work on them.
func (r *Regressor) FitBytes(q int) int64 {
	n, width := int64(len(r.values)), int64(q)
	k := min(n, width)
	return 8 * (4*n*width + 4*(n+width)*k + 6*k*k)
}

// Regression is the result of a regressor on one dataset.
type Regression struct {
	R2   float64   // mean over time bins
	Bins []float64 // R² in each time bin
	Test Significance

	errors [][]float64 // squared errors of the conditions, by time bin
}

// Decode returns the R² for a dataset of (bins × conditions) × q, and the p-values of as
// many permutations of the labels over conditions, the same in all time bins; none for 0.
// It returns a *data.InputError when the samples do not match the labels.
func (r *Regressor) Decode(y *mat.Dense, permutations int) (Regression, error) {
	n, q := y.Dims()
	c := len(r.values)
	if n != r.bins*c {
		return Regression{}, &data.InputError{
			Found:  fmt.Sprintf("%d labels of %s", c, r.Name),
			Wanted: fmt.Sprintf("want %d, one for each condition", n/r.bins),
		}
	}
	arranged := mat.NewDense(1+permutations, c, nil) // a permutation a row
	arranged.SetRow(0, r.values)
	for i := range permutations {
		row := arranged.RawRowView(1 + i)
		copy(row, r.values)
		stats.Stream(r.config.Seed, fmt.Sprintf("decode/permutation/%d", i)).Shuffle(c, func(a, b int) { row[a], row[b] = row[b], row[a] })
	}
	scores, errs, residuals := make([][]float64, r.bins), make([]error, r.bins), make([][]float64, r.bins)
	each(r.bins, runtime.GOMAXPROCS(0), func() func(int) {
		return func(t int) {
			scores[t], residuals[t], errs[t] = r.crossValidate(y.Slice(t*c, (t+1)*c, 0, q).(*mat.Dense), arranged)
		}
	})
	out := Regression{Bins: make([]float64, r.bins), errors: residuals}
	null := make(permuted, r.bins)
	for t, err := range errs {
		if err != nil {
			return Regression{}, fmt.Errorf("decoding %s in time bin %d: %w", r.Name, t, err)
		}
		out.Bins[t], null[t] = scores[t][0], scores[t][1:]
		out.R2 += scores[t][0] / float64(r.bins)
	}
	if permutations > 0 {
		out.Test = significance(out.R2, out.Bins, null)
	}
	return out, nil
}

// crossValidate returns the R² of each row of labels: with X = USVᵀ the centred samples of
// training, w = V·S/(S² + 1/C)·Uᵀ(y − ȳ). squares are the squared errors of the conditions
// for the first row.
func (r *Regressor) crossValidate(x, labels *mat.Dense) (scores, squares []float64, err error) {
	rows, c := labels.Dims()
	squares = make([]float64, c)
	error2 := make([]float64, rows)
	for f := range r.Folds {
		train, test := r.split(f)
		fitted, means := linalg.Center(rowsOf(x, train))
		held := rowsOf(x, test)
		for i := range test {
			floats.Sub(held.RawRowView(i), means)
		}
		u, s, v, err := linalg.SVD(fitted)
		if err != nil {
			return nil, nil, err
		}
		for j, sv := range s {
			s[j] = sv / (sv*sv + 1/r.config.C)
		}
		var predictor, coefficients mat.Dense // of the held-out samples, and of the labels
		predictor.Mul(held, v)
		y := mat.NewDense(len(train), rows, nil)
		mean := make([]float64, rows)
		for p := range rows {
			for k, i := range train {
				y.Set(k, p, labels.At(p, i))
			}
			mean[p] = mat.Sum(y.ColView(p)) / float64(len(train))
			for k := range train {
				y.Set(k, p, y.At(k, p)-mean[p])
			}
		}
		coefficients.Mul(u.T(), y)
		for j := range s {
			floats.Scale(s[j], coefficients.RawRowView(j))
		}
		var predicted mat.Dense
		predicted.Mul(&predictor, &coefficients)
		for k, i := range test {
			for p := range rows {
				e := labels.At(p, i) - mean[p] - predicted.At(k, p)
				error2[p] += e * e
				if p == 0 {
					squares[i] = e * e
				}
			}
		}
	}
	for p := range error2 {
		error2[p] = 1 - error2[p]/r.total
	}
	return error2, squares, nil
}

// rowsOf copies some rows of a matrix.
func rowsOf(m *mat.Dense, rows []int) *mat.Dense {
	_, q := m.Dims()
	out := mat.NewDense(len(rows), q, nil)
	for k, i := range rows {
		out.SetRow(k, m.RawRowView(i))
	}
	return out
}

package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Decoding says how well a feature can be read out of the patterns.
type Decoding struct {
	Feature string
	AUC     float64 // held-out area under the ROC curve, mean over folds and classes
	N       int     // number of areas averaged; 0 if no fold had two classes
	P       float64 // of as large an area by chance, from Options.Null shuffles of the labels in each fold; 0 without
}

// decodingShuffles are those for the p value of a feature where features are tested.
const decodingShuffles = 199

// FitDecoding decodes each feature from the patterns y by logistic regression
// with an l2 penalty (c = 1) on units standardised by their mean and standard
// deviation over the training stimuli. Each category is decoded against the rest; a
// number is decoded as above or not above the training median. Options used are
// Folds, Groups, Seed and Jobs.
func FitDecoding(ctx context.Context, features *Features, y *mat.Dense, o Options) ([]Decoding, error) {
	neural, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		return nil, err
	}
	f, err := newFitting(features, []*Neural{neural}, o)
	if err != nil {
		return nil, err
	}
	if f.Folds < 2 {
		return nil, &data.InputError{Found: fmt.Sprintf("%d stimuli", features.Stimuli()), Wanted: "want enough for at least two folds"}
	}
	yo := pickRows(y, f.layout.order)
	n, _ := yo.Dims()
	type split struct {
		train, test []int
		x, z        *mat.Dense // standardised training and test patterns
	}
	splits := make([]split, f.Folds)
	for k := range splits {
		s := &splits[k]
		s.test = f.layout.places(k)
		for i := range n {
			if !slices.Contains(s.test, i) {
				s.train = append(s.train, i)
			}
		}
		if s.x, s.z, err = inTrainingBasis(standardise(pickRows(yo, s.train), pickRows(yo, s.test))); err != nil {
			return nil, err
		}
	}
	out := make([]Decoding, len(f.sample.features.columns))
	err = forEach(ctx, f.Jobs, len(out), func(_, a int) error {
		c := f.sample.features.columns[a]
		d := Decoding{Feature: f.sample.features.encodings[a].Name}
		if c.kind == Precomputed {
			return &data.InputError{Found: fmt.Sprintf("feature %q is given by its distances", d.Feature), Wanted: "want values to decode"}
		}
		var sum float64
		null := make([]float64, f.Null)
		for k, s := range splits {
			for _, positive := range classes(c, s.train) {
				train, kt := rowsWithValue(s.x, s.train, c.values)
				test, ks := rowsWithValue(s.z, s.test, c.values)
				if train == nil || test == nil {
					continue
				}
				model, err := stats.FitLogistic(train, labels(kt, c.values, positive), 1)
				if err != nil {
					continue // the training stimuli have one class
				}
				scores, truth := model.Scores(test), labels(ks, c.values, positive)
				auc, ok := stats.ROCAUC(scores, truth)
				if !ok {
					continue
				}
				sum += auc
				d.N++
				for r := range null {
					rng := stats.Stream(f.Seed, fmt.Sprintf("mlem/decoding/%d/%d/%s", k, r, d.Feature))
					shuffled, _ := stats.ROCAUC(scores, pick(truth, exchange(len(truth), nil, pick(f.sample.group, ks), rng)))
					null[r] += shuffled
				}
			}
		}
		d.AUC = 0.5
		if d.N > 0 {
			d.AUC = sum / float64(d.N)
		}
		if len(null) > 0 {
			d.P = stats.PValue(sum, null)
		}
		out[a] = d
		return nil
	})
	return out, err
}

// classes returns, for each class that is decoded, the test whether a value is in it.
func classes(c column, train []int) []func(v float64) bool {
	if c.kind != Categorical {
		values := slices.DeleteFunc(pick(c.values, train), func(v float64) bool { return v != v })
		if len(values) == 0 {
			return nil
		}
		slices.Sort(values)
		median := stats.Quantile(values, 0.5)
		return []func(float64) bool{func(v float64) bool { return v > median }}
	}
	levels := levelsOf(c.values)
	if len(levels) == 2 {
		levels = levels[1:]
	}
	var out []func(float64) bool
	for _, l := range levels {
		out = append(out, func(v float64) bool { return v == l })
	}
	return out
}

// rowsWithValue returns the rows of x whose stimuli have a value, and those stimuli. Both are
// nil if there are none.
func rowsWithValue(x *mat.Dense, stimuli []int, values []float64) (*mat.Dense, []int) {
	var rows, at []int
	for r, i := range stimuli {
		if v := values[i]; v == v {
			rows, at = append(rows, r), append(at, i)
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return pickRows(x, rows), at
}

func labels(stimuli []int, values []float64, positive func(float64) bool) []bool {
	out := make([]bool, len(stimuli))
	for r, i := range stimuli {
		out[r] = positive(values[i])
	}
	return out
}

// inTrainingBasis writes patterns of more units than stimuli in an orthonormal basis of the
// training patterns. This changes no penalised fit and no score, because weights
// orthogonal to the training patterns are 0.
func inTrainingBasis(train, test *mat.Dense) (x, z *mat.Dense, err error) {
	n, p := train.Dims()
	if p <= n {
		return train, test, nil
	}
	var t mat.Dense
	t.CloneFrom(train.T())
	basis, _, err := linalg.RangeBasis(&t)
	if err != nil || basis.IsEmpty() {
		return train, test, err
	}
	x, z = new(mat.Dense), new(mat.Dense)
	x.Mul(train, basis)
	z.Mul(test, basis)
	return x, z, nil
}

// standardise centres and scales the columns of train, and those of test by the same
// numbers. A constant column becomes 0.
func standardise(train, test *mat.Dense) (x, z *mat.Dense) {
	x, means := linalg.Center(train)
	n, p := x.Dims()
	scale := make([]float64, p)
	for j := range scale {
		for i := range n {
			scale[j] += x.At(i, j) * x.At(i, j)
		}
		if scale[j] = math.Sqrt(scale[j] / float64(n)); scale[j] > 0 {
			scale[j] = 1 / scale[j]
		}
	}
	z = mat.DenseCopyOf(test)
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			row[j] *= scale[j]
		}
	}
	m, _ := z.Dims()
	for i := range m {
		row := z.RawRowView(i)
		for j := range row {
			row[j] = (row[j] - means[j]) * scale[j]
		}
	}
	return x, z
}

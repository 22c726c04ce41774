package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// EncodingModel is the univariate baseline, which predicts each unit separately from
// the features.
type EncodingModel struct {
	R2       []float64 // held-out R² of each unit; 0 for a unit that does not vary
	MeanR2   float64
	Spearman float64    // of the distances between predicted patterns with the neural ones, mean over folds
	W        *mat.Dense // the diagonal metric that the coefficients imply, see FitEncoding

	found *foundBy
}

// FitEncoding predicts every unit by ridge regression from the features: a
// column for each number (circular ones: cosine and sine), an indicator for each
// category. A missing number is replaced by the mean; a missing category has no
// indicator. The penalty of each unit is the one of 10⁻³, 10⁻², …, 10⁵ with the
// smallest leave-one-out error, in closed form. R² is 1 − Σ(y−ŷ)²/Σ(y−ȳ)² over all
// held-out stimuli, with ȳ the mean of the training stimuli.
//
// W makes the model comparable with a metric. For a number, its entry is the sum of
// squared coefficients over units (the squared length by which the whole range of
// the feature moves a pattern). For categories, it is the mean squared distance
// between the patterns of two of them. Options used are Folds, Groups, Seed and
// Jobs.
func FitEncoding(ctx context.Context, features *Features, y *mat.Dense, neural *Neural, o Options) (*EncodingModel, error) {
	return encode(ctx, features, y, neural, o, func(x, y *mat.Dense, _ []int, _ string) (*mat.Dense, trainMeans, error) {
		return ridgeUnits(x, y)
	})
}

// encode is FitEncoding by any regression of the columns of y on those of x, of which owner
// has the numbers of the features; key names the training set.
func encode(ctx context.Context, features *Features, y *mat.Dense, neural *Neural, o Options, regress func(x, y *mat.Dense, owner []int, key string) (*mat.Dense, trainMeans, error)) (*EncodingModel, error) {
	f, err := newFitting(features, []*Neural{neural}, o)
	if err != nil {
		return nil, err
	}
	n, q := y.Dims()
	if n != features.Stimuli() {
		return nil, &data.InputError{Found: fmt.Sprintf("%d patterns", n), Wanted: fmt.Sprintf("want %d as in the features", features.Stimuli())}
	}
	x, owner, err := f.sample.features.columnsOf()
	if err != nil {
		return nil, err
	}
	yo := pickRows(y, f.layout.order)
	f.selectScored()
	out := &EncodingModel{R2: make([]float64, q), W: mat.NewDense(f.design.features, f.design.features, nil)}
	residual, total := make([]float64, q), make([]float64, q)
	type foldRegression struct {
		x, beta *mat.Dense // columns of the held-out stimuli, coefficients
		means   trainMeans
	}
	regressions := make([]foldRegression, len(f.folds))
	for k, e := range f.folds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		test := f.layout.places(k)
		var train []int
		for i := range n {
			if !slices.Contains(test, i) {
				train = append(train, i)
			}
		}
		beta, means, err := regress(pickRows(x, train), pickRows(yo, train), owner, f.layoutKey(k))
		if err != nil {
			return nil, err
		}
		xt, yt := pickRows(x, test), pickRows(yo, test)
		regressions[k] = foldRegression{pickRows(xt, seq(len(e.id))), beta, means}
		prediction := means.predict(xt, beta)
		for i := range test {
			for u, v := range yt.RawRowView(i) {
				r := v - prediction.At(i, u)
				residual[u] += r * r
				r = v - means.y[u]
				total[u] += r * r
			}
		}
		rho, err := patternSpearman(prediction, e)
		if err != nil {
			return nil, err
		}
		out.Spearman += rho / float64(f.Folds)
	}
	for u := range out.R2 {
		if total[u] > 0 {
			out.R2[u] = 1 - residual[u]/total[u]
		}
		out.MeanR2 += out.R2[u] / float64(q)
	}
	beta, _, err := regress(x, yo, owner, "all")
	if err != nil {
		return nil, err
	}
	for a, c := range f.sample.features.columns {
		out.W.Set(a, a, impliedWeight(beta, owner, a, c.kind))
	}
	out.found = &foundBy{f, func(fold int, e *evaluation, feature int, order []int) []float64 {
		own := regressions[fold]
		x := own.x
		if order != nil {
			x = mat.DenseCopyOf(x)
			for j, of := range owner {
				if of == feature {
					x.SetCol(j, pick(mat.Col(nil, j, own.x), order))
				}
			}
		}
		return e.distancesBetween(own.means.predict(x, own.beta))
	}}
	return out, nil
}

// distancesBetween returns the distances of the pairs between patterns, one for each
// stimulus, 0 where these are not finite.
func (e *evaluation) distancesBetween(patterns *mat.Dense) []float64 {
	d, err := NewNeural(patterns, NeuralOptions{})
	if err != nil {
		return make([]float64, len(e.first))
	}
	s := *e.sample
	s.neural = []*Neural{d}
	return (&evaluation{sample: &s, design: e.design, first: e.first, second: e.second}).distances(0)
}

// patternSpearman correlates the distances between predicted patterns with the
// neural ones.
func patternSpearman(prediction *mat.Dense, e *evaluation) (float64, error) {
	d, err := NewNeural(pickRows(prediction, seq(len(e.id))), NeuralOptions{})
	if err != nil {
		return 0, err
	}
	s := *e.sample
	s.neural = []*Neural{d}
	predicted := (&evaluation{sample: &s, design: e.design, first: e.first, second: e.second}).distances(0)
	if rho := spearman(predicted, e.distances(0), e.ties(0)); rho == rho {
		return rho, nil
	}
	return 0, nil
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// columnsOf returns the regression matrix of all features, without a constant, and
// the number of the feature of each column.
func (f *Features) columnsOf() (x *mat.Dense, owner []int, err error) {
	var columns [][]float64
	add := func(feature int, c []float64) {
		columns, owner = append(columns, c), append(owner, feature)
	}
	for a, c := range f.columns {
		switch c.kind {
		case Precomputed:
			return nil, nil, &data.InputError{Found: fmt.Sprintf("feature %q is given by its distances", f.encodings[a].Name), Wanted: "want values for an encoding model"}
		case Categorical:
			for _, l := range levelsOf(c.values) {
				is := make([]float64, f.n)
				for i, v := range c.values {
					if v == l {
						is[i] = 1
					}
				}
				add(a, is)
			}
		case Circular:
			cos, sin := make([]float64, f.n), make([]float64, f.n)
			for i, v := range c.values {
				if v == v {
					sin[i], cos[i] = math.Sincos(2 * math.Pi * v)
				}
			}
			add(a, cos)
			add(a, sin)
		default:
			var mean, known float64
			for _, v := range c.values {
				if v == v {
					mean += v
					known++
				}
			}
			filled := slices.Clone(c.values)
			for i, v := range filled {
				if v != v {
					filled[i] = mean / max(known, 1)
				}
			}
			add(a, filled)
		}
	}
	x = mat.NewDense(f.n, len(columns), nil)
	for j, c := range columns {
		x.SetCol(j, c)
	}
	return x, owner, nil
}

func levelsOf(values []float64) []float64 {
	var levels []float64
	for _, v := range values {
		if v == v && !slices.Contains(levels, v) {
			levels = append(levels, v)
		}
	}
	slices.Sort(levels)
	return levels
}

// impliedWeight returns the entry of the implied metric for feature a.
func impliedWeight(beta *mat.Dense, owner []int, a int, kind Kind) float64 {
	var rows []int
	for j, o := range owner {
		if o == a {
			rows = append(rows, j)
		}
	}
	var sum float64
	if kind != Categorical {
		for _, j := range rows {
			v := beta.RawRowView(j)
			sum += dot(v, v)
		}
		return sum
	}
	pairs := 0.0
	for i, j := range rows {
		for _, l := range rows[:i] {
			sum += linalg.SqDistance(beta.RawRowView(j), beta.RawRowView(l))
			pairs++
		}
	}
	return sum / max(pairs, 1)
}

// trainMeans are the means of the training stimuli, with which others are centred.
type trainMeans struct{ x, y []float64 }

func (m trainMeans) predict(x, beta *mat.Dense) *mat.Dense {
	n, p := x.Dims()
	xc := mat.DenseCopyOf(x)
	for i := range n {
		row := xc.RawRowView(i)
		for j := range p {
			row[j] -= m.x[j]
		}
	}
	var out mat.Dense
	out.Mul(xc, beta)
	for i := range n {
		row := out.RawRowView(i)
		for u := range row {
			row[u] += m.y[u]
		}
	}
	return &out
}

// ridgeUnits regresses every column of y on x, both centred, and selects for each the
// penalty with the smallest leave-one-out error. With X = U·diag(s)·Vᵀ, the fit is
// U·diag(s²/(s²+λ))·Uᵀy and the error of sample i is r_i/(1−h_i), h_i = 1/n +
// Σ_k u_ik²·s_k²/(s_k²+λ).
func ridgeUnits(x, y *mat.Dense) (beta *mat.Dense, means trainMeans, err error) {
	xc, mx := linalg.Center(x)
	yc, my := linalg.Center(y)
	means = trainMeans{mx, my}
	u, s, v, err := linalg.SVD(xc)
	if err != nil {
		return nil, means, err
	}
	n, p := xc.Dims()
	_, q := yc.Dims()
	rank := linalg.Rank(s, n, p)
	coefficients := linalg.CrossGram(u, yc)
	best, chosen := make([]float64, q), make([]float64, q)
	for i := range best {
		best[i] = math.Inf(1)
	}
	for e := -3; e <= 5; e++ {
		lambda := math.Pow(10, float64(e))
		shrunk := mat.DenseCopyOf(coefficients)
		leverage := make([]float64, n)
		for k := range s {
			w := 0.0
			if k < rank {
				w = s[k] * s[k] / (s[k]*s[k] + lambda)
			}
			row := shrunk.RawRowView(k)
			for j := range row {
				row[j] *= w
			}
			for i := range leverage {
				leverage[i] += u.At(i, k) * u.At(i, k) * w
			}
		}
		var fit mat.Dense
		fit.Mul(u, shrunk)
		errors := make([]float64, q)
		for i, h := range leverage {
			left := max(1-h-1/float64(n), 1e-12)
			for j, v := range yc.RawRowView(i) {
				r := (v - fit.At(i, j)) / left
				errors[j] += r * r
			}
		}
		for j, v := range errors {
			if v < best[j] {
				best[j], chosen[j] = v, lambda
			}
		}
	}
	for k := range s {
		row := coefficients.RawRowView(k)
		for j := range row {
			if k >= rank {
				row[j] = 0
				continue
			}
			row[j] *= s[k] / (s[k]*s[k] + chosen[j])
		}
	}
	beta = new(mat.Dense)
	beta.Mul(v, coefficients)
	return beta, means, nil
}

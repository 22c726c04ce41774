package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var plsFamily = Family{
	Card: Card{
		Family:   "pls",
		Title:    "Partial least squares regression",
		Question: "How much of the variance of X can be read out of a few directions of Y, those that covary most with X?",
		Formula:  "W from the components t = Y·r of largest covariance with what the components before leave of X; then as linreg",
		Params: []Param{
			integer("components", 2, 1, math.MaxInt32, "number of components, at most the rank of the predicting system (scikit-learn's default is 2, Brain-Score uses 25)"),
			choice("as", "R² (r2), the correlation of predictions and data about the means of training (pearson), or Pearson's correlation of them in each fold (correlation), or its square (correlation-squared)", asR2, asPearson, asCorrelation, asCorrelationSquared),
			poolParam,
			integer("cv", 5, 0, maxFolds, "held out in this many folds, the mean over folds reported; 0 scores the samples that were fitted"),
			foldsParam,
			testParam,
			seedParam,
			choice("direction", "Y predicts X, X predicts Y, or the mean of both", xFromY, yFromX, symmetric),
		},
		Identity: math.NaN(),
		Cost:     "n·q·(p + q) + components·(q² + p·q + min(p,q)³)",
		Pitfalls: []string{
			"even identical systems score below 1 when there are more dimensions than components",
			"features are not scaled: those of large variance lead the components",
			"contiguous folds of a recording put whole stretches of time into the test set; folds=conditions leaves out conditions",
		},
		References: []Reference{{
			Key: "wold2001pls", Authors: "Wold, Svante and Sjöström, Michael and Eriksson, Lennart",
			Title: "PLS-regression: a basic tool of chemometrics",
			Venue: "Chemometrics and Intelligent Laboratory Systems", Year: 2001, DOI: "10.1016/S0169-7439(01)00155-1",
		}, refDayal1997, {
			Key: "yamins2014performance", Authors: "Yamins, Daniel L. K. and Hong, Ha and Cadieu, Charles F. and Solomon, Ethan A. and Seibert, Darren and DiCarlo, James J.",
			Title: "Performance-optimized hierarchical models predict neural responses in higher visual cortex",
			Venue: "Proceedings of the National Academy of Sciences", Year: 2014, DOI: "10.1073/pnas.1403112111",
		}, refSchrimpf2020},
	},
	New: func(a Args) (Measure, error) {
		m, err := newRegression(a, Euclidean)
		if err != nil {
			return nil, err
		}
		m.card.Inflated = m.plan.k == 0
		components := a.Int("components")
		m.fitCost = func(_, p, q float64) float64 {
			small := min(p, q)
			return min(float64(components), q) * (p*q*small/2 + 9*small*small*small + q*(p+q))
		}
		m.solve = func(s *ridgeSolver, train predictors) error {
			s.rows = nil
			var g grain
			if train.grain != nil {
				g = train.grain()
			}
			fit, err := fitPLS(s.w, train.moments, g, components)
			s.tied = fit.tied
			if err != nil || fit.exact || train.rows == nil {
				return err
			}
			x, y := train.rows()
			s.rows, err = plsRows(x, y, g, components)
			return err
		}
		return pls{m, int64(components)}, nil
	},
}

// pls is partial least squares.
type pls struct {
	regression
	components int64
}

// Memory implements Memory: what is left of the moments, or of the samples, and the
// leading vector of it.
func (m pls) Memory(d Dims) Need {
	return m.need(d, func(d Dims, p, q int64) int64 {
		k, components := min(p, q), min(m.components, q)
		vectors := components * (2*d.N + 3*q + 2*p)
		return p*q + k*k + linalg.EigSymMemory(k) + vectors + d.N*(3*p+2*q)
	})
}

var refDayal1997 = Reference{
	Key: "dayal1997improved", Authors: "Dayal, Bhupinder S. and MacGregor, John F.",
	Title: "Improved PLS algorithms",
	Venue: "Journal of Chemometrics", Year: 1997, DOI: "10.1002/(SICI)1099-128X(199701)11:1<73::AID-CEM435>3.0.CO;2-#",
}

// fitPLS writes the q×p coefficients W of partial least squares regression of X
// on at most the given number of components of Y, those of the NIPALS
// algorithm (PLS2), from the moments alone: the second improved kernel
// algorithm of Dayal and MacGregor (1997). With S = YᵀX, each component has
//
//	w the leading left singular vector of S,   r = w − Σⱼ(pⱼᵀw)rⱼ,
//	t = Y·r,   p = Yᵀt/tᵀt,   c = Xᵀt/tᵀt = Sᵀr/tᵀt,
//
// adds r·cᵀ to W, and subtracts tᵀt·p·cᵀ from S. It stops when S or Y is exhausted. What
// is left of a feature ends when it is no more than rounding, as in plsRows: with L what
// the components before left of B = YᵀY, its square is L_jj. From then on t = Y·r holds
// what has ended of features, and the component is that of L: tᵀt = wᵀLw, p = Lw/tᵀt.
func fitPLS(w *mat.Dense, train *foldMoments, noise grain, components int) (fit plsFit, err error) {
	b := train.yy
	s := mat.DenseCopyOf(train.xy.T())
	q, p := s.Dims()
	w.Zero()
	whole := linalg.Norm(s)
	negligible := whole * float64(max(p, q)) * epsilon
	fit.exact = true
	smallest := linalg.Trace(b) * float64(q) * epsilon
	floors := noise.exhausted(diagonal(b))
	unsure := noise.ofProducts(train)
	left := mat.DenseCopyOf(b)
	ended := false
	var loadings, rotations []*mat.VecDense
	for range min(components, q) {
		if clearExhausted(s, left, floors) {
			fit.exact, ended = false, true
		}
		rest := linalg.Norm(s)
		if rest < visible*whole {
			fit.exact = false
		}
		if rest <= negligible {
			break
		}
		direction, tied, err := leadingVector(s, unsure)
		if err != nil {
			return fit, err
		}
		fit.tied = fit.tied || tied
		r := mat.VecDenseCopyOf(direction)
		for j, load := range loadings {
			r.AddScaledVec(r, -mat.Dot(load, direction), rotations[j])
		}
		load := mat.NewVecDense(q, nil)
		along, of := r, b
		if ended {
			along, of = direction, left
		}
		load.MulVec(of, along)
		square := mat.Dot(along, load) // tᵀt
		if square < visible*visible*linalg.Trace(b)*mat.Dot(r, r) {
			fit.exact = false
		}
		if !(square > smallest*mat.Dot(r, r)) {
			break
		}
		load.ScaleVec(1/square, load)
		c := mat.NewVecDense(p, nil)
		c.MulVec(s.T(), along)
		c.ScaleVec(1/square, c)
		w.RankOne(w, 1, r, c)
		s.RankOne(s, -square, load, c)
		left.RankOne(left, -square, load, load)
		loadings, rotations = append(loadings, load), append(rotations, r)
	}
	// With all components the fit is least squares, in whatever order they come.
	fit.tied = fit.tied && len(loadings) == components && linalg.Norm(s) > negligible
	return fit, nil
}

// exhausted returns for features with the given squared norms the norm below which
// nothing is left of each but rounding; nil where nothing is known of the features. The
// bound of text with few digits is a part of the feature: it says more than that.
func (g grain) exhausted(squares []float64) []float64 {
	if g.columns == nil {
		return nil
	}
	floors := slices.Clone(g.columns)
	for j, v := range squares {
		if g.written {
			floors[j] = min(floors[j], visible*math.Sqrt(v))
		}
	}
	return floors
}

// ofProducts returns how far rounding of the data moves a singular value of YᵀX: errors
// of a spacing in each sample of Y, evenly distributed, take their product with ‖X‖ at
// most, and those of X with ‖Y‖.
func (g grain) ofProducts(m *foldMoments) float64 {
	const even = 12 // the variance of 1 of numbers that are evenly distributed, inverted
	return (g.floor*math.Sqrt(sum(m.xx)) + g.target*math.Sqrt(linalg.Trace(m.yy))) / math.Sqrt(even*m.n)
}

// clearExhausted sets rows of S to zero whose feature has nothing left but what rounding
// makes of it, and the feature in what is left, and reports whether there are any.
func clearExhausted(s, left *mat.Dense, floors []float64) (cleared bool) {
	for j, floor := range floors {
		if v := left.At(j, j); v == 0 || v > floor*floor {
			continue
		}
		for i := range s.RawMatrix().Cols {
			s.Set(j, i, 0)
		}
		for i := range floors {
			left.Set(i, j, 0)
			left.Set(j, i, 0)
		}
		cleared = true
	}
	return cleared
}

// plsFit says what fitPLS found.
type plsFit struct {
	// exact is false if a component was so small against the first that rounding of the
	// moments took many of its digits.
	exact bool
	// tied says that a component was one of several that covary equally, and that not
	// all of them came in.
	tied bool
}

// tiedComponents is the warning of such a fit.
const tiedComponents = "several components covary equally with what they predict, and not all are used: which of them comes first is not determined, nor is the value"

// visible is the size of a component in relation to the first below which second
// moments hold less than ten digits of it.
const visible = 1e-3

// epsilon is the spacing of float64 above 1.
const epsilon = 0x1p-52

// leadingVector returns the left singular vector of the largest singular value
// of s, from the eigenvectors of the smaller of SSᵀ and SᵀS, and whether another value
// equals it but for rounding, which moves the values by as much as given.
func leadingVector(s *mat.Dense, unsure float64) (vector *mat.VecDense, tied bool, err error) {
	q, p := s.Dims()
	square := linalg.OuterGram
	if q > p {
		square = linalg.Gram
	}
	values, vectors, err := linalg.EigSym(square(s))
	if err != nil {
		return nil, false, err
	}
	tied = len(values) > 1 && values[0]-values[1] <= tiedVariance*values[0]+2*unsure*math.Sqrt(max(0, values[0]))
	if q <= p {
		return mat.VecDenseCopyOf(vectors.ColView(0)), tied, nil
	}
	w := mat.NewVecDense(q, nil)
	w.MulVec(s, vectors.ColView(0))
	w.ScaleVec(1/mat.Norm(w, 2), w)
	return w, tied, nil
}

package mlem

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// FRRSA is a feature-reweighted RSA.
type FRRSA struct {
	W        *mat.Dense // features × features, not normalised
	Spearman float64    // mean over the outer folds that have one
	Folds    []float64  // Spearman's ρ of each, NaN where distances are all equal
	Fraction float64    // mean of the fractions chosen in the outer folds
	Warnings []string

	found *foundBy
}

// FitFRRSA fits feature-reweighted RSA (Kaniuth and Hebart 2022,
// doi:10.1016/j.neuroimage.2022.119294) with the estimator of the frrsa package:
// ridge regression of the neural distances on the standardised regressors of a
// pair, without constraint. The penalty is given as the ratio of the norm of the
// coefficients to that without a penalty (Rokem and Kay 2020,
// doi:10.1093/gigascience/giaa133): .05, .1, …, 1. Five repetitions of a five-fold
// cross-validation over the stimuli outside the outer fold select it. The weights
// are those of all stimuli, with the mean of the fractions of the outer folds.
//
// With interactions this is FR-RSA-I of the MLEM paper. Options used are Folds,
// Groups, SplitBy, Interactions, MaxPairs, MaxMemory, Seed, Jobs and Progress.
func FitFRRSA(ctx context.Context, features *Features, neural *Neural, o Options) (*FRRSA, error) {
	const innerFolds, innerRepeats, fractions = 5, 5, 20
	o.Constraint, o.Objective, o.Ridge = Unconstrained, Pearson, nil
	f, err := newFitting(features, []*Neural{neural}, o)
	if err != nil {
		return nil, err
	}
	if f.Folds < 2 {
		return nil, &data.InputError{Found: fmt.Sprintf("%d stimuli", features.Stimuli()), Wanted: "want enough for at least two outer folds"}
	}
	s, inner := f.nestedSamplings(innerFolds, innerRepeats)
	a := newAccumulator(f.sample, f.design, f.layout.start, f.Jobs)
	all, err := a.run(ctx, s, f.MaxMemory, f.Progress)
	if err != nil {
		return nil, err
	}
	f.shift = a.shift
	if all[0].count < 3 {
		return nil, tooFewPairs(all[0].count)
	}
	at := func(i int) *problem { return all[i].problem(f.design.terms, a.shift, 0) }
	f.selectScored()
	out := &FRRSA{Warnings: f.warnings}
	weights := make([][]float64, len(f.folds))
	for k, e := range f.folds {
		var paths [][][]float64
		var tests []*problem
		for _, pair := range inner[k] {
			path, err := at(pair[0]).fractionPath(fractions)
			if err != nil {
				return nil, err
			}
			paths, tests = append(paths, path), append(tests, at(pair[1]))
		}
		best, chosen := math.Inf(-1), 0
		for i := range fractions {
			var sum float64
			for j, path := range paths {
				r, _ := tests[j].pearson(path[i])
				sum += r
			}
			if sum > best {
				best, chosen = sum, i
			}
		}
		path, err := at(1 + k).fractionPath(fractions)
		if err != nil {
			return nil, err
		}
		weights[k] = path[chosen]
		out.Folds = append(out.Folds, e.heldOut(0, weights[k]))
		out.Fraction += float64(chosen+1) / fractions / float64(f.Folds)
	}
	out.found = &foundBy{f, byWeights(func(fold int) []float64 { return weights[fold] })}
	out.Spearman = meanOfDefined(out.Folds)
	w, err := at(0).fraction([]float64{out.Fraction})
	if err != nil {
		return nil, err
	}
	out.W = f.design.matrix(w[0])
	return out, nil
}

// nestedSamplings returns the whole data, the outer training sets, and the inner
// training and test sets. inner lists the rows of the inner sets by outer fold.
func (f *fitting) nestedSamplings(folds, repeats int) (s samplings, inner [][][2]int) {
	c := f.layout.clusters()
	row := func(weight func(int) bool) int {
		r := make([]float64, c)
		for i := range r {
			if weight(i) {
				r[i] = 1
			}
		}
		s.rows = append(s.rows, r)
		return len(s.rows) - 1
	}
	row(func(int) bool { return true })
	for k := range f.Folds {
		row(func(i int) bool { return f.layout.fold[i] != k })
	}
	inner = make([][][2]int, f.Folds)
	for k := range f.Folds {
		var training []int
		for i, fold := range f.layout.fold {
			if fold != k {
				training = append(training, i)
			}
		}
		for r := range repeats {
			part := make([]int, c)
			for i := range part {
				part[i] = -1
			}
			rng := stats.Stream(f.Seed, fmt.Sprintf("mlem/frrsa/%d/%d", k, r))
			for i, p := range rng.Perm(len(training)) {
				part[training[p]] = i % folds
			}
			for j := range folds {
				train := row(func(i int) bool { return part[i] >= 0 && part[i] != j })
				test := row(func(i int) bool { return part[i] == j })
				inner[k] = append(inner[k], [2]int{train, test})
			}
		}
	}
	return s, inner
}

// fractionPath returns the coefficients at fractions 1/n, 2/n, …, 1.
func (q *problem) fractionPath(n int) ([][]float64, error) {
	fractions := make([]float64, n)
	for i := range fractions {
		fractions[i] = float64(i+1) / float64(n)
	}
	return q.fraction(fractions)
}

// fraction returns ridge coefficients, of regressors in their own units, whose
// norm in standard units is the given fraction of the least-squares norm. In the
// eigenbasis of the correlation matrix, ridge with penalty α multiplies the
// coefficient of eigenvalue λ by λ/(λ+α). The norm decreases with α, so bisection
// finds α.
func (q *problem) fraction(fractions []float64) ([][]float64, error) {
	p := len(q.b)
	sd := make([]float64, p)
	g := mat.NewDense(p, p, nil)
	for i := range sd {
		const rounding = 1e-13 // of the mean square
		v := q.g.At(i, i)
		if sd[i] = math.Sqrt(v); !(v > rounding*(v+q.meanX[i]*q.meanX[i])) {
			sd[i] = math.Inf(1) // a constant regressor gets no weight
		}
	}
	for i := range p {
		for j := range p {
			g.Set(i, j, q.g.At(i, j)/sd[i]/sd[j])
		}
	}
	values, v, err := linalg.EigSym(g)
	if err != nil {
		return nil, err
	}
	b := make([]float64, p)
	for i := range b {
		b[i] = q.b[i] / sd[i]
	}
	free := make([]float64, p)
	for e, l := range values {
		if l > 1e-10*values[0] {
			for i := range b {
				free[e] += v.At(i, e) * b[i] / l
			}
		}
	}
	size := func(alpha float64) float64 {
		var ss float64
		for e, l := range values {
			c := free[e]
			if alpha > 0 {
				c *= l / (l + alpha)
			}
			ss += c * c
		}
		return math.Sqrt(ss)
	}
	out := make([][]float64, len(fractions))
	for n, fraction := range fractions {
		alpha := 0.0
		if fraction < 1 {
			lo, hi := 1e-12*values[0], 1e12*values[0]
			for range 200 {
				alpha = math.Sqrt(lo * hi)
				if size(alpha) > fraction*size(0) {
					lo = alpha
				} else {
					hi = alpha
				}
			}
		}
		w := make([]float64, p)
		for e, l := range values {
			c := free[e]
			if alpha > 0 {
				c *= l / (l + alpha)
			}
			for i := range w {
				w[i] += v.At(i, e) * c
			}
		}
		for i := range w {
			w[i] /= sd[i]
		}
		out[n] = w
	}
	return out, nil
}

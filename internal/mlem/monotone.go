package mlem

import (
	"context"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// transform is a non-decreasing function of the regressed distance. It interpolates
// linearly between knots and is constant beyond them.
type transform struct{ x, y []float64 }

// at returns the value at x.
func (t *transform) at(x float64) float64 {
	i := sort.SearchFloat64s(t.x, x)
	switch {
	case i == 0:
		return t.y[0]
	case i == len(t.x):
		return t.y[i-1]
	}
	a, b := t.x[i-1], t.x[i]
	return t.y[i-1] + (x-a)/(b-a)*(t.y[i]-t.y[i-1])
}

// addTransforms prepares the objective Spearman. For every representation, and for
// all stimuli and each training set, it appends to the regressed distances the
// monotone transform that a metric predicts best. Fits, folds and bootstrap then
// proceed as for Pearson, on the transformed distances. A representation without a
// transform, whose error is in unlearned, keeps its distances as they are.
func (f *fitting) addTransforms(ctx context.Context) error {
	f.transformed = len(f.sample.neural)
	sets := f.trainingSets() + 1
	learned := make([]*Neural, f.transformed*sets)
	failed := make([]error, len(learned))
	err := forEach(ctx, f.Jobs, len(learned), func(_, i int) error {
		k, set := i/sets, i%sets-1
		places := f.layout.placesWhere(func(c int) bool {
			return f.layout.fold[c] != outside && (set == whole || f.partitions[set/f.Folds][c] != set%f.Folds)
		})
		t, err := f.learnTransform(ctx, f.sample.subset(places), k, set)
		if err != nil && ctx.Err() != nil {
			return err
		}
		y := *f.sample.neural[k]
		y.warp, failed[i] = t, err
		learned[i] = &y
		return nil
	})
	f.sample.neural = append(f.sample.neural, learned...)
	f.unlearned = make([]error, f.transformed)
	for i, err := range failed {
		if k := i / sets; f.unlearned[k] == nil {
			f.unlearned[k] = err
		}
	}
	return err
}

// learnTransform alternates between two least-squares problems, as nonmetric
// scaling does (Kruskal 1964, doi:10.1007/BF02289694; de Leeuw, Young and Takane
// 1976, doi:10.1007/BF02296971): the metric that best predicts the current
// targets, and the targets, non-decreasing in the neural distance, that best fit
// the predictions (isotonic regression). Both steps raise the correlation of
// predictions with targets, and after the first step only the order of the neural
// distances matters. It starts at the Pearson fit and returns the transform whose
// metric has the highest Spearman correlation, so it is never worse than the Pearson
// fit. When there are many pairs, a balanced random subset represents all.
func (f *fitting) learnTransform(ctx context.Context, s *sample, k, set int) (*transform, error) {
	const maxSteps, patience = 30, 5
	const maxPairs, maxValues = 400_000, 8 << 20 // pairs, and regressors of all of them
	s.thin(min(maxPairs, maxValues/len(f.design.terms)), stats.Stream(f.Seed, fmt.Sprintf("mlem/transform/%d", set)))
	e := newEvaluation(s, f.design)
	n := len(e.first)
	if n < 3 {
		return nil, tooFewPairs(float64(n))
	}
	x := e.regressors()
	linalg.CenterTo(x, make([]float64, len(f.design.terms)), x)
	normal := linalg.Gram(x)
	base := e.distances(k)
	order := linalg.Argsort(base)
	ranks := make([]float64, n)
	new(linalg.Sorter).RanksWithin(ranks, base, e.ties(k).distances)
	target := append([]float64(nil), base...)
	prediction, predicted := make([]float64, n), make([]float64, n)
	best, idle := math.Inf(-1), 0
	var bestTarget []float64
	for range maxSteps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sol, err := e.problem(x, normal, target).solve(f.Constraint, f.ridgeFloor())
		if err != nil {
			return nil, err
		}
		mat.NewVecDense(n, prediction).MulVec(x, mat.NewVecDense(len(sol.w), sol.w))
		new(linalg.Sorter).RanksWithin(predicted, prediction, e.ties(k).predictions)
		rho, ok := stats.Pearson(predicted, ranks)
		if !ok {
			break
		}
		if rho > best+1e-7 {
			best, idle = rho, 0
			bestTarget = append(bestTarget[:0], target...)
		} else if idle++; idle == patience {
			break
		}
		isotonic(target, prediction, base, order)
	}
	if bestTarget == nil {
		bestTarget = base
	}
	t := &transform{}
	const knots = 512
	for i := range knots {
		at := order[i*(n-1)/(knots-1)]
		if len(t.x) == 0 || base[at] > t.x[len(t.x)-1] {
			t.x, t.y = append(t.x, base[at]), append(t.y, bestTarget[at])
		}
	}
	return t, nil
}

// regressors returns the regressors of all pairs, one row for each.
func (e *evaluation) regressors() *mat.Dense {
	x := mat.NewDense(len(e.first), len(e.design.terms), nil)
	d := newTiles(e.features, len(e.first))
	for d.next(e.first, e.second) {
		for p := range d.n {
			e.design.products(x.RawRowView(d.at+p), d.row(p))
		}
	}
	return x
}

// problem is the least squares of targets on centred regressors x, whose Gram
// matrix is given.
func (e *evaluation) problem(x, gram *mat.Dense, target []float64) *problem {
	n, p := x.Dims()
	inv := 1 / float64(n)
	q := &problem{terms: e.design.terms, g: scaled(inv, gram), b: make([]float64, p), count: float64(n), meanX: make([]float64, p)}
	for _, v := range target {
		q.meanY += v * inv
	}
	for i, v := range target {
		v -= q.meanY
		q.yy += v * v * inv
		for t, r := range x.RawRowView(i) {
			q.b[t] += r * v * inv
		}
	}
	return q
}

// ridgeFloor returns the penalty while transforms are learned: the only one of the
// options, or 0 if the penalty is yet to be chosen.
func (f *fitting) ridgeFloor() float64 {
	if len(f.Ridge) == 1 {
		return f.Ridge[0]
	}
	return 0
}

// isotonic writes into fit the non-decreasing function of base that is closest
// to values in least squares, by pooling adjacent violators; observations of
// equal base share a value. order sorts base.
func isotonic(fit, values, base []float64, order []int32) {
	type block struct {
		sum, count float64
		end        int
	}
	var blocks []block
	for lo := 0; lo < len(order); {
		hi, b := lo, block{}
		for ; hi < len(order) && base[order[hi]] == base[order[lo]]; hi++ {
			b.sum += values[order[hi]]
			b.count++
		}
		b.end = hi
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.sum*b.count < b.sum*last.count {
				break
			}
			b.sum, b.count = b.sum+last.sum, b.count+last.count
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
		lo = hi
	}
	at := 0
	for _, b := range blocks {
		for ; at < b.end; at++ {
			fit[order[at]] = b.sum / b.count
		}
	}
}

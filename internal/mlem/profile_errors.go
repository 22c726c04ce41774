package mlem

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// errorsOver returns the errors of what over returns, 0 for a profile without.
func (p Profile) errorsOver(features []string, size float64) *mat.Dense {
	out := mat.NewDense(len(p.Layers), len(features), nil)
	if p.SE == nil {
		return out
	}
	for k, name := range features {
		at := slices.Index(p.Features, name)
		for l := range p.Layers {
			out.Set(l, k, p.SE.At(l, at)/size)
		}
	}
	return out
}

// Interval returns the interval of the distance, of a level such as .95, and a note where
// it says no more than that: a distance that is no larger than what noise alone gives may be
// all noise, so that its interval holds 0 and that.
func (p ProfilePair) Interval(level float64) (stats.Interval, string) {
	i := stats.NormalInterval(p.Distance, p.SE, level)
	if p.Distance <= p.Noise {
		return stats.Interval{Lo: 0, Hi: max(i.Hi, p.Noise)}, "no more than noise alone gives"
	}
	return stats.Interval{Lo: max(0, i.Lo), Hi: i.Hi}, ""
}

// noiseOf returns the mean distance of two copies of a profile, each with errors of its own.
func (o ProfileOptions) noiseOf(curve, se *mat.Dense, key string) float64 {
	const draws = 200
	rng := stats.Stream(o.Seed, key)
	n, f := curve.Dims()
	mean := 0.0
	for range draws {
		var copies [2]*mat.Dense
		for c := range copies {
			copies[c] = mat.NewDense(n, f, nil)
			copies[c].Apply(func(l, k int, v float64) float64 { return v + se.At(l, k)*rng.NormFloat64() }, curve)
			if size := linalg.Norm(copies[c]) / math.Sqrt(float64(n*f)); o.Scale && size > 0 {
				copies[c].Scale(1/size, copies[c])
			}
		}
		cost := func(k, l int) float64 {
			return math.Sqrt(linalg.SqDistance(copies[0].RawRowView(k), copies[1].RawRowView(l)))
		}
		if o.Warp {
			pair, _ := warp(n, n, o.Band, cost)
			mean += pair.Distance / draws
			continue
		}
		for k := range n {
			mean += cost(k, k) / float64(n) / draws
		}
	}
	return mean
}

// errorOf returns the standard error of the distance of two curves to first order: with
// the weight w of a step that matches layers k and l at the cost c = ‖a_k − b_l‖, the distance
// moves by w·(a_k − b_l)/c with a_k, and by the opposite with b_l. The path is the best, so that
// a small change of it moves nothing. What an error does to the size of a shape is divided away.
func (o ProfileOptions) errorOf(p ProfilePair, a, b, seA, seB *mat.Dense) float64 {
	n, f := a.Dims()
	m, _ := b.Dims()
	byA, byB := mat.NewDense(n, f, nil), mat.NewDense(m, f, nil)
	for s, step := range p.Path {
		weight := 1 / float64(n)
		if o.Warp {
			weight = 1 / float64(n+m)
			if s == 0 || step[0] > p.Path[s-1][0] && step[1] > p.Path[s-1][1] {
				weight *= 2
			}
		}
		x, y := a.RawRowView(step[0]), b.RawRowView(step[1])
		cost := math.Sqrt(linalg.SqDistance(x, y))
		if cost == 0 {
			continue
		}
		for k := range f {
			g := weight * (x[k] - y[k]) / cost
			byA.Set(step[0], k, byA.At(step[0], k)+g)
			byB.Set(step[1], k, byB.At(step[1], k)-g)
		}
	}
	if o.Scale {
		alongShapes(byA, a)
		alongShapes(byB, b)
	}
	byA.MulElem(byA, seA)
	byB.MulElem(byB, seB)
	return math.Hypot(linalg.Norm(byA), linalg.Norm(byB))
}

// alongShapes takes from a slope what changes the size of a curve, whose mean square is 1: of a
// curve x of size s, ∂(x_i/s)/∂x_j = (δ_ij − (x_i/s)(x_j/s)/N)/s with N values.
func alongShapes(slope, curve *mat.Dense) {
	n, f := curve.Dims()
	size := 0.0
	for l := range n {
		size += dot(slope.RawRowView(l), curve.RawRowView(l))
	}
	for l := range n {
		addScaled(slope.RawRowView(l), curve.RawRowView(l), -size/float64(n*f))
	}
}

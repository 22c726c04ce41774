package measures

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// penaltySearch finds the penalty of the grid whose leave-one-out error is smallest, see
// leaveOneOut, of n samples with the left singular vectors U and the singular values s of
// Y, r of them, and G = UᵀX.
type penaltySearch struct {
	x, u, g *mat.Dense
	s       []float64
	left    [][]float64 // 1 − hᵢ for each penalty of the grid
	along   []float64   // squared norms of the rows of G
	total   float64     // ‖X‖²

	residual, shrunk *mat.Dense // nil before the first error in float64
	squares          []float64  // squared norms of the rows of the last residual
	rough            float64    // what the norm of the last residual may be wrong by; see screen
	computed         int        // errors that were computed in float64
}

func newPenaltySearch(x, u, g *mat.Dense, s []float64) *penaltySearch {
	n, _ := x.Dims()
	t := &penaltySearch{x: x, u: u, g: g, s: s, along: make([]float64, len(s)), squares: make([]float64, n)}
	for i := range n {
		t.total += dot(x.RawRowView(i), x.RawRowView(i))
	}
	for k := range t.along {
		t.along[k] = dot(g.RawRowView(k), g.RawRowView(k))
	}
	t.leave()
	return t
}

// grid returns penalty i of the grid, the largest first.
func (t *penaltySearch) grid(i int) float64 {
	return sum(squares(t.s)) / float64(len(t.s)) * math.Pow(10, float64(autoHigh-i))
}

// penalties is the number of penalties of the grid.
const penalties = autoHigh - autoLow + 1

// leave computes 1 − hᵢ = (1 − 1/n − Σₖuᵢₖ²) + Σₖuᵢₖ²fₖ for all penalties in one pass
// over U.
func (t *penaltySearch) leave() {
	const block = 128 // rows at a time
	n, r := t.u.Dims()
	shares, squared := mat.NewDense(r, penalties, nil), mat.NewDense(min(n, block), r, nil)
	t.left = make([][]float64, penalties)
	for i := range t.left {
		t.left[i] = make([]float64, n)
		lambda := t.grid(i)
		for k, v := range t.s {
			shares.Set(k, i, lambda/(v*v+lambda))
		}
	}
	left := mat.NewDense(min(n, block), penalties, nil)
	for lo := 0; lo < n; lo += block {
		rows := min(block, n-lo)
		for row := range rows {
			own, free := squared.RawRowView(row), left.RawRowView(row)
			for k, v := range t.u.RawRowView(lo + row) {
				own[k] = v * v
			}
			free[0] = max(0, 1-1/float64(n)-sum(own))
			for i := range free {
				free[i] = free[0]
			}
		}
		some := left.Slice(0, rows, 0, penalties).(*mat.Dense)
		gemm(1, squared.Slice(0, rows, 0, r).(*mat.Dense), shares, 1, some)
		for row := range rows {
			for i, v := range some.RawRowView(row) {
				t.left[i][lo+row] = v
			}
		}
	}
}

// penaltyBound is what is known of a penalty before its error is computed.
type penaltyBound struct {
	lambda  float64
	kept    []float64 // s²/(s²+λ), what shrinkage leaves of each component
	left    []float64 // 1 − hᵢ
	below   float64   // the error is not smaller
	general float64   // the generalised cross-validation error, near to it mostly
}

// best returns the penalty with the smallest error, and the larger among equals.
//
// An error takes the n·r·p operations of a prediction. In n·r it is bounded from below: it
// is a sum of squared residuals with weights 1/(1−hᵢ)², so that
//
//	loss(λ) ≥ min 1/(1−hᵢ)²·RSS(λ),  RSS(λ) = ‖X‖² − Σₖ(1−fₖ²)‖gₖ‖²,  f = λ/(s²+λ).
//
// Errors are computed in the order of generalised cross-validation, which puts the mean of
// hᵢ in place of each; a penalty whose bound, or whose bound by what is known since (see
// beside), exceeds the smallest error needs none. One to three of thirteen remain mostly,
// and one after screen, and the result is the same.
func (t *penaltySearch) best() (float64, error) {
	candidates := make([]penaltyBound, penalties)
	for i := range candidates {
		candidates[i] = t.bound(i)
	}
	slices.SortStableFunc(candidates, func(a, b penaltyBound) int { return cmp.Compare(a.general, b.general) })
	if candidates = t.screen(candidates); len(candidates) == 1 {
		return candidates[0].lambda, nil
	}
	best, lambda := math.Inf(1), math.NaN()
	var last penaltyBound
	for i, one := range candidates {
		if one.below > best || i > 0 && t.beside(one, last) > best {
			continue
		}
		last = one
		if loss := t.loss(one); loss < best || loss == best && one.lambda > lambda {
			best, lambda = loss, one.lambda
		}
	}
	if math.IsNaN(lambda) {
		return 0, undefined("no penalty of the grid has a finite leave-one-out error")
	}
	return lambda, nil
}

// bound returns what is known of penalty i of the grid before its error is computed.
func (t *penaltySearch) bound(i int) penaltyBound {
	b := penaltyBound{lambda: t.grid(i), kept: make([]float64, len(t.s)), left: t.left[i]}
	residual := t.total
	for k, v := range t.s {
		f := b.lambda / (v*v + b.lambda)
		b.kept[k] = v * v / (v*v + b.lambda)
		residual -= b.kept[k] * (1 + f) * t.along[k] // 1 − f² = (1−f)(1+f)
	}
	most, all := 0.0, 0.0
	for _, v := range b.left {
		most, all = max(most, v), all+v
	}
	const rounding = 1e-9 // of the total, in a difference that may be nearly 0
	mean := all / float64(len(b.left))
	b.general = residual / (mean * mean)
	b.below = (residual - rounding*t.total) / (most * most)
	return b
}

// loss returns the leave-one-out error, from the residuals X − U·diag(1−f)·G.
func (t *penaltySearch) loss(b penaltyBound) float64 {
	t.computed++
	if t.residual == nil {
		n, p := t.x.Dims()
		t.residual, t.shrunk = lend(n, p), lend(len(t.s), p)
	}
	t.shrunk.Copy(t.g)
	scaleRows(t.shrunk, b.kept)
	t.residual.Copy(t.x)
	gemm(-1, t.u, t.shrunk, 1, t.residual)
	total := 0.0
	for i, left := range b.left {
		row := t.residual.RawRowView(i)
		t.squares[i] = dot(row, row)
		total += t.squares[i] / (left * left)
	}
	return total
}

// beside returns a bound from below of the error of a penalty from the residuals R of
// another, the last whose error was computed. With the weights c of the one and the f of
// the other, D the difference of what the two leave of the components, and eᵢ = ‖Rᵢ‖²,
// the error is
//
//	Σ cᵢ‖Rᵢ + uᵢDG‖² = Σcᵢeᵢ + 2Σcᵢ⟨Rᵢ,uᵢDG⟩ + Σcᵢ‖uᵢDG‖².
//
// UᵀR = diag(f)G, so that for equal weights c̄ the second sum is 2c̄·ΣDₖfₖ‖gₖ‖²; weights
// that differ change it by 2√(Σ(cᵢ−c̄)²eᵢ)·‖DG‖ at most, by Cauchy and Schwarz. c̄ is the
// mean of c weighted by e, for which that is least. Where R is rough, its errors count
// against the bound.
func (t *penaltySearch) beside(b, other penaltyBound) float64 {
	weighted, all, least, most := 0.0, 0.0, math.Inf(1), 0.0
	for i, left := range b.left {
		c := 1 / (left * left)
		weighted, all = weighted+c*t.squares[i], all+t.squares[i]
		least, most = min(least, c), max(most, c)
	}
	mean, spread := weighted/all, 0.0
	for i, left := range b.left {
		d := 1/(left*left) - mean
		spread += d * d * t.squares[i]
	}
	product, moved := 0.0, 0.0
	for k, v := range t.along {
		d := other.kept[k] - b.kept[k]
		product += d * (1 - other.kept[k]) * v
		moved += d * d * v
	}
	const (
		rounding = 1e-9
		oblique  = 1e-11 // what UᵀU may differ from 1; see leftVectors
	)
	spread = math.Sqrt(spread) + oblique*mean*math.Sqrt(t.total) + most*t.rough
	return weighted*(1-rounding) - t.roughly(weighted, most) + 2*mean*product - 2*spread*math.Sqrt(moved) + least*moved*(1-rounding)
}

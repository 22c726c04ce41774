package mlem

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// problem is the least squares of one distance on P regressors, both centred, in
// terms of the normal equations per pair:
//
//	minimise ½·wᵀGw − bᵀw, G = Cov(x), b = Cov(x,y).
//
// Because a scale and an intercept are free, the w that minimises it over a
// cone also maximises Pearson's correlation of x·w with y over that cone.
type problem struct {
	terms []Term
	g     *mat.Dense
	b     []float64
	yy    float64 // variance of y
	count float64 // weighted number of pairs
	meanX []float64
	meanY float64
}

// problem returns the least squares of distance k: it centres the sums.
func (m *moments) problem(terms []Term, s shift, k int) *problem {
	p := len(m.x)
	q := &problem{terms: terms, g: mat.NewDense(p, p, nil), b: make([]float64, p), count: m.count, meanX: make([]float64, p)}
	if m.count == 0 {
		q.meanY = s.y[k]
		return q
	}
	inv := 1 / m.count
	y, yy, xy := m.sums(k)
	my := y * inv
	at := 0
	for i := range p {
		mi := m.x[i] * inv
		q.meanX[i] = mi + s.x[i]
		q.b[i] = xy[i]*inv - mi*my
		for j := i; j < p; j++ {
			v := m.xx[at]*inv - mi*m.x[j]*inv
			q.g.Set(i, j, v)
			q.g.Set(j, i, v)
			at++
		}
	}
	q.meanY = my + s.y[k]
	q.yy = max(0, yy*inv-my*my)
	at = 0
	for i := range p {
		const rounding = 1e-13 // of squares, of which a variance is a difference
		if q.g.At(i, i) <= rounding*(m.xx[at]*inv+s.x[i]*s.x[i]) {
			q.fix(i)
		}
		at += p - i
	}
	return q
}

// fix makes a regressor that varies by rounding one that does not vary: standardised, its
// rounding would weigh as much as the others.
func (q *problem) fix(t int) {
	for u := range q.b {
		q.g.Set(t, u, 0)
		q.g.Set(u, t, 0)
	}
	q.b[t] = 0
}

// restrict returns the problem with only the regressors at the given positions.
func (q *problem) restrict(at []int) *problem {
	r := &problem{g: mat.NewDense(len(at), len(at), nil), yy: q.yy, count: q.count, meanY: q.meanY}
	for i, a := range at {
		for j, b := range at {
			r.g.Set(i, j, q.g.At(a, b))
		}
	}
	r.terms, r.b, r.meanX = pick(q.terms, at), pick(q.b, at), pick(q.meanX, at)
	return r
}

// variance returns wᵀGw, the variance of the prediction.
func (q *problem) variance(w []float64) float64 {
	var v float64
	for i, a := range w {
		if a == 0 {
			continue
		}
		row := q.g.RawRowView(i)
		for j, b := range w {
			v += a * b * row[j]
		}
	}
	return max(v, 0)
}

// covariance returns bᵀw.
func (q *problem) covariance(w []float64) float64 {
	var v float64
	for i, a := range w {
		v += a * q.b[i]
	}
	return v
}

// pearson returns the correlation of the prediction with the distances, exactly as a
// pass over the pairs would. ok is false where a side is constant.
func (q *problem) pearson(w []float64) (r float64, ok bool) {
	v := q.variance(w)
	if v <= 1e-28*q.ceiling(w) || q.yy == 0 {
		return 0, false
	}
	return max(-1, min(1, q.covariance(w)/math.Sqrt(v)/math.Sqrt(q.yy))), true
}

// ceiling returns Σ|w_i|²·G_ii·P, an upper bound of wᵀGw.
func (q *problem) ceiling(w []float64) float64 {
	var v float64
	for i, a := range w {
		v += a * a * q.g.At(i, i)
	}
	return v * float64(len(w))
}

func dot(a, b []float64) float64 {
	var s float64
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

package measures

import (
	"math/big"

	"gonum.org/v1/gonum/mat"
)

// The functions below compute with 320 bits, by the definitions and not by the formulas
// of the measures.

const bigPrecision = 320

func bigOf(v float64) *big.Float { return new(big.Float).SetPrec(bigPrecision).SetFloat64(v) }

func bigNew() *big.Float { return new(big.Float).SetPrec(bigPrecision) }

// bigMatrix is a matrix of numbers of 320 bits.
type bigMatrix [][]*big.Float

func newBig(n, p int) bigMatrix {
	m := make(bigMatrix, n)
	for i := range m {
		m[i] = make([]*big.Float, p)
		for j := range m[i] {
			m[i][j] = bigNew()
		}
	}
	return m
}

func bigFrom(x *mat.Dense) bigMatrix {
	n, p := x.Dims()
	m := newBig(n, p)
	for i := range n {
		for j := range p {
			m[i][j].SetFloat64(x.At(i, j))
		}
	}
	return m
}

// times returns a·b.
func (a bigMatrix) times(b bigMatrix) bigMatrix {
	out := newBig(len(a), len(b[0]))
	t := bigNew()
	for i := range a {
		for k := range b {
			for j := range b[k] {
				out[i][j].Add(out[i][j], t.Mul(a[i][k], b[k][j]))
			}
		}
	}
	return out
}

// transposed returns aᵀ.
func (a bigMatrix) transposed() bigMatrix {
	out := newBig(len(a[0]), len(a))
	for i := range a {
		for j := range a[i] {
			out[j][i].Set(a[i][j])
		}
	}
	return out
}

// centred removes the column means.
func (a bigMatrix) centred() bigMatrix {
	out := newBig(len(a), len(a[0]))
	for j := range a[0] {
		mean := bigNew()
		for i := range a {
			mean.Add(mean, a[i][j])
		}
		mean.Quo(mean, bigOf(float64(len(a))))
		for i := range a {
			out[i][j].Sub(a[i][j], mean)
		}
	}
	return out
}

// dot returns Σ a_ij·b_ij.
func (a bigMatrix) dot(b bigMatrix) *big.Float {
	s, t := bigNew(), bigNew()
	for i := range a {
		for j := range a[i] {
			s.Add(s, t.Mul(a[i][j], b[i][j]))
		}
	}
	return s
}

// bigRatio returns a/√(b·c).
func bigRatio(a, b, c *big.Float) float64 {
	root := bigNew().Mul(b, c)
	root.Sqrt(root)
	v, _ := bigNew().Quo(a, root).Float64()
	return v
}

// bigDebiased is debiased linear CKA by Song's sums over pairs of different samples.
func bigDebiased(x, y *mat.Dense) float64 {
	hollow := func(x *mat.Dense) bigMatrix {
		a := bigFrom(x)
		k := a.times(a.transposed())
		for i := range k {
			k[i][i].SetInt64(0)
		}
		return k
	}
	hsic := func(k, l bigMatrix) *big.Float {
		n := float64(len(k))
		sums := func(m bigMatrix) ([]*big.Float, *big.Float) {
			rows, total := make([]*big.Float, len(m)), bigNew()
			for i := range m {
				rows[i] = bigNew()
				for _, v := range m[i] {
					rows[i].Add(rows[i], v)
				}
				total.Add(total, rows[i])
			}
			return rows, total
		}
		rk, tk := sums(k)
		rl, tl := sums(l)
		between := bigMatrix{rk}.dot(bigMatrix{rl})
		out := k.dot(l)
		both := bigNew().Mul(tk, tl)
		out.Add(out, both.Quo(both, bigOf((n-1)*(n-2))))
		between.Mul(between, bigOf(2))
		return out.Sub(out, between.Quo(between, bigOf(n-2)))
	}
	k, l := hollow(x), hollow(y)
	return bigRatio(hsic(k, l), hsic(k, k), hsic(l, l))
}

// outer returns aaᵀ.
func (a bigMatrix) outer() bigMatrix { return a.times(a.transposed()) }

// minus returns a − b.
func (a bigMatrix) minus(b bigMatrix) bigMatrix {
	out := newBig(len(a), len(a[0]))
	for i := range a {
		for j := range a[i] {
			out[i][j].Sub(a[i][j], b[i][j])
		}
	}
	return out
}

func (a bigMatrix) trace() *big.Float {
	s := bigNew()
	for i := range a {
		s.Add(s, a[i][i])
	}
	return s
}

// kernel returns the centred linear kernel matrix.
func (a bigMatrix) kernel() bigMatrix { return a.centred().outer() }

// doublyCentred removes the means of columns and rows.
func (a bigMatrix) doublyCentred() bigMatrix { return a.centred().transposed().centred() }

// uCentred returns the linear kernel matrix with a zero diagonal, U-centred.
func (a bigMatrix) uCentred() bigMatrix {
	k := a.outer()
	n := float64(len(k))
	total := bigNew()
	rows := make([]*big.Float, len(k))
	for i := range k {
		k[i][i].SetInt64(0)
		rows[i] = bigNew()
		for _, v := range k[i] {
			rows[i].Add(rows[i], v)
		}
		total.Add(total, rows[i])
		rows[i].Quo(rows[i], bigOf(n-2))
	}
	total.Quo(total, bigOf((n-1)*(n-2)))
	for i := range k {
		for j := range k[i] {
			if i != j {
				k[i][j].Sub(k[i][j], rows[i])
				k[i][j].Sub(k[i][j], rows[j])
				k[i][j].Add(k[i][j], total)
			}
		}
	}
	return k
}

// distances returns the squared Euclidean distances of the rows, or their roots.
func (a bigMatrix) distances(roots bool) bigMatrix {
	out := newBig(len(a), len(a))
	for i := range a {
		for j := range a {
			d := bigMatrix{a[i]}.minus(bigMatrix{a[j]})
			out[i][j] = d.dot(d)
			if roots {
				out[i][j].Sqrt(out[i][j])
			}
		}
	}
	return out
}

// basis returns an orthonormal basis of the columns by Gram and Schmidt, twice. What is
// 1e-60 of a column is its dependence on those before.
func (a bigMatrix) basis() bigMatrix {
	at := a.transposed()
	var q bigMatrix
	t := bigNew()
	for _, column := range at {
		v := bigMatrix{column}
		before := v.dot(v)
		for range 2 {
			for _, u := range q {
				c := v.dot(bigMatrix{u})
				next := newBig(1, len(column))
				for i := range u {
					next[0][i].Sub(v[0][i], t.Mul(c, u[i]))
				}
				v = next
			}
		}
		left := v.dot(v)
		if before.Sign() == 0 || bigNew().Quo(left, before).Cmp(bigOf(1e-120)) < 0 {
			continue
		}
		left.Sqrt(left)
		for i := range v[0] {
			v[0][i] = bigNew().Quo(v[0][i], left)
		}
		q = append(q, v[0])
	}
	return q.transposed()
}

// bigCosine returns ⟨a,b⟩/(‖a‖‖b‖).
func bigCosine(a, b bigMatrix) *big.Float {
	root := bigNew().Mul(a.dot(a), b.dot(b))
	root.Sqrt(root)
	return bigNew().Quo(a.dot(b), root)
}

// bigAngle returns the angle of two matrices: by the arc cosine where that is exact, and
// else by the series of 2·asin(r/2) with r the distance of their unit multiples.
func bigAngle(a, b bigMatrix) *big.Float {
	c := bigCosine(a, b)
	// r² = 2 − 2c
	r := bigNew().Sub(bigOf(2), bigNew().Mul(bigOf(2), c))
	r.Sqrt(r)
	half := bigNew().Quo(r, bigOf(2))
	// asin z = Σ (2k)!/(4^k (k!)² (2k+1)) z^(2k+1), halved first by
	// asin z = 2·asin(z/√(2(1+√(1−z²)))) until it converges fast.
	factor := 2.0
	for range 8 {
		square := bigNew().Mul(half, half)
		root := bigNew().Sub(bigOf(1), square)
		root.Sqrt(root)
		root.Add(root, bigOf(1))
		root.Mul(root, bigOf(2))
		root.Sqrt(root)
		half.Quo(half, root)
		factor *= 2
	}
	square := bigNew().Mul(half, half)
	term, total := bigNew().Set(half), bigNew().Set(half)
	for k := 1; k < 60; k++ {
		term.Mul(term, square)
		term.Mul(term, bigOf(float64(2*k-1)))
		term.Quo(term, bigOf(float64(2*k)))
		total.Add(total, bigNew().Quo(term, bigOf(float64(2*k+1))))
	}
	return total.Mul(total, bigOf(factor))
}

// bigLinreg returns R² of X from Y on the samples that were fitted.
func bigLinreg(x, y bigMatrix) *big.Float {
	xc := x.centred()
	c := y.centred().basis().transposed().times(xc)
	return bigNew().Quo(c.dot(c), xc.dot(xc))
}

// bigSolve returns A⁻¹B by elimination with pivots, for A of full rank.
func bigSolve(a, b bigMatrix) bigMatrix {
	a, b = a.transposed().transposed(), b.transposed().transposed()
	n := len(a)
	t := bigNew()
	for i := range n {
		pivot := i
		for r := i + 1; r < n; r++ {
			if bigNew().Abs(a[r][i]).Cmp(bigNew().Abs(a[pivot][i])) > 0 {
				pivot = r
			}
		}
		a[i], a[pivot], b[i], b[pivot] = a[pivot], a[i], b[pivot], b[i]
		if a[i][i].Sign() == 0 {
			return nil
		}
		for r := range n {
			if r == i {
				continue
			}
			f := bigNew().Quo(a[r][i], a[i][i])
			for j := range a[r] {
				a[r][j].Sub(a[r][j], t.Mul(f, a[i][j]))
			}
			for j := range b[r] {
				b[r][j].Sub(b[r][j], t.Mul(f, b[i][j]))
			}
		}
	}
	for i := range n {
		for j := range b[i] {
			b[i][j].Quo(b[i][j], a[i][i])
		}
	}
	return b
}

// bigLeastSquares returns W of full column rank.
func bigLeastSquares(x, y bigMatrix) bigMatrix {
	return bigSolve(y.transposed().times(y), y.transposed().times(x))
}

// bigRidge returns R² of ridge regression with λ = 1.
func bigRidge(x, y bigMatrix) *big.Float {
	b := y.transposed().times(y)
	for i := range b {
		b[i][i].Add(b[i][i], bigOf(1))
	}
	e := x.minus(y.times(bigSolve(b, y.transposed().times(x))))
	loss := bigNew().Quo(e.dot(e), x.dot(x))
	return loss.Sub(bigOf(1), loss)
}

// bigHeldOut returns the mean R² of two contiguous folds about the means of training.
func bigHeldOut(fit func(x, y bigMatrix) bigMatrix) func(x, y bigMatrix) *big.Float {
	about := func(rows, train bigMatrix) bigMatrix {
		all := append(bigMatrix{}, rows...)
		gap := newBig(1, len(rows[0]))
		for j := range gap[0] {
			for i := range train {
				gap[0][j].Add(gap[0][j], train[i][j])
			}
			gap[0][j].Quo(gap[0][j], bigOf(float64(len(train))))
		}
		for i := range all {
			all[i] = bigMatrix{all[i]}.minus(gap)[0]
		}
		return all
	}
	return func(x, y bigMatrix) *big.Float {
		half := (len(x) + 1) / 2
		total := bigNew()
		for _, fold := range [][4]bigMatrix{{x[half:], y[half:], x[:half], y[:half]}, {x[:half], y[:half], x[half:], y[half:]}} {
			w := fit(about(fold[0], fold[0]), about(fold[1], fold[1]))
			if w == nil {
				return bigNew().SetInf(true)
			}
			target := about(fold[2], fold[0])
			e := target.minus(about(fold[3], fold[1]).times(w))
			loss := bigNew().Quo(e.dot(e), target.dot(target))
			total.Add(total, loss.Sub(bigOf(1), loss))
		}
		return total.Quo(total, bigOf(2))
	}
}

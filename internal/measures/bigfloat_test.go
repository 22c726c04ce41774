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

package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// MomentSum adds up the moments of samples of two systems that come in blocks,
// as one product of both systems side by side. It keeps its memory from one run
// of samples to the next.
//
// Sums are about an origin o, the means of the first block. A correction at the
// end moves them to the means of all samples:
//
//	Σ(z−z̄)(z−z̄)ᵀ = Σ(z−o)(z−o)ᵀ − n(z̄−o)(z̄−o)ᵀ.
//
// The m samples of the first block alone have a sum of squares Σ(z−z̄)² of at least
// m(o−z̄)² in each direction. The correction is therefore at most n/m times the
// result: with a few blocks it costs no more than a digit, whatever the data.
type MomentSum struct {
	p, q           int
	n              int
	estimate, rest []float64 // the origin in two parts, as in Center, of both systems
	sums           []float64 // Σ(z − estimate)
	largest        []float64 // max|z|
	z              []float64 // a block about the origin
	square         blas64.Symmetric
}

// NewMomentSum returns the sum of no samples, for systems of p and q features.
func NewMomentSum(p, q int) *MomentSum {
	w := p + q
	return &MomentSum{
		p: p, q: q,
		estimate: make([]float64, w), rest: make([]float64, w), sums: make([]float64, w), largest: make([]float64, w),
		square: blas64.Symmetric{Uplo: blas.Upper, N: w, Stride: w, Data: make([]float64, w*w)},
	}
}

// Reset forgets all samples.
func (s *MomentSum) Reset() {
	s.n = 0
	clear(s.largest)
}

// Add adds the samples x (rows×p) and y (rows×q). There must be at least one row.
func (s *MomentSum) Add(x, y *mat.Dense) {
	rows, p := x.Dims()
	if r, q := y.Dims(); r != rows || p != s.p || q != s.q {
		panic(mat.ErrShape)
	}
	w := p + s.q
	if cap(s.z) < rows*w {
		s.z = make([]float64, rows*w)
	}
	z := blas64.General{Rows: rows, Cols: w, Stride: w, Data: s.z[:rows*w]}
	beta := 1.0
	if s.n == 0 {
		beta = 0
	}
	for _, side := range []struct {
		x        blas64.General
		from, to int
	}{{x.RawMatrix(), 0, p}, {y.RawMatrix(), p, w}} {
		estimate, rest, sums := s.estimate[side.from:side.to], s.rest[side.from:side.to], s.sums[side.from:side.to]
		if s.n == 0 {
			columnMeans(estimate, rest, side.x)
			for j, v := range rest {
				sums[j] = float64(rows) * v
			}
		} else {
			addDeviations(sums, estimate, side.x)
		}
		raiseMagnitudes(s.largest[side.from:side.to], side.x)
		subtract(block(z, 0, side.from, rows, side.to-side.from), side.x, estimate, rest)
	}
	blas64.Syrk(blas.Trans, 1, z, beta, s.square)
	s.n += rows
}

// MomentsTo writes the moments of the samples into m, which has their shape. At
// least one sample must have been added. Reset must come before the next Add.
func (s *MomentSum) MomentsTo(m *Moments) {
	n := float64(s.n)
	m.N = s.n
	moved := s.sums // Σ(z − o), and then z̄ − o
	for j, r := range s.rest {
		moved[j] = moved[j]/n - r
	}
	blas64.Syr(-n, vector(moved), s.square)
	for j := range moved {
		moved[j] += s.estimate[j] + s.rest[j]
	}
	copy(m.MeanX, moved)
	copy(m.MeanY, moved[s.p:])
	copy(m.MaxX, s.largest)
	copy(m.MaxY, s.largest[s.p:])
	for i := range s.p {
		row := s.square.Data[i*s.square.Stride:]
		copy(m.XX.RawRowView(i)[i:], row[i:s.p])
		copy(m.XY.RawRowView(i), row[s.p:s.p+s.q])
	}
	for i := range s.q {
		row := s.square.Data[(s.p+i)*s.square.Stride+s.p:]
		copy(m.YY.RawRowView(i)[i:], row[i:s.q])
	}
	mirror(m.XX.RawMatrix())
	mirror(m.YY.RawMatrix())
}

package probe

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// PCAnalysis measures how well each principal component of a reference X, n×p,
// can be recovered from a dataset Y, n×q of any width. It is safe for
// concurrent use.
type PCAnalysis struct {
	explained []float64
	s         []float64  // singular values of Xc, descending
	u         *mat.Dense // n×r principal components of unit length
}

// NewPCAnalysis decomposes the centred X = Σ σ_i·u_i·v_iᵀ over its numerical rank
// r (see measures.Dimensions). The error is that of linalg, or says that X is constant.
func NewPCAnalysis(d *data.Dataset) (*PCAnalysis, error) {
	x := d.Matrix()
	dimensions, err := measures.Dimensions(d)
	if err != nil {
		return nil, err
	}
	xc, _ := linalg.Center(x)
	u, s, _, err := linalg.SVD(xc)
	if err != nil {
		return nil, err
	}
	n, p := x.Dims()
	r := min(dimensions, linalg.Rank(s, n, p))
	if r == 0 {
		return nil, &data.InputError{Found: "every sample has the same values", Wanted: "want data with principal components"}
	}
	a := &PCAnalysis{s: s[:r], u: mat.DenseCopyOf(u.Slice(0, n, 0, r)), explained: make([]float64, r)}
	total := 0.0
	for _, v := range a.s {
		total += v * v
	}
	for i, v := range a.s {
		a.explained[i] = v * v / total
	}
	return a, nil
}

// Explained returns σ_i²/Σσ², the explained variance of each component in
// descending order. It must not be written to.
func (a *PCAnalysis) Explained() []float64 { return a.explained }

// R2 returns for each component the share of its variance that Y accounts for:
// by the best linear map,
//
//	linear_i = ‖Q_Yᵀu_i‖²
//
// with Q_Y an orthonormal basis of Yc, and by the best rotation and scale, those
// of the Procrustes fit X̂ = c·Yc·R of the whole of X,
//
//	orthogonal_i = 1 − ‖(X − X̂)v_i‖²/σ_i²,
//
// which is negative where the rotation predicts worse than the mean. Data with as
// many features as samples predict every component linearly. It panics unless Y has
// n rows.
func (a *PCAnalysis) R2(y *mat.Dense) (linear, orthogonal []float64, err error) {
	n, r := a.u.Dims()
	if m, _ := y.Dims(); m != n {
		panic(mat.ErrShape)
	}
	yc, _ := linalg.Center(y)
	linear, orthogonal = make([]float64, r), make([]float64, r)
	c := linalg.CrossGram(a.u, yc) // UᵀY
	b := linalg.Gram(yc)
	yy := linalg.Trace(b)
	if yy == 0 {
		return linear, orthogonal, nil // a constant predicts nothing
	}
	if err := a.linear(linear, c, b, yc); err != nil {
		return nil, nil, fmt.Errorf("principal components: %w", err)
	}
	if err := a.orthogonal(orthogonal, c, b, yy); err != nil {
		return nil, nil, fmt.Errorf("principal components: %w", err)
	}
	return linear, orthogonal, nil
}

// linear writes ‖Q_Yᵀu_i‖² from c = UᵀYc and b = YcᵀYc. With b = RᵀR they are the
// squared norms of the columns of R⁻ᵀcᵀ. Where that would lose digits, or Y lacks
// full rank, it computes a basis of Yc.
func (a *PCAnalysis) linear(dst []float64, c, b, yc *mat.Dense) error {
	if factor, ok := linalg.Cholesky(b); ok && linalg.FarFromSingular(factor) {
		z := mat.DenseCopyOf(c.T())
		triangle := blas64.Triangular{N: factor.RawMatrix().Rows, Stride: factor.RawMatrix().Stride, Data: factor.RawMatrix().Data, Uplo: blas.Upper, Diag: blas.NonUnit}
		blas64.Trsm(blas.Left, blas.Trans, 1, triangle, z.RawMatrix())
		columnSquares(dst, z)
	} else {
		q, _, err := linalg.RangeBasis(yc)
		if err != nil {
			return err
		}
		columnSquares(dst, linalg.CrossGram(q, a.u))
	}
	for i, v := range dst {
		dst[i] = min(v, 1)
	}
	return nil
}

// orthogonal writes the R² of the Procrustes fit from c = UᵀYc and b = YcᵀYc, and
// overwrites c. In the coordinates v_i of X the cross moments are C = Σ·c, and
// X̂ = s·Yc·Pᵀ with the polar factor P of C and s = ‖C‖*/‖Yc‖², so that
//
//	σ_i²·R²_i = 2s·(C·Pᵀ)_ii − s²·(P·b·Pᵀ)_ii.
func (a *PCAnalysis) orthogonal(dst []float64, c, b *mat.Dense, yy float64) error {
	for i, s := range a.s {
		row := c.RawRowView(i)
		for j := range row {
			row[j] *= s
		}
	}
	p, nuclear, err := linalg.Polar(c)
	if err != nil {
		return err
	}
	var pb mat.Dense
	pb.Mul(p, b)
	scale := nuclear / yy
	for i, s := range a.s {
		var product, square float64
		for j, v := range p.RawRowView(i) {
			product += v * c.At(i, j)
			square += v * pb.At(i, j)
		}
		dst[i] = scale * (2*product - scale*square) / (s * s)
	}
	return nil
}

// columnSquares writes the squared norm of every column of a.
func columnSquares(dst []float64, a *mat.Dense) {
	clear(dst)
	rows, _ := a.Dims()
	for i := range rows {
		for j, v := range a.RawRowView(i) {
			dst[j] += v * v
		}
	}
}

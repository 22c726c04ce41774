package probe

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
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
// r. The error is that of linalg, or says that X is constant.
func NewPCAnalysis(x *mat.Dense) (*PCAnalysis, error) {
	xc, _ := linalg.Center(x)
	u, s, _, err := linalg.SVD(xc)
	if err != nil {
		return nil, err
	}
	n, p := x.Dims()
	r := linalg.Rank(s, n, p)
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
// which is negative where the rotation does worse than the mean. Data with as
// many features as samples account for everything linearly. It panics unless Y
// has n rows.
func (a *PCAnalysis) R2(y *mat.Dense) (linear, orthogonal []float64, err error) {
	n, r := a.u.Dims()
	if m, _ := y.Dims(); m != n {
		panic(mat.ErrShape)
	}
	yc, _ := linalg.Center(y)
	linear, orthogonal = make([]float64, r), make([]float64, r)
	q, sv, err := linalg.RangeBasis(yc)
	if err != nil {
		return nil, nil, fmt.Errorf("principal components: %w", err)
	}
	if q.IsEmpty() {
		return linear, orthogonal, nil // a constant predicts nothing
	}
	columnSquares(linear, linalg.CrossGram(q, a.u))
	for i, v := range linear {
		linear[i] = min(v, 1)
	}

	// In the coordinates v_i of X, C = Σ·UᵀY and X̂ = c·Yc·Pᵀ with the polar factor
	// P of C and c = ‖C‖*/‖Yc‖².
	c := linalg.CrossGram(a.u, yc)
	for i, s := range a.s {
		row := c.RawRowView(i)
		for j := range row {
			row[j] *= s
		}
	}
	polar, nuclear, err := linalg.Polar(c)
	if err != nil {
		return nil, nil, fmt.Errorf("principal components: %w", err)
	}
	yy := 0.0
	for _, s := range sv {
		yy += s * s
	}
	scale := nuclear / yy
	var fitted mat.Dense // n×r
	fitted.Mul(yc, polar.T())
	columnSquares(orthogonal, &fitted)
	for i, s := range a.s {
		product := 0.0
		for j, v := range c.RawRowView(i) {
			product += v * polar.At(i, j)
		}
		orthogonal[i] = scale * (2*product - scale*orthogonal[i]) / (s * s)
	}
	return linear, orthogonal, nil
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

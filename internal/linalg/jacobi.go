package linalg

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// maxSweeps bounds the sweeps of the Jacobi iteration, which takes about six.
const maxSweeps = 40

// SVDGraded is SVD with small singular values right: for A = B·D with any
// diagonal D and B of condition κ, every singular value down to 1e-150·s_max has
// a relative error of a small multiple of n·eps·κ, where SVD has an absolute
// error of eps·s_max. Features measured in different units are such a matrix.
// For a matrix with fewer rows than columns the same holds for A = D·B. It is six
// to twenty times slower than SVD. The error is ErrNotFinite or ErrNoConvergence.
//
// The method is one-sided Jacobi on the triangular factor of a QR decomposition
// with column pivoting (Drmač and Veselić, 2008).
func SVDGraded(a *mat.Dense) (u *mat.Dense, s []float64, v *mat.Dense, err error) {
	m, n := a.Dims()
	if m < n {
		v, s, u, err = SVDGraded(mat.DenseCopyOf(a.T()))
		return u, s, v, err
	}
	raw := a.RawMatrix()
	largest := maxAbs(raw)
	if !isFinite(largest) {
		return nil, nil, nil, ErrNotFinite
	}
	scale := safeScale(largest)
	work := mat.NewDense(m, n, nil)
	copyScaled(work.RawMatrix(), raw, 1/scale)
	outer := newQRFactors(work)
	inner, pivot := pivotedQR(outer.r)

	// J·R has orthogonal rows diag(s)·W, so that A·Π = Q·Jᵀ·diag(s)·W.
	r := inner.r
	jacobi := mat.NewDense(n, n, nil)
	for i := range n {
		jacobi.Set(i, i, 1)
	}
	if !orthogonalizeRows(r.RawMatrix(), jacobi.RawMatrix()) {
		return nil, nil, nil, ErrNoConvergence
	}
	norms := make([]float64, n)
	order := make([]int, n)
	for i := range n {
		order[i] = i
		norms[i] = blas64.Nrm2(rowVector(r.RawMatrix(), i))
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(norms[j], norms[i]) })
	s = make([]float64, n)
	v = mat.NewDense(n, n, nil)
	rank := 0
	for c, i := range order {
		s[c] = norms[i] * scale
		if norms[i] == 0 {
			continue
		}
		rank++
		for j, x := range r.RawRowView(i) {
			v.Set(pivot[j], c, x/norms[i])
		}
	}
	if rank < n {
		completeBasis(v, rank)
	}
	u = mat.NewDense(m, n, nil)
	top := u.Slice(0, n, 0, n).(*mat.Dense)
	transposeRows(top.RawMatrix(), jacobi.RawMatrix(), order)
	inner.applyQ(top)
	outer.applyQ(u)
	return u, s, v, nil
}

// pivotedQR factorises A·Π = Q·R for the square matrix a, which it destroys;
// column j of A·Π is column pivot[j] of A and the diagonal of R decreases.
func pivotedQR(a *mat.Dense) (f *qrFactors, pivot []int) {
	n, _ := a.Dims()
	raw := a.RawMatrix()
	pivot = make([]int, n)
	for i := range pivot {
		pivot[i] = -1 // free to move
	}
	f = &qrFactors{tau: make([]float64, n), r: mat.NewDense(n, n, nil)}
	impl := lapackgonum.Implementation{}
	var size [1]float64
	impl.Dgeqp3(n, n, raw.Data, raw.Stride, pivot, f.tau, size[:], -1)
	work := make([]float64, int(size[0]))
	impl.Dgeqp3(n, n, raw.Data, raw.Stride, pivot, f.tau, work, len(work))
	f.v = blas64.General{Rows: n, Cols: n, Stride: n, Data: make([]float64, n*n)}
	transposeInto(f.v, raw)
	for i := range n {
		copy(f.r.RawRowView(i)[i:], a.RawRowView(i)[i:])
		vector := rowVector(f.v, i).Data
		clear(vector[:i])
		vector[i] = 1
	}
	return f, pivot
}

// orthogonalizeRows makes the rows of r orthogonal to working precision by plane
// rotations, which it applies to the rows of j as well.
func orthogonalizeRows(r, j blas64.General) bool {
	n := r.Rows
	tol := eps * math.Sqrt(float64(n))
	for range maxSweeps {
		rotated := false
		for p := range n {
			x := rowVector(r, p)
			xx := blas64.Dot(x, x)
			for q := p + 1; q < n; q++ {
				y := rowVector(r, q)
				yy, xy := blas64.Dot(y, y), blas64.Dot(x, y)
				if math.Abs(xy) <= tol*math.Sqrt(xx)*math.Sqrt(yy) {
					continue
				}
				rotated = true
				zeta := (yy - xx) / (2 * xy)
				t := math.Copysign(1/(math.Abs(zeta)+math.Hypot(1, zeta)), zeta)
				c := 1 / math.Hypot(1, t)
				blas64.Rot(x, y, c, -c*t)
				blas64.Rot(rowVector(j, p), rowVector(j, q), c, -c*t)
				xx = blas64.Dot(x, x)
			}
		}
		if !rotated {
			return true
		}
	}
	return false
}

// completeBasis replaces the columns of the square matrix v from rank on, which
// are zero, by an orthonormal basis of the complement of those before.
func completeBasis(v *mat.Dense, rank int) {
	q := newQRFactors(mat.DenseCopyOf(v)).thinQ()
	n, _ := v.Dims()
	for i := range n {
		copy(v.RawRowView(i)[rank:], q.RawRowView(i)[rank:])
	}
}

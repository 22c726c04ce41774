package kernel

import "gonum.org/v1/gonum/blas"

// symmBlock is the size of the diagonal blocks that Dsymm completes.
const symmBlock = 192

// Dsymm computes
//
//	C ← alpha·A·B + beta·C   (Left, A m×m)
//	C ← alpha·B·A + beta·C   (Right, A n×n)
//
// with a symmetric A, and B and C m×n. It reads one triangle of A. It panics as
// gonum's Dsymm does.
func (impl Implementation) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	order := m
	if s == blas.Right {
		order = n
	}
	if !validSide(s) || !validUplo(ul) || alpha == 0 || !fits(order, order, a, lda) || !fits(m, n, b, ldb) || !fits(m, n, c, ldc) {
		impl.Implementation.Dsymm(s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	ws := workspaces.Get().(*workspace[float64])
	defer workspaces.Put(ws)
	ws.partial = grow(ws.partial, symmBlock*symmBlock)
	sym := symmetric{view(false, a, lda), ul}
	p := product[float64]{m: m, n: n, alpha: alpha, a: view(false, b, ldb), b: view(false, b, ldb)}
	// A block row (or column) of A has three pieces: the part left of (above) the
	// diagonal block, the block itself, and the rest.
	for i := 0; i < order; i += symmBlock {
		size := min(symmBlock, order-i)
		sym.complete(ws.partial, i, size)
		for _, piece := range []struct {
			from, to int
			a        matrix[float64]
		}{
			{i, i + size, matrix[float64]{ws.partial, size, 1}},
			{0, i, sym.at(i, 0)},
			{i + size, order, sym.at(i, i+size)},
		} {
			q := p
			if q.k = piece.to - piece.from; q.k == 0 {
				continue
			}
			if q.beta = 1; piece.from == i {
				q.beta = beta
			}
			if s == blas.Left {
				q.m, q.a, q.b = size, piece.a, p.b.from(piece.from, 0)
				q.c, q.ldc = c[i*ldc:], ldc
			} else {
				q.n, q.a, q.b = size, p.a.from(0, piece.from), piece.a.t()
				q.c, q.ldc = c[i:], ldc
			}
			impl.engine.multiply(&q)
		}
	}
}

// validSide reports whether s is a side.
func validSide(s blas.Side) bool { return s == blas.Left || s == blas.Right }

// symmetric is a symmetric matrix in the storage of one triangle.
type symmetric struct {
	matrix[float64]
	uplo blas.Uplo
}

// at returns the matrix from element (i,j) on, for use on a block that does not
// cross the diagonal.
func (s symmetric) at(i, j int) matrix[float64] {
	if stored := j > i == (s.uplo == blas.Upper); stored {
		return s.from(i, j)
	}
	return s.from(j, i).t()
}

// complete writes both triangles of the diagonal block from (i,i) on to dst.
func (s symmetric) complete(dst []float64, i, size int) {
	for r := range size {
		for c := range size {
			at := s.from(i+min(r, c), i+max(r, c))
			if s.uplo == blas.Lower {
				at = s.from(i+max(r, c), i+min(r, c))
			}
			dst[r*size+c] = at.data[0]
		}
	}
}

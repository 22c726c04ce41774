package collection

import (
	"errors"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// Products are the inner products of the vectors of many systems, for measures whose
// scores follow from them. Vectors stand in rows of one matrix, so that the products of
// some systems with all others are one matrix product for each span.
//
// Each product is a sum in an order of its own, whichever others are computed with it: the
// same pair has the same bits in any division of the work.
type Products struct {
	vectors  *measures.Vectors
	mirrored []int
	systems  []*measures.System // nil where a system has no vector
	rows     []float64          // vectors, Length apart
	self     [][]float64        // products of each system with itself, by span
}

// pieceDepth is the number of terms of one product: of more, the order of sums would
// depend on the sizes of the product.
const pieceDepth = 4096

// NewProducts forms the vectors of systems, with so many workers. A system that is nil, or
// that has no vector, has no products.
func NewProducts(v *measures.Vectors, systems []*measures.System, workers int) *Products {
	p := &Products{
		vectors: v, mirrored: v.Mirrored(), systems: make([]*measures.System, len(systems)),
		rows: make([]float64, len(systems)*v.Length), self: make([][]float64, len(systems)),
	}
	var wait sync.WaitGroup
	next := make(chan int, len(systems))
	for i := range systems {
		next <- i
	}
	close(next)
	for range max(1, workers) {
		wait.Go(func() {
			for i := range next {
				p.form(i, systems[i])
			}
		})
	}
	wait.Wait()
	return p
}

// form writes the vector of a system. One that cannot be formed for a reason that is not
// of the data would be one for every pair as well, where it is told.
func (p *Products) form(i int, s *measures.System) {
	if s == nil {
		return
	}
	row := p.row(i)
	if err := formed(func() error { return p.vectors.Form(s, row) }); err != nil {
		clear(row)
		return
	}
	p.self[i] = make([]float64, len(p.vectors.Spans))
	for k, span := range p.vectors.Spans {
		p.self[i][k] = blas64.Dot(vector(row[span.X:span.X+span.N]), vector(row[span.Y:span.Y+span.N]))
	}
	p.systems[i] = s
}

// formed calls a function of which a panic is an error: the pairs of the system are then
// scored one by one, each of which says what is wrong.
func formed(form func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the vector cannot be formed")
		}
	}()
	return form()
}

func (p *Products) row(i int) []float64 {
	return p.rows[i*p.vectors.Length : (i+1)*p.vectors.Length]
}

// Bytes bounds the memory of the vectors of so many systems and of the products of tile
// systems with all of them.
func Bytes(v *measures.Vectors, systems, tile int) int64 {
	return 8 * (int64(systems)*int64(v.Length) + int64(len(v.Spans))*int64(systems)*int64(tile+1) + 2*pieceDepth)
}

// Tile holds the products of some systems, from Lo to Hi, with all systems from First on.
type Tile struct {
	of            *Products
	lo, hi, first int
	sums          []float64 // by span, row and column
}

// Tile computes the products of the systems lo to hi with themselves and all later ones.
func (p *Products) Tile(lo, hi int) *Tile {
	n := len(p.systems)
	// A product of one column would be one with a vector, which has another order of sums.
	t := &Tile{of: p, lo: lo, hi: hi, first: max(0, min(lo, n-2))}
	rows, columns := hi-lo, n-t.first
	size := rows * columns
	t.sums = make([]float64, len(p.vectors.Spans)*size)
	linalg.Parallel(len(p.vectors.Spans), 1, func(first, last int) {
		for k := first; k < last; k++ {
			c := blas64.General{Rows: rows, Cols: columns, Stride: columns, Data: t.sums[k*size : (k+1)*size]}
			span := p.vectors.Spans[k]
			for from := 0; from < span.N; from += pieceDepth {
				depth := min(pieceDepth, span.N-from)
				blas64.Gemm(blas.NoTrans, blas.Trans, 1, p.part(lo, hi, span.X+from, depth), p.part(t.first, n, span.Y+from, depth), min(1, float64(from)), c)
			}
		}
	})
	return t
}

// part views some entries of the vectors of some systems.
func (p *Products) part(lo, hi, from, n int) blas64.General {
	length := p.vectors.Length
	return blas64.General{Rows: hi - lo, Cols: n, Stride: length, Data: p.rows[lo*length+from : (hi-1)*length+from+n]}
}

// Tell makes the products of systems i and j known to a pair of them, and reports whether
// there are any: i is in the tile, j is i or later, and mirrored says that the pair is
// that of j and i. The pair must be of the systems that the vectors are of.
func (t *Tile) Tell(pair *measures.Pair, i, j int, mirrored bool) bool {
	p := t.of
	if i < t.lo || i >= t.hi || p.systems[i] == nil || p.systems[j] == nil {
		return false
	}
	x, y := p.systems[i], p.systems[j]
	if mirrored {
		x, y = y, x
	}
	if pair.X != x || pair.Y != y {
		return false
	}
	spans := len(p.vectors.Spans)
	rows, columns := t.hi-t.lo, len(p.systems)-t.first
	xy := p.self[i]
	if i != j {
		xy = make([]float64, spans)
		for k := range xy {
			xy[k] = t.sums[(k*rows+i-t.lo)*columns+j-t.first]
		}
	}
	if mirrored {
		turned := make([]float64, spans)
		for k, from := range p.mirrored {
			turned[k] = xy[from]
		}
		p.vectors.Tell(pair, turned, p.self[j], p.self[i])
		return true
	}
	p.vectors.Tell(pair, xy, p.self[i], p.self[j])
	return true
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

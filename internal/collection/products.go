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

// NewProducts forms the vectors of systems, with so many workers, in memory that it takes
// from before, whose products are then gone; nil for none. A system that is nil, or that has
// no vector, has no products.
func NewProducts(v *measures.Vectors, systems []*measures.System, workers int, before *Products) *Products {
	p := &Products{
		vectors: v, mirrored: v.Mirrored(), systems: make([]*measures.System, len(systems)),
		self: make([][]float64, len(systems)),
	}
	if size := len(systems) * v.Length; before != nil && cap(before.rows) >= size {
		p.rows = before.rows[:size] // each is written as a whole, or cleared
	} else {
		p.rows = make([]float64, size)
	}
	var wait sync.WaitGroup
	next := make(chan int, len(systems))
	for i := range systems {
		next <- i
	}
	close(next)
	defer linalg.Waiting()()
	for range max(1, workers) {
		wait.Go(func() {
			defer linalg.Working()()
			for i := range next {
				p.form(i, systems[i])
			}
		})
	}
	wait.Wait()
	return p
}

// Spare returns the memory of the vectors, for NewProducts, without the systems that they
// are of.
func (p *Products) Spare() *Products { return &Products{rows: p.rows} }

// Of returns the products of some of the systems, in the memory of all.
func (p *Products) Of(lo, hi int) *Products {
	length := p.vectors.Length
	return &Products{vectors: p.vectors, mirrored: p.mirrored, systems: p.systems[lo:hi], rows: p.rows[lo*length : hi*length], self: p.self[lo:hi]}
}

// form writes the vector of a system. One that cannot be formed for a reason that is not
// of the data would be one for every pair as well, where it is told.
func (p *Products) form(i int, s *measures.System) {
	row := p.row(i)
	if s == nil {
		clear(row)
		return
	}
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

// Bytes bounds the memory of the vectors of so many systems.
func Bytes(v *measures.Vectors, systems int) int64 { return 8 * int64(systems) * int64(v.Length) }

// TileBytes bounds that of the products of some systems with others.
func TileBytes(v *measures.Vectors, rows, columns int) int64 {
	return 8*int64(len(v.Spans))*(int64(rows)*int64(max(2, columns))+int64(rows+columns)) + 16*pieceDepth
}

// Tile holds the products of some systems, its rows, with others, its columns.
type Tile struct {
	rows, columns *Products
	width         int
	sums          []float64 // by span, row and column
}

// Between computes the products of systems with others, which may be the same.
func Between(rows, columns *Products) *Tile {
	// A product of one column would be one with a vector, which has another order of sums.
	t := &Tile{rows: rows, columns: columns, width: max(2, len(columns.systems))}
	spans := rows.vectors.Spans
	height := len(rows.systems)
	size := height * t.width
	t.sums = make([]float64, len(spans)*size)
	linalg.Parallel(len(spans), 1, func(first, last int) {
		for k := first; k < last; k++ {
			c := blas64.General{Rows: height, Cols: t.width, Stride: t.width, Data: t.sums[k*size : (k+1)*size]}
			span := spans[k]
			for from := 0; from < span.N; from += pieceDepth {
				depth := min(pieceDepth, span.N-from)
				blas64.Gemm(blas.NoTrans, blas.Trans, 1, rows.part(span.X+from, depth), columns.wide(span.Y+from, depth), min(1, float64(from)), c)
			}
		}
	})
	return t
}

// wide is part of two systems at least: one alone stands twice.
func (p *Products) wide(from, n int) blas64.General {
	one := p.part(from, n)
	if one.Rows > 1 {
		return one
	}
	return blas64.General{Rows: 2, Cols: n, Stride: n, Data: append(append(make([]float64, 0, 2*n), one.Data...), one.Data...)}
}

// part views some entries of the vectors.
func (p *Products) part(from, n int) blas64.General {
	length, count := p.vectors.Length, len(p.systems)
	return blas64.General{Rows: count, Cols: n, Stride: length, Data: p.rows[from : (count-1)*length+from+n]}
}

// Tell makes the products of two systems known to a pair of them, and reports whether there
// are any: i is the number of one among the rows and j that of the other among the columns;
// mirrored says that the pair is of the second and the first. The pair must be of the
// systems that the vectors are of.
func (t *Tile) Tell(pair *measures.Pair, i, j int, mirrored bool) bool {
	v := t.rows.vectors
	a, b := t.rows.systems[i], t.columns.systems[j]
	if a == nil || b == nil {
		return false
	}
	x, y := a, b
	if mirrored {
		x, y = b, a
	}
	if pair.X != x || pair.Y != y {
		return false
	}
	spans, height := len(v.Spans), len(t.rows.systems)
	xy := t.rows.self[i]
	if a != b {
		xy = make([]float64, spans)
		for k := range xy {
			xy[k] = t.sums[(k*height+i)*t.width+j]
		}
	}
	if mirrored {
		turned := make([]float64, spans)
		for k, from := range t.rows.mirrored {
			turned[k] = xy[from]
		}
		v.Tell(pair, turned, t.columns.self[j], t.rows.self[i])
		return true
	}
	v.Tell(pair, xy, t.rows.self[i], t.columns.self[j])
	return true
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

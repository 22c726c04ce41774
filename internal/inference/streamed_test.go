package inference

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// memorySource is a system in memory that is read block by block.
type memorySource struct {
	*mat.Dense
	at int
}

func (s *memorySource) Name() string              { return "memory" }
func (s *memorySource) Samples() int              { return s.RawMatrix().Rows }
func (s *memorySource) Width() int                { return s.RawMatrix().Cols }
func (s *memorySource) Precision() data.Precision { return data.Precision{} }

func (s *memorySource) Next(rows int, _ measures.RowBlock) (measures.RowBlock, error) {
	first := s.at
	s.at += rows
	return memoryBlock(s.RawMatrix().Data[first*s.Width() : s.at*s.Width()]), nil
}

type memoryBlock []float64

func (b memoryBlock) Decode(dst []float64) { copy(dst, b) }

// streamedPair is a pair of which the moments alone are in memory.
func streamedPair(t *testing.T, x, y *mat.Dense, shape []int, again bool, bounds ...int) *measures.Pair {
	t.Helper()
	n, _ := x.Dims()
	if bounds == nil {
		bounds = []int{n}
	}
	stream := measures.Stream{X: &memorySource{Dense: x}, Y: &memorySource{Dense: y}, Bounds: bounds, Workers: 2}
	segments, err := stream.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var p *measures.Pair
	if again {
		p, err = measures.NewStreamedPair("x", "y", segments, shape, shape, func(do func(first int, x, y *mat.Dense) error) error {
			return measures.ReadBlocks(&memorySource{Dense: x}, &memorySource{Dense: y}, do)
		}, 1<<30)
	} else {
		p, err = measures.NewMomentPair("x", "y", segments)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// streamedData returns two systems, of which blocks of rows are alike if smooth is set.
func streamedData(n, p, q int, smooth float64) (x, y *mat.Dense) {
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	x, y = mat.NewDense(n, p, nil), mat.NewDense(n, q, nil)
	for i := range n {
		for j := range p {
			v := rng.NormFloat64() * float64(1+j)
			if i > 0 {
				v = smooth*x.At(i-1, j) + math.Sqrt(1-smooth*smooth)*v
			}
			x.Set(i, j, v)
		}
		for j := range q {
			y.Set(i, j, x.At(i, j%p)+2*rng.NormFloat64())
		}
	}
	for i := range n {
		for j := range p {
			x.Set(i, j, x.At(i, j)+5)
		}
	}
	return x, y
}

// columnsOf are the numbers of an assessment.
func columnsOf(a Assessment) []float64 {
	return []float64{a.Corrected, a.Lo, a.Hi, a.SE, a.Null, a.Calibrated, float64(a.Units)}
}

// TestStreamedColumns: files that are read block by block have the columns of those in
// memory, whatever their units are: rows, blocks, conditions.
func TestStreamedColumns(t *testing.T) {
	for _, c := range []struct {
		name   string
		shape  []int
		smooth float64
	}{
		{"rows", []int{900}, 0},
		{"blocks", []int{1000}, 0.9},
		{"20 conditions", []int{30, 20}, 0.9},
	} {
		n := 1
		for _, v := range c.shape {
			n *= v
		}
		x, y := streamedData(n, 7, 5, c.smooth)
		dx, dy := append(slices.Clone(c.shape), 7), append(slices.Clone(c.shape), 5)
		var systems [2]*measures.System
		for k, m := range []*mat.Dense{x, y} {
			d, err := data.New(m.RawMatrix().Data, [][]int{dx, dy}[k]...)
			if err != nil {
				t.Fatal(err)
			}
			if systems[k], err = measures.NewSystem(d); err != nil {
				t.Fatal(err)
			}
		}
		whole, err := measures.NewPair(systems[0], systems[1])
		if err != nil {
			t.Fatal(err)
		}
		stream := streamedPair(t, x, y, dx, true, data.FoldBounds(n, 5)...)
		for _, name := range []string{
			"cka", "nbs", "procrustes", "shape", "linreg", "linreg:direction=y-from-x", "linreg:cv=5",
			"ridge:lambda=3", "cca:stat=mean-squared", "ensd", "gulp", "pls:cv=5", "pls-sv",
		} {
			value, want := assess(t, whole, name, Auto)
			streamed, got := assess(t, stream, name, Auto)
			near(t, c.name+" "+name, streamed, value)
			a, b := columnsOf(got), columnsOf(want)
			for k := range a {
				if math.IsNaN(b[k]) && math.IsNaN(a[k]) {
					continue
				}
				near(t, c.name+" "+name+": column", a[k], b[k])
			}
			if math.IsNaN(got.Lo) && !math.IsNaN(want.Lo) {
				t.Errorf("%s %s: no interval: %v %v", c.name, name, got.Notes, got.Warnings)
			}
		}
	}
}

// TestColumnsOfMoments: moments that were kept for fifteen blocks give the interval of
// these blocks, also of cka, and other moments the reason why there is none.
func TestColumnsOfMoments(t *testing.T) {
	const n = 600
	x, y := streamedData(n, 6, 4, 0)
	var systems [2]*measures.System
	for k, m := range []*mat.Dense{x, y} {
		d, err := data.New(m.RawMatrix().Data, n, m.RawMatrix().Cols)
		if err != nil {
			t.Fatal(err)
		}
		if systems[k], err = measures.NewSystem(d); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := measures.NewPair(systems[0], systems[1])
	if err != nil {
		t.Fatal(err)
	}
	kept, lost := streamedPair(t, x, y, nil, false, data.FoldBounds(n, 15)...), streamedPair(t, x, y, nil, false)
	for _, name := range []string{"cka", "nbs", "linreg", "linreg:cv=5", "ensd", "cca:stat=mean-squared"} {
		_, want := assess(t, whole, name, Blocks)
		_, got := assess(t, kept, name, Auto)
		for k, v := range columnsOf(got)[:4] {
			near(t, name, v, columnsOf(want)[k])
		}
		if name == "linreg:cv=5" {
			continue // has no value without the moments of its folds
		}
		_, none := assess(t, lost, name, Auto)
		if !math.IsNaN(none.Lo) || len(none.Notes)+len(none.Warnings) == 0 {
			t.Errorf("%s: %+v", name, none)
		}
	}
}

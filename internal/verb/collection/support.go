package collection

import (
	"context"
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/data"
	"simtool/internal/measures"
)

// support joins the systems to trees from all but one block of samples, or of conditions
// of 3-d data.
func (r *run) support(m measures.Named, first *data.Dataset, held map[string]*data.Dataset) error {
	units := first.Samples()
	if first.Is3D() {
		units = first.Shape[1]
	}
	const least = 4
	switch {
	case r.o.Blocks == 0:
		return nil
	case units < least:
		r.notes = append(r.notes, fmt.Sprintf("no support of the tree: %d samples or conditions are too few to leave some out", units))
		return nil
	case !r.o.Input.Policy().Refuses() || slices.ContainsFunc(r.args, func(path string) bool { return !slices.Equal(held[path].Names, first.Names) }):
		r.notes = append(r.notes, "no support of the tree: samples are missing, or stand in another order in some files")
		return nil
	}
	whole, bounds := r.d, data.FoldBounds(units, min(r.o.Blocks, units))
	without := r.withoutBlock(m, held, bounds)
	if r.momentsPay(m, first, held) {
		var err error
		if without, err = r.withoutSegment(m, held, bounds); err != nil {
			return err
		}
	}
	for b := range bounds {
		some, err := without(b)
		if r.ctx.Err() != nil {
			return context.Cause(r.ctx)
		}
		if err != nil {
			r.notes = append(r.notes, "no support of the tree: "+err.Error())
			r.others = nil
			break
		}
		if err := r.fromScores(some, m); err != nil {
			return err
		}
		r.notes = r.notes[:len(r.notes)-1]
		r.others = append(r.others, collection.Tree(r.d))
	}
	r.d = whole
	return nil
}

// withoutBlock returns a function that scores the samples without a block.
func (r *run) withoutBlock(m measures.Named, held map[string]*data.Dataset, bounds []int) func(b int) (square, error) {
	return func(b int) (square, error) {
		at, end := 0, bounds[b]
		if b > 0 {
			at = bounds[b-1]
		}
		var kept []int
		for i := range bounds[len(bounds)-1] {
			if i < at || i >= end {
				kept = append(kept, i)
			}
		}
		return r.scored(m, func(path string) (*data.Dataset, error) {
			if d := held[path]; d.Is3D() {
				return d.SelectConditions(kept), nil
			}
			return held[path].Select(kept), nil
		}, false)
	}
}

// momentsPay reports whether the scores without blocks are to come from the moments of
// these: features × features, which are added up once, where samples are many.
func (r *run) momentsPay(m measures.Named, first *data.Dataset, held map[string]*data.Dataset) bool {
	const perFeature = 4
	if f, ok := measures.AsFromMoments(m); !ok || f.MomentFolds() > 0 || first.Is3D() {
		return false
	}
	return !slices.ContainsFunc(r.args, func(path string) bool {
		d := held[path]
		return d.Is3D() || d.Samples() != first.Samples() || d.Samples() < perFeature*d.Width()
	})
}

// withoutSegment is withoutBlock by moments.
func (r *run) withoutSegment(m measures.Named, held map[string]*data.Dataset, bounds []int) (func(b int) (square, error), error) {
	symmetric, n := m.Card().Symmetric, len(r.args)
	var pairs [][2]int
	for i := range n {
		for j := range n {
			if j >= i || !symmetric {
				pairs = append(pairs, [2]int{i, j})
			}
		}
	}
	values := make([][]float64, len(pairs)) // by block
	failed := make([]error, len(bounds))
	type scores struct {
		values []float64
		failed []error
	}
	err := batch.Ordered(r.ctx, r.env.Jobs, len(pairs),
		func(ctx context.Context, k int) (s scores, err error) {
			defer batch.Guard(&err)
			x, y := held[r.args[pairs[k][0]]], held[r.args[pairs[k][1]]]
			stream := &measures.Stream{X: &heldRows{Dataset: x}, Y: &heldRows{Dataset: y}, Bounds: bounds}
			all, err := stream.Run(ctx)
			if err != nil {
				return s, err
			}
			for b := range bounds {
				value, err := scoreWithout(m, all, b, x.Source.Path, y.Source.Path)
				s.values, s.failed = append(s.values, value), append(s.failed, err)
			}
			return s, nil
		},
		func(k int, s scores) error {
			values[k] = s.values
			for b, err := range s.failed {
				if failed[b] == nil && err != nil {
					failed[b] = &data.InputError{Path: r.args[pairs[k][1]], Found: err.Error(), Wanted: "and a collection needs the scores of all pairs"}
				}
			}
			return nil
		})
	return func(b int) (square, error) {
		s := square{names: r.names, values: mat.NewDense(n, n, nil)}
		for k, p := range pairs {
			s.values.Set(p[0], p[1], values[k][b])
			if symmetric {
				s.values.Set(p[1], p[0], values[k][b])
			}
		}
		return s, failed[b]
	}, err
}

// scoreWithout scores the segments of a pair without one.
func scoreWithout(m measures.Named, all *measures.Segments, b int, x, y string) (float64, error) {
	left := &measures.Segments{Identical: all.Identical, PrecisionX: all.PrecisionX, PrecisionY: all.PrecisionY}
	for k, one := range all.Moments {
		if k != b {
			left.Moments = append(left.Moments, one)
			before := 0
			if len(left.Bounds) > 0 {
				before = left.Bounds[len(left.Bounds)-1]
			}
			left.Bounds = append(left.Bounds, before+one.N)
		}
	}
	pair, err := measures.NewMomentPair(x, y, left)
	if err != nil {
		return 0, err
	}
	s, err := m.Score(pair)
	return s.Value, err
}

// heldRows are the samples of a dataset in their order, block by block.
type heldRows struct {
	*data.Dataset
	at int
}

// Name implements measures.RowSource.
func (r *heldRows) Name() string { return r.Source.Path }

// Precision implements measures.RowSource.
func (r *heldRows) Precision() data.Precision { return r.Dataset.Precision }

// Next implements measures.RowSource.
func (r *heldRows) Next(rows int, _ measures.RowBlock) (measures.RowBlock, error) {
	from := r.at
	if rows > r.Samples()-from {
		return nil, io.EOF
	}
	r.at += rows
	return heldBlock(r.Values[from*r.Width() : r.at*r.Width()]), nil
}

// heldBlock are some samples.
type heldBlock []float64

// Decode implements measures.RowBlock.
func (b heldBlock) Decode(to []float64) { copy(to, b) }

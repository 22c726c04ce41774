package score

import (
	"context"
	"slices"
)

// rowBytes bounds the memory of a score that waits for its turn, with what stands beside it.
const rowBytes = 1 << 10

// bandBytes bounds the memory of the scores of a band, and aheadBytes that of so many rows of
// the matrix in work together beyond it.
func (o *Options) bandBytes() int64 {
	return o.rowsBytes(len(o.systems)/2/mostBands + 2)
}

func (o *Options) aheadBytes(rows int) int64 { return max(0, o.rowsBytes(rows)-o.bandBytes()) }

// rowsBytes bounds the memory of the scores of so many whole rows of the matrix.
func (o *Options) rowsBytes(rows int) int64 {
	each := 0
	for _, m := range o.named {
		if each++; !m.Card().Symmetric {
			each++
		}
	}
	return rowBytes * int64(each) * int64(rows) * int64(len(o.systems))
}

// ahead compares the pairs of a matrix span by span: those of so many rows together as there
// is memory for, of one band or of several, so that what the columns take is done once for
// all of these rows. The scores of rows that come later wait until their band asks for them.
type ahead struct {
	spans   []*span // that still have scores to give, in order
	compare func(ctx context.Context, s *span) error
}

// span is the pairs of some rows of the matrix. Rows of a part of the items need not follow
// each other.
type span struct {
	rows  []int // numbers of their systems, growing
	pairs []Pair
	found [][]scoreRow // of each pair, nil before they are compared
	given int          // pairs whose scores their bands have
}

// newAhead divides the rows of items into spans of so many, which compare then fills.
func newAhead(items []scoreItem, most int, compare func(ctx context.Context, s *span) error) *ahead {
	a := &ahead{compare: compare}
	var last *span
	for _, it := range items {
		for _, p := range it.band {
			if last == nil || last.rows[len(last.rows)-1] != p.i {
				if last == nil || len(last.rows) == most {
					last = &span{}
					a.spans = append(a.spans, last)
				}
				last.rows = append(last.rows, p.i)
			}
			last.pairs = append(last.pairs, p)
		}
	}
	return a
}

// of returns the scores of a band. Bands are asked for one time each, in their order.
func (a *ahead) of(ctx context.Context, band []Pair) ([]scoreRow, error) {
	var out []scoreRow
	for len(band) > 0 {
		s := a.spans[0]
		if s.found == nil {
			s.found = make([][]scoreRow, len(s.pairs))
			if err := a.compare(ctx, s); err != nil {
				return nil, err
			}
		}
		mine := s.found[s.given:min(len(s.pairs), s.given+len(band))]
		out = append(out, slices.Concat(mine...)...)
		clear(mine)
		band = band[len(mine):]
		if s.given += len(mine); s.given == len(s.pairs) {
			a.spans = a.spans[1:]
		}
	}
	return out, nil
}

// with returns which pairs of the span are with some columns, whose numbers grow.
func (s *span) with(columns []int) (some []int) {
	for k, p := range s.pairs {
		if _, among := slices.BinarySearch(columns, p.j); among {
			some = append(some, k)
		}
	}
	return some
}

package measures

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Units are groups of samples of which the groups, but not the samples within a group,
// are taken to be independent of each other: single rows, blocks of consecutive rows,
// or whole conditions. Errors of estimates follow from leaving units out.
type Units struct {
	Rows [][]int // samples of each unit, increasing
	n    int
}

// NewUnits returns units of the given samples out of n. Every sample must be in one
// unit, and no unit may be empty.
func NewUnits(rows [][]int, n int) (*Units, error) {
	seen := make([]bool, n)
	count := 0
	for g, samples := range rows {
		if len(samples) == 0 {
			return nil, fmt.Errorf("unit %d has no samples", g)
		}
		for _, i := range samples {
			if i < 0 || i >= n || seen[i] {
				return nil, fmt.Errorf("unit %d holds sample %d, which is in another unit or beyond the %d samples", g, i, n)
			}
			seen[i] = true
			count++
		}
	}
	if count != n {
		return nil, fmt.Errorf("%d of %d samples are in a unit", count, n)
	}
	return &Units{Rows: rows, n: n}, nil
}

// BlockUnits cuts n samples into consecutive blocks; see data.FoldBounds.
func BlockUnits(n, blocks int) *Units {
	u := &Units{n: n, Rows: make([][]int, blocks)}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	first := 0
	for g, end := range data.FoldBounds(n, blocks) {
		u.Rows[g] = all[first:end:end]
		first = end
	}
	return u
}

// ConditionUnits returns the conditions of a system of 3-d data as units, and whether
// there are at least two of them that have several samples.
func (s *System) ConditionUnits() (*Units, bool) {
	if !s.repeatsConditions() {
		return nil, false
	}
	return &Units{Rows: s.conditions(), n: s.n}, true
}

// Count returns the number of units.
func (u *Units) Count() int { return len(u.Rows) }

// Samples returns the number of samples.
func (u *Units) Samples() int { return u.n }

// Single reports whether every unit is one sample.
func (u *Units) Single() bool { return len(u.Rows) == u.n }

// EqualSizes reports whether all units have as many samples.
func (u *Units) EqualSizes() bool {
	_, _, ok := u.wholeUnits()
	return ok
}

// Contiguous reports whether every unit is a run of consecutive samples, and the units
// follow each other.
func (u *Units) Contiguous() bool {
	next := 0
	for _, rows := range u.Rows {
		for _, i := range rows {
			if i != next {
				return false
			}
			next++
		}
	}
	return true
}

// Merged joins neighbouring units to at most limit ones, whose numbers of units differ
// by at most one. It returns u itself if it has no more.
func (u *Units) Merged(limit int) *Units {
	if u.Count() <= limit {
		return u
	}
	out := &Units{n: u.n}
	first := 0
	for _, end := range data.FoldBounds(u.Count(), limit) {
		rows := slices.Concat(u.Rows[first:end]...)
		slices.Sort(rows)
		out.Rows = append(out.Rows, rows)
		first = end
	}
	return out
}

// Largest returns the number of samples of the largest unit.
func (u *Units) Largest() int {
	most := 0
	for _, rows := range u.Rows {
		most = max(most, len(rows))
	}
	return most
}

// rowsOf returns some rows of a matrix, a view of it where they follow each other.
func rowsOf(x *mat.Dense, rows []int) *mat.Dense {
	_, p := x.Dims()
	if first, last := rows[0], rows[len(rows)-1]; consecutive(rows) {
		return x.Slice(first, last+1, 0, p).(*mat.Dense)
	}
	out := mat.NewDense(len(rows), p, nil)
	for k, i := range rows {
		copy(out.RawRowView(k), x.RawRowView(i))
	}
	return out
}

// consecutive reports whether numbers follow each other.
func consecutive(rows []int) bool {
	for k, i := range rows {
		if i != rows[0]+k {
			return false
		}
	}
	return true
}

// compactLargest returns the largest magnitude of each feature of the compact matrix, of
// the data before their means were removed where these are its features.
func (s *System) compactLargest() []float64 {
	if s.slim() || s.momentsOnly() {
		return s.largest()
	}
	return largestOf(s.compact())
}

// largestOf returns the largest magnitude in each column.
func largestOf(x *mat.Dense) []float64 {
	n, p := x.Dims()
	out := make([]float64, p)
	for i := range n {
		for j, v := range x.RawRowView(i) {
			out[j] = max(out[j], v, -v)
		}
	}
	return out
}

// unitParts merges segments into the moments of contiguous units. Where a unit does not
// end at a segment's end they are not known.
func (s *Segments) unitParts(u *Units) ([]*linalg.Moments, error) {
	if !u.Contiguous() {
		return nil, undefined("only moments of consecutive samples are known, not those of each unit")
	}
	out := make([]*linalg.Moments, u.Count())
	from, end := 0, 0
	for g, rows := range u.Rows {
		end += len(rows)
		at := slices.Index(s.Bounds, end)
		if at < 0 {
			return nil, undefined("the moments were not kept for each of %d blocks of samples", u.Count())
		}
		out[g] = merged(s.Moments[from : at+1])
		from = at + 1
	}
	return out, nil
}

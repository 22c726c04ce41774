package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

var refJonker1987 = Reference{
	Key: "jonker1987shortest", Authors: "Jonker, Roy and Volgenant, Anton",
	Title: "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
	Venue: "Computing", Year: 1987, DOI: "10.1007/BF02278710",
}

// assignment matches the rows of a p×q matrix one to one with its columns so that the
// sum of the entries at the matches is largest. It returns the column of each row, −1
// for unmatched rows when p > q. Every row or column of the narrower side is matched,
// even where its gain is negative.
//
// The method is that of Jonker and Volgenant (1987) for rectangular matrices:
// rows bid for columns in two passes, and the rows still free are matched along
// shortest augmenting paths; O(min(p,q)²·max(p,q)).
func assignment(gain *mat.Dense) []int {
	p, q := gain.Dims()
	if p > q {
		out := make([]int, p)
		for i := range out {
			out[i] = -1
		}
		for j, i := range assignment(mat.DenseCopyOf(gain.T())) {
			out[i] = j
		}
		return out
	}
	a := newAssigner(gain)
	free := make([]int, p)
	for i := range free {
		free[i] = i
	}
	for range 2 {
		free = a.bid(free)
	}
	for _, row := range free {
		a.augment(row)
	}
	return a.column
}

// assigner is a partial matching with prices v of the columns. Each matched
// row has the largest gain − price at its column, prices of free columns are
// 0 and no price is negative: a complete matching is then optimal.
type assigner struct {
	gain   *mat.Dense
	column []int // of each row, −1 when free
	row    []int // of each column, −1 when free
	price  []float64

	// Work space of augment.
	short []float64 // length of the shortest path to each column
	from  []int     // row before each column on that path
	order []int     // columns: first those with a final path, then the others
}

func newAssigner(gain *mat.Dense) *assigner {
	p, q := gain.Dims()
	a := &assigner{
		gain: gain, column: make([]int, p), row: make([]int, q), price: make([]float64, q),
		short: make([]float64, q), from: make([]int, q), order: make([]int, q),
	}
	for i := range a.column {
		a.column[i] = -1
	}
	for j := range a.row {
		a.row[j] = -1
	}
	return a
}

// bid matches each of the given rows with its best column, at the price at which the
// second best column is equally good. It returns the rows that are free afterwards.
func (a *assigner) bid(rows []int) (free []int) {
	for _, i := range rows {
		best, first, second := -1, math.Inf(-1), math.Inf(-1)
		for j, g := range a.gain.RawRowView(i) {
			switch net := g - a.price[j]; {
			case net > first:
				best, first, second = j, net, first
			case net > second:
				second = net
			}
		}
		rise := first - second
		previous := a.row[best]
		if math.IsInf(rise, 1) {
			rise = 0 // a single column has no second
		}
		if previous >= 0 && rise == 0 {
			free = append(free, i) // a tie: augment matches the row
			continue
		}
		a.price[best] += rise
		a.row[best], a.column[i] = i, best
		if previous >= 0 {
			a.column[previous] = -1
			free = append(free, previous)
		}
	}
	return free
}

// augment matches a free row along the shortest path to a free column (Dijkstra's
// algorithm) and raises the prices along the path. The length of a step is the loss of
// the row against its best column.
func (a *assigner) augment(start int) {
	for j := range a.order {
		a.short[j] = math.Inf(1)
		a.order[j] = j
	}
	// All lengths are too small by the best gain of the first row. This offset does
	// not change the shortest path.
	reached, row, base, end := 0, start, 0.0, -1
	for {
		at := a.relax(a.order[reached:], row, base)
		j := a.order[reached+at]
		a.order[reached], a.order[reached+at] = j, a.order[reached]
		reached++
		if row = a.row[j]; row < 0 {
			end = j
			break
		}
		base = a.short[j] + a.gain.At(row, j) - a.price[j]
	}
	for _, j := range a.order[:reached] {
		a.price[j] += a.short[end] - a.short[j]
	}
	for j := end; j >= 0; {
		i := a.from[j]
		left := a.column[i] // −1 when i is where the path started
		a.row[j], a.column[i] = i, j
		j = left
	}
}

// relax shortens the paths to the given columns through a row at the length base, and
// returns the place of the column with the shortest path. Among equal ones it prefers a
// free column.
func (a *assigner) relax(columns []int, row int, base float64) int {
	gains := a.gain.RawRowView(row)
	best, at := math.Inf(1), 0
	for k, j := range columns {
		length := base + a.price[j] - gains[j]
		if length < a.short[j] {
			a.short[j] = length
			a.from[j] = row
		} else {
			length = a.short[j]
		}
		if length < best || (length == best && a.row[j] < 0) {
			best, at = length, k
		}
	}
	return at
}

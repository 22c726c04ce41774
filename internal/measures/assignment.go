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

// assignment matches the rows of a p×q matrix one to one with its columns so
// that the sum of the entries at the matches is largest, and returns the
// column of each row, −1 for rows left over when p > q. All of the narrower
// side is matched, at a loss if need be.
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
	short    []float64 // length of the shortest path to each column
	from     []int     // row before each column on that path
	order    []int     // columns: first those reached for good, then the others
	reached  int
	smallest float64
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

// bid lets each of the given rows take its best column at the price that makes
// the second best as good, and returns the rows that are free afterwards.
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
			free = append(free, i) // a tie: left to augment
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

// augment matches a free row along the shortest path to a free column, where
// the length of a step is what the row loses against its best column
// (Dijkstra's algorithm), and raises the prices on the way.
func (a *assigner) augment(start int) {
	for j, g := range a.gain.RawRowView(start) {
		a.short[j] = a.price[j] - g
		a.from[j] = start
		a.order[j] = j
	}
	a.reached = 0
	var end int
	for {
		end = a.nearest()
		if a.row[end] < 0 {
			break
		}
		a.relax(end)
	}
	for _, j := range a.order[:a.reached] {
		a.price[j] += a.smallest - a.short[j]
	}
	for j := end; j >= 0; {
		i := a.from[j]
		left := a.column[i] // −1 when i is where the path started
		a.row[j], a.column[i] = i, j
		j = left
	}
}

// nearest moves the column with the shortest path among those not reached into
// the reached ones and returns it; a free column is preferred among equals.
func (a *assigner) nearest() int {
	at := a.reached
	for k := at + 1; k < len(a.order); k++ {
		j, best := a.order[k], a.order[at]
		if a.short[j] < a.short[best] || (a.short[j] == a.short[best] && a.row[j] < 0 && a.row[best] >= 0) {
			at = k
		}
	}
	a.order[a.reached], a.order[at] = a.order[at], a.order[a.reached]
	j := a.order[a.reached]
	a.reached++
	a.smallest = a.short[j]
	return j
}

// relax shortens the paths to the columns not reached by way of a matched one.
func (a *assigner) relax(via int) {
	i := a.row[via]
	gains := a.gain.RawRowView(i)
	base := a.smallest - (a.price[via] - gains[via])
	for _, j := range a.order[a.reached:] {
		if length := base + a.price[j] - gains[j]; length < a.short[j] {
			a.short[j] = length
			a.from[j] = i
		}
	}
}

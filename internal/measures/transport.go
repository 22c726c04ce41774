package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// shipment is what a row gives to a column.
type shipment struct {
	row, column int
	share       float64
}

// transport returns a plan P ≥ 0 with the row sums 1/p and the column sums 1/q that
// makes Σ P_ij·gain_ij of a p×q matrix largest: its entries above 0, at most p+q−1 of
// them if no sums of parts are equal. With p = q some permutation matrix over p is best,
// which assignment finds.
//
// Sums are counted in whole parts of which a row has q/g and a column wants p/g, g the
// greatest common divisor, so that the plan is exact. Parts flow along shortest
// augmenting paths, as in assignment, as many at a time as the path can take
// (Jewell 1962; Tomizawa 1971).
func transport(gain *mat.Dense) []shipment {
	p, q := gain.Dims()
	var out []shipment
	if p == q {
		for i, j := range assignment(gain) {
			out = append(out, shipment{i, j, 1 / float64(p)})
		}
		return out
	}
	t := newTransporter(gain)
	for i := range p {
		for t.left[i] > 0 {
			t.ship(i)
		}
	}
	unit := float64(p) * float64(q) / float64(greatestCommonDivisor(p, q))
	for j, from := range t.flow {
		for _, f := range from {
			out = append(out, shipment{f.row, j, float64(f.parts) / unit})
		}
	}
	return out
}

// transporter is a plan that some rows have not given all to yet, with prices of the
// columns. Each row ships only to columns of the largest gain − price, and the price of
// a column that wants more is 0: a complete plan is then optimal.
type transporter struct {
	gain  *mat.Dense
	left  []int // parts of each row that are not shipped
	wants []int // parts that each column lacks
	flow  [][]supply
	price []float64

	// Work space of ship.
	short []float64 // length of the shortest path to each column
	from  []int     // row before each column on that path
	via   []int     // column before each row, unreached for a row that none leads to
	order []int     // columns: first those with a final path, then the others
}

// supply is what a column has from a row.
type supply struct{ row, parts int }

// unreached and source stand for the column before a row.
const (
	unreached = -2
	source    = -1
)

func newTransporter(gain *mat.Dense) *transporter {
	p, q := gain.Dims()
	g := greatestCommonDivisor(p, q)
	t := &transporter{
		gain: gain, left: make([]int, p), wants: make([]int, q), flow: make([][]supply, q), price: make([]float64, q),
		short: make([]float64, q), from: make([]int, q), via: make([]int, p), order: make([]int, q),
	}
	for i := range t.left {
		t.left[i] = q / g
	}
	for j := range t.wants {
		t.wants[j] = p / g
	}
	return t
}

// ship sends parts of a row along the shortest path to a column that wants some, and
// raises the prices along the path. A step to a column costs the loss of the row against
// its best column; a step back from a column to a row that ships to it costs nothing.
func (t *transporter) ship(start int) {
	for j := range t.order {
		t.short[j], t.order[j] = math.Inf(1), j
	}
	for i := range t.via {
		t.via[i] = unreached
	}
	t.via[start] = source
	t.relax(t.order, start, 0)
	reached, end := 0, -1
	for end < 0 {
		at := reached
		for k, j := range t.order[reached:] {
			best := t.order[at]
			if t.short[j] < t.short[best] || (t.short[j] == t.short[best] && t.wants[j] > 0 && t.wants[best] == 0) {
				at = reached + k
			}
		}
		j := t.order[at]
		t.order[reached], t.order[at] = j, t.order[reached]
		reached++
		if t.wants[j] > 0 {
			end = j
			break
		}
		for _, f := range t.flow[j] {
			if t.via[f.row] == unreached {
				t.via[f.row] = j
				t.relax(t.order[reached:], f.row, t.short[j]+t.gain.At(f.row, j)-t.price[j])
			}
		}
	}
	for _, j := range t.order[:reached] {
		t.price[j] += t.short[end] - t.short[j]
	}
	t.augment(start, end)
}

// relax shortens the paths to the given columns through a row at the length base.
func (t *transporter) relax(columns []int, row int, base float64) {
	gains := t.gain.RawRowView(row)
	for _, j := range columns {
		if length := base + t.price[j] - gains[j]; length < t.short[j] {
			t.short[j], t.from[j] = length, row
		}
	}
}

// augment moves along the path to a column as many parts as all of it can take.
func (t *transporter) augment(start, end int) {
	most := min(t.left[start], t.wants[end])
	for j := end; ; {
		i := t.from[j]
		j = t.via[i]
		if j == source {
			break
		}
		most = min(most, t.flow[j][t.place(i, j)].parts)
	}
	t.left[start] -= most
	t.wants[end] -= most
	for j := end; ; {
		i := t.from[j]
		t.add(i, j, most)
		j = t.via[i]
		if j == source {
			return
		}
		t.add(i, j, -most)
	}
}

// place returns where a row is among those that ship to a column, or their number.
func (t *transporter) place(row, column int) int {
	for at, f := range t.flow[column] {
		if f.row == row {
			return at
		}
	}
	return len(t.flow[column])
}

// add changes what a row ships to a column.
func (t *transporter) add(row, column, amount int) {
	list, at := t.flow[column], t.place(row, column)
	if at == len(list) {
		t.flow[column] = append(list, supply{row, amount})
		return
	}
	if list[at].parts += amount; list[at].parts == 0 {
		list[at] = list[len(list)-1]
		t.flow[column] = list[:len(list)-1]
	}
}

func greatestCommonDivisor(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

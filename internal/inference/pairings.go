package inference

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"simtool/internal/measures"
)

// exhaustive is the number of pairings up to which all of them are scored: the orders of
// six conditions.
const exhaustive = 720

const (
	// lagsPerLength is the lag at which the autocorrelation of a smooth series falls
	// below 0.1, in lengths of its correlation: √(2 ln 10) of a squared exponential,
	// ln 10 = 2.3 of an exponential one.
	lagsPerLength = 2.146
	// fewLengths is the number of correlation lengths below which shifts of a series
	// reject more often than they should: 9.5 % at 15 in place of 5 %.
	fewLengths = 30
)

// Pairings are orders of the samples of Y that are as likely as the one that is there
// if the systems have nothing in common. All pairs and measures of a run with as many
// units have the same ones, so that maxima over them are joint.
type Pairings struct {
	// Count is the number of orders. All says that there are no others, and that order
	// 0 is the one that is there; otherwise all are drawn at random.
	Count int
	All   bool
	// Residual says that the test is on data without the mean over conditions at each
	// time, which all conditions share and which no permutation of them changes.
	Residual bool
	Notes    []string // how pairings are made
	Warnings []string // why they may not be as likely as the one that is there

	order   func(k int) []int
	product *measures.Orders // the same orders as products of fewer ones, or nil
}

// Order returns for each sample of X the sample of Y in the order of number k.
func (p *Pairings) Order(k int) []int { return p.order(k) }

// Orders returns all orders.
func (p *Pairings) Orders() measures.Orders {
	if p.product != nil {
		return *p.product
	}
	return measures.NumberedOrders(p.Count, p.order)
}

// Pairings returns pairings of a pair of the design: as many as asked for, or all where
// these are few. Which samples may change their places follows from the units:
//
//   - rows, whole conditions (with their times in order), and units that are given are
//     exchanged, within groups where these are set; all of a group must have as many
//     samples;
//   - a series of samples is shifted in time, its end coming before its beginning;
//   - of blocks of samples that are alike beyond chance nothing may be exchanged: an
//     error says what to tell of them.
func (d Design) Pairings(p *measures.Pair, seed uint64, draws int) (*Pairings, error) {
	return d.pairings(p, seed, draws, max(exhaustive, draws+1))
}

// pairings is Pairings with the number up to which all are taken.
func (d Design) pairings(p *measures.Pair, seed uint64, draws, most int) (*Pairings, error) {
	if err := p.Pairable(); err != nil {
		return nil, err
	}
	switch {
	case d.series && d.Kind == Blocks:
		return d.shifts(p.Samples(), draws)
	case d.Kind == Blocks && d.chance:
		d.Kind, d.Units = Rows, measures.BlockUnits(p.Samples(), p.Samples())
	case d.Kind == Blocks:
		return nil, fmt.Errorf("consecutive samples are alike over %d samples, so that single samples may not be exchanged: name what is independent with --units FILE:COLUMN (--units blocks for one unbroken series, --units rows if samples are independent after all)", d.Length)
	case d.Units == nil:
		return nil, errors.New(d.Refusal)
	case d.Kind != Rows && p.LostSamples():
		return nil, errors.New("conditions lost different times with missing values, so that whole conditions cannot be exchanged: leave out whole conditions, or the same times of all, before")
	}
	classes, err := d.classes()
	if err != nil {
		return nil, err
	}
	out := exchanges(d.Units, classes, seed, draws, most)
	if d.Units.Count() == 1 {
		return nil, errors.New("there is one unit, so that nothing can be exchanged")
	}
	if out.Count == 1 && out.All {
		return nil, errors.New("every unit is alone in its group, so that nothing can be exchanged")
	}
	if p.Times() > 1 && d.Kind != Rows {
		out.Residual = true
		out.Notes = append(out.Notes, "pvalue is that of the data without the mean over conditions at each time")
	}
	if out.All {
		out.Notes = append(out.Notes, fmt.Sprintf("pvalue is the share of all %d orders, and cannot be below 1/%d", out.Count, out.Count))
	}
	return out, nil
}

// classes returns the numbers of the units that may be exchanged with each other.
func (d Design) classes() ([][]int, error) {
	u := d.Units
	groupOf := make([]int, u.Samples())
	for g, rows := range d.groups {
		for _, i := range rows {
			groupOf[i] = g
		}
	}
	classes := make([][]int, max(1, len(d.groups)))
	for k, rows := range u.Rows {
		g := groupOf[rows[0]]
		if slices.ContainsFunc(rows, func(i int) bool { return groupOf[i] != g }) {
			return nil, fmt.Errorf("unit %d has samples of several groups, so that it cannot be exchanged within one: want --groups that do not cut through units", k+1)
		}
		classes[g] = append(classes[g], k)
	}
	for _, class := range classes {
		least, most := len(u.Rows[class[0]]), len(u.Rows[class[0]])
		for _, k := range class {
			least, most = min(least, len(u.Rows[k])), max(most, len(u.Rows[k]))
		}
		if least != most {
			return nil, fmt.Errorf("units of %d to %d samples cannot be exchanged: keep %d samples of each, or put units of equal size into --groups FILE:COLUMN", least, most, least)
		}
	}
	return classes, nil
}

// exchanges returns orders in which the units of each class change their places.
func exchanges(u *measures.Units, classes [][]int, seed uint64, draws, most int) *Pairings {
	arrange := func(perm func(class []int) []int) []int {
		order := make([]int, u.Samples())
		for _, class := range classes {
			for k, from := range perm(class) {
				for t, i := range u.Rows[class[k]] {
					order[i] = u.Rows[class[from]][t]
				}
			}
		}
		return order
	}
	if total := orders(classes, most); total > 0 {
		return &Pairings{Count: total, All: true, order: func(k int) []int {
			return arrange(func(class []int) []int {
				all := orders([][]int{class}, total)
				perm := permutation(len(class), k%all)
				k /= all
				return perm
			})
		}}
	}
	return drawn(u.Samples(), draws, func(k int) []int {
		rng := pairingStream(seed, k)
		return arrange(func(class []int) []int { return rng.Perm(len(class)) })
	})
}

// secondOrders is the number of the draw with which the right factors of products begin.
const secondOrders = 1 << 30

// drawn returns pairings of n samples that are products of fewer random orders (see
// measures.Orders): those of a table of count+1 entries whose first row and first column
// belong to the present order, but for the entry of both. If the systems have nothing in
// common, scores in the table are as likely with its rows and its columns in any other
// order, so that each of them is as likely as any other to be the largest: p values are
// exact, as they are for independent draws. Where count+1 has no two factors that are
// nearly equal, the last row of the table is not complete.
func drawn(n, count int, draw func(k int) []int) *Pairings {
	rows, cols := table(count + 1)
	present := make([]int, n)
	for i := range present {
		present[i] = i
	}
	o := measures.Orders{Left: [][]int{present}, Right: [][]int{present}, First: 1, Count: count}
	for k := range rows - 1 {
		o.Left = append(o.Left, draw(k))
	}
	for k := range cols - 1 {
		o.Right = append(o.Right, draw(secondOrders+k))
	}
	return &Pairings{Count: count, product: &o, order: o.At}
}

// table returns the sides of a table of count entries: the largest factor up to its root,
// if that is more than half of the root, and otherwise those of a larger table.
func table(count int) (rows, cols int) {
	root := int(math.Sqrt(float64(count)))
	for rows = root; 2*rows > root; rows-- {
		if count%rows == 0 {
			return rows, count / rows
		}
	}
	return root, (count + root - 1) / root
}

// orders returns the number of orders of classes, 0 if it is above a limit.
func orders(classes [][]int, limit int) int {
	total := 1
	for _, class := range classes {
		for k := 2; k <= len(class); k++ {
			if total *= k; total > limit {
				return 0
			}
		}
	}
	return total
}

// permutation returns permutation number k of n elements in the order of a dictionary,
// the identity for k = 0.
func permutation(n, k int) []int {
	left := make([]int, n)
	digits := make([]int, n)
	for i := range n {
		left[i] = i
		digits[n-1-i] = k % (i + 1)
		k /= i + 1
	}
	out := make([]int, n)
	for i, at := range digits {
		out[i] = left[at]
		left = slices.Delete(left, at, at+1)
	}
	return out
}

// shifts returns shifts of a series of n samples, all of them or equally far apart. With
// the series as it stands these are a group, as all shifts are, so that each is as likely
// as another; shifts at random are not, and of a smooth series, whose scores at
// neighbouring shifts are alike, 99 of 300 rejected 6.1 % of true nulls at .05.
func (d Design) shifts(n, draws int) (*Pairings, error) {
	if d.groups != nil {
		return nil, errors.New("a series is shifted as a whole: leave --groups out, or name what is independent with --units FILE:COLUMN")
	}
	out := &Pairings{Count: draws, Notes: []string{"pvalue counts shifts of the series in time"}}
	by := func(k int) int { return k }
	if n <= draws+1 {
		out.Count, out.All = n, true
		out.Notes[0] = fmt.Sprintf("pvalue is the share of all %d shifts of the series in time, and cannot be below 1/%d", n, n)
	} else {
		by = func(k int) int { return int(math.Round(float64(k+1) * float64(n) / float64(draws+1))) }
	}
	out.order = func(k int) []int {
		order := make([]int, n)
		for i := range order {
			order[i] = (i + by(k)) % n
		}
		return order
	}
	if lengths := float64(n) * lagsPerLength / float64(max(1, d.Length)); lengths < fewLengths {
		out.Warnings = []string{fmt.Sprintf("the series is about %.0f times as long as its samples are alike: shifts of fewer than %d find chance effects more often than they should", lengths, fewLengths)}
	}
	return out, nil
}

// rowPairings returns pairings of single samples, whatever is independent: for a mean
// over random pairings, which is no test.
func rowPairings(n int, seed uint64, draws int) *Pairings {
	return drawn(n, draws, func(k int) []int { return pairingStream(seed, k).Perm(n) })
}

// pairingStream returns the stream of one draw.
func pairingStream(seed uint64, draw int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x6e756c6c<<32|uint64(draw))) // "null"
}

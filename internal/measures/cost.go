package measures

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"simtool/internal/linalg"
)

// This file is the model of what scores cost: the roads there are to a score, by which
// sizes each is chosen, and the operations and bytes of each. A road is chosen by sizes
// alone, so that a pair has the same bits on every machine; the speed of a machine only
// enters into the estimate of time.

// Road is a way to a score.
type Road string

// The roads.
const (
	// ByFeatures goes through XᵀX, YᵀY and XᵀY: n(p+q)² operations.
	ByFeatures Road = "features × features"
	// BySamples goes through XXᵀ and YYᵀ, where a system has more features than samples:
	// n²(p+q) operations.
	BySamples Road = "samples × samples"
	// ByPairs goes through a number for each pair of samples.
	ByPairs Road = "pairs of samples"
	// ByTiles is ByPairs a band of samples at a time, for more than tiledAbove of them.
	ByTiles Road = "pairs of samples in bands"
	// ByRows fits rows, or folds of them, beside the moments.
	ByRows Road = "fits of samples"
)

// bySamples reports whether matrices of samples × samples are the ones to form: a system
// has more features than samples.
func (d Dims) bySamples() bool { return d.P > d.N || d.Q > d.N }

// tiled reports whether matrices of samples × samples are avoided.
func (d Dims) tiled() bool { return d.N > int64(tiledAbove) }

// Machine is the speed of one core.
type Machine struct {
	Flops float64 // multiplications and additions of a product of matrices in a second
	Bytes float64 // read, worked on and written in a second
	Item  float64 // seconds to rank a number, by which work on single numbers is counted
}

// MeasureMachine takes the speed of this machine's core in about ten milliseconds.
func MeasureMachine() Machine {
	best := func(times int, work func()) float64 {
		least := math.Inf(1)
		for range times {
			begin := time.Now()
			work()
			least = min(least, time.Since(begin).Seconds())
		}
		return least
	}
	const order, numbers = 160, 1 << 15 // too few operations for a second core
	a := blas64.General{Rows: order, Cols: order, Stride: order, Data: make([]float64, order*order)}
	b := blas64.General{Rows: order, Cols: order, Stride: order, Data: make([]float64, order*order)}
	values, copies := make([]float64, numbers), make([]float64, 1<<18)
	state := uint64(1)
	for i := range values {
		state = state*6364136223846793005 + 1442695040888963407
		values[i] = float64(state >> 11)
	}
	twice := append([]float64(nil), copies...)
	var sort linalg.Sorter
	ranks := make([]float64, numbers)
	return Machine{
		Flops: 2 * order * order * order / best(5, func() { blas64.Gemm(blas.NoTrans, blas.Trans, 1, a, a, 0, b) }),
		Bytes: 16 * float64(len(copies)) / best(5, func() { copy(copies, twice) }),
		Item:  best(5, func() { sort.Ranks(ranks, values) }) / numbers,
	}
}

// cost is what a score takes beside the second moments.
type cost struct {
	road  Road
	flops float64 // as products of matrices
	items float64 // work on single numbers, as many as that much ranking
	// moments says that the second moments are needed, which measures share.
	moments bool
	cross   bool // only XᵀY is
	// shares names work that several measures have in common.
	shares string
}

// Work on single numbers in comparison with ranking one of a few thousand that are
// in the nearest memory.
const (
	itemKernel    = 2.6 // an exponential function and centring
	itemDistance  = 1.3
	itemNeighbour = 0.9
	itemRank      = 4.4 // among more than the nearest memory holds
	itemOrder     = 5.9 // counting concordant pairs
)

// slowOrder is the order of matrices at which decompositions are half as fast as those of
// large ones.
const slowOrder = 250

// costOf returns the cost of a measure for a pair of such sizes. Factors of k³, with k the
// features of the wider compact matrix, are those of its decompositions, slower than
// products, as measured.
func costOf(m Measure, d Dims) cost {
	n, p, q := float64(d.N), float64(d.P), float64(d.Q)
	k := float64(d.larger())
	cube := k * k * (k + slowOrder)
	c := cost{road: ByFeatures, moments: true}
	if d.bySamples() {
		c.road = BySamples
	}
	switch m := base(m).(type) {
	case cka:
		if m.kernel.kind != kernelLinear {
			return pairsCost(d, n*n*(p+q), itemKernel)
		}
	case hsic:
		return pairsCost(d, n*n*(p+q), itemKernel)
	case distanceCorrelation:
		return pairsCost(d, n*n*(p+q), itemDistance)
	case rsa:
		switch {
		case m.rdm.embeds() && !rankBased(m.compare):
		case concordant(m.compare):
			return pairsCost(d, n*n*(p+q), itemRank+itemOrder)
		case rankBased(m.compare):
			return pairsCost(d, n*n*(p+q), itemRank)
		default:
			return pairsCost(d, n*n*(p+q), itemDistance)
		}
	case knn, cknna, secondOrder:
		return pairsCost(d, n*n*(p+q), 2*itemNeighbour)
	case nbs, procrustes:
		c.flops, c.shares, c.cross = 12*cube, "nuclear norm", true
	case cca, pwcca:
		c.flops, c.shares = 20*cube, "canonical correlations"
		if _, weighted := m.(pwcca); weighted {
			c.flops, c.shares = 35*cube, ""
		}
	case svcca:
		c.flops = 38*cube + 9*n*k*k
	case linreg:
		whole, each := 5*cube, 10*cube
		if d.bySamples() {
			whole, each = 20*cube, 20*cube // rows are fitted, for moments are singular
		}
		c.flops = m.costPerFold(whole, each)
	case ridge:
		each := 10 * cube
		if math.IsNaN(m.lambda) {
			c.road, each = ByRows, 28*cube+10*n*k*k
		}
		c.flops = m.costPerFold(each, each)
	default:
		c.flops, c.moments = 3*ScoreFlops(m, d), false // it counts its moments
	}
	return c
}

// base returns the measure whose name or form another is.
func base(m Measure) Measure {
	if named, ok := m.(Named); ok {
		m = named.Measure
	}
	if f, ok := m.(inForm); ok {
		m = f.base
	}
	return m
}

// costPerFold returns those of one fit in sample, or of a fit for each fold.
func (m regression) costPerFold(whole, fold float64) float64 {
	if m.plan.k == 0 {
		return whole
	}
	return float64(m.plan.k) * fold
}

// pairsCost is that of a number for each pair of samples in both systems.
func pairsCost(d Dims, flops, item float64) cost {
	c := cost{road: ByPairs, flops: flops, items: item * 2 * float64(d.pairs())}
	if d.tiled() {
		c.road = ByTiles
		c.flops *= 2 // both halves
	}
	return c
}

// Estimate is what scores of a pair are expected to take.
type Estimate struct {
	Seconds float64 // of one core, without reading
	Roads   []RoadOf
}

// RoadOf lists the measures that take a road.
type RoadOf struct {
	Road     Road
	Measures []string
}

// EstimateScores estimates the processor time of scoring a pair by measures, and says by
// which road each goes. What measures share counts once.
func EstimateScores(named []Named, d Dims, machine Machine) Estimate {
	var e Estimate
	n, p, q := float64(d.N), float64(d.P), float64(d.Q)
	flops, items, moments, cross := 0.0, 0.0, false, false
	var shared []string
	for _, m := range named {
		c := costOf(m, d)
		if at := slices.IndexFunc(e.Roads, func(r RoadOf) bool { return r.Road == c.road }); at >= 0 {
			e.Roads[at].Measures = append(e.Roads[at].Measures, m.Name)
		} else {
			e.Roads = append(e.Roads, RoadOf{c.road, []string{m.Name}})
		}
		moments, cross = moments || c.moments && !c.cross, cross || c.cross
		items += c.items
		if c.shares == "" || !slices.Contains(shared, c.shares) {
			shared = append(shared, c.shares)
			flops += c.flops
		}
	}
	a, b := d.compact()
	switch {
	case (moments || cross) && d.bySamples():
		flops += n * n * (p + q)
	case moments:
		flops += n * float64((a+b)*(a+b))
	case cross:
		flops += 2 * n * float64(a*b)
	}
	const passes = 4 // of the data: to centre it, and to pack it for products
	e.Seconds = flops/machine.Flops + items*machine.Item + passes*8*n*(p+q)/machine.Bytes
	return e
}

// EstimateAllPairs estimates the processor time of the matrix of so many systems of d.N × d.P
// by measures that are inner products of one vector a system: their vectors, of n² numbers,
// and the products of all pairs of them.
func EstimateAllPairs(systems int, d Dims, kinds int, machine Machine) float64 {
	n, p, count := float64(d.N), float64(d.P), float64(systems)
	return float64(kinds) * count * n * n * (p + count + 2) / machine.Flops
}

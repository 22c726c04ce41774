package stats

import "math"

// RankCorrelation correlates rankings of n observations with one fixed ranking, and
// computes the influence of each observation on the correlation. It is not safe for
// concurrent use; each goroutine needs its own Clone.
type RankCorrelation struct {
	place []int32   // index of each observation in sums, by the fixed ranks
	v     []float64 // mid-distribution values of the fixed ranking, minus ½
	own   []float64 // influence on the variance of v, over that variance
	vv    float64   // variance of v
	sums  []rankSum // by the place of the other ranking
	other []float64 // sums of u, by place
}

// rankSum holds sums over the observations of one rank, and then over those
// above it.
type rankSum struct{ u, v float64 }

// NewRankCorrelation fixes a ranking by its average ranks (linalg.Ranks).
func NewRankCorrelation(ranks []float64) *RankCorrelation {
	n := len(ranks)
	c := &RankCorrelation{place: make([]int32, n), v: make([]float64, n), own: make([]float64, n)}
	c.sums, c.other = make([]rankSum, n+1), make([]float64, n+1)
	inv := 1 / float64(n)
	for i, r := range ranks {
		c.place[i] = placeOf(r)
		c.v[i] = (r-0.5)*inv - 0.5
		c.vv += c.v[i] * c.v[i] * inv
		c.other[c.place[i]] += c.v[i]
	}
	if c.vv < constantRanks {
		return c
	}
	sumAbove(c.other, inv)
	for i, v := range c.v {
		c.own[i] = (v*v + 2*c.other[c.place[i]] - 3*c.vv) / c.vv
	}
	return c
}

// Clone returns a copy that shares the fixed ranking only.
func (c *RankCorrelation) Clone() *RankCorrelation {
	d := *c
	d.sums, d.other = make([]rankSum, len(c.sums)), make([]float64, len(c.other))
	return &d
}

// constantRanks bounds the variance of mid-distribution values of a constant, which
// is due to rounding. Any other ranking has a larger variance.
const constantRanks = 1e-16

// placeOf maps average ranks to numbers from 1. Different tied groups get different
// numbers, because the average of a group lies between its first and last ranks.
func placeOf(rank float64) int32 { return int32(math.Ceil(rank)) }

// sumAbove replaces the sum at each place by 1/n times the sum over the places sumAbove
// it, to which its own sum contributes half.
func sumAbove(sums []float64, inv float64) {
	var higher float64
	for k := len(sums) - 1; k >= 0; k-- {
		at := sums[k]
		sums[k] = (higher + at/2) * inv
		higher += at
	}
}

// Influence writes into infl the empirical influence function of Spearman's ρ
// between the fixed ranking and the one with average ranks rx, and returns that
// correlation. The values of infl have mean zero; to first order, giving
// observation i the weight 1+ε among n changes ρ by ε·infl[i]/n. infl may be rx.
//
// With u and v the centred mid-distribution values (rank−½)/n − ½,
//
//	ρ = Σuv/√(Σu²·Σv²),
//
// and the influence has three parts: the observation's own product, its effect on
// the ranks of all others, and its effect on the variances, which ties reduce. An
// influence that treated ranks as fixed numbers would lack the second part.
//
// The infinitesimal jackknife sums the squares of these values. Pairs of stimuli
// are not independent: for them the influences of a stimulus's pairs are averaged
// first (see PairVariance). ok is false, and infl is zero, when a side is constant.
func (c *RankCorrelation) Influence(infl, rx []float64) (rho float64, ok bool) {
	n := len(c.v)
	if len(rx) != n || len(infl) != n {
		panic("stats: ranks and influences differ in length")
	}
	inv := 1 / float64(n)
	clear(c.sums)
	clear(c.other)
	var uv, uu float64
	for i, r := range rx {
		u, v := (r-0.5)*inv-0.5, c.v[i]
		uv += u * v
		uu += u * u
		s := &c.sums[placeOf(r)]
		s.u += u
		s.v += v
		c.other[c.place[i]] += u
	}
	uv, uu = uv*inv, uu*inv
	if uu < constantRanks || c.vv < constantRanks {
		clear(infl)
		return 0, false
	}
	sumAbove(c.other, inv)
	var higher rankSum
	for k := n; k >= 0; k-- {
		s := &c.sums[k]
		at := *s
		s.u, s.v = (higher.u+at.u/2)*inv, (higher.v+at.v/2)*inv
		higher.u += at.u
		higher.v += at.v
	}
	scale := 1 / math.Sqrt(uu*c.vv)
	rho = uv * scale
	for i, r := range rx {
		u, v := (r-0.5)*inv-0.5, c.v[i]
		s := c.sums[placeOf(r)]
		product := u*v + s.v + c.other[c.place[i]] - 3*uv
		infl[i] = product*scale - rho/2*((u*u+2*s.u-3*uu)/uu+c.own[i])
	}
	return max(-1, min(1, rho)), true
}

// HajekProjection returns the mean influence h[i] of the pairs of each of m stimuli,
// and whether the stimulus has pairs. Pair p joins first[p] and second[p]. To first
// order, leaving stimulus i out changes an average over pairs by −2·h[i]/m.
func HajekProjection(infl []float64, first, second []int32, m int) (h []float64, used []bool) {
	h, used = make([]float64, m), make([]bool, m)
	count := make([]float64, m)
	for p, v := range infl {
		i, j := first[p], second[p]
		h[i] += v
		h[j] += v
		count[i]++
		count[j]++
	}
	for i, c := range count {
		if used[i] = c > 0; used[i] {
			h[i] /= c
		}
	}
	return h, used
}

// PairVariance returns the variance of a statistic that averages over the pairs
// of m stimuli, from the influence of every pair (pair p joins first[p] and
// second[p], both in [0,m)): the variance of a U-statistic's Hájek projection,
//
//	(4/m²)·Σ_g (Σ_{i∈g} h_i)²·G/(G−1),
//
// where h_i is the mean influence of the pairs of stimulus i and G the number of
// clusters g, whose stimuli are resampled together (cluster nil: each stimulus is
// its own cluster). To first order it is the variance of the delete-group
// jackknife, at the cost of one pass.
//
// W. Hoeffding (1948), doi:10.1214/aoms/1177730196; B. Efron and C. Stein (1981),
// doi:10.1214/aos/1176345462.
func PairVariance(infl []float64, first, second []int32, m int, cluster []int) float64 {
	h, used := HajekProjection(infl, first, second, m)
	sums := map[int]float64{}
	groups := make([]int, 0, m)
	for i := range h {
		if !used[i] {
			continue
		}
		g := i
		if cluster != nil {
			g = cluster[i]
		}
		if _, seen := sums[g]; !seen {
			groups = append(groups, g)
		}
		sums[g] += h[i]
	}
	n := float64(len(groups))
	if n < 2 {
		return math.Inf(1)
	}
	var ss float64
	for _, g := range groups {
		ss += sums[g] * sums[g]
	}
	return 4 / float64(m) / float64(m) * ss * n / (n - 1)
}

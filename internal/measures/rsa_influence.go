package measures

import (
	"cmp"
	"math"
	"slices"

	"simtool/internal/linalg"
)

// rankDeletions returns what the influence function of a comparison of ranks says of
// leaving units out, for ranks of all other pairs change with each. Pairs of samples of
// one unit are left out, as they are of the comparison of values (pairDeletions). With the
// influence ψ_ij of each of the N pairs that stay, and T_g the sum of those that unit g
// takes part in, N_g of them, the comparison without it is to first order
//
//	s − T_g/(N − N_g).
//
// Where each of n samples is a unit, the infinitesimal form s − n/(n−1)·T_i/N makes the
// jackknife variance Σψ_i²/(n(n−1)) with ψ_i = 2/(n−1)·Σ_j ψ_ij. A unit among few takes
// part in a large part of the pairs, so that the difference matters there.
func (m rsa) rankDeletions(p *Pair, items [][]int) (*Deletions, error) {
	x, y, err := m.rdm.rankings(p, concordant(m.compare))
	if err != nil {
		return nil, err
	}
	n := m.rdm.items(p.X)
	unit, single := unitOf(items, n), len(items) == n
	if !single {
		among := pairsBetween(unit)
		x, y = rankedAmong(x, among), rankedAmong(y, among)
		if len(x.Twice) == 0 || x.Ties == choose2(len(x.Twice)) || y.Ties == choose2(len(y.Twice)) {
			return nil, undefined("the dissimilarities of samples of different units have no pattern to compare")
		}
	}
	var influence func(pair int) float64
	if concordant(m.compare) {
		influence = concordanceInfluence(x, y, m.compare == compareKendall)
	} else {
		influence = rankInfluence(x, y, m.compare == compareSpearman)
	}
	totals, counts := make([]float64, len(items)), make([]int, len(items))
	pair := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			if unit[i] == unit[j] {
				continue
			}
			v := influence(pair)
			for _, g := range [2]int{unit[i], unit[j]} {
				totals[g] += v
				counts[g]++
			}
			pair++
		}
	}
	out := &Deletions{All: compareRankings(x, y, m.compare), One: make([]float64, len(items)), Linear: true}
	for g, t := range totals {
		left := float64(pair - counts[g])
		if single {
			left = float64(pair) * float64(n-1) / float64(n)
		}
		out.One[g] = out.All - t/left
	}
	return out, nil
}

// pairsBetween returns the positions of the pairs of items of different units among all
// pairs, in their order.
func pairsBetween(unit []int) []int32 {
	var out []int32
	pair := int32(0)
	for i, g := range unit {
		for _, h := range unit[i+1:] {
			if g != h {
				out = append(out, pair)
			}
			pair++
		}
	}
	return out
}

// rankedAmong returns the ranking of some of the values of a ranking, which are given by
// their positions in increasing order. Values that tie still do.
func rankedAmong(r *linalg.Ranking, among []int32) *linalg.Ranking {
	ranks := make([]uint32, len(r.Twice)+1) // by place: how many values, then twice their rank
	for _, i := range among {
		ranks[place(r.Twice[i])]++
	}
	out := &linalg.Ranking{Twice: make([]uint32, len(among))}
	below := uint32(0)
	for k, count := range ranks {
		out.Ties += choose2(int(count))
		ranks[k] = 2*below + count + 1
		below += count
	}
	for k, i := range among {
		out.Twice[k] = ranks[place(r.Twice[i])]
	}
	if r.Order != nil {
		at := make([]int32, len(r.Twice)) // 1 + the position among the values that stay
		for k, i := range among {
			at[i] = int32(k + 1)
		}
		out.Order = make([]int32, 0, len(among))
		for _, i := range r.Order {
			if at[i] > 0 {
				out.Order = append(out.Order, at[i]-1)
			}
		}
	}
	return out
}

// rankInfluence returns the influence of each of N observations on the correlation of
// their ranks: on Spearman's ρ, or on ρ-a, whose variances are those without ties. With u
// and v the centred mid-distribution values (rank − ½)/N − ½, and means over observations,
// ρ = mean(uv)/√(mean(u²)·mean(v²)) and
//
//	ψ = [uv + V_above(x) + U_above(y) − 3·mean(uv)]/√(mean(u²)·mean(v²))
//	    − ρ/2·[(u² + 2U_above(x))/mean(u²) + (v² + 2V_above(y))/mean(v²) − 6],
//
// where U_above(x) is 1/N times the sum of u over the observations of higher rank in x,
// those of equal rank by half: an observation also moves the ranks of all others.
// See stats.RankCorrelation, which is the same for other uses.
func rankInfluence(x, y *linalg.Ranking, normaliseTies bool) func(pair int) float64 {
	count := float64(len(x.Twice))
	value := func(twice uint32) float64 { return (float64(twice)/2-0.5)/count - 0.5 }
	xy, xx, yy := rankProducts(x, y)
	uv, uu, vv := xy/count/count/count, xx/count/count/count, yy/count/count/count
	scale := 1 / math.Sqrt(uu*vv)
	rho := uv * scale
	if !normaliseTies {
		scale, rho = 12*count*count/(count*count-1), 0
	}
	above := func(by, of *linalg.Ranking) []float64 {
		sums := make([]float64, len(by.Twice)+1)
		for i, twice := range by.Twice {
			sums[place(twice)] += value(of.Twice[i])
		}
		higher := 0.0
		for k := len(sums) - 1; k >= 0; k-- {
			at := sums[k]
			sums[k] = (higher + at/2) / count
			higher += at
		}
		return sums
	}
	vx, uy := above(x, y), above(y, x)
	var ux, vy []float64
	if rho != 0 {
		ux, vy = above(x, x), above(y, y)
	}
	return func(pair int) float64 {
		a, b := x.Twice[pair], y.Twice[pair]
		u, v := value(a), value(b)
		psi := (u*v + vx[place(a)] + uy[place(b)] - 3*uv) * scale
		if rho != 0 {
			psi -= rho / 2 * ((u*u+2*ux[place(a)])/uu + (v*v+2*vy[place(b)])/vv - 6)
		}
		return psi
	}
}

// place numbers ranks from 1. Different ranks have different places, for the average rank
// of a tie lies between its first and last.
func place(twice uint32) int { return int(twice+1) / 2 }

// concordanceInfluence returns the influence of each observation on Kendall's τ-b, or on
// τ-a. With c the mean of sign(x−x')·sign(y−y') over the others, and f and g the shares of
// others that do not tie with it in x and in y,
//
//	ψ = 2(c − c̄)/√(f̄·ḡ) − τ·[(f−f̄)/f̄ + (g−ḡ)/ḡ].
func concordanceInfluence(x, y *linalg.Ranking, correctTies bool) func(pair int) float64 {
	discordant, both := discordances(x, y)
	tiesX, tiesY := tieSizes(x), tieSizes(y)
	others := float64(len(x.Twice) - 1)
	all := choose2(len(x.Twice))
	f, g := 1-x.Ties/all, 1-y.Ties/all
	concordance := func(pair int) float64 {
		tied := float64(tiesX[place(x.Twice[pair])]) + float64(tiesY[place(y.Twice[pair])]) - 2
		return (others - tied + float64(both[pair]) - 2*float64(discordant[pair])) / others
	}
	mean := 0.0
	for pair := range x.Twice {
		mean += concordance(pair)
	}
	mean /= float64(len(x.Twice))
	if !correctTies {
		return func(pair int) float64 { return 2 * (concordance(pair) - mean) }
	}
	unit := 1 / math.Sqrt(f*g)
	tau := mean * unit
	return func(pair int) float64 {
		own, other := 1-float64(tiesX[place(x.Twice[pair])]-1)/others, 1-float64(tiesY[place(y.Twice[pair])]-1)/others
		return 2*unit*(concordance(pair)-mean) - tau*((own-f)/f+(other-g)/g)
	}
}

// tieSizes returns the number of values of each place.
func tieSizes(r *linalg.Ranking) []uint32 {
	sizes := make([]uint32, len(r.Twice)+1)
	for _, twice := range r.Twice {
		sizes[place(twice)]++
	}
	return sizes
}

// discordances returns for each observation the number of others that are discordant
// with it, and of those that tie with it in both rankings, itself not counted. It sorts
// by y what is in the order of x, where those that tie in x are in the order of y, and
// counts what passes what (see kendall).
func discordances(x, y *linalg.Ranking) (discordant, both []uint32) {
	n := len(x.Order)
	discordant, both = make([]uint32, n), make([]uint32, n)
	seq := make([]observation, n)
	for at, i := range x.Order {
		seq[at] = observation{y.Twice[i], i}
	}
	for lo := 0; lo < n; {
		hi := lo + 1
		for hi < n && x.Twice[x.Order[hi]] == x.Twice[x.Order[lo]] {
			hi++
		}
		slices.SortFunc(seq[lo:hi], func(a, b observation) int { return cmp.Compare(a.rank, b.rank) })
		for from := lo; from < hi; {
			to := from + 1
			for to < hi && seq[to].rank == seq[from].rank {
				to++
			}
			for _, o := range seq[from:to] {
				both[o.index] = uint32(to - from - 1)
			}
			from = to
		}
		lo = hi
	}
	from, to := seq, make([]observation, n)
	for width := 1; width < n; width *= 2 {
		for lo := 0; lo < n; lo += 2 * width {
			mid, hi := min(lo+width, n), min(lo+2*width, n)
			countPassed(to[lo:hi], from[lo:mid], from[mid:hi], discordant)
		}
		from, to = to, from
	}
	return discordant, both
}

// observation is the rank of one of the values.
type observation struct {
	rank  uint32
	index int32
}

// countPassed merges two sorted runs and counts for each observation those of the other
// run that it passes: of the right run, those of the left that are larger.
func countPassed(dst, left, right []observation, passed []uint32) {
	taken := uint32(0) // of the right run
	for k := range dst {
		if len(right) == 0 || len(left) > 0 && left[0].rank <= right[0].rank {
			passed[left[0].index] += taken
			dst[k], left = left[0], left[1:]
			continue
		}
		passed[right[0].index] += uint32(len(left))
		taken++
		dst[k], right = right[0], right[1:]
	}
}

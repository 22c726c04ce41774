package measures

import (
	"cmp"
	"math"
	"slices"

	"simtool/internal/linalg"
)

// rankDeletions returns what the influence function of a comparison of ranks says of
// leaving units out, for ranks of all other pairs change with each. With the influence
// ψ_ij of each pair of samples, that of a sample is ψ_i = 2/(n−1)·Σ_j ψ_ij, and without
// one of G units the comparison is to first order
//
//	s − G/(G−1)·Σ_{i∈g} ψ_i/n,
//
// whose jackknife variance is Σψ_i²/(n(n−1)) for units of one sample.
func (m rsa) rankDeletions(p *Pair, items [][]int) (*Deletions, error) {
	x, y, err := m.rdm.rankings(p, concordant(m.compare))
	if err != nil {
		return nil, err
	}
	n := m.rdm.items(p.X)
	totals := make([]float64, n)
	var influence func(pair int) float64
	if concordant(m.compare) {
		influence = concordanceInfluence(x, y, m.compare == compareKendall)
	} else {
		influence = rankInfluence(x, y, m.compare == compareSpearman)
	}
	pair := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			v := influence(pair)
			totals[i] += v
			totals[j] += v
			pair++
		}
	}
	out := &Deletions{All: compareRankings(x, y, m.compare), One: make([]float64, len(items)), Linear: true}
	units := float64(len(items))
	for g, rows := range items {
		psi := 0.0
		for _, i := range rows {
			psi += 2 / float64(n-1) * totals[i]
		}
		out.One[g] = out.All - units/(units-1)*psi/float64(n)
	}
	return out, nil
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

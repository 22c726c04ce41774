package stats

import "math"

// SpearmanInfluence writes into infl the empirical influence function of the
// rank correlation of the observations whose average ranks are rx and ry
// (linalg.Ranks), and returns that correlation. The values of infl have mean
// zero; to first order, giving observation i the weight 1+ε among n changes the
// correlation by ε·infl[i]/n. infl may be rx or ry.
//
// With u and v the mid-distribution values (rank−½)/n,
//
//	ρ = Cov(u,v)/√(Var u·Var v),
//
// and the influence accounts for three things: the observation's own product,
// its share in everybody else's rank, and the variances that ties reduce. Where
// the ranks were treated as fixed numbers the second would be missing.
//
// It is what the infinitesimal jackknife sums: for pairs of stimuli, which are
// not independent, the influences of a stimulus's pairs are averaged first (see
// PairVariance). ok is false, and infl zero, when a side is constant.
func SpearmanInfluence(infl, rx, ry []float64) (rho float64, ok bool) {
	n := len(rx)
	if len(ry) != n || len(infl) != n {
		panic("stats: ranks and influences differ in length")
	}
	inv := 1 / float64(n)
	u := func(i int) float64 { return (rx[i] - 0.5) * inv }
	v := func(i int) float64 { return (ry[i] - 0.5) * inv }
	var uv, uu, vv float64
	for i := range rx {
		a, b := u(i)-0.5, v(i)-0.5
		uv += a * b
		uu += a * a
		vv += b * b
	}
	uv, uu, vv = uv*inv, uu*inv, vv*inv
	if uu < 1e-14 || vv < 1e-14 {
		clear(infl)
		return 0, false
	}
	// above(x; w) is the mean of w over observations that lie above x, those at
	// x counted half. Ranks are multiples of ½, so they index the sums.
	aboveV, aboveU := upperMeans(rx, ry), upperMeans(ry, rx)
	selfU, selfV := upperMeans(rx, rx), upperMeans(ry, ry)
	scale := 1 / math.Sqrt(uu*vv)
	rho = uv * scale
	euv, euu, evv := uv+0.25, uu+0.25, vv+0.25
	for i := range rx {
		a, b := u(i), v(i)
		kx, ky := int(2*rx[i]), int(2*ry[i])
		dc := a*b + aboveV[kx] + aboveU[ky] - 3*euv
		du := a*a + 2*selfU[kx] - 3*euu
		dv := b*b + 2*selfV[ky] - 3*evv
		infl[i] = dc*scale - rho/2*(du/uu+dv/vv)
	}
	return max(-1, min(1, rho)), true
}

// upperMeans returns, for every doubled rank k of by, (1/n)·Σ of the
// mid-distribution value of ranks over the observations above k, those at k
// counted half.
func upperMeans(by, ranks []float64) []float64 {
	n := len(by)
	inv := 1 / float64(n)
	sums := make([]float64, 2*n+1)
	for i, r := range by {
		sums[int(2*r)] += (ranks[i] - 0.5) * inv
	}
	var above float64
	for k := len(sums) - 1; k >= 0; k-- {
		at := sums[k]
		sums[k] = (above + at/2) * inv
		above += at
	}
	return sums
}

// PairVariance returns the variance of a statistic that averages over the pairs
// of m stimuli, from the influence of every pair (pair p joins first[p] and
// second[p], both in [0,m)): the variance of a U-statistic's Hájek projection,
//
//	(4/m²)·Σ_g (Σ_{i∈g} h_i)²·G/(G−1),
//
// where h_i is the mean influence of the pairs of stimulus i, and stimuli of one
// cluster g move together (cluster nil: each is its own). It is the delete-group
// jackknife's answer to first order at the cost of one pass.
//
// W. Hoeffding (1948), doi:10.1214/aoms/1177730196; B. Efron and C. Stein (1981),
// doi:10.1214/aos/1176345462.
func PairVariance(infl []float64, first, second []int32, m int, cluster []int) float64 {
	h, count := make([]float64, m), make([]float64, m)
	for p, v := range infl {
		i, j := first[p], second[p]
		h[i] += v
		h[j] += v
		count[i]++
		count[j]++
	}
	sums := map[int]float64{}
	groups := make([]int, 0, m)
	for i := range h {
		if count[i] == 0 {
			continue
		}
		g := i
		if cluster != nil {
			g = cluster[i]
		}
		if _, seen := sums[g]; !seen {
			groups = append(groups, g)
		}
		sums[g] += h[i] / count[i]
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

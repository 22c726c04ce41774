package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The comparisons of two RDMs.
const (
	compareCosine    = "cosine"
	comparePearson   = "pearson"
	compareSpearman  = "spearman"
	compareRhoA      = "rho-a"
	compareKendall   = "kendall"
	compareTauA      = "tau-a"
	compareCosineCov = "cosine-cov"
	compareCorrCov   = "corr-cov"
)

var compareParam = choice("compare",
	"comparison of the entries above the diagonal: their cosine; their Pearson or Spearman correlation; rho-a, Spearman's with ties broken at random; "+
		"Kendall's τ-b (kendall) or τ-a (tau-a); cosine-cov and corr-cov, the cosine and the correlation after whitening by the covariance of estimated distances",
	compareCosine, comparePearson, compareSpearman, compareRhoA, compareKendall, compareTauA, compareCosineCov, compareCorrCov)

// rankBased reports whether a comparison depends on the ranks only.
func rankBased(compare string) bool {
	switch compare {
	case compareSpearman, compareRhoA, compareKendall, compareTauA:
		return true
	}
	return false
}

// lostDigits is the smallest share of the second moment of a vector that must remain when
// its mean is subtracted from moments. Below it the difference has fewer than 12 digits,
// and the vector itself is centred instead.
const lostDigits = 1e-4

// sameDissimilarity returns the error for an RDM of equal dissimilarities.
func sameDissimilarity(s *System) error {
	return undefined("%s: every two samples are equally dissimilar, so its RDM has no pattern to compare", s.label())
}

// noDissimilarity returns the error for an RDM of zeros.
func noDissimilarity(s *System) error {
	return undefined("%s: all dissimilarities are 0", s.label())
}

// moments compares the RDMs of embedded systems without forming them, in
// O(n·p·q). With a and b the diagonals of Kx and Ky, whose rows sum to 0, the
// squared distances Dx_ij = a_i + a_j − 2(Kx)_ij have over the pairs i < j
//
//	Σ Dx·Dy           = n·aᵀb + Σa·Σb + 2⟨Kx,Ky⟩
//	Σ (Dx−D̄x)(Dy−D̄y) = n·Σ(a−ā)(b−b̄) + 2(⟨Kx,Ky⟩ − Σa·Σb/(n−1))
//
// and −½H·D·H is K (H = I − 11ᵀ/n), from which removing the mean of D off the
// diagonal first takes Σa/(n−1)·H. It returns false when too many digits would
// cancel.
func moments(p *Pair, compare string) (value float64, ok bool, err error) {
	n := float64(p.Samples())
	var a, b []float64
	if compare != compareCosineCov {
		a, b = p.X.rowNorms(), p.Y.rowNorms()
	}
	product := func(a, b []float64, gram float64) (whole, left float64) {
		sa, sb := sum(a), sum(b)
		switch compare {
		case compareCosine:
			whole = n*dot(a, b) + sa*sb + 2*gram
			return whole, whole
		case comparePearson:
			spread, _, _ := centredProducts(a, b)
			return n*dot(a, b) + sa*sb + 2*gram, n*spread + 2*(gram-sa*sb/(n-1))
		case compareCorrCov:
			return gram, gram - sa*sb/(n-1)
		default: // compareCosineCov
			return gram, gram
		}
	}
	_, xy := product(a, b, p.crossSquares())
	wholeX, xx := product(a, a, p.X.gramSquares())
	wholeY, yy := product(b, b, p.Y.gramSquares())
	switch {
	case !(wholeX > 0):
		return 0, false, noDissimilarity(p.X)
	case !(wholeY > 0):
		return 0, false, noDissimilarity(p.Y)
	case xx < lostDigits*wholeX || yy < lostDigits*wholeY:
		return 0, false, nil
	}
	return normalised(xy, xx, yy), true, nil
}

// digitsMayCancel reports whether n samples of p features may be so nearly equally far
// apart that moments refuses them. As ‖K‖² ≥ (tr K)²/r for a rank r ≤ p, removing the
// mean of squared distances leaves at least the share (1/r − 1/(n−1))/(1 + 1/r) of their
// second moment, and for the whitened comparison 1 − r/(n−1).
func digitsMayCancel(compare string, n, p int64) bool {
	rank, most := float64(min(p, n-1)), float64(n-1)
	switch compare {
	case comparePearson:
		return (1/rank-1/most)/(1+1/rank) < lostDigits
	case compareCorrCov:
		return 1-rank/most < lostDigits
	default:
		return false
	}
}

// direct compares the RDMs entry by entry.
func (d dissimilarity) direct(p *Pair, compare string) (float64, error) {
	if rankBased(compare) {
		return d.compareRanks(p, compare)
	}
	if d.items(p.X) > tiledAbove {
		return d.compareBands(p, compare)
	}
	x, err := d.condensed(p.X)
	if err != nil {
		return 0, err
	}
	y, err := d.condensed(p.Y)
	if err != nil {
		return 0, err
	}
	centre := compare == comparePearson || compare == compareCorrCov
	if err := d.patterned(p.X, x, centre); err != nil {
		return 0, err
	}
	if err := d.patterned(p.Y, y, centre); err != nil {
		return 0, err
	}
	var xy, xx, yy float64
	switch compare {
	case compareCosine:
		xy, xx, yy = dot(x, y), dot(x, x), dot(y, y)
	case comparePearson:
		xy, xx, yy = centredProducts(x, y)
	default:
		kx, ky := d.kernel(p.X, x, centre), d.kernel(p.Y, y, centre)
		xy, xx, yy = linalg.Dot(kx, ky), linalg.Dot(kx, kx), linalg.Dot(ky, ky)
	}
	return normalised(xy, xx, yy), nil
}

// compareBands is direct without keeping the RDMs, for comparisons that do not use ranks.
func (d dissimilarity) compareBands(p *Pair, compare string) (float64, error) {
	x, err := d.comparable(p.X, compare)
	if err != nil {
		return 0, err
	}
	y, err := d.comparable(p.Y, compare)
	if err != nil {
		return 0, err
	}
	return normalised(products(x, y)), nil
}

// comparable returns the RDM of a system centred for a comparison, by bands: the entries
// off the diagonal, or, for the whitened comparisons, −2 times the result of kernel.
func (d dissimilarity) comparable(s *System, compare string) (centredBands, error) {
	b, err := d.bands(s)
	if err != nil {
		return centredBands{}, err
	}
	e := b.extent()
	if !finite(e.squares) {
		return centredBands{}, overflowing(s)
	}
	centre := compare == comparePearson || compare == compareCorrCov
	if err := d.patternedBetween(s, e.lowest, e.highest, centre); err != nil {
		return centredBands{}, err
	}
	mean := 0.0
	if centre {
		mean = e.mean()
	}
	if compare == compareCosine || compare == comparePearson {
		return b.uncentred(mean), nil
	}
	for i := range e.sums {
		e.sums[i] -= mean * float64(b.n-1)
	}
	c := b.doublyCentred(e, 0)
	c.grand -= mean // of the entries, and not of the diagonal
	return c, nil
}

func (d dissimilarity) compareRanks(p *Pair, compare string) (float64, error) {
	if value, ok := d.toldRanks(p, compare); ok {
		return value, nil
	}
	x, y, err := d.rankings(p, concordant(compare))
	if err != nil {
		return 0, err
	}
	return compareRankings(x, y, compare), nil
}

// compareRankings compares two rankings, of which x has the order where concordant pairs
// are counted.
func compareRankings(x, y *linalg.Ranking, compare string) float64 {
	switch compare {
	case compareRhoA:
		return rhoA(x, y)
	case compareKendall, compareTauA:
		return kendall(x, y, compare == compareKendall)
	default:
		return spearman(x, y)
	}
}

// rankings ranks the dissimilarities of both systems. If keepOrder is set, the ranking of
// X keeps the order.
func (d dissimilarity) rankings(p *Pair, keepOrder bool) (x, y *linalg.Ranking, err error) {
	if x, err = d.order(p.X, keepOrder); err != nil {
		return nil, nil, err
	}
	y, err = d.order(p.Y, false)
	return x, y, err
}

// patterned returns an UndefinedError for dissimilarities that are all 0, or that are all
// equal and are to be centred.
func (d dissimilarity) patterned(s *System, values []float64, centre bool) error {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	return d.patternedBetween(s, lo, hi, centre)
}

// patternedBetween is patterned for dissimilarities from lo to hi.
func (d dissimilarity) patternedBetween(s *System, lo, hi float64, centre bool) error {
	largest := max(math.Abs(lo), math.Abs(hi))
	if largest == 0 {
		return noDissimilarity(s)
	}
	if !centre {
		return nil
	}
	allow, err := d.allowance(s, largest)
	if err != nil {
		return err
	}
	if hi-lo <= max(roundoff*largest, allow(hi)) {
		return sameDissimilarity(s)
	}
	return nil
}

type centredKernelKey struct {
	dissimilarity
	centre bool
}

// kernel returns −½H·D·H, where D is the RDM, or, if centre is set, the RDM minus the
// mean of its dissimilarities off the diagonal.
//
// The cosine of two such matrices is that of the RDMs after whitening by the covariance
// of squared distances between noisy patterns under equal and independent noise, the
// definition of Diedrichsen et al. (2021).
func (d dissimilarity) kernel(s *System, values []float64, centre bool) *mat.Dense {
	return always(&s.memo, centredKernelKey{d, centre}, func() *mat.Dense {
		mean := 0.0
		if centre {
			mean = sum(values) / float64(len(values))
		}
		k := square(mapped(values, func(v float64) float64 { return (mean - v) / 2 }), d.items(s))
		doubleCentre(k)
		return k
	})
}

// centredProducts returns Σ(x−x̄)(y−ȳ), Σ(x−x̄)² and Σ(y−ȳ)².
func centredProducts(x, y []float64) (xy, xx, yy float64) {
	mx, my := sum(x)/float64(len(x)), sum(y)/float64(len(y))
	for i, v := range x {
		dx, dy := v-mx, y[i]-my
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	return xy, xx, yy
}

// normalised returns xy/√(xx·yy) without overflow.
func normalised(xy, xx, yy float64) float64 { return clip(xy / math.Sqrt(xx) / math.Sqrt(yy)) }

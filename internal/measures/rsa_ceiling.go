package measures

import "math"

// Ceiling implements Ceiled for correlations of dissimilarities. Of squared distances,
// and of dissimilarities that are given, of which X has the mean,
//
//	√(mean over r ≠ r' of cov(D_r,D_r') / var D̄),
//
// for independent noise adds a constant to the expectation of squared distances. Of
// ranks there is an approximation, what Spearman and Brown make of the mean correlation
// ρ of the dissimilarities of two of k repeats:
//
//	√(kρ/(1+(k−1)ρ)).
func (m rsa) Ceiling(_ *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	var ceiling float64
	var err error
	note := "the ceiling is too high by 3 to 12 % for spike counts, and wrong where noise is correlated between samples"
	linear := m.rdm.kind == rdmSqEuclidean || m.rdm.kind == rdmPrecomputed
	switch {
	case m.compare == comparePearson && linear:
		ceiling, err = r.dissimilarityCeiling(m.rdm)
	case m.compare == compareSpearman && m.rdm.kind != rdmCrossnobis:
		note = "the ceiling of ranks is approximate; " + note
		ceiling, err = r.rankCeiling(m)
	default:
		return Ceiling{}, ErrNoCeiling
	}
	if err != nil {
		return Ceiling{}, err
	}
	return Ceiling{Value: ceiling, Share: shareOf(ceiling), Estimate: value, Note: note, Doubt: doubtOf(ceiling)}, nil
}

type dissimilarityCeilingKey struct{ dissimilarity }

func (r *Repeats) dissimilarityCeiling(d dissimilarity) (float64, error) {
	return shared(&r.memo, dissimilarityCeilingKey{d}, func() (float64, error) {
		if d.kind == rdmSqEuclidean {
			if _, err := r.reliability(); err != nil {
				return 0, err
			}
		}
		covariance := 0.0
		for i, a := range r.Parts {
			for _, b := range r.Parts[:i] {
				xy, _, _, err := d.covariances(a, b)
				if err != nil {
					return 0, err
				}
				covariance += xy / float64(r.pairs())
			}
		}
		_, variance, _, err := d.covariances(r.Mean, r.Mean)
		if err != nil {
			return 0, err
		}
		// Of given dissimilarities nothing else tells how reliable they are.
		if !(covariance > 0) || d.kind == rdmPrecomputed && covariance < leastReliability*variance {
			return 0, undefined("the dissimilarities of the repeats of X have too little in common")
		}
		return math.Sqrt(covariance / variance), nil
	})
}

// covariances returns Σ(Dx−D̄x)(Dy−D̄y) over pairs of samples, and the same of X and of Y.
func (d dissimilarity) covariances(a, b *System) (xy, xx, yy float64, err error) {
	if d.items(a) > tiledAbove {
		x, err := d.comparable(a, comparePearson)
		if err != nil {
			return 0, 0, 0, err
		}
		y, err := d.comparable(b, comparePearson)
		if err != nil {
			return 0, 0, 0, err
		}
		xy, xx, yy = products(x, y)
		return xy, xx, yy, nil
	}
	x, err := d.condensed(a)
	if err != nil {
		return 0, 0, 0, err
	}
	y, err := d.condensed(b)
	if err != nil {
		return 0, 0, 0, err
	}
	xy, xx, yy = centredProducts(x, y)
	return xy, xx, yy, nil
}

type rankCeilingKey struct{ dissimilarity }

func (r *Repeats) rankCeiling(m rsa) (float64, error) {
	return shared(&r.memo, rankCeilingKey{m.rdm}, func() (float64, error) {
		given := m.rdm.kind == rdmPrecomputed
		if !given {
			if _, err := r.reliability(); err != nil {
				return 0, err
			}
		}
		between := 0.0
		for i, a := range r.Parts {
			for _, b := range r.Parts[:i] {
				v, err := m.value(&Pair{X: a, Y: b})
				if err != nil {
					return 0, err
				}
				between += v / float64(r.pairs())
			}
		}
		k := float64(len(r.Parts))
		whole := k * between / (1 + (k-1)*between)
		if !(between > 0) || given && whole < leastReliability {
			return 0, undefined("the dissimilarities of the repeats of X have too little in common: their correlation is %.2g", between)
		}
		return math.Sqrt(whole), nil
	})
}

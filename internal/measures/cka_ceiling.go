package measures

import (
	"encoding/binary"
	"hash/fnv"
	"math"
)

type kernelCeilingKey struct{ units uint64 }

// Ceiling implements Ceiled for linear kernels. With K_r the kernels of repeats and H the
// HSIC between units, which noise that is independent between units does not move,
//
//	√(mean over r ≠ r' of H(X_r,X_r') / H(X̄,X̄)),
//
// as H(X̄,S) = H(S,S) = H(X_r,X_r') in expectation for the recording without noise, S.
// Without units this is Song's estimator. What is divided is the estimate for all
// stimuli: the value is biased by noise, by more than its ceiling is.
func (m cka) Ceiling(_ *Pair, r *Repeats, u *Units, _ float64) (Ceiling, error) {
	if m.kernel.kind != "linear" || m.estimator == lange {
		return Ceiling{}, ErrNoCeiling
	}
	if _, err := r.reliability(); err != nil {
		return Ceiling{}, err
	}
	cosine, err := r.kernelCeiling(u)
	if err != nil {
		return Ceiling{}, err
	}
	c := cosineCeiling(m.as, cosine)
	c.Doubt = doubtOf(cosine)
	return c, nil
}

// kernelCeiling returns the ceiling of linear CKA between units, of single samples where
// there are none.
func (r *Repeats) kernelCeiling(u *Units) (float64, error) {
	if u == nil {
		u = BlockUnits(r.Mean.Samples(), r.Mean.Samples())
	}
	return shared(&r.memo, kernelCeilingKey{u.fingerprint()}, func() (float64, error) {
		if u.Count() < 4 {
			return 0, undefined("%d independent units, but the ceiling needs at least 4", u.Count())
		}
		common := 0.0
		for i, a := range r.Parts {
			for _, b := range r.Parts[:i] {
				common += unitHSICOf(&Pair{X: a, Y: b}, u)
			}
		}
		common /= float64(r.pairs())
		whole := unitHSICOf(&Pair{X: r.Mean, Y: r.Mean}, u)
		if !(common > 0) || !(whole > 0) {
			return 0, undefined("the repeats of X have no structure in common: their unbiased similarity is not positive")
		}
		return math.Sqrt(common / whole), nil
	})
}

// fingerprint tells units of the same samples from others.
func (u *Units) fingerprint() uint64 {
	h := fnv.New64a()
	var word [8]byte
	put := func(v int) {
		binary.LittleEndian.PutUint64(word[:], uint64(v))
		_, _ = h.Write(word[:])
	}
	for _, rows := range u.Rows {
		put(-len(rows))
		for _, i := range rows {
			put(i)
		}
	}
	return h.Sum64()
}

// unitHSICOf returns the HSIC of a pair between units, in one scale for all pairs of as many
// samples.
func unitHSICOf(p *Pair, u *Units) float64 {
	if u.Single() {
		return rowProduct(p.X, p.Y, p.cross()).all
	}
	x := newUnitSide(p.X, u)
	y := x
	if p.X != p.Y {
		y = newUnitSide(p.Y, u)
	}
	return unitProduct(u, x, y, p.cross()).all
}

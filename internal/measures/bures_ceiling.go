package measures

import "math"

// Ceiling implements Ceiled: √R. Noise adds to ‖Xc‖ alone, for a model that is the
// recording without noise is rotated to it as if there were none; see Repeats.reliability.
func (m nbs) Ceiling(_ *Pair, r *Repeats, _ *Units, _ float64) (Ceiling, error) {
	return buresCeiling(r, m.as)
}

// Ceiling implements Ceiled for the forms that depend on the angle alone.
func (m procrustes) Ceiling(_ *Pair, r *Repeats, _ *Units, _ float64) (Ceiling, error) {
	if m.cv > 0 || m.as == asEuclidean || m.as == asProcrustesSquared || m.as == asNormalised {
		return Ceiling{}, ErrNoCeiling
	}
	return buresCeiling(r, m.as)
}

func buresCeiling(r *Repeats, form string) (Ceiling, error) {
	reliability, err := r.reliability()
	if err != nil {
		return Ceiling{}, err
	}
	c := cosineCeiling(form, math.Sqrt(reliability))
	if n, p := r.Mean.Samples(), r.Mean.Width(); n < 4*p {
		c.Note = joinNotes(c.Note, "noise of few samples is rotated too: normalised is too high where the noise is large")
	}
	return c, nil
}

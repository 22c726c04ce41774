package measures

import "gonum.org/v1/gonum/mat"

// grid returns a system whose samples are times × conditions, of which the other has the
// samples in the same order; nil where none is, or where both are and disagree.
func (p *Pair) grid() *System {
	x, y := p.X, p.Y
	switch {
	case x.structured() && y.structured():
		if x.times != y.times || (x.conditionOf == nil) != (y.conditionOf == nil) {
			return nil
		}
		return x
	case x.structured():
		return x
	case y.structured():
		return y
	}
	return nil
}

// structured reports whether the samples come from 3-d data.
func (s *System) structured() bool { return s.times > 1 || s.conditionOf != nil }

// ConditionUnits returns the conditions of 3-d data as units, and whether there are at
// least two of them that have several samples.
func (p *Pair) ConditionUnits() (*Units, bool) {
	s := p.grid()
	if s == nil {
		return nil, false
	}
	return s.ConditionUnits()
}

// Times returns the number of time bins of 3-d data, 1 for other data and where some of
// the samples are left out. Sample t·C+c is condition c of C at time t.
func (p *Pair) Times() int {
	if s := p.grid(); s != nil {
		return s.times
	}
	return 1
}

// LostSamples reports whether the samples are those of 3-d data without some, so that
// conditions do not have the same times.
func (p *Pair) LostSamples() bool { return p.X.conditionOf != nil || p.Y.conditionOf != nil }

// WithoutTimeCourse returns the pair without what all conditions have in common: from
// both systems the mean over conditions is removed at each time.
func (p *Pair) WithoutTimeCourse() (*Pair, error) {
	if p.segments != nil {
		return nil, undefined("the time course that conditions share needs the samples themselves, but only second moments are known")
	}
	times := p.Times()
	return &Pair{X: p.X.withoutTimeCourse(times), Y: p.Y.withoutTimeCourse(times), groups: p.groups}, nil
}

type timeCourseKey struct{ times int }

func (s *System) withoutTimeCourse(times int) *System {
	return always(&s.memo, timeCourseKey{times}, func() *System {
		out := mat.DenseCopyOf(s.raw)
		conditions := s.n / times
		mean := make([]float64, s.p)
		for t := range times {
			clear(mean)
			for c := range conditions {
				addScaled(mean, 1/float64(conditions), out.RawRowView(t*conditions+c))
			}
			for c := range conditions {
				addScaled(out.RawRowView(t*conditions+c), -1, mean)
			}
		}
		return &System{name: s.name, n: s.n, p: s.p, raw: out, times: s.times, conditionOf: s.conditionOf, precision: s.precision}
	})
}

// TailWeight returns n·Σ‖x‖⁴/(Σ‖x‖²)² of the centred samples, the larger of the two
// systems': 1 where all samples lie as far from the mean, 3 for a single Gaussian
// feature and less for several. ok is false where only moments are known.
func (p *Pair) TailWeight() (weight float64, ok bool) {
	if p.segments == nil {
		return max(tailWeight(p.X.rowNorms()), tailWeight(p.Y.rowNorms())), true
	}
	if p.again == nil {
		return 0, false
	}
	s, err := p.serial(fewLags)
	return max(tailWeight(s.x.norms), tailWeight(s.y.norms)), err == nil
}

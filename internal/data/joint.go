package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Apply applies the policy for missing values to several systems whose samples
// correspond. It also removes the samples that it leaves out from all data along
// them. It returns unchanged systems themselves and copies of the others.
//
// It fails, with an *InputError, where systems or the data along them differ in their
// number of samples, where the policy refuses a value, and where no sample would
// remain.
func (p Policy) Apply(unit Unit, systems []*Dataset, along ...Along) (*Kept, error) {
	s := p.Survey(unit)
	mended := make([]*Dataset, len(systems))
	for i, d := range systems {
		var err error
		if mended[i], err = s.look(d); err != nil {
			return nil, err
		}
	}
	k, err := s.Kept()
	if err != nil {
		return nil, err
	}
	if err := k.Along(along...); err != nil {
		return nil, err
	}
	k.Systems = make([]*Dataset, len(systems))
	for i, d := range mended {
		k.Systems[i] = k.part(d)
	}
	return k, nil
}

// Survey finds the effect of a policy on several systems that are not in memory at
// the same time, from one system after the other. Kept.System then applies the policy
// to each system.
type Survey struct {
	policy     Policy
	unit       Unit
	systems    int
	path       string // of the first system
	missing    []bool // rows
	conditions int    // of the 3-d systems, 0 so long as there is none, -1 where they differ
	notes      []string
}

// Survey returns a survey that leaves out units of that kind.
func (p Policy) Survey(unit Unit) *Survey { return &Survey{policy: p, unit: unit} }

// Look adds a system to the survey.
func (s *Survey) Look(d *Dataset) error {
	_, err := s.look(d)
	return err
}

func (s *Survey) look(d *Dataset) (*Dataset, error) {
	if s.systems == 0 {
		s.path, s.missing = d.Source.Path, make([]bool, d.Samples())
	}
	s.systems++
	if err := s.check(d); err != nil {
		return nil, err
	}
	switch {
	case !d.Is3D():
	case s.conditions == 0:
		s.conditions = d.Shape[1]
	case s.conditions != d.Shape[1]:
		s.conditions = -1
	}
	mended, note := s.policy.repair(d)
	if note != "" {
		s.notes = append(s.notes, prefixed(d.Source.Path, note))
	}
	if !s.policy.Drops {
		return mended, mended.CheckFinite()
	}
	width := mended.Width()
	for i, v := range mended.Values {
		if math.IsNaN(v) {
			s.missing[i/width] = true
		}
	}
	return mended, nil
}

// check refuses a system whose number of samples differs from that of the first.
func (s *Survey) check(d *Dataset) error {
	if d.Samples() == len(s.missing) {
		return nil
	}
	return s.rows().Unequal(d.Source.Path, d.Samples(), s.path, len(s.missing))
}

// rows returns the unit of a row.
func (s *Survey) rows() Unit {
	if s.unit == Stimuli {
		return Stimuli
	}
	return Samples
}

// Kept returns the samples of the surveyed systems that the policy keeps. It is an
// error if there are none.
func (s *Survey) Kept() (*Kept, error) {
	k := &Kept{Unit: s.rows(), Of: len(s.missing), survey: s}
	if s.unit == Conditions && s.conditions > 0 {
		k.Unit, k.Of = Conditions, s.conditions
	}
	out := make([]bool, k.Of)
	for row, missing := range s.missing {
		// Condition is the faster of the two sample axes.
		out[row%k.Of] = out[row%k.Of] || missing
	}
	for u, is := range out {
		if is {
			k.Out = append(k.Out, u)
		} else {
			k.Units = append(k.Units, u)
		}
	}
	if len(k.Units) == 0 && k.Of > 0 {
		return nil, &InputError{
			Path:   s.path,
			Found:  fmt.Sprintf("missing values in every %s", k.Unit.One()),
			Wanted: fmt.Sprintf("want at least one complete %s", k.Unit.One()),
		}
	}
	return k, nil
}

// Kept holds the samples of systems that a policy keeps, and describes the changes. A
// nil Kept stands for no policy and changes nothing.
type Kept struct {
	Systems []*Dataset // the systems of Apply after the policy
	Unit    Unit       // of the numbers below
	Units   []int      // the numbers that are kept, increasing
	Out     []int      // the numbers that are left out, increasing
	Of      int        // the number of units before

	survey *Survey
}

// Changed reports whether the policy changed any system.
func (k *Kept) Changed() bool { return k != nil && len(k.Out)+len(k.survey.notes) > 0 }

// Warning describes the changes in one line, or returns "" if there are none. It names
// a system that was repaired, or that is the only one.
func (k *Kept) Warning() string {
	if !k.Changed() {
		return ""
	}
	notes := slices.Clone(k.survey.notes)
	if len(k.Out) > 0 {
		note := fmt.Sprintf("left out %d of %d %s, which have missing values", len(k.Out), k.Of, k.Unit)
		if k.survey.systems == 1 {
			note = prefixed(k.survey.path, note)
		}
		notes = append(notes, note)
	}
	return strings.Join(notes, "; ")
}

func prefixed(path, note string) string {
	if path == "" {
		return note
	}
	return path + ": " + note
}

// System returns a system of the survey after the policy.
func (k *Kept) System(d *Dataset) (*Dataset, error) {
	if k == nil {
		return d, nil
	}
	if err := k.survey.check(d); err != nil {
		return nil, err
	}
	mended, _ := k.survey.policy.repair(d)
	return k.part(mended), nil
}

// Along removes the samples that are left out from data along the systems.
func (k *Kept) Along(along ...Along) error {
	if k == nil {
		return nil
	}
	for _, a := range along {
		if err := a.check(k.Of, k.Unit, k.survey.path); err != nil {
			return err
		}
	}
	if len(k.Out) == 0 {
		return nil
	}
	for _, a := range along {
		a.sel(k.Units)
	}
	return nil
}

func (k *Kept) part(d *Dataset) *Dataset {
	if len(k.Out) == 0 {
		return d
	}
	var out *Dataset
	if k.Unit == Conditions && d.Is3D() {
		out = d.SelectConditions(k.Units)
	} else {
		out = d.Pooled().Select(k.samples(d.Samples()))
	}
	out.LeftOut = append(slices.Clone(d.LeftOut), LeftOut{Unit: k.Unit.String(), At: k.Out, Of: k.Of, Why: "missing values"})
	return out
}

// samples returns the numbers of those of n samples that belong to the units that are
// kept. Condition is the faster of the two sample axes.
func (k *Kept) samples(n int) []int {
	var rows []int
	for first := 0; first < n; first += k.Of {
		for _, u := range k.Units {
			rows = append(rows, first+u)
		}
	}
	return rows
}

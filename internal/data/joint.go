package data

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
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
	width      int    // of its features
	missing    []bool // rows
	conditions int    // of the 3-d systems, 0 so long as there is none, -1 where they differ
	notes      []string
	empty      []string // features without any value, of each system that has some
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
		s.path, s.width, s.missing = d.Source.Path, d.Width(), make([]bool, d.Samples())
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
	mended.missingSamples(s.missing)
	if empty := mended.withoutValues(); len(empty) > 0 && !mended.isRDM() {
		s.empty = append(s.empty, prefixed(d.Source.Path, mended.featureNames(empty)))
	}
	return mended, nil
}

// check refuses a system whose number of samples differs from that of the first.
func (s *Survey) check(d *Dataset) error {
	if d.Samples() == len(s.missing) {
		return nil
	}
	return s.rows().Unequal(Extent{d.Source.Path, d.Samples(), d.Width()}, Extent{s.path, len(s.missing), s.width})
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
		e := &InputError{
			Path:   s.path,
			Found:  fmt.Sprintf("missing values in every %s", k.Unit.One()),
			Wanted: fmt.Sprintf("want at least one complete %s", k.Unit.One()),
		}
		if len(s.empty) > 0 {
			e.Hint = fmt.Sprintf("no value in %s: --missing %s leaves such features out", strings.Join(s.empty, "; "), DropMissingFeatures.Name)
		}
		return nil, e
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

// Sources returns the sources of the systems of Apply, with what was left out of them.
func (k *Kept) Sources() []Source {
	sources := make([]Source, len(k.Systems))
	for i, d := range k.Systems {
		sources[i] = d.Origin()
	}
	return sources
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

// part returns the units of a system that are kept. A 3-d system stays time ×
// condition × neuron where they form a grid; otherwise its samples remember their
// conditions.
func (k *Kept) part(d *Dataset) *Dataset {
	if len(k.Out) == 0 {
		return d
	}
	var out *Dataset
	switch rows := k.samples(d.Samples()); {
	case !d.Is3D():
		out = d.selectSamples(rows)
	case k.Unit == Conditions:
		out = d.SelectConditions(k.Units)
	default:
		out = d.Subset(rows)
	}
	out.LeftOut = append(slices.Clone(d.LeftOut), LeftOut{Unit: k.Unit.String(), At: k.Out, Of: k.Of, Why: "missing values"})
	return out
}

// Subset returns a copy of some samples, whose numbers increase. A 3-d dataset stays time
// × condition × neuron where they are all samples of some times and conditions;
// otherwise its samples remember their conditions.
func (d *Dataset) Subset(rows []int) *Dataset {
	if !d.Is3D() {
		return d.Select(rows)
	}
	if times, conditions, ok := d.grid(rows); ok {
		return d.selectTimes(times).SelectConditions(conditions)
	}
	pooled := d.Pooled()
	pooled.ConditionOf = make([]int, d.Samples())
	for i := range pooled.ConditionOf {
		pooled.ConditionOf[i] = i % d.Shape[1]
	}
	return pooled.Select(rows)
}

// grid returns the times and conditions of increasing samples of a 3-d dataset, and
// whether these are all samples of those times and conditions.
func (d *Dataset) grid(rows []int) (times, conditions []int, ok bool) {
	for _, row := range rows {
		if t := row / d.Shape[1]; len(times) == 0 || times[len(times)-1] != t {
			times = append(times, t)
		}
		if row/d.Shape[1] == times[0] {
			conditions = append(conditions, row%d.Shape[1])
		}
	}
	if len(rows) != len(times)*len(conditions) {
		return nil, nil, false
	}
	for i, row := range rows {
		if row != times[i/len(conditions)]*d.Shape[1]+conditions[i%len(conditions)] {
			return nil, nil, false
		}
	}
	return times, conditions, true
}

// Columns returns the features that a system has after the policy, as Apply or System
// returned it, by their numbers in the system before.
func (k *Kept) Columns(kept, before *Dataset) []int {
	if before.isRDM() && len(k.Out) > 0 {
		return k.Units
	}
	columns := make([]int, before.Width())
	for column := range columns {
		columns[column] = column
	}
	for _, out := range kept.LeftOut[len(before.LeftOut):] {
		if out.Unit == features {
			columns = slices.DeleteFunc(columns, func(c int) bool { _, is := slices.BinarySearch(out.At, c); return is })
		}
	}
	return columns
}

// Restore puts values of a system that is kept, as Apply or System returned it, back
// where they were in the system before: element i of the system goes with values[i].
// What was left out gets fill. The result has the shape of the system before.
func (k *Kept) Restore(values []float64, kept, before *Dataset, fill float64) []float64 {
	width, columns := before.Width(), k.Columns(kept, before)
	whole := make([]float64, len(before.Values))
	for i := range whole {
		whole[i] = fill
	}
	for i, row := range k.samples(before.Samples()) {
		for j, column := range columns {
			whole[row*width+column] = values[i*len(columns)+j]
		}
	}
	return whole
}

// RestoreSquare puts a matrix with a row and a column for each unit that is kept back
// where these were among all units, row by row, with NaN for those that were left out.
func (k *Kept) RestoreSquare(m *mat.Dense) *mat.Dense {
	if len(k.Out) == 0 {
		return m
	}
	whole := mat.NewDense(k.Of, k.Of, nil)
	for i := range k.Of {
		for j := range k.Of {
			whole.Set(i, j, math.NaN())
		}
	}
	for i, a := range k.Units {
		for j, b := range k.Units {
			whole.Set(a, b, m.At(i, j))
		}
	}
	return whole
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

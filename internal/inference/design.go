package inference

import (
	"fmt"
	"math"

	"simtool/internal/measures"
)

// Kind says what the independent units of a design are.
type Kind string

// The kinds of units.
const (
	Auto       Kind = "auto"       // conditions of 3-d data, else rows or blocks
	Rows       Kind = "rows"       // every sample
	Blocks     Kind = "blocks"     // runs of consecutive samples
	Conditions Kind = "conditions" // whole conditions of 3-d data
	Given      Kind = "given"      // groups that the user names
)

const (
	// mostBlocks bounds the number of blocks of rows.
	mostBlocks = 15
	// leastUnits is the number of units below which there is no interval, fewUnits
	// that below which it is wide, and leastSamples the number of samples below which
	// there is none.
	leastUnits, fewUnits, leastSamples = 4, 7, 8
	// correlated is the autocorrelation below which samples count as independent.
	correlated = 0.1
	// heavyTails is the tail weight above which intervals are too narrow.
	heavyTails = 5
)

// Structure is what a user says of the samples of a pair.
type Structure struct {
	Kind Kind // of units; Auto by default
	// Units are the samples of each independent unit, for Kind Given.
	Units [][]int
	// Groups are the samples of each exchangeability block: what is permuted stays
	// within its group. nil stands for one group.
	Groups [][]int
	// Samples says what the samples are, where that is known.
	Samples Axis
}

// Axis says what consecutive samples are.
type Axis string

// The axes of samples.
const (
	UnknownAxis   Axis = ""
	TimeAxis      Axis = "time"      // times of one recording
	ConditionAxis Axis = "condition" // conditions at one time
)

// Design says which samples of a pair are independent of each other.
type Design struct {
	Kind  Kind
	Units *measures.Units // independent units at their finest; nil where there are none
	// Length is the first lag at which the autocorrelation of consecutive samples is
	// below 0.1, the smaller of the two systems'; 0 where that does not matter.
	Length  int
	Refusal string   // why there is no interval
	Notes   []string // what a reader should know of the units
	// Doubts say what the data may not support, whatever the measure.
	Doubts []string

	groups [][]int // of samples, nil for one
	// series says that the samples are consecutive, by their axis or by the user's word,
	// so that shifts in time pair them at random.
	series bool
	timed  bool // the samples are consecutive by their axis
	// chance says that consecutive samples are no more alike than chance would have it,
	// so that rows may be exchanged although the interval rests on blocks.
	chance bool
}

// NewDesign returns the design of a pair whose units are of a kind. given holds the
// samples of each unit for Kind Given and is nil otherwise.
func NewDesign(p *measures.Pair, kind Kind, given [][]int) Design {
	return Structure{Kind: kind, Units: given}.Design(p)
}

// Design returns the design of a pair.
//
// The units of 3-d data are conditions, for samples of neighbouring times are alike. Of
// other data consecutive samples may be alike as well: recordings are flattened, stimuli
// are sorted by category. Auto measures it: with the first lag L at which the
// autocorrelation
//
//	r(L) = mean x_i·x_{i+L}/mean ‖x_i‖²
//
// of the centred rows, the smaller of the two systems', is below 0.1, samples are
// independent if L = 1, and otherwise the units are min(15, n/2L) blocks of consecutive
// samples.
func (s Structure) Design(p *measures.Pair) Design {
	d := s.units(p)
	d.groups = s.Groups
	d.timed = s.Samples == TimeAxis || p.Times() == p.Samples()
	d.series = d.timed || s.Kind == Blocks
	if d.Refusal == "" {
		d.Refusal = tooFew(d.Units)
	}
	if d.Kind == Blocks && d.Length > 1 && !d.timed {
		d.Notes = append(d.Notes, "null pairs single samples, which makes it low where neighbours are alike")
	}
	if weight, ok := p.TailWeight(); ok && weight > heavyTails {
		d.Doubts = append(d.Doubts, fmt.Sprintf("a few samples lie far from the rest (tail weight %.2g, over %d): intervals of most measures are too narrow there; rsa:compare=spearman bears it", weight, heavyTails))
	}
	return d
}

// units returns the design as far as units go.
func (s Structure) units(p *measures.Pair) Design {
	n := p.Samples()
	rows := func() *measures.Units { return measures.BlockUnits(n, n) }
	if s.Kind == Given || s.Units != nil {
		u, err := measures.NewUnits(s.Units, n)
		if err != nil {
			return Design{Kind: Given, Refusal: err.Error()}
		}
		return Design{Kind: Given, Units: u}
	}
	conditions, ok := p.ConditionUnits()
	switch {
	case s.Kind == Conditions && s.Samples == ConditionAxis:
		return Design{Kind: Rows, Units: rows()}
	case s.Kind == Conditions && !ok:
		return Design{Kind: Conditions, Refusal: "the data have no conditions with several samples each: want time × condition × neuron, or --units FILE:COLUMN"}
	case s.Kind == Conditions, s.Kind != Rows && s.Kind != Blocks && ok:
		return Design{Kind: Conditions, Units: conditions}
	case s.Kind == Rows, s.Kind != Blocks && s.Samples == ConditionAxis:
		return Design{Kind: Rows, Units: rows()}
	}
	lag, known := p.Autocorrelation(correlated)
	blocks := min(mostBlocks, n)
	switch {
	case !known:
		return Design{Kind: Blocks, Units: measures.BlockUnits(n, blocks), Notes: []string{"moments do not tell which samples are alike: null pairs single samples"}}
	case s.Kind == Blocks:
		return Design{Kind: Blocks, Units: measures.BlockUnits(n, blocks), Length: lag}
	case lag == 1:
		return Design{Kind: Rows, Units: rows(), Length: lag}
	}
	d := Design{Kind: Blocks, Length: lag, chance: !p.NeighboursAlike()}
	if blocks = min(mostBlocks, n/(2*lag)); blocks < leastUnits {
		d.Refusal = fmt.Sprintf("consecutive samples are alike over %d samples, so that %d samples hold fewer than %d independent blocks: name the independent units with --units FILE:COLUMN", lag, n, leastUnits)
		return d
	}
	d.Units = measures.BlockUnits(n, blocks)
	d.Notes = append(d.Notes, fmt.Sprintf("consecutive samples are alike over %d samples: the interval rests on %d blocks", lag, blocks))
	return d
}

// tooFew returns the reason why units are too few for an interval, "" where they are
// not.
func tooFew(u *measures.Units) string {
	switch count, n := u.Count(), u.Samples(); {
	case n < leastSamples:
		return fmt.Sprintf("%d samples are too few for an interval: want at least %d", n, leastSamples)
	case count == 1:
		return fmt.Sprintf("one independent unit is too few for an interval: want at least %d", leastUnits)
	case count < leastUnits:
		return fmt.Sprintf("%d independent units are too few for an interval: want at least %d", count, leastUnits)
	}
	return ""
}

// shifted reports whether pairings of a series are its shifts in time.
func (d Design) shifted() bool { return d.timed && d.Kind == Blocks }

// wholeUnits returns the units that random pairings keep whole, nil where they pair
// single samples: units that differ in size cannot be exchanged, and of 3-d data
// conditions stand in for them.
func (d Design) wholeUnits(p *measures.Pair) *measures.Units {
	if d.Kind != Conditions && d.Kind != Given || d.Units == nil || p.LostSamples() {
		return nil
	}
	if d.Units.EqualSizes() {
		return d.Units
	}
	if conditions, ok := p.ConditionUnits(); ok {
		return conditions
	}
	return nil
}

// unitsFor returns the units that an estimator can use: blocks of the rows of a design
// where it does not take single rows, and no more than it asks for.
func (d Design) unitsFor(p *measures.Pair, e measures.Estimator) *measures.Units {
	u := d.Units
	if e.Group != nil {
		return e.Group(p, u)
	}
	if d.Kind == Rows && !e.Rows && u.Count() > e.MostRows {
		return u.Merged(mostBlocks)
	}
	if e.MostUnits > 0 {
		return u.Merged(e.MostUnits)
	}
	return u
}

// UnitsOf returns the units that the estimate of a measure for a pair rests on, nil where
// there is no such estimate or it is not computed.
func (d Design) UnitsOf(p *measures.Pair, m measures.Measure, mode Mode) *measures.Units {
	estimable, ok := measures.As[measures.Estimable](m)
	if !ok || mode == None || d.Refusal != "" {
		return nil
	}
	e, ok := estimable.Estimator()
	if !ok {
		return nil
	}
	return d.unitsFor(p, e)
}

// NaN stands for what is not known.
func unknown() float64 { return math.NaN() }

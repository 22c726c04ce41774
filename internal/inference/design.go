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
)

// Design says which samples of a pair are independent of each other.
type Design struct {
	Kind  Kind
	Units *measures.Units // independent units at their finest; nil if Refusal is set
	// Length is the first lag at which the autocorrelation of consecutive samples is
	// below 0.1, the smaller of the two systems'; 0 where that does not matter.
	Length  int
	Refusal string   // why there are no units, hence no interval
	Notes   []string // what a reader should know of the units
}

// NewDesign returns the design of a pair. given holds the group of each sample for
// Kind Given and is nil otherwise.
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
func NewDesign(p *measures.Pair, kind Kind, given [][]int) Design {
	n := p.Samples()
	if given != nil {
		u, err := measures.NewUnits(given, n)
		if err != nil {
			return Design{Kind: Given, Refusal: err.Error()}
		}
		return Design{Kind: Given, Units: u}.checked()
	}
	conditions, ok := p.X.ConditionUnits()
	switch {
	case kind == Conditions && !ok:
		return Design{Kind: kind, Refusal: "the data have no conditions with several samples each: want time × condition × neuron, or --units FILE:COLUMN"}
	case kind == Conditions, kind == Auto && ok:
		return Design{Kind: Conditions, Units: conditions}.checked()
	case kind == Rows:
		return Design{Kind: Rows, Units: measures.BlockUnits(n, n)}.checked()
	case kind == Blocks:
		return Design{Kind: Blocks, Units: measures.BlockUnits(n, min(mostBlocks, n))}.checked()
	}
	lag, known := p.Autocorrelation(correlated)
	if !known {
		return Design{Kind: Blocks, Units: measures.BlockUnits(n, min(mostBlocks, n))}.checked()
	}
	if lag == 1 {
		return Design{Kind: Rows, Units: measures.BlockUnits(n, n), Length: lag}.checked()
	}
	d := Design{Kind: Blocks, Length: lag}
	blocks := min(mostBlocks, n/(2*lag))
	if blocks < leastUnits {
		d.Refusal = fmt.Sprintf("consecutive samples are alike over %d samples, so that %d samples hold fewer than %d independent blocks: name the independent units with --units FILE:COLUMN", lag, n, leastUnits)
		return d
	}
	d.Units = measures.BlockUnits(n, blocks)
	d.Notes = append(d.Notes, fmt.Sprintf("consecutive samples are alike over %d samples: the interval rests on %d blocks", lag, blocks))
	return d.checked()
}

// checked refuses units that are too few.
func (d Design) checked() Design {
	switch count, n := d.Units.Count(), d.Units.Samples(); {
	case n < leastSamples:
		d.Refusal = fmt.Sprintf("%d samples are too few for an interval: want at least %d", n, leastSamples)
	case count < leastUnits:
		d.Refusal = fmt.Sprintf("%d independent units are too few for an interval: want at least %d", count, leastUnits)
	}
	return d
}

// unitsFor returns the units that an estimator can use: blocks of the rows of a design
// where it does not take single rows, and no more than it asks for.
func (d Design) unitsFor(e measures.Estimator) *measures.Units {
	u := d.Units
	if d.Kind == Rows && !e.Rows {
		return u.Merged(mostBlocks)
	}
	if e.MostUnits > 0 {
		return u.Merged(e.MostUnits)
	}
	return u
}

// NaN stands for what is not known.
func unknown() float64 { return math.NaN() }

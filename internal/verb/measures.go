package verb

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/figure"
	"simtool/internal/measures"
)

// MeasureError makes a ConfigError of what is wrong with the name of a measure.
func MeasureError(err error) error {
	if name, ok := errors.AsType[*measures.NameError](err); ok {
		return batch.Configf(name.Hint, "%s", name.Error())
	}
	return err
}

// ParseMeasures reads a list of measures as a setting has it.
func ParseMeasures(words []string, seed uint64) ([]measures.Named, error) {
	named, err := measures.ParseList(strings.Join(words, ","), seed)
	return named, MeasureError(err)
}

// HoldOutConditions lets the core measures that hold samples out hold out whole
// conditions, where samples of the same times and conditions are pooled: contiguous folds
// would be stretches of time. A measure that is named itself stays what it is.
func HoldOutConditions(named []measures.Named, x, y *data.Dataset, seed uint64) []measures.Named {
	if !x.Is3D() || !y.Is3D() || !slices.Equal(x.Shape[:2], y.Shape[:2]) {
		return named
	}
	out := slices.Clone(named)
	for i, m := range out {
		if variant, ok := m.ByConditions(seed); ok && m.Core && x.Shape[1] >= m.Card().Folds {
			out[i] = variant
		}
	}
	return out
}

// GridWarning says that two 3-d datasets are pooled although their times and
// conditions differ, or "".
func GridWarning(x, y *data.Dataset) string {
	if !x.Is3D() || !y.Is3D() || slices.Equal(x.Shape[:2], y.Shape[:2]) || x.Samples() != y.Samples() {
		return ""
	}
	return fmt.Sprintf("times × conditions are %s in x and %s in y: samples are paired by their position only",
		data.ShapeString(x.Shape[:2]), data.ShapeString(y.Shape[:2]))
}

// UndefinedInput makes data without a score invalid input, where there is no row to
// say so.
func UndefinedInput(err error) error {
	if undefined, ok := errors.AsType[*measures.UndefinedError](err); ok {
		return &data.InputError{Found: undefined.Reason, Err: err}
	}
	return err
}

// SettingError makes what is wrong with settings a matter of usage: there is no
// input to blame.
func SettingError(err error) error {
	if e, ok := data.AsInputError(err); ok {
		return batch.Configf(e.Hint, "%s", e)
	}
	return err
}

// DidYouMean is the hint that names a word, "" for none.
func DidYouMean(word string) string {
	if word == "" {
		return ""
	}
	return "did you mean " + word + "?"
}

// NewPair makes the pair of two datasets.
func NewPair(x, y *data.Dataset) (*measures.Pair, error) {
	xs, err := measures.NewSystem(x)
	if err != nil {
		return nil, err
	}
	ys, err := measures.NewSystem(y)
	if err != nil {
		return nil, err
	}
	return measures.NewPair(xs, ys)
}

// ValueRange says what figures want to know of a measure. ok is false for a name of none.
func ValueRange(name string) (r figure.Range, ok bool) {
	m, err := measures.Parse(name)
	if err != nil {
		return figure.Range{Min: math.Inf(-1), Max: math.Inf(1)}, false
	}
	card := m.Card()
	return figure.Range{Min: card.Min, Max: card.Max, Distance: !card.HigherIsCloser}, true
}

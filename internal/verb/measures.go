package verb

import (
	"errors"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
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

package dataio

import (
	"errors"
	"strings"

	"simtool/internal/data"
)

// Remedy is the cause of the error of a text file that would be read if somebody said
// what some of its columns are. A command that reads other files with the same settings
// spells it so that it holds for this file, and for those that want it too: see Spelt.
type Remedy struct{ Choices []Choice }

// Choice is a setting that mends a file.
type Choice struct {
	Flag  string // "ids" or "columns"
	Value string
	Does  string // what comes of it, after the setting
}

// Error says the choices for one file alone.
func (r *Remedy) Error() string {
	return r.Spelt(func(c Choice) string { return c.Value })
}

// Spelt is the hint, with the values of settings as value has them.
func (r *Remedy) Spelt(value func(c Choice) string) string {
	var parts []string
	for _, c := range r.Choices {
		parts = append(parts, "--"+c.Flag+" "+quoted(value(c))+" "+c.Does)
	}
	return strings.Join(parts, ", ")
}

// RemedyOf returns the remedy in an error, nil for none.
func RemedyOf(err error) *Remedy {
	r, _ := errors.AsType[*Remedy](err)
	return r
}

// mends adds a remedy to an error.
func mends(e *data.InputError, choices ...Choice) {
	r := &Remedy{choices}
	e.Err, e.Hint = r, r.Error()
}

package data

import (
	"errors"
	"strings"
)

// InputError says why an input is refused: its name, the fault, and the
// requirement. Every function that refuses data returns one, so that the command
// line can print it and exit with the status for invalid input.
type InputError struct {
	Path   string // the input as the user named it; "" when it has no name
	Found  string // the fault, e.g. "590 samples"
	Wanted string // the requirement, e.g. "600 as in rec.npy"; may be empty
	Hint   string // a possible remedy; may be empty
	Err    error  // the cause, for errors.Is; may be nil
}

// Error renders "path: found, wanted".
func (e *InputError) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	b.WriteString(e.Found)
	if e.Wanted != "" {
		b.WriteString(", ")
		b.WriteString(e.Wanted)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

// AsInputError returns the InputError in err's chain, if there is one.
func AsInputError(err error) (*InputError, bool) {
	return errors.AsType[*InputError](err)
}

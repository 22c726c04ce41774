package data

import (
	"errors"
	"strings"
)

// InputError says that an input cannot be used: which one, what was found in
// it and what was wanted. Everything that refuses data returns one, so that
// the command line can print it as it is and exit with the status for invalid
// input.
type InputError struct {
	Path   string // the input as the user named it; "" when it has no name
	Found  string // what was found, e.g. "590 samples"
	Wanted string // what was wanted, e.g. "600 as in rec.npy"; may be empty
	Hint   string // one thing to try; may be empty
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

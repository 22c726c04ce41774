package data

import (
	"regexp"
	"sync"
)

// Pattern returns a regular expression that is compiled when it is first asked for: a
// program has dozens whose compilation takes some tenths of a millisecond each, and most
// runs need none. A text that is no regular expression panics then.
func Pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

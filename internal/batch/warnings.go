package batch

import (
	"fmt"

	"simtool/internal/data"
)

// particular finds what tells warnings of one kind apart: names in quotation marks, names
// of files, and numbers.
var particular = data.Pattern(`"[^"]*"|\S+\.\w+\b|\S*/\S*|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?`)

// kindOf is a warning without what tells it from others of its kind.
func kindOf(message string) string { return particular().ReplaceAllString(message, "") }

// Grouped makes one warning, with their number, of more than two of one kind, in the place
// of the first.
func Grouped(messages []string) []string {
	count := map[string]int{}
	for _, m := range messages {
		count[kindOf(m)]++
	}
	var out []string
	told := map[string]bool{}
	for _, m := range messages {
		kind := kindOf(m)
		switch n := count[kind]; {
		case n <= 2:
			out = append(out, m)
		case !told[kind]:
			out = append(out, fmt.Sprintf("%s (and %d more such warnings)", m, n-1))
		}
		told[kind] = true
	}
	return out
}

// Warn tells of something that belongs to no row of a result. It stands in the
// manifest, too.
func (e *Env) Warn(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	e.mu.Lock()
	e.warnings = append(e.warnings, message)
	e.mu.Unlock()
	e.tell(message)
}

// WarnAll is Warn for several warnings at once. All of them stand in the manifest; a
// person is told of a kind once, with the number.
func (e *Env) WarnAll(messages []string) {
	e.mu.Lock()
	e.warnings = append(e.warnings, messages...)
	e.mu.Unlock()
	if e.OnWarning != nil {
		for _, m := range Grouped(messages) {
			e.OnWarning(m)
		}
	}
}

// TellOnce is Warn for what stands in rows of the result as well: it tells a person,
// the first time.
func (e *Env) TellOnce(message string) {
	e.mu.Lock()
	again := e.told[message]
	if e.told == nil {
		e.told = map[string]bool{}
	}
	e.told[message] = true
	e.mu.Unlock()
	if !again {
		e.tell(message)
	}
}

// tell tells a person of the first warning of a kind, and keeps the others back until the
// end, when their number is known.
func (e *Env) tell(message string) {
	if e.OnWarning == nil {
		return
	}
	kind := kindOf(message)
	e.mu.Lock()
	first := !e.kinds[kind]
	if e.kinds == nil {
		e.kinds = map[string]bool{}
	}
	e.kinds[kind] = true
	if !first {
		e.held = append(e.held, message)
	}
	e.mu.Unlock()
	if first {
		e.OnWarning(message)
	}
}

// TellHeld tells a person of the warnings that were kept back: of several of one kind the
// first, with their number.
func (e *Env) TellHeld() {
	e.mu.Lock()
	held := e.held
	e.held = nil
	e.mu.Unlock()
	if e.OnWarning == nil {
		return
	}
	for _, m := range Grouped(held) {
		e.OnWarning(m)
	}
}

package main

import (
	"runtime/debug"

	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// boundMemory holds readers, and the garbage collector, to --max-memory where somebody
// has set it, else to four fifths of the machine or of the control group. Where the
// command has no --max-memory that bound is the only one.
func (a *app) boundMemory() {
	text, _, err := verb.ChooseMemory(setting.Place{})
	if s := a.env.Setting("max-memory"); s != nil && s.Set {
		text = s.Text
	}
	if err != nil {
		return
	}
	limit, err := setting.ParseBytes(text)
	if err != nil || limit <= 0 {
		return
	}
	dataio.LimitMemory(limit)
	debug.SetMemoryLimit(limit)
}

package main

// The few colours in use, as ANSI select-graphic-rendition codes.
const (
	red    = "1;31"
	yellow = "1;33"
	cyan   = "36"
)

// paint colours text for a stream that is a terminal, or not, as --color and
// NO_COLOR say.
func (a *app) paint(tty bool, color, text string) string {
	if a.global.color == "never" || a.global.color != "always" && !tty {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

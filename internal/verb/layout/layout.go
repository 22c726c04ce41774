// Package layout folds texts to lines of a given width.
package layout

import (
	"strings"

	"simtool/internal/data"
)

// termLine is an indented term with its explanation beside it.
var termLine = data.Pattern(`^( +\S+ {2,})(\S.*)$`)

// Wrap folds paragraphs to lines of at most width columns. Lines that begin
// with a space stay as they are, but for the explanations of terms.
func Wrap(text string, width int) string {
	var out, paragraph []string
	flush := func() {
		if paragraph != nil {
			out = append(out, Fold(strings.Join(paragraph, " "), width, 0))
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || line[0] == ' ' {
			flush()
			if term := termLine().FindStringSubmatch(line); term != nil {
				line = term[1] + Fold(term[2], width-len(term[1]), len(term[1]))
			}
			out = append(out, line)
			continue
		}
		paragraph = append(paragraph, line)
	}
	flush()
	return strings.Join(out, "\n")
}

// WrapHanging folds each line by itself and indents what follows its first line by
// hang spaces.
func WrapHanging(text string, width, hang int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		at := min(hang, len(line))
		b.WriteString(line[:at] + Fold(line[at:], width-hang, hang) + "\n")
	}
	return b.String()
}

// Fold breaks text at spaces into lines of at most width columns and puts
// Indent spaces before all but the first.
func Fold(text string, width, indent int) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// Indent puts by before each line.
func Indent(text, by string) string {
	return by + strings.ReplaceAll(text, "\n", "\n"+by)
}

package dataio

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	columnGap = "  "
	minText   = 10 // no text column is shortened below this many characters

	// In a terminal that is narrower than that, these many are left of a text, and of one
	// that is kept whole elsewhere.
	narrowText  = 6
	narrowFixed = 12
)

// textWriter aligns a table for a terminal. Columns without a value in any row
// are left out, numbers are rounded and right-aligned, and when the table is
// wider than the terminal columns that can be spared are left out, which a line
// below says, and the widest other text columns are shortened: paths from the
// left, for their ends tell them apart, other text from the right. Where that does
// not do, all texts are shortened further, and then numbers left out from the right,
// all but the first and those that tell rows apart.
type textWriter struct {
	w       io.Writer
	o       TableOptions
	columns []string
	rows    [][]any
	narrow  bool // texts are shortened further
}

func newTextWriter(w io.Writer, _ string, o TableOptions) TableWriter {
	return &textWriter{w: w, o: o}
}

func (t *textWriter) Begin(columns []string) error {
	t.columns = columns
	return nil
}

func (t *textWriter) Row(cells ...any) error {
	checkRow(cells, t.columns)
	t.rows = append(t.rows, append([]any(nil), cells...))
	return nil
}

func (t *textWriter) Close() error {
	var notes []int
	for i, name := range t.columns {
		if t.isNote(name) {
			notes = append(notes, i)
		}
	}
	var body []textColumn
	for _, i := range t.shown() {
		body = append(body, t.format(i))
	}
	body, spared := t.spare(body)
	t.fit(body)

	var b strings.Builder
	for r := -1; r < len(t.rows); r++ {
		var line strings.Builder
		for i, c := range body {
			if i > 0 {
				line.WriteString(columnGap)
			}
			line.WriteString(c.cell(r))
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
		if r < 0 || len(t.o.Keys) > 0 {
			continue
		}
		for _, i := range notes {
			if text := cellText(t.rows[r][i]); text != "" {
				writeNote(&b, t.columns[i]+": "+text, t.o.Width)
			}
		}
	}
	if len(t.o.Keys) > 0 {
		for _, i := range notes {
			for _, line := range t.grouped(i) {
				writeNote(&b, line, t.o.Width)
			}
		}
	}
	if spared != nil {
		writeNote(&b, "too wide for the terminal: "+strings.Join(spared, ", "), t.o.Width)
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

func (t *textWriter) isNote(name string) bool { return slices.Contains(t.o.Notes, name) }

// spare leaves out columns until the others fit, shortened as far as they can
// be, and returns the names of those left out.
func (t *textWriter) spare(body []textColumn) (kept []textColumn, spared []string) {
	fits := func() bool {
		least := -len(columnGap)
		for _, c := range body {
			least += len(columnGap) + t.least(c)
		}
		return t.o.Width <= 0 || least <= t.o.Width
	}
	leaveOut := func(at int) {
		name := body[at].name
		body = slices.Delete(body, at, at+1)
		spared = append(spared, name)
		if upper := t.o.Looks[name].Range; upper != "" {
			spared = append(spared, upper)
		}
	}
	for _, name := range t.o.Spare {
		if fits() {
			break
		}
		if at := slices.IndexFunc(body, func(c textColumn) bool { return c.name == name }); at >= 0 {
			leaveOut(at)
		}
	}
	t.narrow = !fits()
	number := func(c textColumn) bool { return c.right && !slices.Contains(t.o.Keys, c.name) }
	first := slices.IndexFunc(body, number)
	for at := len(body) - 1; at > first && first >= 0 && !fits(); at-- {
		if at >= len(body) || !number(body[at]) || slices.Contains(t.o.Fixed, body[at].name) {
			continue
		}
		upper := body[at].name == "hi"
		leaveOut(at)
		if lower := slices.IndexFunc(body, func(c textColumn) bool { return c.name == "lo" }); upper && lower > first {
			leaveOut(lower) // one end of an interval says little
		}
	}
	return body, spared
}

// least is the width to which a column can be shortened.
func (t *textWriter) least(c textColumn) int {
	if t.narrow && !c.right {
		if slices.Contains(t.o.Fixed, c.name) {
			return min(c.width, narrowFixed)
		}
		return min(c.width, narrowText)
	}
	if c.right || slices.Contains(t.o.Fixed, c.name) {
		return c.width
	}
	return min(c.width, minText)
}

// hasValue reports whether column i has a value in some row; in a table without
// rows every column stays.
func (t *textWriter) hasValue(i int) bool {
	for _, row := range t.rows {
		if row[i] != nil && row[i] != "" {
			return true
		}
	}
	return len(t.rows) == 0
}

// textColumn is one column as text.
type textColumn struct {
	name   string
	header string
	cells  []string
	right  bool
	width  int
}

func (t *textWriter) format(i int) textColumn {
	c := textColumn{name: t.columns[i], header: t.columns[i], right: true}
	look := t.o.Looks[c.name]
	upper := slices.Index(t.columns, look.Range)
	if look.Range == "" {
		upper = -1
	}
	var numbers []float64
	for _, row := range t.rows {
		switch v := row[i].(type) {
		case float64:
			numbers = append(numbers, v)
		case string, bool:
			c.right = false
		}
	}
	format := numberFormat(numbers)
	if look.Digits > 0 {
		format = func(v float64) string { return rounded(v, look.Digits) }
	}
	cell := func(v any) string {
		if v, ok := v.(float64); ok {
			return format(v)
		}
		return oneLine(cellText(v))
	}
	if upper >= 0 {
		c.header = "[" + c.name + ", " + look.Range + "]"
	}
	marked := t.marked(look)
	c.width = utf8.RuneCountInString(c.header)
	for r, row := range t.rows {
		text := cell(row[i])
		if upper >= 0 && row[i] != nil && row[upper] != nil {
			text = "[" + text + ", " + cell(row[upper]) + "]"
		}
		if marked != nil && marked[r] {
			text += look.Mark
		} else if marked != nil {
			text += strings.Repeat(" ", utf8.RuneCountInString(look.Mark))
		}
		c.cells = append(c.cells, text)
		c.width = max(c.width, utf8.RuneCountInString(text))
	}
	return c
}

// fit narrows the widest text columns, one character at a time, until the
// table fits or none can give way.
func (t *textWriter) fit(body []textColumn) {
	if t.o.Width <= 0 {
		return
	}
	total := -len(columnGap)
	for _, c := range body {
		total += c.width + len(columnGap)
	}
	for ; total > t.o.Width; total-- {
		widest := -1
		for i, c := range body {
			if c.width > t.least(c) && (widest < 0 || c.width > body[widest].width) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		body[widest].width--
	}
}

// cell renders row r, or the header when r is -1, padded to the column.
func (c textColumn) cell(r int) string {
	text := c.header
	if r >= 0 {
		text = c.cells[r]
	}
	text = shorten(text, c.width)
	pad := strings.Repeat(" ", c.width-utf8.RuneCountInString(text))
	if c.right {
		return pad + text
	}
	return text + pad
}

// numberFormat picks one format for a column of numbers: whole numbers without
// decimals, moderate ones with six significant digits of the largest and the
// same decimals in every row, and %.6g when the column spans too many orders
// for that.
func numberFormat(values []float64) func(float64) string {
	largest, smallest, whole := 0.0, math.Inf(1), true
	for _, v := range values {
		if notFinite(v) {
			continue
		}
		a := math.Abs(v)
		largest = max(largest, a)
		if a > 0 {
			smallest = min(smallest, a)
		}
		whole = whole && a == math.Trunc(a)
	}
	decimals := 6
	switch {
	case whole:
		decimals = 0
	case largest >= 1:
		decimals = max(0, 6-int(math.Floor(math.Log10(largest)))-1)
	}
	general := largest >= 1e9 || (!whole && (largest >= 1e6 || smallest < 1e-3))
	return func(v float64) string {
		switch {
		case notFinite(v):
			return floatText(v)
		case general:
			return strconv.FormatFloat(v, 'g', 6, 64)
		}
		return strconv.FormatFloat(v, 'f', decimals, 64)
	}
}

// shorten cuts text to width characters with an ellipsis: from the left if it
// looks like a path, else from the right.
func shorten(text string, width int) string {
	n := utf8.RuneCountInString(text)
	if n <= width {
		return text
	}
	runes := []rune(text)
	if strings.ContainsAny(text, `/\`) {
		return "…" + string(runes[n-width+1:])
	}
	return string(runes[:width-1]) + "…"
}

// writeNote writes text below a row, indented and wrapped at width.
func writeNote(b *strings.Builder, text string, width int) {
	const indent = "    "
	line := indent[:2]
	empty := true
	for _, word := range strings.Fields(oneLine(text)) {
		if !empty && width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	fmt.Fprintln(b, line)
}

// oneLine replaces line breaks and other control characters, which would break
// the alignment or steer the terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

package dataio

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// scoreLooks is how a table of scores looks.
var scoreLooks = TableOptions{
	Notes: []string{"note", "error"}, Fixed: []string{"measure"}, Spare: []string{"q", "n", "units", "corrected", "null", "lo"}, Keys: []string{"y", "measure"},
	Looks: map[string]Look{
		"value": {Mark: "~", Marks: "within"}, "lo": {Range: "hi", After: "corrected", Digits: 3}, "hi": {Digits: 3}, "n": {Last: true}, "q": {Last: true},
		"corrected": {Digits: 3}, "se": {Hidden: true}, "null": {Digits: 3}, "units": {Last: true},
	},
}

func scoreTable() *Table {
	row := func(y, measure string, value, lo, hi, corrected, null any, note, err any) []any {
		return []any{y, measure, value, lo, hi, 40, 3, corrected, 0.01, null, 15, note, err}
	}
	return &Table{
		Columns: []string{"y", "measure", "value", "lo", "hi", "n", "q", "corrected", "se", "null", "units", "note", "error"},
		Rows: [][]any{
			row("a.npy", "cka", 0.5, 0.1234, 0.61, 0.4321, 0.2, "biased by about 0.068; drawn", nil),
			row("a.npy", "nbs", 0.25, -0.1, 0.3, 0.2, 0.2, "within its null: alike; drawn; weak; and few", nil),
			row("b.npy", "cka", 0.75, 0.7, 0.8, 0.74, 0.00002, "biased by about 0.01 (9 %)", nil),
			row("b.npy", "nbs", 0.25, nil, nil, nil, nil, "weak; and few", nil),
			row("c.npy", "cka", nil, nil, nil, nil, nil, nil, "no such file"),
			row("c.npy", "nbs", nil, nil, nil, nil, nil, nil, "no such file"),
		},
	}
}

// On a terminal an interval is one column behind its centre, columns that can wait stand
// last, a sign marks rows with a note, and each kind of note stands once with the rows for
// which it holds and the range of its numbers.
func TestLooksOfColumns(t *testing.T) {
	var b strings.Builder
	if err := scoreTable().Write(&b, Text, scoreLooks); err != nil {
		t.Fatal(err)
	}
	want := `y      measure      value  corrected         [lo, hi]   null   n  q  units
a.npy  cka      0.500000       0.432   [0.123, 0.610]  0.200  40  3     15
a.npy  nbs      0.250000~      0.200  [-0.100, 0.300]  0.200  40  3     15
b.npy  cka      0.750000       0.740   [0.700, 0.800]  2e-05  40  3     15
b.npy  nbs      0.250000                                      40  3     15
c.npy  cka                                                    40  3     15
c.npy  nbs                                                    40  3     15
  note (a.npy, cka): biased by about 0.068
  note (a.npy): drawn
  note (a.npy, nbs): ~ within its null: alike
  note (a.npy, nbs; b.npy, nbs): weak; and few
  note (b.npy, cka): biased by about 0.01 (9 %)
  error (c.npy): no such file
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	table := scoreTable()
	table.Rows[2][11] = "biased by about 0.01"
	b.Reset()
	if err := table.Write(&b, Text, scoreLooks); err != nil {
		t.Fatal(err)
	}
	if line := "  note (a.npy, cka; b.npy, cka): biased by about 0.01 to 0.068\n"; !strings.Contains(b.String(), line) {
		t.Errorf("notes that differ in a number are not one:\n%s", b.String())
	}
}

// A table of scores fits in 60 columns: what it loses is said, notes are wrapped, and
// measures can still be typed.
func TestNarrowLooks(t *testing.T) {
	for _, width := range []int{60, 45, 30} {
		o := scoreLooks
		o.Width = width
		var b strings.Builder
		if err := scoreTable().Write(&b, Text, o); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%d columns: %q has %d", width, line, n)
			}
		}
		if strings.Count(b.String(), "drawn") != 1 || !strings.Contains(strings.Join(strings.Fields(b.String()), " "), "too wide for the terminal: q, n") || !strings.Contains(b.String(), "nbs") {
			t.Errorf("%d columns:\n%s", width, b.String())
		}
	}
}

func TestRounded(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{{0, "0.000"}, {0.12349, "0.123"}, {-0.0004, "-0.0004"}, {0.0005, "0.001"}, {1e-7, "1e-07"}, {9999.12345, "9999.123"}, {12345.678, "12345.7"}} {
		if got := rounded(c.v, 3); got != c.want {
			t.Errorf("%v: %s, want %s", c.v, got, c.want)
		}
	}
}

package measures

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/measures"
)

// docs/names.md is what names resolve to: go test ./internal/verb/measures -update.
func TestNamesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Names of measures in other software\n\n" +
		"Written by `go test ./internal/verb/measures -update`; `simtool measures names [PATTERN]` lists\n" +
		"the same. *Same number, run* was compared with what the code itself computes for one pair of\n" +
		"systems (internal/measures/testdata/names). *Same number, read* rests on the formula as it was\n" +
		"read, which nobody has run: it may differ in what the formula does not tell, such as defaults,\n" +
		"centring, or precision. A note says what differs. Of a name that is not offered the measure is\n" +
		"the nearest one.\n")
	run := namesThatWereRun(t)
	for _, section := range measures.ForeignSections {
		fmt.Fprintf(&b, "\n## %s\n\n| name | measure | agreement | note |\n|---|---|---|---|\n", section.Title)
		for _, name := range measures.ForeignNames(section.Name) {
			f, ok := measures.ResolveForeign(name)
			if !ok {
				t.Errorf("%s is neither resolved nor explained", name)
			}
			agreement := string(f.Agreement)
			if f.Agreement == measures.SameNumber {
				agreement += ", read"
				if run[name] {
					agreement = string(f.Agreement) + ", run"
				}
			}
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", f.Name, f.Measure, agreement, f.Note)
		}
	}
	path := filepath.Join("..", "..", "..", "docs", "names.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil || string(page) != b.String() {
		t.Errorf("%s is not what names resolve to (%v): go test ./internal/verb/measures -update", path, err)
	}
}

// namesThatWereRun are those with a value of the code that they belong to, which package
// measures is held to.
func namesThatWereRun(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "measures", "testdata", "names", "values.csv"))
	if err != nil {
		t.Fatal(err)
	}
	run := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(line, ",")
		run[name] = true
	}
	return run
}

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
		"the same. *Same number* was compared with the code itself where that runs\n" +
		"(internal/measures/testdata/names), and by its formula elsewhere. A note says what differs.\n" +
		"Of a name that is not offered the measure is the nearest one.\n")
	for _, section := range measures.ForeignSections {
		fmt.Fprintf(&b, "\n## %s\n\n| name | measure | agreement | note |\n|---|---|---|---|\n", section.Title)
		for _, name := range measures.ForeignNames(section.Name) {
			f, ok := measures.ResolveForeign(name)
			if !ok {
				t.Errorf("%s is neither resolved nor explained", name)
			}
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", f.Name, f.Measure, f.Agreement, f.Note)
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

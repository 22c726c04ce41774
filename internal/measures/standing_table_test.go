package measures

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var writeDigits = flag.Bool("digits", false, "write the tables of docs/validation.md anew")

// Lines of docs/validation.md between which the tables are.
const (
	digitsBegin = "<!-- written by make digits -->"
	digitsEnd   = "<!-- end of what is written -->"
)

// digitColumns are the numbers of columns of each table.
var digitColumns = []int{8, 8, 6}

func writeDigitTables(t *testing.T, names []string, grid []stress, cells map[string][]string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "validation.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(page), digitsBegin)
	_, after, ends := strings.Cut(rest, digitsEnd)
	if !begins || !ends {
		t.Fatalf("%s has no place for the tables", path)
	}
	var b strings.Builder
	b.WriteString(before + digitsBegin + "\n")
	from := 0
	for _, columns := range digitColumns {
		b.WriteString("\n| measure |")
		for _, c := range grid[from : from+columns] {
			b.WriteString(" " + c.name + " |")
		}
		b.WriteString("\n|" + strings.Repeat("---|", columns+1) + "\n")
		for _, name := range names {
			b.WriteString("| " + name + " | " + strings.Join(cells[name][from:from+columns], " | ") + " |\n")
		}
		from += columns
	}
	b.WriteString("\n" + digitsEnd + after)
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every pair of the grid is a column of the tables.
func TestEveryStressIsInTheTables(t *testing.T) {
	total := 0
	for _, n := range digitColumns {
		total += n
	}
	if n := len(stresses()); n != total {
		t.Errorf("%d stresses, but the tables have %d columns", n, total)
	}
}

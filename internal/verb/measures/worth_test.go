package measures

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/inference"
	"simtool/internal/measures"
)

var update = flag.Bool("update", false, "write what cards say into docs/measures.md")

// worthMarks begin and end the part of docs/measures.md that the cards write.
var worthMarks = [2]string{"<!-- what cards say: go test ./internal/verb/measures -update -->\n", "<!-- end -->\n"}

// worthTable is what is known of the scores of each family, with default parameters.
func worthTable(t *testing.T) string {
	t.Helper()
	topics := []string{inference.BiasTopic, inference.NullTopic, inference.IntervalTopic, inference.NeuronsTopic, inference.CeilingTopic}
	var b strings.Builder
	b.WriteString("\n| measure | " + strings.Join(topics, " | ") + " |\n|---" + strings.Repeat("|---", len(topics)) + "|\n")
	for _, name := range measures.FamilyNames() {
		m, err := measures.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]string{}
		for _, s := range inference.Describe(t.Context(), m) {
			said[s.Topic] = s.Text
		}
		b.WriteString("| " + name)
		for _, topic := range topics {
			text := said[topic]
			if _, score, ok := strings.Cut(text, "that have nothing in common score "); ok {
				text = score // the page says of which systems
			}
			b.WriteString(" | " + strings.ReplaceAll(text, "|", "\\|"))
		}
		b.WriteString(" |\n")
	}
	return b.String() + "\n"
}

// TestWorthInDocs: docs/measures.md says what the cards say.
func TestWorthInDocs(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "measures.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), worthMarks[0])
	got, after, ok2 := strings.Cut(rest, worthMarks[1])
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks of the part that cards write", path)
	}
	want := worthTable(t)
	if *update {
		if err := os.WriteFile(path, []byte(before+worthMarks[0]+want+worthMarks[1]+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("%s is not what cards say: go test ./internal/verb/measures -update\n%s", path, want)
	}
	if !strings.Contains(strings.Join(strings.Fields(before), " "), strings.Join(strings.Fields(inference.TestMeaning), " ")) {
		t.Errorf("%s does not say what a permutation test is about, as cards do", path)
	}
}

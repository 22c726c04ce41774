package measures

import (
	"strings"
	"testing"

	"simtool/internal/inference"
	"simtool/internal/measures"
)

func TestBibTeX(t *testing.T) {
	got := BibTeX(measures.Reference{
		Key: "hotelling1936", Authors: "Hotelling, Harold", Title: "Relations between two sets of variates",
		Venue: "Biometrika", Year: 1936, DOI: "10.1093/biomet/28.3-4.321",
	})
	const want = `@article{hotelling1936,
  author = {Hotelling, Harold},
  title = {{Relations between two sets of variates}},
  journal = {Biometrika},
  year = {1936},
  doi = {10.1093/biomet/28.3-4.321},
}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := BibTeX(measures.Reference{Venue: "Advances in Neural Information Processing Systems", Conference: true}); !strings.HasPrefix(got, "@inproceedings{") {
		t.Errorf("proceedings became %q", got)
	}
}

func TestEveryCardHasItsSections(t *testing.T) {
	for _, name := range measures.FamilyNames() {
		m, err := measures.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		text := CardText(m.Card(), inference.Describe(t.Context(), m), 60)
		for _, section := range []string{"FORMULA", "VALUES", "INVARIANCES", "WHAT A SCORE IS WORTH", "COST", "REFERENCES"} {
			if !strings.Contains(text, "\n"+section+"\n  ") {
				t.Errorf("the card of %s has no section %s", name, section)
			}
		}
		for line := range strings.Lines(text) {
			if n := len([]rune(line)); n > 61 && strings.Count(strings.TrimSpace(line), " ") > 0 {
				t.Errorf("the card of %s has a line of %d columns: %q", name, n, line)
			}
		}
	}
}

package measures

import (
	"strings"
	"testing"

	"simtool/internal/measures"
)

// TestBibTeXKinds checks that every reference is of the kind that its venue is.
func TestBibTeXKinds(t *testing.T) {
	conferences := map[string]bool{}
	for _, f := range measures.Families() {
		for _, r := range f.Card.References {
			entry := BibTeX(r)
			conference := strings.HasPrefix(entry, "@inproceedings{"+r.Key+",\n")
			if !conference && !strings.HasPrefix(entry, "@article{"+r.Key+",\n") {
				t.Errorf("%s begins otherwise:\n%s", r.Key, entry)
			}
			if field := "  booktitle = {" + r.Venue + "},\n"; strings.Contains(entry, field) != conference {
				t.Errorf("%s is said to be of a conference (%v) in\n%s", r.Key, conference, entry)
			}
			conferences[r.Venue] = conference
		}
	}
	for venue, want := range map[string]bool{
		"International Conference on Machine Learning":         true,
		"International Conference on Learning Representations": true,
		"Advances in Neural Information Processing Systems":    true,
		"Algorithmic Learning Theory":                          true,
		"Proceedings of the National Academy of Sciences":      false,
		"Journal of Machine Learning Research":                 false,
		"Neuron":                                               false,
	} {
		got, ok := conferences[venue]
		if ok && got != want {
			t.Errorf("%s is a conference: %v, want %v", venue, got, want)
		}
	}
	for venue, conference := range conferences {
		if strings.Contains(venue, "Conference") && !conference {
			t.Errorf("%s is no conference", venue)
		}
	}
}

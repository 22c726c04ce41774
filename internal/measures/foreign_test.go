package measures

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// singlePrecision are the repositories that compute in float32.
var singlePrecision = []string{"platonic/", "fsd/", "stir/", "modelsym/", "unsupervised_analysis/", "rtd/"}

// TestForeignNames walks all lists: each name is resolved or explained. Where the code
// itself runs, a name that is said to be the same number has its value, and one that is said
// to differ does differ.
func TestForeignNames(t *testing.T) {
	x, y := readNPY(t, filepath.Join("testdata", "names", "x.npy")), readNPY(t, filepath.Join("testdata", "names", "y.npy"))
	pair, there, scores := pairOf(t, x, y), foreignValues(t), map[string]float64{}
	for _, section := range ForeignSections {
		names := ForeignNames(section.Name)
		counts, held := map[Agreement]int{}, 0
		for _, name := range names {
			f, ok := ResolveForeign(name)
			if !ok {
				t.Errorf("%s is neither resolved nor explained", name)
				continue
			}
			counts[f.Agreement]++
			m, err := Parse(name)
			if f.Agreement == NotOffered {
				if err == nil {
					t.Errorf("%s is said not to be offered, but is %s", name, m.Card().Name)
				}
				if f.Note == "" {
					t.Errorf("%s is refused without a reason", name)
				}
				continue
			}
			if err != nil || m.Card().Name != f.Measure {
				t.Errorf("%s does not parse as %s: %v", name, f.Measure, err)
				continue
			}
			if f.Agreement != SameNumber && f.Note == "" {
				t.Errorf("%s: %s, but nothing says how", name, f.Agreement)
			}
			want, known := there[name]
			if !known {
				continue
			}
			if _, done := scores[f.Measure]; !done {
				s, err := m.Score(pair)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				scores[f.Measure] = s.Value
			}
			got := scores[f.Measure]
			same := math.Abs(got-want) <= foreignTolerance(name)*max(1, math.Abs(want))
			if f.Agreement == SameNumber {
				held++
				if !same {
					t.Errorf("%s is %v there, but %s = %v", name, want, f.Measure, got)
				}
			} else if same != strings.Contains(f.Note, "the number is that of") {
				t.Errorf("%s is %v there and %s = %v, but is said to be %s: %s", name, want, f.Measure, got, f.Agreement, f.Note)
			}
		}
		t.Logf("%s: %d names; %d the same number (%d held to the code), %d up to a convention, %d different on purpose, %d explained",
			section.Title, len(names), counts[SameNumber], held, counts[ByConvention], counts[OnPurpose], counts[NotOffered])
	}
}

func foreignTolerance(name string) float64 {
	for _, repository := range singlePrecision {
		if strings.Contains(name, repository) {
			return 1e-4
		}
	}
	return 1e-7
}

// foreignValues are what the repositories compute for the pair; see testdata/README.md.
func foreignValues(t *testing.T) map[string]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "names", "values.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, row := range table[1:] {
		values[row[0]] = number64(t, row[1])
	}
	return values
}

// Names are read without regard to case, with and without prefixes.
func TestForeignSpellings(t *testing.T) {
	checkAliases(t, map[string]string{
		"CKA": "cka", "measure/cka": "cka", "brainscore/cka": "cka", "resi/CKA": "cka", "Procrustes-Angular": "procrustes",
		"measure/resi/soft_correlation_match":                           "match:kind=soft",
		"measure/neuroaimetrics/soft_correlation_match":                 "soft-matching",
		"pls-pearsonr-components=25-cv=5folds":                          "pls:components=25:as=correlation:pool=median",
		"measure/netrep/cca-distance=angular":                           "cca:as=angular",
		"measure/sim_metric/cca-distance=angular":                       "svcca:var=1:as=angular",
		"measure/fsd/cka-kernel=linear-hsic=gretton-score-negative_log": "cka:as=negative-log",
	})
}

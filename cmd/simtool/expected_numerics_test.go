package main

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"simtool/internal/data/datatest"
)

// stress is how many digits the data of a heading of cases/numerics/EXPECTED.md
// determine.
type stress struct {
	heading string
	within  float64 // relative
}

// A direction of relative size 1e-k is determined to 1e-16/1e-k.
var stresses = []stress{
	{heading: "n1, unit 0 again with relative jitter 1e-8", within: 1e-7},
	{heading: "n1, unit 0 again with relative jitter 1e-10", within: 1e-5},
	{heading: "n1, unit 0 again with relative jitter 1e-12", within: 1e-3},
	{heading: "n1 without the copy", within: 1e-11},
	{heading: "n2, rank 3 and 5", within: 1e-9},
	{heading: "n3, fifth unit", within: 1e-11},
	{heading: "n5, ties", within: 1e-12},
	{heading: "n6, equal eigenvalues", within: 1e-9},
	{heading: "n7, units of 1e-7", within: 1e-11},
	{heading: "n7, units of 1e-8", within: 1e-11},
	{heading: "n7, units of 1e-13", within: 1e-11},
	{heading: "n7, shape:alpha=0", within: 1e-11},
	{heading: "n8, the road over moments", within: 1e-6},
	{heading: "n11, one sample", within: 1e-7},
}

var (
	stressHeading = regexp.MustCompile("^\\*\\*(.+)\\*\\*: `score (\\S+) (\\S+) -m …`")
	stressLine    = regexp.MustCompile(`^- (\S+): got .*?, right (\S+) \(`)
	momentsLine   = regexp.MustCompile(`^- (\w+) (\S+): moments .*; right (\S+)$`)
)

// TestStressedCasesHaveTheirRightAnswers holds every line of cases/numerics/EXPECTED.md
// to its right value, by the command. A value that the data do not determine may have a
// warning in its place, and second moments may say that they do not have it. A line that
// the test does not know fails.
func TestStressedCasesHaveTheirRightAnswers(t *testing.T) {
	dir := datatest.Shared(t, "cases", "numerics")
	text, err := os.ReadFile(filepath.Join(dir, "EXPECTED.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	whole := map[string]func(t *testing.T){
		"- pc 1": componentsWorth, "- pc 2": nil, "- pc 3": nil, // all three by the first
		"**n10**":         categoriesOfDesign,
		"**n1 gradient**": gradientAlong, "**n8 gradient**": gradientNear,
		"**n9, correlation RDM": values("score n9_x.npy n9_y.npy -m rsa:rdm=correlation:compare=spearman", 1e-12, .029411764705882),
		"**n10, folds**":        foldsOfCategories,
		"**n4**":                nil, "# numerics": nil, "**n8, the road": nil,
	}
	var files string
	var of stress
	checked := 0
	moments := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if m := stressHeading.FindStringSubmatch(line); m != nil {
			files, of = m[2]+" "+m[3], stress{}
			for _, s := range stresses {
				if strings.HasPrefix(m[1], s.heading) {
					of = s
				}
			}
			if of.heading == "" {
				t.Errorf("no tolerance for %q", m[1])
			}
			continue
		}
		if m := stressLine.FindStringSubmatch(line); m != nil && files != "" && !strings.HasPrefix(line, "- pc ") {
			checked++
			status, table, stderr := answer(t, "score "+files+" -m "+m[1])
			if status != exitOK {
				t.Errorf("%s %s: %s", files, m[1], stderr)
				continue
			}
			want, got := number(m[2]), number(table[0]["value"])
			if !(math.Abs(got-want) <= of.within*math.Abs(want)) && table[0]["warning"] == "" {
				t.Errorf("%s %s is %v, want %v", files, m[1], got, want)
			}
			continue
		}
		if m := momentsLine.FindStringSubmatch(line); m != nil {
			checked++
			throughMoments(t, moments, m[1], m[2], number(m[3]))
			continue
		}
		known := line == ""
		for begins, check := range whole {
			if strings.HasPrefix(line, begins) {
				if known = true; check != nil {
					checked++
					t.Run(strings.Trim(begins, "*- "), check)
				}
			}
		}
		if !known {
			t.Errorf("no expectation for the line %q", line)
		}
	}
	if checked < 60 {
		t.Errorf("only %d lines", checked)
	}
}

// throughMoments scores a pair of n8 by its samples and by its moments.
func throughMoments(t *testing.T, files map[string]string, pair, measure string, want float64) {
	t.Helper()
	y := "n8_" + pair + ".npy"
	if files[pair] == "" {
		files[pair] = filepath.Join(t.TempDir(), pair+".npz")
		if status, _, stderr := answer(t, "moments n8_x.npy "+y+" --cv 3 -o "+files[pair]); status != exitOK {
			t.Fatal(stderr)
		}
	}
	for _, road := range []string{"n8_x.npy " + y, "--moments " + files[pair]} {
		_, table, stderr := answer(t, "score "+road+" -m "+measure)
		if len(table) != 1 {
			t.Errorf("%s %s: %s", road, measure, stderr)
			continue
		}
		got, says := number(table[0]["value"]), table[0]["warning"]+table[0]["error"]
		if !(math.Abs(got-want) <= 1e-6*math.Abs(want)) && says == "" {
			t.Errorf("%s %s is %v, want %v or a warning", road, measure, got, want)
		}
		if !strings.HasPrefix(road, "--moments") && table[0]["error"] != "" {
			t.Errorf("%s %s: %s", road, measure, says)
		}
	}
}

// componentsWorth: what linreg loses by the removal of a component is what the closed form
// says (n4).
func componentsWorth(t *testing.T) {
	_, table, stderr := answer(t, "pc-sensitivity n4_x.npy -m linreg --change remove --components 1-3")
	if len(table) != 3 {
		t.Fatal(stderr)
	}
	for i, want := range []float64{.789149789, .818840810, .848628485} {
		if got := number(table[i]["score"]); !(math.Abs(got-want) < 1e-8) {
			t.Errorf("without component %d: %v, want %v", i+1, got, want)
		}
	}
}

// categoriesOfDesign: the in-sample rank correlation of the categories of n10 is 1.
func categoriesOfDesign(t *testing.T) {
	scores := fitScores(t, "--features n10_f.csv --neural n10_y.npy --null 0 --bootstrap 0 --permutations 0")
	if s := scores[0]; s.split != "in-sample" || !(math.Abs(s.spearman-1) < 1e-12) || !(math.Abs(s.pearson-1) < 1e-12) {
		t.Errorf("%+v, want correlations of 1 in sample", s)
	}
}

// foldsOfCategories: the fold of n10 in which all distances are equal has no correlation
// and no R², and counts as nothing in the held-out row; the others have 1.
func foldsOfCategories(t *testing.T) {
	scores := fitScores(t, "--features n10_f.csv --neural n10_y.npy --null 0 --bootstrap 0 --permutations 0")
	undefined := 0
	for _, s := range scores[1:] {
		if math.IsNaN(s.spearman) {
			if undefined++; s.fold != "3" || !math.IsNaN(s.r2) || !math.IsNaN(s.pearson) {
				t.Errorf("%+v, want nothing in fold 3", s)
			}
			continue
		}
		if !(math.Abs(s.spearman-1) < 1e-9 && math.Abs(s.pearson-1) < 1e-9 && math.Abs(s.r2-1) < 1e-9) {
			t.Errorf("%+v, want 1", s)
		}
	}
	if undefined != 1 {
		t.Errorf("%d folds without a correlation, want 1", undefined)
	}
}

// gradientAlong: the derivative of linreg of n1 along a direction.
func gradientAlong(t *testing.T) {
	g := filepath.Join(t.TempDir(), "g.npy")
	answer(t, "gradient n1_x.npy n1_y8.npy -m linreg -o "+g)
	gradient, _ := arrayIn(t, g)
	direction, _ := arrayIn(t, "n1_d.npy")
	along := 0.0
	for i, v := range gradient {
		along += v * direction[i]
	}
	if want := -143665.86; math.Abs(along-want) > 1e-5*math.Abs(want) {
		t.Errorf("%v, want %v", along, want)
	}
}

// gradientNear: a gradient near an angle of 0 is not 0. A small angle is the length of the
// residual over ‖Y‖, so its gradient is as long as 1/‖Y‖, .1316 for the centred n8_near;
// EXPECTED.md has about that, .15.
func gradientNear(t *testing.T) {
	g := filepath.Join(t.TempDir(), "g.npy")
	answer(t, "gradient n8_x.npy n8_near.npy -m procrustes -o "+g)
	gradient, _ := arrayIn(t, g)
	norm := 0.0
	for _, v := range gradient {
		norm = math.Hypot(norm, v)
	}
	if math.Abs(norm-.131594209) > 1e-6 {
		t.Errorf("the norm is %v, want .131594209", norm)
	}
}

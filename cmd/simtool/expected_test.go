package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/data/datatest"
)

// answer runs a command and returns its status, its table and its complaints.
func answer(t *testing.T, words string) (status exitStatus, table []map[string]string, stderr string) {
	t.Helper()
	s := newSession(streams{})
	status = s.run(t, strings.Fields(words)...)
	lines, err := csv.NewReader(strings.NewReader(s.out.String())).ReadAll()
	if err != nil || len(lines) == 0 {
		return status, nil, s.err.String()
	}
	for _, cells := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = cells[i]
		}
		table = append(table, row)
	}
	return status, table, s.err.String()
}

// expectation is a line of cases/EXPECTED.md: the beginning of its first cell, and the
// commands whose right answers it has.
type expectation struct {
	line  string
	check func(t *testing.T)
}

// values expects scores, row by row.
func values(command string, within float64, want ...float64) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		_, table, stderr := answer(t, command)
		if len(table) != len(want) {
			t.Fatalf("%s: %d rows, want %d: %s", command, len(table), len(want), stderr)
		}
		for i, row := range table {
			if got := number(row["value"]); !(math.Abs(got-want[i]) <= within) {
				t.Errorf("%s: %s is %v (%s), want %v", command, row["measure"], got, row["error"], want[i])
			}
		}
	}
}

// refusal expects that a command fails, saying why, on standard error or in its rows.
func refusal(command string, want exitStatus, says ...string) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		status, table, stderr := answer(t, command)
		for _, row := range table {
			stderr += row["error"]
		}
		if status != want {
			t.Errorf("%s: exit status %d, want %d: %s", command, status, want, stderr)
		}
		for _, text := range says {
			if !strings.Contains(stderr, text) {
				t.Errorf("%s: %q, want it to say %q", command, stderr, text)
			}
		}
	}
}

// both expects several things.
func both(checks ...func(t *testing.T)) func(t *testing.T) {
	return func(t *testing.T) {
		for _, check := range checks {
			check(t)
		}
	}
}

// number is the number of a cell, NaN for none.
func number(cell string) float64 {
	if v, err := strconv.ParseFloat(cell, 64); err == nil {
		return v
	}
	return math.NaN()
}

// fitted expects weights of mlem fit, by feature, and what it says or does not say.
func fitted(more string, want map[string]float64, says, saysNot string) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "fit")
		status, _, stderr := answer(t, "mlem fit --null 0 --bootstrap 0 --permutations 0 --folds 0 "+more+" -o "+out)
		if status != exitOK {
			t.Fatalf("%s: exit status %d: %s", more, status, stderr)
		}
		file, err := os.Open(filepath.Join(out, "weights.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		lines, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := len(lines) - 1; want != nil && got != len(want) {
			t.Errorf("%s: %d weights, want %d", more, got, len(want))
		}
		for _, cells := range lines[1:] {
			if got := number(cells[2]); want != nil && !(math.Abs(got-want[cells[0]]) < 1e-4) {
				t.Errorf("%s: weight of %s is %v, want %v", more, cells[0], got, want[cells[0]])
			}
		}
		if !strings.Contains(stderr, says) || saysNot != "" && strings.Contains(stderr, saysNot) {
			t.Errorf("%s: %q, want it to say %q and not %q", more, stderr, says, saysNot)
		}
	}
}

// smallPair is the CKA of the small pair of the text files.
const smallPair = .41953005

// expectations has the right answers of cases/EXPECTED.md, in its order.
func expectations() []expectation {
	const rsa, cka, conditions = "rsa:rdm=euclidean:compare=", " -m cka", " -m linreg:cv=4:folds=conditions --missing drop"
	weights := map[string]float64{"cue": .8943, "contrast": .4474}
	fit := func(file string) string { return "--features " + file + " --neural cat_y.npy" }
	return []expectation{
		{"S tie_ring3.npy", values("score tie_ring3.npy tie_ring3_y.npy -m "+rsa+"spearman,"+rsa+"kendall,"+rsa+"rho-a,"+rsa+"tau-a", 1e-8, .23572932, .19392482, .18185993, .12307692)},
		{"S tie_onehot.npy", values("score tie_onehot.npy tie_onehot_y.npy -m "+rsa+"spearman", 1e-8, .31343871)},
		{"S tie_onehot_rot.npy", values("score tie_onehot_rot.npy tie_onehot_y.npy -m "+rsa+"spearman", 1e-8, .31343871)},
		{"same, compare=kendall", values("score tie_onehot_rot.npy tie_onehot_y.npy -m "+rsa+"kendall", 1e-8, .25785314)},
		{"S tie_rdm.npy", values("score tie_rdm.npy tie_rdm_y.npy -m rsa:rdm=precomputed:compare=spearman", 1e-8, .23572932)},
		{"mlem fit --features tie_mlem_100.csv", func(t *testing.T) {
			// EXPECTED.md has .69519570, which takes the squared distances of the patterns as
			// float64 makes them. The patterns have two decimals: with exact fractions six
			// pairs more are tied.
			const exact = .695205261470414
			for _, level := range []string{"100", "0"} {
				scores := fitScores(t, "--features tie_mlem_"+level+".csv --neural tie_mlem_y.npy --null 0 --bootstrap 0 --permutations 0")
				if got := scores[0].spearman; !(math.Abs(got-exact) < 1e-12) {
					t.Errorf("levels from %s: Spearman %v, want %v", level, got, exact)
				}
			}
		}},
		{"S rank_x_f32.npy", values("score rank_x_f32.npy rank_y_f32.npy -m cca,cca:stat=mean-squared,pwcca,linreg,eigenspace-overlap,gulp", 4e-6, .899890, .809949, .901122, .813817, .201987, 1.14031)},
		{"moments rank_x_f32.npy", func(t *testing.T) {
			m := filepath.Join(t.TempDir(), "m.npz")
			if status, _, stderr := answer(t, "moments rank_x_f32.npy rank_y_f32.npy -o "+m); status != exitOK {
				t.Fatal(stderr)
			}
			values("score --moments "+m+" -m cca", 1e-6, .899890)(t)
		}},
		{"S softmax_x_f32.npy", values("score softmax_x_f32.npy softmax_y_f32.npy -m cca", 1e-6, .729798)},
		{"rdm maha_f32.npy", rdmEntry("maha_f32.npy --rdm mahalanobis", 20, 3.098447, 1e-4)},
		{"S drop_cond_x.npy", both(
			values("score drop_cond_x.npy drop_cond_y.npy"+conditions, 1e-6, -3.300707),
			values("score drop_cond_x_by_hand.npy drop_cond_y_by_hand.npy"+conditions, 1e-6, -3.300707),
		)},
		{"S drop_one_x.npy", both(
			values("score drop_one_x.npy drop_cond_y.npy"+conditions, .5, -1.86),
			values("score drop_full_x.npy drop_cond_y.npy"+conditions, 1e-5, -1.86186),
		)},
		{"S drop_bin.npy", func(t *testing.T) {
			_, table, stderr := answer(t, "score drop_bin.npy drop_cond_y.npy -m cka --per time --missing drop")
			failed := 0
			for _, row := range table {
				if row["error"] != "" {
					failed++
				}
			}
			if len(table) != 5 || failed != 1 {
				t.Errorf("%d rows, %d of them with an error, want 5 and 1: %s", len(table), failed, stderr)
			}
		}},
		{"decode drop_dec.npy", func(t *testing.T) {
			status, table, stderr := answer(t, "decode drop_dec.npy --labels drop_dec_labels.csv --missing drop")
			if status != exitOK || len(table) != 1 || table[0]["n"] != "19" {
				t.Errorf("exit status %d, %v, want a row of 19 conditions: %s", status, table, stderr)
			}
		}},
		{"rdm drop_rdm_a.npy", func(t *testing.T) {
			a, b := filepath.Join(t.TempDir(), "a.npy"), filepath.Join(t.TempDir(), "b.npy")
			for from, to := range map[string]string{"drop_rdm_a.npy": a, "drop_rdm_b.npy": b} {
				if _, _, stderr := answer(t, "rdm "+from+" --missing drop -o "+to); !strings.Contains(stderr, "left out 1 of 12 samples") {
					t.Errorf("rdm %s does not say what went: %q", from, stderr)
				}
			}
			const score = " -m rsa:rdm=precomputed:compare=spearman"
			refusal("score "+a+" "+b+score, exitInvalid, "--missing drop")(t)
			values("score "+a+" "+b+score+" --missing drop", 1e-5, .73676)(t)
		}},
		{"gradient drop_rdm_b.npy", func(t *testing.T) {
			g := filepath.Join(t.TempDir(), "g.npy")
			answer(t, "gradient drop_rdm_b.npy drop_rdm_a.npy --missing drop -o "+g)
			if _, shape := arrayIn(t, g); !slices.Equal(shape, []int{12, 3}) {
				t.Errorf("the gradient is %v, want 12 × 3", shape)
			}
		}},
		{"S idx_named_x.csv", both(
			refusal("score idx_named_x.csv idx_named_y.csv"+cka, exitInvalid, "counts the rows", "--ids stimulus"),
			values("score idx_named_x.csv idx_named_y.csv --ids stimulus"+cka, 1e-8, smallPair),
		)},
		{"S idx_nohead_x.csv", both(
			refusal("score idx_nohead_x.csv idx_nohead_y.csv"+cka, exitInvalid, "counts the rows", "--ids 1"),
			values("score idx_nohead_x.csv idx_nohead_y.csv --ids 1"+cka, 1e-8, smallPair),
		)},
		{"S r_rownames_x.csv", both(
			refusal("score r_rownames_x.csv csv_y.npy"+cka, exitInvalid, "counts the rows", "--ids 1"),
			values("score r_rownames_x.csv csv_y.npy --ids 1"+cka, 1e-8, smallPair),
		)},
		{"S unitids_x.csv", both(
			refusal("score unitids_x.csv unitids_y.csv"+cka, exitInvalid, "--header yes"),
			values("score unitids_x.csv unitids_y.csv --header yes"+cka, 1e-8, smallPair),
		)},
		{"S two_cols_x.csv", both(
			refusal("score two_cols_x.csv two_cols_y.csv"+cka, exitInvalid, "--header yes"),
			values("score two_cols_x.csv two_cols_y.csv --header yes"+cka, 1e-8, .46004939),
		)},
		{"S pivot_x.csv", both(
			refusal("score pivot_x.csv pivot_y.csv"+cka, exitInvalid, "--ids stim"),
			values("score pivot_x.csv pivot_y.csv --ids stim"+cka, 1e-8, smallPair),
			values("score pivot_x.csv pivot_y.csv --columns 2-"+cka, 1e-8, smallPair),
			rdmEntry("pivot_x.csv --columns 2-5", 12, math.NaN(), 0),
		)},
		{"S range_idx_x.csv", values("score range_idx_x.csv range_idx_y.csv"+cka, 1e-8, smallPair)},
		{"S hint_x.csv hint_y.csv", both(
			values("score hint_x.csv hint_y.csv"+cka, 1e-8, .94417920),
			values("score hint_x.csv hint_y.csv --columns 2-"+cka, 1e-8, .94417920),
		)},
		{"S hint_x.csv csv_y.npy", values("score hint_x.csv csv_y.npy --columns 2-5"+cka, 1e-8, smallPair)},
		{"rdm semi_x.csv", refusal("rdm semi_x.csv", exitInvalid, "semicolons", "decimal commas")},
		{"S comma1_x.csv", refusal("score comma1_x.csv comma1_y.csv"+cka, exitInvalid, "decimal commas")},
		{"S under_x.csv", both(
			refusal("score under_x.csv under_y.csv"+cka, exitInvalid, "text in column", "--ids trial"),
			values("score under_x.csv under_y.csv --ids trial"+cka, 1e-8, smallPair),
		)},
		{"S blank_x.csv", both(
			refusal("score blank_x.csv blank_y.csv"+cka, exitInvalid, "NaN", "--missing drop"),
			func(t *testing.T) {
				_, table, _ := answer(t, "score blank_x.csv blank_y.csv --missing drop"+cka)
				if len(table) != 1 || table[0]["n"] != "10" || !(math.Abs(number(table[0]["value"])-.95376418) < 1e-8) {
					t.Errorf("%v, want .95376418 of 10 samples", table)
				}
			},
		)},
		{"S lab_rdm_x.csv", values("score lab_rdm_x.csv lab_rdm_y.csv -m rsa:rdm=precomputed:compare=spearman --columns 2-9", 1e-8, .32457581)},
		{"S hsic0_x.npy", refusal("score hsic0_x.npy hsic0_y.npy -m cka:estimator=debiased", exitPartial, "not positive")},
		{"S hsic0_x7.npy hsic0_y7.npy", refusal("score hsic0_x7.npy hsic0_y7.npy -m cka:estimator=debiased", exitPartial, "not positive")},
		{"S hsic0_x7.npy hsic0_r7.npy", refusal("score hsic0_x7.npy hsic0_r7.npy -m cka:estimator=debiased", exitPartial, "not positive")},
		{"pc-sensitivity eqvar.npy", refusal("pc-sensitivity eqvar.npy -m cka --slopes", exitPartial, "nothing to fit")},
		{"cat_no.csv", fitted(fit("cat_no.csv"), weights, "", "missing")},
		{"cat_None.csv", both(
			fitted(fit("cat_None.csv"), nil, "6 of 24 values are missing (None)", ""),
			fitted(fit("cat_None.csv")+" --categorical cue --na=", weights, "", "missing"),
		)},
		{"cat_empty.csv", fitted(fit("cat_empty.csv"), nil, "6 of 24 values are missing (empty); with --missing same", "")},
		{"cat_na.csv", fitted(fit("cat_na.csv"), nil, "3 of 24 values are missing (n/a); with --missing same", "")},
		{"semi_feat.csv", refusal("mlem fit "+fit("semi_feat.csv")+" -o never", exitInvalid, "semicolons")},
		{"cat_idx.csv", fitted(fit("cat_idx.csv"), weights, "", "missing")},
	}
}

// rdmEntry expects an n × n matrix, whose entry [0,1] is want unless that is NaN.
func rdmEntry(words string, n int, want, within float64) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "rdm.npy")
		if status, _, stderr := answer(t, "rdm "+words+" -o "+out); status != exitOK {
			t.Fatalf("rdm %s: %s", words, stderr)
		}
		v, shape := arrayIn(t, out)
		if !slices.Equal(shape, []int{n, n}) || !math.IsNaN(want) && math.Abs(v[1]-want) > within {
			t.Errorf("rdm %s: %v with %v at [0,1], want %d × %d with %v", words, shape, v[1], n, n, want)
		}
	}
}

// fitScore is a row of scores.csv of mlem fit.
type fitScore struct {
	split, fold       string
	spearman, pearson float64
	r2                float64
}

// fitScores runs mlem fit and returns its scores.
func fitScores(t *testing.T, words string) []fitScore {
	t.Helper()
	out := filepath.Join(t.TempDir(), "fit")
	if status, _, stderr := answer(t, "mlem fit "+words+" -o "+out); status != exitOK {
		t.Fatalf("mlem fit %s: %s", words, stderr)
	}
	text, err := os.ReadFile(filepath.Join(out, "scores.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(cells []string, name string) string { return cells[slices.Index(lines[0], name)] }
	var scores []fitScore
	for _, cells := range lines[1:] {
		scores = append(scores, fitScore{
			at(cells, "split"), at(cells, "fold"), number(at(cells, "spearman")), number(at(cells, "pearson")), number(at(cells, "r2")),
		})
	}
	return scores
}

// TestCasesHaveTheirRightAnswers holds every line of cases/EXPECTED.md to its right
// answer, by the command that it names. A line without an expectation fails.
func TestCasesHaveTheirRightAnswers(t *testing.T) {
	dir := datatest.Shared(t, "cases")
	text, err := os.ReadFile(filepath.Join(dir, "EXPECTED.md"))
	if err != nil {
		t.Fatal(err)
	}
	left := expectations()
	t.Chdir(dir)
	for line := range strings.Lines(string(text)) {
		cell, isRow := strings.CutPrefix(line, "| ")
		if !isRow || strings.HasPrefix(cell, "command ") || strings.HasPrefix(cell, "F ") {
			continue
		}
		i := slices.IndexFunc(left, func(e expectation) bool { return strings.HasPrefix(cell, e.line) })
		if i < 0 {
			t.Errorf("no expectation for the line %q", cell)
			continue
		}
		t.Run(fmt.Sprintf("%.30s", cell), left[i].check)
		left = slices.Delete(left, i, i+1)
	}
	for _, e := range left {
		t.Errorf("no line for the expectation %q", e.line)
	}
}

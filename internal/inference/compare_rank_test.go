package inference

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"simtool/internal/measures"
)

// TestLetters: two models share a letter exactly if they do not differ, whatever differs,
// and no letter is spare.
func TestLetters(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 300 {
		n := 2 + rng.IntN(7)
		differ := make([][]bool, n)
		for i := range differ {
			differ[i] = make([]bool, n)
		}
		share := rng.Float64()
		for i := range n {
			for j := range i {
				differ[i][j] = rng.Float64() < share
				differ[j][i] = differ[i][j]
			}
		}
		groups := letters(rng.Perm(n), differ)
		holders := map[rune]string{}
		for i := range n {
			if groups[i] == "" {
				t.Fatalf("model %d has no letter: %v", i, groups)
			}
			for _, letter := range groups[i] {
				holders[letter] += string(rune('0' + i))
			}
			for j := range i {
				if shares := strings.ContainsAny(groups[i], groups[j]); shares == differ[i][j] {
					t.Fatalf("%q and %q, but differ is %v", groups[i], groups[j], differ[i][j])
				}
			}
		}
		for a, members := range holders {
			for b, others := range holders {
				if a != b && strings.Trim(members, others) == "" && len(members) <= len(others) {
					t.Fatalf("the models of %c, %s, are all in %c, %s", a, members, b, others)
				}
			}
		}
	}
}

// TestStandings has four models at .1, .5, .45 and .9, and one without an estimate.
func TestStandings(t *testing.T) {
	var p Panel
	for _, z := range []float64{0.1, 0.5, 0.45, 0.9} {
		p = append(p, &Estimate{closer: true, main: replicates{z: z}})
	}
	p = append(p, &Estimate{Missing: "no reason"})
	contrasts := func(sign float64) []Contrast {
		return []Contrast{
			{First: 0, Second: 1, Diff: -0.4 * sign, PAdj: 0.01},
			{First: 0, Second: 2, Diff: -0.35 * sign, PAdj: 0.2},
			{First: 0, Second: 3, Diff: -0.8 * sign, PAdj: 0.001},
			{First: 1, Second: 2, Diff: 0.05 * sign, PAdj: 0.9},
			{First: 1, Second: 3, Diff: -0.4 * sign, PAdj: 0.3},
			{First: 2, Second: 3, Diff: -0.45 * sign, PAdj: 0.04},
		}
	}
	want := []Standing{{Rank: 4, First: 3, Last: 4, Group: "c"}, {Rank: 2, First: 1, Last: 3, Group: "ab"}, {Rank: 3, First: 2, Last: 4, Group: "bc"}, {Rank: 1, First: 1, Last: 2, Group: "a"}, {}}
	check := func(got []Standing) {
		t.Helper()
		for i, w := range want {
			if g := got[i]; g.Rank != w.Rank || g.First != w.First || g.Last != w.Last || g.Group != w.Group {
				t.Errorf("model %d has %+v, want %+v", i, g, w)
			}
		}
	}
	check(Standings(p, contrasts(1), 0.05))
	// The same as distances, of which small ones are close.
	for _, e := range p {
		e.closer = false
		e.main.z = -e.main.z
	}
	check(Standings(p, contrasts(-1), 0.05))
}

// TestBestOfLayers: the best of five models that have nothing in common with a recording
// exceeds the best of random pairings at 5 % in 5 % of recordings; judged by itself it
// would in many more. With a single good one the best is found.
func TestBestOfLayers(t *testing.T) {
	best := func(run uint64, rho ...float64) (best, alone float64) {
		x, ys := recording(rand.New(rand.NewPCG(13, run)), 20, 4, rho...)
		m := measureNamed(t, "cka")
		var p Panel
		for _, y := range ys {
			pair, err := measures.NewPair(systemOf(t, x), systemOf(t, y))
			if err != nil {
				t.Fatal(err)
			}
			s, err := m.Score(pair)
			if err != nil {
				t.Fatal(err)
			}
			e, err := NewEstimate(context.Background(), pair, m, s.Value, NewDesign(pair, Rows, nil), Options{Level: 0.95, Seed: run, Permutations: 99})
			if err != nil {
				t.Fatal(err)
			}
			p = append(p, e)
		}
		standings := Standings(p, nil, 0.05)
		if reason := Best(p, standings); reason != "" {
			t.Fatal(reason)
		}
		best, alone = 1, 1
		for i, s := range standings {
			best, alone = min(best, s.PBest), min(alone, p[i].Assessment.PValue)
		}
		return best, alone
	}
	const runs = 600
	one, all := 0, 0
	for run := range uint64(runs) {
		b, a := best(run, 0, 0, 0, 0, 0)
		if b <= 0.05 {
			all++
		}
		if a <= 0.05 {
			one++
		}
	}
	if share := float64(all) / runs; share < 0.03 || share > 0.075 {
		t.Errorf("the best of five unrelated models is significant in %.1f %% of recordings", 100*share)
	}
	if share := float64(one) / runs; share < 0.15 {
		t.Errorf("one of five unrelated models is significant by itself in %.1f %% of recordings, want about 20", 100*share)
	}
	if b, _ := best(1, 0, 0.9, 0, 0, 0); b != 0.01 {
		t.Errorf("p of the best is %g, want .01, the smallest of 99 pairings", b)
	}
}

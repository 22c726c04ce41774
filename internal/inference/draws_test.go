package inference

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
	"simtool/internal/measures"
	"simtool/internal/stats"
)

// TestTable has sides that multiply to the count where it has factors near its root.
func TestTable(t *testing.T) {
	for count, want := range map[int][2]int{1000: {25, 40}, 100: {10, 10}, 21: {3, 7}, 500: {20, 25}, 101: {10, 11}, 2: {1, 2}, 1: {1, 1}} {
		if rows, cols := table(count); rows != want[0] || cols != want[1] {
			t.Errorf("%d: %d × %d, want %v", count, rows, cols, want)
		}
	}
}

// TestProductsAreATest finds chance effects in independent systems as often as it
// should, with orders that are products and so depend on each other: 4,000 times at 5 %
// and at 20 %, within three standard errors.
func TestProductsAreATest(t *testing.T) {
	const runs, draws, n = 4000, 99, 9
	rng := rand.New(rand.NewPCG(5, 6))
	list, err := measures.ParseList("cka", 1)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[float64]int{.05: 0, .2: 0}
	for run := range runs {
		systems := [2]*measures.System{}
		for i := range systems {
			x := mat.NewDense(n, 2, nil)
			for j := range x.RawMatrix().Data {
				x.RawMatrix().Data[j] = rng.NormFloat64()
			}
			d, err := data.New(x.RawMatrix().Data, n, 2)
			if err != nil {
				t.Fatal(err)
			}
			if systems[i], err = measures.NewSystem(d); err != nil {
				t.Fatal(err)
			}
		}
		p, err := measures.NewPair(systems[0], systems[1])
		if err != nil {
			t.Fatal(err)
		}
		s, err := list[0].Score(p)
		if err != nil {
			t.Fatal(err)
		}
		null, err := nullScores(context.Background(), p, list[0], s.Value, rowPairings(n, uint64(run), draws), 0)
		if err != nil {
			t.Fatal(err)
		}
		for level := range counts {
			if null.PValue(true) <= level+1e-12 {
				counts[level]++
			}
		}
	}
	t.Log(counts)
	for level, count := range counts {
		if share, off := float64(count)/runs, 0.0103; level == .05 && !(share > .05-off && share < .05+off) || level == .2 && !(share > .2-2*off && share < .2+2*off) {
			t.Errorf("p ≤ %v in %.4f of independent systems", level, share)
		}
	}
}

// TestAllPairingsOfSeven compares the mean, the standard deviation and the p value over
// all 5,040 pairings of 7 samples with those of an independent program.
func TestAllPairingsOfSeven(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(datatest.Shared(t, "inference"), "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Enumeration map[string]struct {
			Observed, P float64
			Mean        float64 `json:"null_mean"`
			SD          float64 `json:"null_sd"`
		} `json:"enumeration_n7"`
	}
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("NaN"), []byte("null")), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Enumeration) != 5 {
		t.Fatalf("%d measures", len(file.Enumeration))
	}
	const count = 5040
	p := oraclePair(t, "enum7_x.npy", "enum7_y.npy")
	all := exchanges(measures.BlockUnits(7, 7), [][]int{{0, 1, 2, 3, 4, 5, 6}}, 1, 1, count)
	if !all.All || all.Count != count {
		t.Fatalf("%d pairings", all.Count)
	}
	for name, want := range file.Enumeration {
		list, err := measures.ParseList(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		s, err := list[0].Score(p)
		if err != nil {
			t.Fatal(err)
		}
		null, err := nullScores(context.Background(), p, list[0], s.Value, all, 0)
		if err != nil {
			t.Fatal(err)
		}
		centre, squares := stats.Mean(null.Scores), 0.0
		for _, v := range null.Scores {
			squares += (v - centre) * (v - centre)
		}
		near(t, name+": value", s.Value, want.Observed)
		near(t, name+": mean", centre, want.Mean)
		near(t, name+": standard deviation", math.Sqrt(squares/count), want.SD)
		near(t, name+": p", null.PValue(true), want.P)
		if exact, ok := measures.As[measures.NullMean](list[0]); ok {
			if m, known, err := exact.NullMean(p, nil); err != nil || known && math.Abs(m-want.Mean) > 1e-12 {
				t.Errorf("%s: the closed form is %v (%v), want %v", name, m, err, want.Mean)
			}
		}
	}
}

// TestPairingsFitInMemory has the same scores however little memory there is, and a reason
// where there is too little for one.
func TestPairingsFitInMemory(t *testing.T) {
	p := oraclePair(t, "gauss_n30_p6_q4_x.npy", "gauss_n30_p6_q4_y.npy")
	r := rowPairings(30, 1, 50)
	for _, name := range []string{"nbs", "cka", "linreg:cv=5"} {
		list, err := measures.ParseList(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		shared, each := measures.PairingBytes(list[0], p.Dims())
		all, err := nullScores(context.Background(), p, list[0], 0, r, 0)
		if err != nil {
			t.Fatal(err)
		}
		few, err := nullScores(context.Background(), p, list[0], 0, r, shared+each)
		if err != nil || !slices.Equal(few.Scores, all.Scores) {
			t.Errorf("%s: %v, other scores with one at a time", name, err)
		}
		if _, err := nullScores(context.Background(), p, list[0], 0, r, shared+each-1); err == nil || !strings.Contains(err.Error(), "--max-memory") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"simtool/internal/linalg"
)

// orderingOf ranks values that tie when they are equal.
func orderingOf(values []float64) *linalg.Ranking {
	return linalg.NewRanking(values, nil, true)
}

// TestKendallAgainstItsDefinition counts concordant and discordant pairs one by
// one.
func TestKendallAgainstItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, levels := range []int{2, 3, 10, 1 << 20} {
		for _, n := range []int{2, 3, 7, 64, 65, 301} {
			x, y := make([]float64, n), make([]float64, n)
			for i := range n {
				x[i], y[i] = float64(rng.IntN(levels)), float64(rng.IntN(levels))
			}
			x[0], x[1], y[0], y[1] = 0, 1, 1, 0 // neither is constant
			var difference, inX, inY float64
			for i := range n {
				for j := range i {
					sx, sy := sign(x[i]-x[j]), sign(y[i]-y[j])
					difference += sx * sy
					inX += sx * sx
					inY += sy * sy
				}
			}
			a, b := orderingOf(x), orderingOf(y)
			if got, want := kendall(a, b, true), difference/math.Sqrt(inX*inY); !near(got, want, 1e-14) {
				t.Errorf("%d levels, n=%d: τ-b = %.16g, want %.16g", levels, n, got, want)
			}
			if got, want := kendall(a, b, false), difference/(float64(n*(n-1))/2); got != want {
				t.Errorf("%d levels, n=%d: τ-a = %.16g, want %.16g", levels, n, got, want)
			}
		}
	}
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return 0
	}
}

// TestRhoAIsTheMeanOverTieBreaks averages Spearman's correlation over all
// orders in which the ties of two short vectors can be broken.
func TestRhoAIsTheMeanOverTieBreaks(t *testing.T) {
	x, y := []float64{1, 1, 2, 3, 3}, []float64{2, 1, 1, 1, 4}
	total, count := 0.0, 0.0
	for _, p := range tieBreaks(x) {
		for _, q := range tieBreaks(y) {
			total += spearman(orderingOf(p), orderingOf(q))
			count++
		}
	}
	if count != 4*6 {
		t.Fatalf("%g ways to break the ties, want 24", count)
	}
	if got, want := rhoA(orderingOf(x), orderingOf(y)), total/count; !near(got, want, 1e-15) {
		t.Errorf("rho-a = %.16g, want %.16g", got, want)
	}
}

// tieBreaks returns every permutation of 1..n that keeps the order of values.
func tieBreaks(values []float64) [][]float64 {
	var out [][]float64
	var place func(ranks []float64, used uint)
	place = func(ranks []float64, used uint) {
		if len(ranks) == len(values) {
			for i, r := range ranks {
				for j, s := range ranks {
					if values[i] < values[j] && r > s {
						return
					}
				}
			}
			out = append(out, append([]float64(nil), ranks...))
			return
		}
		for r := range len(values) {
			if used&(1<<r) == 0 {
				place(append(ranks, float64(r+1)), used|1<<r)
			}
		}
	}
	place(nil, 0)
	return out
}

// TestTiesOfCorrelationDistances has patterns that are multiples and
// permutations of a few, so that most dissimilarities tie in exact arithmetic
// (5 and 20 different values among 45) and differ in their last bits when they
// are computed (14 and 21 in SciPy). The values are from 60-digit decimals.
func TestTiesOfCorrelationDistances(t *testing.T) {
	x := matrixOf(
		[]float64{0, 1, 3}, []float64{0, 2, 6}, []float64{3, 1, 0}, []float64{1, 0, 3}, []float64{1, 4, 10},
		[]float64{3, 0, 1}, []float64{5, 6, 8}, []float64{0, 3, 1}, []float64{2, 0, 6}, []float64{7, 1, -2})
	y := matrixOf(
		[]float64{1, 2, 4, 0}, []float64{0, 4, 2, 1}, []float64{2, 4, 8, 0}, []float64{4, 0, 1, 2}, []float64{0, 1, 2, 4},
		[]float64{1, 1, 0, 2}, []float64{2, 2, 0, 4}, []float64{0, 2, 1, 1}, []float64{3, 1, 1, 5}, []float64{4, 2, 1, 0})
	for _, factor := range []float64{1, 0.1, 1e-7 / 3} {
		x.Scale(factor, x)
		p := pairOf(t, datasetOf(x), datasetOf(y))
		for compare, want := range map[string]float64{
			"spearman": 0.0662711169961732, "rho-a": 0.0645915678524374,
			"kendall": 0.0436810465378118, "tau-a": 0.0383838383838384,
			"cosine": 0.701318326114465, "pearson": 0.0363975556070336,
		} {
			checkScore(t, p, "rsa:rdm=correlation:compare="+compare, want, 1e-12)
		}
	}
}

// TestTwoFeaturesCorrelateFully has the only correlations that two features can
// have, 1 and −1, so that the RDM separates two classes of samples.
func TestTwoFeaturesCorrelateFully(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	x := gaussian(rng, 30, 2)
	classes := make([]float64, 0, 435)
	for i := range 30 {
		for j := i + 1; j < 30; j++ {
			same := (x.At(i, 0) > x.At(i, 1)) == (x.At(j, 0) > x.At(j, 1))
			classes = append(classes, map[bool]float64{true: 0, false: 2}[same])
		}
	}
	o, err := dissimilarity{kind: rdmCorrelation}.order(systemOf(t, datasetOf(x)), true)
	if err != nil {
		t.Fatal(err)
	}
	want := orderingOf(classes)
	for i, r := range o.Twice {
		if r != want.Twice[i] {
			t.Fatalf("pair %d has twice the rank %d, want %d", i, r, want.Twice[i])
		}
	}
}

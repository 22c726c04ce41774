package inference

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// noisy scores a model of the mean of repeats and returns what stands beside the score.
func noisy(t *testing.T, parts []*mat.Dense, y *mat.Dense, name string, kind Kind) (value float64, a Assessment) {
	t.Helper()
	n, p := parts[0].Dims()
	mean := mat.NewDense(n, p, nil)
	var systems []*measures.System
	for _, m := range parts {
		mean.Add(mean, m)
		systems = append(systems, systemOf(t, m))
	}
	mean.Scale(1/float64(len(parts)), mean)
	x := systemOf(t, mean)
	pair, err := measures.NewPair(x, systemOf(t, y))
	if err != nil {
		t.Fatal(err)
	}
	m := measureNamed(t, name)
	s, err := m.Score(pair)
	if err != nil {
		t.Fatal(err)
	}
	a, err = Assess(context.Background(), pair, m, s.Value, NewDesign(pair, kind, nil), Options{
		Mode: Full, Level: 0.95, Seed: 1, Repeats: measures.NewRepeats(x, systems),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.Value, a
}

// array reads an array of the oracles.
func array(t *testing.T, name string) *mat.Dense {
	t.Helper()
	d, err := dataio.Read(filepath.Join(datatest.Shared(t, "inference"), name), dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d.Matrix()
}

// TestCeilings compares ceilings of halves with those of an independent program.
func TestCeilings(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(datatest.Shared(t, "inference"), "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Halves map[string]any }
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "NaN", "null")), &file); err != nil {
		t.Fatal(err)
	}
	want := func(name string) float64 { return file.Halves[name].(float64) }
	halves := []*mat.Dense{array(t, "halves_1.npy"), array(t, "halves_2.npy")}
	y := array(t, "halves_y.npy")
	_, cka := noisy(t, halves, y, "cka:estimator=debiased", Rows)
	near(t, "cka, corrected", cka.Corrected, want("cka_debiased"))
	near(t, "cka, ceiling", cka.Ceiling, want("cka_ceiling"))
	near(t, "cka, normalised", cka.Normalised, want("cka_normalised"))
	_, linreg := noisy(t, halves, y, "linreg", Rows)
	near(t, "linreg, ceiling", linreg.Ceiling, want("reliability"))
	near(t, "linreg, normalised", linreg.Normalised, want("linreg_normalised"))
	_, nbs := noisy(t, halves, y, "nbs", Rows)
	near(t, "nbs, ceiling", nbs.Ceiling, want("nbs_ceiling"))
	value, rsa := noisy(t, halves, y, "rsa:compare=pearson", Rows)
	near(t, "rsa, value", value, want("rsa_pearson"))
	near(t, "rsa, ceiling", rsa.Ceiling, want("rsa_ceiling"))
	near(t, "rsa, normalised", rsa.Normalised, want("rsa_normalised"))
}

// repeated draws repeats of a recording and a model of it, of the population of recording
// without noise. noise is the variance of the noise of a repeat, as a share of the
// variance of a feature.
func repeated(rng *rand.Rand, n, p, repeats int, rho, noise float64) (parts []*mat.Dense, y *mat.Dense) {
	x, ys := recording(rng, n, p, rho)
	for range repeats {
		m := mat.DenseCopyOf(x)
		for i := range n {
			for j := range p {
				m.Set(i, j, m.At(i, j)+math.Sqrt(noise/float64(j+1))*rng.NormFloat64())
			}
		}
		parts = append(parts, m)
	}
	return parts, ys[0]
}

// TestNormalisedCKA: what noise takes away from a score the ceiling gives back. The noise
// of a half is as large as its signal; the CKA of the population without noise is .49.
func TestNormalisedCKA(t *testing.T) {
	const runs = 100
	raw, normalised := 0.0, 0.0
	for run := range runs {
		parts, y := repeated(rand.New(rand.NewPCG(5, uint64(run))), 100, 50, 2, 0.7, 1)
		_, a := noisy(t, parts, y, "cka", Rows)
		raw += a.Corrected / runs
		normalised += a.Normalised / runs
	}
	if math.Abs(normalised-0.49) > 0.02 || raw > 0.42 {
		t.Errorf("normalised %.3f, without the ceiling %.3f; the truth is .49", normalised, raw)
	}
}

// TestLowCeiling: a ceiling of which little is known is kept with a warning, and one that
// nothing is known of is refused.
func TestLowCeiling(t *testing.T) {
	for noise, want := range map[float64]string{0.5: "", 3.3: "the ceiling is low", 60: "no ceiling: the repeats of X have too little in common"} {
		parts, y := repeated(rand.New(rand.NewPCG(8, 8)), 300, 10, 2, 0.7, noise)
		_, a := noisy(t, parts, y, "cka", Rows)
		if got := strings.Join(a.Warnings, "; "); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("noise %g: warnings %q, want %q", noise, got, want)
		}
		if refused := math.IsNaN(a.Ceiling); refused != (noise == 60) {
			t.Errorf("noise %g: the ceiling is %g", noise, a.Ceiling)
		}
	}
}

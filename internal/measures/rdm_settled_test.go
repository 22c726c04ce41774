package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"simtool/internal/data"
)

// TestSettledMatricesTie: a matrix that was written from data of float32 has the ties of
// the exact distances, for a reader who takes it for float64. In data of float64 no bit
// changes.
func TestSettledMatricesTie(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 12))
	const n = 24
	for name, x := range tiedData(rng, n) {
		want := exactRanks(x)
		for how, d := range moved(rng, x) {
			for _, kind := range []string{rdmEuclidean, rdmSqEuclidean} {
				m, warnings, err := SettledRDM(systemOf(t, d), kind)
				if err != nil || warnings != nil {
					t.Fatal(warnings, err)
				}
				read := datasetOf(m)
				r, err := (dissimilarity{kind: rdmPrecomputed}).order(systemOf(t, read), true)
				if err != nil {
					t.Fatal(err)
				}
				for i, w := range want {
					if float64(r.Twice[i]) != 2*w {
						t.Errorf("%s %s by %s: rank %g, want %g", name, how, kind, float64(r.Twice[i])/2, w)
						break
					}
				}
				plain, err := RDM(systemOf(t, d), kind)
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range plain.RawMatrix().Data {
					moved := math.Abs(v - m.RawMatrix().Data[i])
					if d.Precision.Stored == data.Float64 && moved > 1e-9*v || moved > 1e-3*v { // 100 in front of 0.1
						t.Fatalf("%s %s by %s: %g became %g", name, how, kind, v, m.RawMatrix().Data[i])
					}
				}
			}
		}
	}
	d := datasetOf(gaussian(rng, n, 3))
	plain, err := RDM(systemOf(t, d), rdmCorrelation)
	if err != nil {
		t.Fatal(err)
	}
	settled, _, err := SettledRDM(systemOf(t, d), rdmCorrelation)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range plain.RawMatrix().Data {
		if settled.RawMatrix().Data[i] != v {
			t.Fatal("distances of float64 changed")
		}
	}
}

package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestClusters compares with clusters that can be read off.
func TestClusters(t *testing.T) {
	nan := math.NaN()
	// z of the draws: test 0 and 1 have a common peak in draw 0, test 3 alone in draw 1.
	null := [][]float64{peaks(0), peaks(0), peaks(2), nil, peaks(1)}
	high, low := zOf(null[0], 2.5), zOf(null[0], 0.5)
	got := NewFamily([]float64{high, high, low, high, high}, null, false).Clusters()
	// The cluster of 0 and 1 has the mass 5, and the peak of both in draw 0 has 2·4.25: of
	// 20 draws one is as large. That of 4 has 2.5, which draws 0, 1 and 2 exceed.
	for k, want := range []float64{2. / 21, 2. / 21, nan, nan, 4. / 21} {
		if math.IsNaN(want) != math.IsNaN(got[k]) || math.Abs(got[k]-want) > 1e-15 {
			t.Errorf("test %d: %v, want %v", k, got[k], want)
		}
	}
	if got := NewFamily([]float64{high, high, low, high, high}, null, true).Clusters(); got[0] != 1./20 || got[4] != 3./20 {
		t.Errorf("of all draws %v", got)
	}
	if got := NewFamily([]float64{1, 2}, [][]float64{nil, {1, 1}}, false).Clusters(); !math.IsNaN(got[0]) || !math.IsNaN(got[1]) {
		t.Errorf("nothing to compare with: %v", got)
	}
}

// peaks returns 20 draws, all −1 but for one of 19: z of it is 19/√20 = 4.25.
func peaks(at int) []float64 {
	out := make([]float64, 20)
	for i := range out {
		out[i] = -1
	}
	out[at] = 19
	return out
}

// zOf returns the score that has a z among draws of peaks.
func zOf(draws []float64, z float64) float64 {
	ss := 0.0
	for _, v := range draws {
		ss += v * v
	}
	return z * math.Sqrt(ss/float64(len(draws)-1))
}

// TestClustersOfNothing: of smooth series of nothing one in twenty has a cluster whose p
// value is at most .05, and of a weak effect that lasts clusters find more than the
// largest time does.
func TestClustersOfNothing(t *testing.T) {
	const families, times, draws = 3000, 25, 99
	false5, found, largest := 0, 0, 0
	for k := range families {
		rng := rand.New(rand.NewPCG(uint64(k), 5))
		values, null := make([]float64, times), make([][]float64, times)
		for i := range null {
			null[i] = make([]float64, draws)
		}
		for b := range draws + 1 {
			v := rng.NormFloat64()
			for i := range times {
				v = 0.3*v + 0.954*rng.NormFloat64()
				if b == draws {
					values[i] = float64(i+1) * v
				} else {
					null[i][b] = float64(i+1) * v
				}
			}
		}
		least := func(p []float64) float64 {
			out := 1.0
			for _, v := range p {
				if v < out {
					out = v
				}
			}
			return out
		}
		if least(NewFamily(values, null, false).Clusters()) <= 0.05 {
			false5++
		}
		for i := 8; i < 18; i++ {
			values[i] += 1.3 * float64(i+1)
		}
		f := NewFamily(values, null, false)
		if least(f.Clusters()) <= 0.05 {
			found++
		}
		if least(f.Largest()) <= 0.05 {
			largest++
		}
	}
	if share := float64(false5) / families; math.Abs(share-0.05) > 4*math.Sqrt(0.05*0.95/families) {
		t.Errorf("%.3f of the series of nothing have a cluster", share)
	}
	if found < largest+families/20 {
		t.Errorf("clusters find %d of %d lasting effects, the largest time %d", found, families, largest)
	}
}

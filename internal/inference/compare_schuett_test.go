package inference

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures"
)

// waves returns deterministic data of 20 stimuli and 5 features: a signal and, weight
// times, what differs between systems of different numbers.
func waves(weight float64, s int) *mat.Dense {
	m := mat.NewDense(20, 5, nil)
	for i := range 20 {
		for k := range 5 {
			x, y, z := float64(i), float64(k), float64(s)
			own := math.Sin(12.9898*(x+1) + 78.233*(y+1) + 37.719*(z+1) + 0.5*x*y*(z+1))
			m.Set(i, k, math.Sin(1.7*(x+1)*(y+1)+0.3*x*x)+weight*own)
		}
	}
	return m
}

// TestDualBootstrap compares standard errors with those that rsatoolbox computed from 8,000
// draws, of ranks from 2,500. Those of 1,000 have a Monte-Carlo error of about 3 %.
func TestDualBootstrap(t *testing.T) {
	var subjects, models []*measures.System
	for s := range 6 {
		subjects = append(subjects, systemOf(t, waves(1, s)))
	}
	for j, weight := range []float64{0.5, 1.2, 3} {
		models = append(models, systemOf(t, waves(weight, 10+j)))
	}
	for name, want := range map[string]struct{ se, difference []float64 }{
		"rsa:compare=pearson":  {[]float64{0.07923252, 0.09352151, 0.09161939}, []float64{0.10692812, 0.10314797, 0.09333936}},
		"rsa:compare=spearman": {[]float64{0.08391643, 0.09429448, 0.0917284}, []float64{0.11211758, 0.10478255, 0.09996858}},
	} {
		panel, contrasts, err := DualBootstrap(t.Context(), subjects, models, measureNamed(t, name), 0.95, 1)
		if err != nil {
			t.Fatal(err)
		}
		for j, e := range panel {
			if ratio := e.Assessment.SE / want.se[j]; ratio < 0.9 || ratio > 1.1 {
				t.Errorf("%s: model %d has the standard error %.4f, want %.4f", name, j, e.Assessment.SE, want.se[j])
			}
		}
		for k, c := range contrasts {
			if ratio := c.Diff / c.T / want.difference[k]; ratio < 0.9 || ratio > 1.1 {
				t.Errorf("%s: difference %d has the standard error %.4f, want %.4f", name, k, c.Diff/c.T, want.difference[k])
			}
			if c.DF != 5 {
				t.Errorf("%d degrees of freedom, want 5", c.DF)
			}
		}
	}
}

// TestDualVariance: the noise of responses is counted once, and the bounds hold.
func TestDualVariance(t *testing.T) {
	const subject, stimulus, noise = 0.3, 0.5, 0.2
	// What the three bootstraps find in expectation for many subjects and stimuli.
	if v := dualVariance(subject+stimulus+3*noise, subject+noise, stimulus+noise, 1, 1); math.Abs(v-1) > 1e-15 {
		t.Errorf("variance %g, want 1", v)
	}
	for _, c := range []struct{ both, subjects, stimuli, want float64 }{
		{5, 1, 2, 2.2},    // as if noise were all: not below that of stimuli
		{5, 3, 1, 3.6},    // nor below that of subjects
		{2.5, 2, 2, 2.5},  // not above that of both
		{4, 1.5, 2, 3.34}, // 1.2·1.5 + 1.1·2 − 1.32·.5
	} {
		if v := dualVariance(c.both, c.subjects, c.stimuli, 1.2, 1.1); math.Abs(v-c.want) > 1e-12 {
			t.Errorf("variance of %v is %g", c, v)
		}
	}
}

// TestHolm has an example by hand.
func TestHolm(t *testing.T) {
	c := make([]Contrast, 5)
	for k, p := range []float64{0.02, 0.01, math.NaN(), 0.5, 0.03} {
		c[k].PValue = p
	}
	Holm(c)
	for k, want := range []float64{0.06, 0.04, 0, 0.5, 0.06} {
		if math.Abs(c[k].PAdj-want) > 1e-15 {
			t.Errorf("contrast %d: %g, want %g", k, c[k].PAdj, want)
		}
	}
}

// TestOneSubject: of one subject the errors are those of other stimuli, and a measure of
// no dissimilarities is refused.
func TestOneSubject(t *testing.T) {
	one := []*measures.System{systemOf(t, waves(1, 0))}
	models := []*measures.System{systemOf(t, waves(0.5, 10)), systemOf(t, waves(3, 12))}
	_, contrasts, err := DualBootstrap(t.Context(), one, models, measureNamed(t, "rsa:compare=pearson"), 0.95, 1)
	if err != nil || contrasts[0].DF != 19 || !(contrasts[0].T > 0) {
		t.Errorf("contrasts %+v, %v", contrasts, err)
	}
	for _, name := range []string{"cka", "rsa:compare=cosine-cov"} {
		if _, _, err := DualBootstrap(t.Context(), one, models, measureNamed(t, name), 0.95, 1); err == nil {
			t.Errorf("%s has dissimilarities of which some may be left out", name)
		}
	}
}

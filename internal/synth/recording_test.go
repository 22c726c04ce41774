package synth

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Without noise the components are the principal components: the eigenvalues of
// the covariance are N·SignalSD²·k^(−Decay)/Σj^(−Decay), up to the rounding of
// the rates to float32, which is below 4e-6 spikes/s.
func TestRecordingSpectrum(t *testing.T) {
	for _, decay := range []float64{0, 1, 1.5, 3} {
		c := DefaultRecording()
		c.TrialSD, c.Decay = 0, decay
		x := centered(generate(t, &c, 3))
		s, err := linalg.SingularValues(x)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for k := 1; k <= c.Components; k++ {
			sum += math.Pow(float64(k), -decay)
		}
		n, _ := x.Dims()
		for k := range c.Components {
			want := 60 * 8 * 8 * math.Pow(float64(k+1), -decay) / sum
			near(t, "eigenvalue relative to its closed form", s[k]*s[k]/float64(n)/want, 1, 1e-5)
		}
		near(t, "largest singular value beyond the components", s[c.Components], 0, 4e-6*math.Sqrt(float64(n)))
	}
}

func TestRecordingIsItsTruth(t *testing.T) {
	c := DefaultRecording()
	c.TrialSD = 0
	out := generate(t, &c, 3)
	near(t, "largest difference of data and components", maxAbs(centered(out), out.Truth.signal()), 0, 1e-5)
	for k, z := range []*mat.Dense{out.Truth.Scores, out.Truth.Loadings} {
		scale := []float64{1 / float64(20*32), 1}[k]
		gram := linalg.Gram(z)
		gram.Scale(scale, gram)
		identity := mat.NewDiagDense(c.Components, nil)
		for i := range c.Components {
			identity.SetDiag(i, 1)
		}
		near(t, "largest correlation of components", maxAbs(gram, identity), 0, 1e-13)
	}
}

// The residual sum of squares is TrialSD²/Trials times a χ² with (n−1)·N
// degrees of freedom; five standard deviations are allowed.
func TestRecordingNoise(t *testing.T) {
	c := DefaultRecording()
	c.TrialSD, c.Trials = 6, 4
	out := generate(t, &c, 3)
	residual := centered(out)
	residual.Sub(residual, out.Truth.signal())
	dof := float64((20*32 - 1) * 60)
	variance := math.Pow(linalg.Norm(residual), 2) / dof
	near(t, "noise variance", variance, 9, 5*9*math.Sqrt(2/dof))
	near(t, "its truth", out.Truth.NoiseVariance, 9, 1e-12)
}

// The task is balanced, so the choice is uncorrelated with the time course of the
// trial, and its component is the product of choice and ramp, scaled.
func TestChoiceComponentInClosedForm(t *testing.T) {
	c := DefaultRecording()
	out := generate(t, &c, 3)
	choice, err := out.Labels.Column("choice")
	if err != nil {
		t.Fatal(err)
	}
	meanSquare := 0.0
	course := make([]float64, c.Bins)
	for i, ms := range out.Time {
		if ms > 0 {
			course[i] = ms * ms / (ms*ms + 400*400)
		}
		meanSquare += course[i] * course[i] / float64(c.Bins)
	}
	if out.Truth.Names[1] != "choice" {
		t.Fatalf("component 2 is %s", out.Truth.Names[1])
	}
	for i := range c.Bins {
		for k := range 32 {
			sign := map[string]float64{"left": -1, "right": 1}[choice.Levels[choice.Codes[k]]]
			near(t, "choice component", out.Truth.Scores.At(i*32+k, 1), sign*course[i]/math.Sqrt(meanSquare), 1e-12)
		}
	}
}

func TestRecordingLabels(t *testing.T) {
	c := DefaultRecording()
	out := generate(t, &c, 3)
	if want := []int{20, 32, 60}; !cmp.Equal(out.Data.Shape, want) {
		t.Fatalf("shape %v, want %v", out.Data.Shape, want)
	}
	var columns [4]*data.Column
	for j, name := range []string{"context", "motion", "colour", "choice"} {
		columns[j] = out.Labels.Columns[j]
		if columns[j].Name != name || columns[j].Len() != 32 {
			t.Fatalf("column %d is %s with %d rows, want %s with 32", j, columns[j].Name, columns[j].Len(), name)
		}
	}
	type row struct {
		context        string
		motion, colour float64
	}
	seen := map[row]bool{}
	for i := range 32 {
		r := row{columns[0].Levels[columns[0].Codes[i]], columns[1].Values[i], columns[2].Values[i]}
		seen[r] = true
		relevant := map[string]float64{"motion": r.motion, "colour": r.colour}[r.context]
		want := "left"
		if relevant > 0 {
			want = "right"
		}
		if got := columns[3].Levels[columns[3].Codes[i]]; got != want {
			t.Errorf("condition %d %v: choice %s, want %s", i, r, got, want)
		}
	}
	for _, context := range []string{"motion", "colour"} {
		for _, motion := range []float64{-0.5, -0.15, 0.15, 0.5} {
			for _, colour := range []float64{-0.5, -0.15, 0.15, 0.5} {
				if !seen[row{context, motion, colour}] {
					t.Errorf("no condition %s, %g, %g", context, motion, colour)
				}
			}
		}
	}
}

func TestRecordingRates(t *testing.T) {
	c := DefaultRecording()
	out := generate(t, &c, 3)
	lowest := make([]float64, 60)
	for i, v := range out.Data.Values {
		if float64(float32(v)) != v {
			t.Fatalf("value %d is %v, which float32 does not hold", i, v)
		}
		if n := i % 60; i < 60 || v < lowest[n] {
			lowest[n] = v
		}
	}
	for n, v := range lowest {
		if v < 0 || v > c.Baseline {
			t.Errorf("neuron %d has lowest rate %g, want 0 to %g", n, v, c.Baseline)
		}
	}
	if out.Time[0] != -175 || out.Time[3] != -25 || out.Time[19] != 775 {
		t.Errorf("time bins are centred at %v", out.Time)
	}
}

// The latent variables belong to the task and the seed: recording more neurons
// or fewer components must not change them.
func TestLatentsDoNotDependOnNeurons(t *testing.T) {
	small, large := DefaultRecording(), DefaultRecording()
	small.Components, small.Neurons = 14, 20
	a, b := generate(t, &small, 3).Truth.Scores, generate(t, &large, 3).Truth.Scores
	if !mat.Equal(a, b.Slice(0, 640, 0, 14)) {
		t.Error("the components differ")
	}
}

func TestTimeCourses(t *testing.T) {
	peak, rise := transient(200), ramp(300)
	for _, before := range []float64{-100, 0} {
		near(t, "transient before the onset", peak(before), 0, 0)
		near(t, "ramp before the onset", rise(before), 0, 0)
	}
	near(t, "transient at its peak", peak(200), 1, 1e-15)
	near(t, "transient at half the peak time", peak(100), 0.64, 1e-15)
	near(t, "ramp at its half time", rise(300), 0.5, 1e-15)
	near(t, "ramp at three half times", rise(900), 0.9, 1e-15)
}

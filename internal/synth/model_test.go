package synth

import (
	"math"
	"testing"

	"simtool/internal/linalg"
)

// noiseFree returns the centred recording and a model of it without noise.
func noiseFree(t *testing.T, change func(*ModelConfig)) (recording, model *Output) {
	c := DefaultModel()
	c.Recording.TrialSD = 0
	change(&c)
	return generate(t, &c.Recording, 5), generate(t, &c, 5)
}

// Leaving out components changes CKA to √(1−Σg), the normalised Bures
// similarity to √(1−Σf) and R² to 1−Σf, f being their shares of variance and g
// their shares of squared variance. The components are compared rather than the
// data, whose rounding to float32 adds dimensions that predict by chance.
func TestPartialModelInClosedForm(t *testing.T) {
	for _, keep := range []int{1, 4, 8, 20} {
		recording, model := noiseFree(t, func(c *ModelConfig) { c.Quality, c.Keep = Partial, keep })
		var f, g, sumF, sumG float64
		for k := 1; k <= 20; k++ {
			share := math.Pow(float64(k), -1.5)
			sumF += share
			sumG += share * share
			if k > keep {
				f += share
				g += share * share
			}
		}
		near(t, "largest difference of data and components", maxAbs(centered(model), model.Truth.signal()), 0, 1e-5)
		cka, nbs, r2 := similarity(t, recording.Truth.signal(), model.Truth.signal())
		near(t, "CKA", cka, math.Sqrt(1-g/sumG), 1e-12)
		near(t, "NBS", nbs, math.Sqrt(1-f/sumF), 1e-12)
		near(t, "R²", r2, 1-f/sumF, 1e-12)
	}
}

// A good model is the recording up to a rotation, whatever its width.
func TestGoodModelIsEquivalent(t *testing.T) {
	for _, units := range []int{20, 60, 90} {
		recording, model := noiseFree(t, func(c *ModelConfig) { c.Units = units })
		cka, nbs, r2 := similarity(t, centered(recording), centered(model))
		near(t, "CKA", cka, 1, 1e-9)
		near(t, "NBS", nbs, 1, 1e-9)
		near(t, "R²", r2, 1, 1e-9)
	}
}

// Without smoothing the samples of unrelated components are independent, so
// each squared correlation with a component of the recording has expectation
// 1/(n−1) and variance 2/(n−1)² nearly. Five standard deviations are allowed.
func TestPoorModelIsUnrelated(t *testing.T) {
	recording, model := noiseFree(t, func(c *ModelConfig) { c.Quality, c.Recording.Smoothness = Poor, 0 })
	const n, pairs = 640, 400
	correlations := linalg.CrossGram(recording.Truth.Scores, model.Truth.Scores)
	sum := math.Pow(linalg.Norm(correlations)/n, 2)
	near(t, "sum of squared correlations", sum, pairs/(n-1.0), 5*math.Sqrt(2*pairs)/(n-1))
}

// The noise of a poor model and of the residual components has the smoothness of its
// kernel: a Gaussian kernel of standard deviation s gives the autocorrelation
// exp(−lag²/(4s²)).
func TestSmoothNoise(t *testing.T) {
	const n, sd = 400_000, 2.0
	x := smoothNoise(testStream("smooth"), n, sd)
	variance := dot(x, x) / n
	for _, lag := range []int{1, 2, 4, 10} {
		got := dot(x[lag:], x[:n-lag]) / float64(n-lag) / variance
		// The standard error is below √(2·τ/n), τ = Σρ² over all lags = s√(2π).
		near(t, "autocorrelation", got, math.Exp(-float64(lag*lag)/(4*sd*sd)), 5*math.Sqrt(2*sd*math.Sqrt(2*math.Pi)/n))
	}
}

func TestModelsHaveTheirOwnUnits(t *testing.T) {
	seen := map[float64]string{}
	recording := DefaultRecording()
	outputs := map[string]*Output{"recording": generate(t, &recording, 5)}
	for _, quality := range []string{Good, Partial, Poor} {
		c := DefaultModel()
		c.Quality = quality
		outputs[quality] = generate(t, &c, 5)
	}
	for name, out := range outputs {
		first := out.Truth.Loadings.At(0, 0)
		if other, ok := seen[first]; ok {
			t.Errorf("%s and %s have the same loadings", name, other)
		}
		seen[first] = name
	}
}

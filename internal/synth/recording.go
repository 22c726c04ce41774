package synth

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// RecordingConfig describes a simulated recording of a population of neurons
// during the context-dependent decision task of Mante et al. (2013): motion and
// colour of a stimulus each point to one of two sides, and the context says which of
// them determines the choice.
//
// Firing rates are trial averages, in spikes/s,
//
//	rate(t,c,n) = baseline(n) + SignalSD·√N Σ_k √f_k z_k(t,c) w_k(n) + TrialSD/√Trials · ε(t,c,n)
//
// over N neurons. The latent variables z_k are products of task variables with
// a time course, uncorrelated with mean square 1 over all samples; the first
// twelve have names and the others are smooth noise of each condition. The
// loadings w are a random orthonormal frame, so every neuron mixes all of them.
// The shares f_k ∝ k^(−Decay) sum to 1. Without noise the principal components
// are therefore exactly the latent variables, with explained variances f_k. The
// noise ε is standard normal and independent.
type RecordingConfig struct {
	Bins       int       // time bins, default 20
	BinWidth   float64   // ms, default 50
	Onset      float64   // stimulus onset in ms after the start of the first bin, default 200
	Strengths  []float64 // of the motion and of the colour evidence, default 0.15, 0.5: 2·(2·2)² = 32 conditions
	Neurons    int       // N, default 60
	Components int       // latent variables, at most N, default 20
	Decay      float64   // exponent of the spectrum of explained variances, default 1.5
	SignalSD   float64   // spikes/s, root mean square modulation of a neuron, default 8
	TrialSD    float64   // spikes/s, noise of a single trial in a bin, default 5
	Trials     int       // trials averaged per condition, default 25
	Baseline   float64   // spikes/s, each neuron's lowest rate is uniform from 0 to this, default 5
	Smoothness float64   // ms, standard deviation of the kernel that smooths the residual components, default 100
}

// DefaultRecording returns the configuration of the bundled recording.
func DefaultRecording() RecordingConfig {
	return RecordingConfig{
		Bins: 20, BinWidth: 50, Onset: 200,
		Strengths: []float64{0.15, 0.5},
		Neurons:   60, Components: 20, Decay: 1.5,
		SignalSD: 8, TrialSD: 5, Trials: 25,
		Baseline: 5, Smoothness: 100,
	}
}

// Params implements Config.
func (c *RecordingConfig) Params() []Param {
	return []Param{
		intParam(&c.Bins, bounds{1, 1e5}, "bins", "time bins"),
		floatParam(&c.BinWidth, bounds{1e-3, 1e6}, "bin-width", "ms", "width of a time bin"),
		floatParam(&c.Onset, bounds{0, 1e9}, "onset", "ms", "time from the start of the recording to the stimulus"),
		floatsParam(&c.Strengths, bounds{1e-6, 1e6}, "strengths", "", "strengths of the motion and colour evidence, each to both sides"),
		intParam(&c.Neurons, bounds{1, 1e6}, "neurons", "neurons recorded"),
		intParam(&c.Components, bounds{1, 1e4}, "components", "latent variables, at most as many as neurons"),
		floatParam(&c.Decay, bounds{0, 10}, "decay", "", "explained variance of component k falls as k^-decay"),
		floatParam(&c.SignalSD, bounds{1e-6, 1e6}, "signal-sd", "spikes/s", "root mean square modulation of a neuron"),
		floatParam(&c.TrialSD, bounds{0, 1e6}, "trial-sd", "spikes/s", "noise of a single trial"),
		intParam(&c.Trials, bounds{1, 1e9}, "trials", "trials averaged per condition"),
		floatParam(&c.Baseline, bounds{0, 1e6}, "baseline", "spikes/s", "the lowest rate of each neuron is uniform from 0 to this"),
		floatParam(&c.Smoothness, bounds{0, 1e6}, "smoothness", "ms", "standard deviation of the kernel that smooths the residual components"),
	}
}

// Validate returns a *ParamError for an invalid configuration, or nil.
func (c *RecordingConfig) Validate() error {
	if err := checkAll(c.Params()); err != nil {
		return err
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(c.Strengths))); len(distinct) < len(c.Strengths) {
		return &ParamError{Param: "strengths", Found: joined(formatFloat)(c.Strengths), Wanted: "different strengths"}
	}
	count := c.conditionCount()
	if err := checkSize(c.Bins, count, c.Neurons); err != nil {
		return err
	}
	if err := checkFewer("components", c.Components, c.Neurons, "neurons"); err != nil {
		return err
	}
	return checkFewer("components", c.Components, c.Bins*count-1, "samples less one")
}

// conditionCount returns the number of conditions: two contexts, and each
// strength of motion and of colour on two sides.
func (c *RecordingConfig) conditionCount() int {
	return 2 * 2 * len(c.Strengths) * 2 * len(c.Strengths)
}

// Generate implements Config. Data has shape bins × conditions × neurons with
// values that fit float32 exactly, Labels the columns context, motion, colour
// and choice, and Truth the components.
func (c *RecordingConfig) Generate(seed uint64) (*Output, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	names, latents, err := taskLatents(*c, seed)
	if err != nil {
		return nil, err
	}
	return c.observe(names, latents, powerLaw(len(latents), c.Decay), c.Neurons, seed, "recording"), nil
}

// times returns the centres of the time bins in ms from stimulus onset.
func (c *RecordingConfig) times() []float64 {
	times := make([]float64, c.Bins)
	for i := range times {
		times[i] = float64((float64(i)+0.5)*c.BinWidth) - c.Onset
	}
	return times
}

// powerLaw returns k shares ∝ i^(−decay), i = 1…k, that sum to 1.
func powerLaw(k int, decay float64) []float64 {
	shares := make([]float64, k)
	sum := 0.0
	for i := range shares {
		shares[i] = math.Pow(float64(i+1), -decay)
		sum += shares[i]
	}
	scale(shares, 1/sum)
	return shares
}

// observe returns the responses of a population of units to the latents. The k-th
// latent has the share shares[k] of the signal variance, see RecordingConfig. The
// streams of loadings, noise and baselines are named after the population.
func (c *RecordingConfig) observe(names []string, latents [][]float64, shares []float64, units int, seed uint64, population string) *Output {
	samples := len(latents[0])
	loadings := randomFrame(stats.Stream(seed, population+"/loadings"), len(latents), units)
	noise := stats.Stream(seed, population+"/noise")
	baseline := stats.Stream(seed, population+"/baseline")

	variances := make([]float64, len(latents))
	values := make([]float64, samples*units)
	noiseSD := c.TrialSD / math.Sqrt(float64(c.Trials))
	for i := range values {
		values[i] = float64(noiseSD * noise.NormFloat64())
	}
	for k, z := range latents {
		variances[k] = c.SignalSD * c.SignalSD * float64(units) * shares[k]
		amplitude := math.Sqrt(variances[k])
		for i, v := range z {
			addScaled(values[i*units:(i+1)*units], amplitude*v, loadings[k])
		}
	}
	raiseToBaseline(values, units, c.Baseline, baseline)

	design := conditions(c.Strengths)
	return &Output{
		Data:   mustDataset(values, c.Bins, len(design), units),
		Labels: labels(design),
		Time:   c.times(),
		DType:  "float32",
		Truth: &Truth{
			Names:         names,
			Variances:     variances,
			Scores:        fromColumns(latents),
			Loadings:      fromColumns(loadings),
			NoiseVariance: noiseSD * noiseSD,
		},
	}
}

// randomFrame returns k orthonormal vectors of length n ≥ k, uniformly
// distributed over all such frames.
func randomFrame(stream *rand.Rand, k, n int) [][]float64 {
	frame := make([][]float64, k)
	for i := range frame {
		frame[i] = normals(stream, n)
	}
	if orthonormalize(frame) >= 0 {
		panic("synth: Gaussian vectors are linearly dependent")
	}
	return frame
}

// raiseToBaseline shifts every unit so that its lowest rate is uniform from 0
// to baseline, and rounds to float32. Rates are then positive without
// rectification, which would distort the components, and a file of float32 values
// holds them exactly.
func raiseToBaseline(values []float64, units int, baseline float64, stream *rand.Rand) {
	for n := range units {
		lowest := math.Inf(1)
		for i := n; i < len(values); i += units {
			lowest = min(lowest, values[i])
		}
		shift := float64(baseline*stream.Float64()) - lowest
		for i := n; i < len(values); i += units {
			values[i] = float64(float32(values[i] + shift))
		}
	}
}

// fromColumns returns the matrix with the given columns.
func fromColumns(columns [][]float64) *mat.Dense {
	m := mat.NewDense(len(columns[0]), len(columns), nil)
	for j, column := range columns {
		m.SetCol(j, column)
	}
	return m
}

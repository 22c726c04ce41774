package synth

import "fmt"

// The qualities of a simulated model.
const (
	Good    = "good"    // reads all latent variables of the recording
	Partial = "partial" // reads the strongest of them only
	Poor    = "poor"    // reads unrelated latent variables of the same smoothness and variances
)

// ModelConfig describes a simulated model of a recording, of known quality. It
// is another population with its own loadings and noise. It shares latent variables
// with the recording:
//
//   - good: all of them, with the recording's variances. It is as similar as the
//     recording's noise allows.
//   - partial: the first Keep of them. Without noise, with f the shares of
//     explained variance and sums over the components left out, CKA is
//     √(1−Σf²/Σ_all f²), the normalised Bures similarity √(1−Σf), and the R² of
//     the recording predicted from the model 1−Σf.
//   - poor: none. Its latent variables are as many, as smooth and as variable,
//     and independent.
type ModelConfig struct {
	Recording RecordingConfig // of the recording that is modelled; its noise and baseline are the model's too
	Quality   string          // Good, Partial or Poor, default Good
	Units     int             // default 60
	Keep      int             // latent variables of a partial model, default 4: time, choice, context and motion
}

// DefaultModel returns the configuration of the bundled good model.
func DefaultModel() ModelConfig {
	recording := DefaultRecording()
	return ModelConfig{Recording: recording, Quality: Good, Units: recording.Neurons, Keep: 4}
}

// Params implements Config: the model's own parameters, then the recording's.
func (c *ModelConfig) Params() []Param {
	return append([]Param{
		wordParam(&c.Quality, []string{Good, Partial, Poor}, "quality", "what the model shares with the recording: all components, the strongest, or none"),
		intParam(&c.Units, bounds{1, 1e6}, "units", "units of the model"),
		intParam(&c.Keep, bounds{1, 1e4}, "keep", "components that a partial model keeps"),
	}, c.Recording.Params()...)
}

// Generate implements Config, with an output like that of RecordingConfig. The
// seed is that of the recording.
func (c *ModelConfig) Generate(seed uint64) (*Output, error) {
	if err := checkAll(c.Params()); err != nil {
		return nil, err
	}
	r := c.Recording
	if err := r.Validate(); err != nil {
		return nil, err
	}
	names, latents, err := taskLatents(r, seed)
	if err != nil {
		return nil, err
	}
	shares := powerLaw(len(latents), r.Decay)
	sets := "components" // the parameter that sets their number
	switch c.Quality {
	case Partial:
		if err := checkFewer("keep", c.Keep, r.Components, "components of the recording"); err != nil {
			return nil, err
		}
		sets = "keep"
		names, latents, shares = names[:c.Keep], latents[:c.Keep], shares[:c.Keep]
	case Poor:
		if names, latents, err = unrelatedLatents(r, seed); err != nil {
			return nil, err
		}
	}
	if err := checkFewer(sets, len(latents), c.Units, "units"); err != nil {
		return nil, err
	}
	if err := checkSize(r.Bins, r.conditionCount(), c.Units); err != nil {
		return nil, err
	}
	return r.observe(names, latents, shares, c.Units, seed, "model/"+c.Quality), nil
}

// unrelatedLatents returns as many latent variables as the recording has. All of them
// are smooth noise.
func unrelatedLatents(r RecordingConfig, seed uint64) (names []string, latents [][]float64, err error) {
	for k := range r.Components {
		name := fmt.Sprintf("unrelated-%d", k+1)
		names = append(names, name)
		latents = append(latents, smoothLatent(r, seed, "model/"+name))
	}
	return names, latents, standardize(r, names, latents)
}

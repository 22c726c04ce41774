package synth

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSameSeedSameValuesOtherSeedOthers(t *testing.T) {
	for _, g := range Generators() {
		one, again, other := generate(t, g.New(), 7), generate(t, g.New(), 7), generate(t, g.New(), 8)
		if !cmp.Equal(one.Data, again.Data) || !cmp.Equal(one.Labels, again.Labels) {
			t.Errorf("%s: the same seed gives other values", g.Name)
		}
		if random := g.Name != "toy2d"; random == cmp.Equal(one.Data, other.Data) {
			t.Errorf("%s: seeds 7 and 8: equal values is %v", g.Name, random)
		}
	}
}

// Every default must be allowed, and Set must read back its String.
func TestDefaultsRoundTrip(t *testing.T) {
	for _, g := range Generators() {
		changed, fresh := g.New(), g.New()
		for _, p := range changed.Params() {
			if p.Name == "" || p.Help == "" || p.Wanted == "" || p.Type() == "" {
				t.Errorf("%s: parameter %q is not described", g.Name, p.Name)
			}
			if err := p.Set(p.String()); err != nil {
				t.Errorf("%s: %v", g.Name, err)
			}
		}
		if diff := cmp.Diff(fresh, changed); diff != "" {
			t.Errorf("%s: defaults differ after setting each to itself:\n%s", g.Name, diff)
		}
	}
}

// param returns the parameter of that name.
func param(t *testing.T, c Config, name string) Param {
	t.Helper()
	for _, p := range c.Params() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no parameter %s", name)
	return Param{}
}

func TestSetChangesTheField(t *testing.T) {
	recording, model, tree, spectrum := DefaultRecording(), DefaultModel(), DefaultUltrametric(), DefaultSpectrum()
	for _, c := range []struct {
		config      Config
		name, value string
		field       func() any
		want        any
	}{
		{&recording, "bins", "7", func() any { return recording.Bins }, 7},
		{&recording, "decay", "1e-1", func() any { return recording.Decay }, 0.1},
		{&recording, "strengths", "0.1, 0.2,1", func() any { return recording.Strengths }, []float64{0.1, 0.2, 1}},
		{&model, "quality", "poor", func() any { return model.Quality }, Poor},
		{&model, "neurons", "99", func() any { return model.Recording.Neurons }, 99},
		{&tree, "branches", "3,4", func() any { return tree.Branches }, []int{3, 4}},
		{&spectrum, "exact", "false", func() any { return spectrum.Exact }, false},
	} {
		if err := param(t, c.config, c.name).Set(c.value); err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(c.want, c.field()); diff != "" {
			t.Errorf("%s=%s:\n%s", c.name, c.value, diff)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for _, c := range []struct {
		config            Config
		name, value, want string
	}{
		{new(RecordingConfig), "bins", "0", `bins: "0", want a whole number from 1 to 100000`},
		{new(RecordingConfig), "bins", "2.5", `bins: "2.5", want a whole number from 1 to 100000`},
		{new(RecordingConfig), "decay", "NaN", `decay: "NaN", want a number from 0 to 10`},
		{new(RecordingConfig), "strengths", "1,,2", `strengths: "1,,2", want numbers from 1e-06 to 1000000, separated by commas`},
		{new(ModelConfig), "quality", "best", `quality: "best", want one of good, partial, poor`},
		{new(UltrametricConfig), "branches", "", `branches: "", want whole numbers from 1 to 1000000, separated by commas`},
		{new(UltrametricConfig), "gamma", "1.1", `gamma: "1.1", want a number from 0 to 1`},
		{new(SpectrumConfig), "explained", "1,Inf", `explained: "1,Inf", want numbers of at least 0, separated by commas`},
		{new(SpectrumConfig), "exact", "maybe", `exact: "maybe", want true or false`},
	} {
		p := param(t, c.config, c.name)
		before := p.String()
		refused(t, p.Set(c.value), c.want)
		if p.String() != before {
			t.Errorf("%s: refused, yet now %s", c.name, p)
		}
	}
}

func TestGenerateRefuses(t *testing.T) {
	for want, c := range map[string]Config{
		`bins: "0", want a whole number from 1 to 100000`:           &RecordingConfig{},
		`quality: "", want one of good, partial, poor`:              &ModelConfig{},
		`steps: "0", want a whole number from 2 to 1000000`:         &Toy2DConfig{},
		`features: "0", want a whole number from 1 to 1000000`:      &UltrametricConfig{Branches: []int{2}},
		`conditions: "0", want a whole number from 1 to 1000000000`: &ExpGaussianConfig{Bins: 1},

		`components: 20 components, want at most 19, the number of neurons`: with(DefaultRecording(), func(c *RecordingConfig) { c.Neurons = 19 }),
		`components: 20 components, want at most 15, the number of samples less one`: with(DefaultRecording(), func(c *RecordingConfig) {
			c.Bins, c.Strengths = 2, []float64{1}
		}),
		`strengths: 1,1, want different strengths`: with(DefaultRecording(), func(c *RecordingConfig) { c.Strengths = []float64{1, 1} }),
		`4 bins of 50 ms from 200 ms before the stimulus, over which component 1 (time) depends on those before it, want more bins after stimulus onset, two strengths or more, less smoothness, or fewer components`: with(DefaultRecording(), func(c *RecordingConfig) { c.Bins = 4 }),
		`a dataset of shape 100000 × 32 × 1000000, want at most 1073741824 values`: with(DefaultRecording(), func(c *RecordingConfig) { c.Bins, c.Neurons = 1e5, 1e6 }),
		`components: 20 components, want at most 10, the number of units`:          with(DefaultModel(), func(c *ModelConfig) { c.Units = 10 }),
		`keep: 21 components, want at most 20, the number of components of the recording`: with(DefaultModel(), func(c *ModelConfig) {
			c.Quality, c.Keep = Partial, 21
		}),
		`a dataset of shape 1000000 × 1000 × 1000 × 1000, want at most 1073741824 values`: &UltrametricConfig{Branches: []int{1000, 1000, 1000}, Features: 1e6},

		`explained: 5 components, want at most 3, the number of neurons`:          with(DefaultSpectrum(), func(c *SpectrumConfig) { c.Neurons = 3 }),
		`explained: 5 components, want at most 4, the number of samples less one`: with(DefaultSpectrum(), func(c *SpectrumConfig) { c.Conditions = 5 }),
		`explained: a sum of 0, want a positive finite sum`:                       with(DefaultSpectrum(), func(c *SpectrumConfig) { c.Explained = []float64{0, 0} }),
	} {
		_, err := c.Generate(1)
		refused(t, err, want)
	}
}

// with returns a changed copy of a configuration.
func with[C any, P interface {
	*C
	Config
}](c C, change func(P)) Config {
	change(&c)
	return P(&c)
}

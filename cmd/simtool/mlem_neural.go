package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
)

// neuralDistances are the words of --distance.
var neuralDistances = []string{
	string(mlem.Euclidean), string(mlem.SqEuclidean), string(mlem.Manhattan), string(mlem.Cosine),
	string(mlem.Correlation), string(mlem.Mahalanobis), string(mlem.NormDiff), string(mlem.Crossnobis),
}

// neuralOptions say what the representations are and how their distances are
// formed.
type neuralOptions struct {
	files    []string
	given    string
	distance string
	noise    string
	power    float64
	flags    *pflag.FlagSet // where they are given

	dropMissing bool
	kept        *data.Kept // nil for all: see survey
}

func (o *neuralOptions) register(fs *pflag.FlagSet, what string) {
	o.flags = fs
	fs.StringSliceVar(&o.files, "neural", nil, what)
	fs.StringVar(&o.given, "neural-distances", "", "stimulus × stimulus matrix of neural distances instead, `FILE`")
	fs.StringVar(&o.distance, "distance", string(mlem.Euclidean), "neural `DISTANCE`: "+wordList(neuralDistances))
	fs.StringVar(&o.noise, "noise", "", "units × units covariance of the noise, for mahalanobis and crossnobis, `FILE`")
	fs.BoolVar(&o.dropMissing, "drop-missing-stimuli", false, "leave out stimuli with NaN in their patterns, of the features too")
	fs.Float64Var(&o.power, "power", 0, "power of the distance that is regressed on squared feature distances; 0 for the one that makes a squared length of it")
}

// follow takes distance and power from the model that is scored: others would be
// compared with what it does not predict.
func (o *neuralOptions) follow(m *mlem.Model) error {
	distance := o.flags.Changed("distance")
	switch {
	case o.given == "" && m.Distance == mlem.Given && !distance:
		return configf("", "the model is of a matrix of distances: want --neural-distances, or --distance to say what they were")
	case o.given == "" && m.Distance != mlem.Given:
		if distance && o.distance != string(m.Distance) {
			return configf("", "--distance %s: the model is of %s distances", o.distance, m.Distance)
		}
		o.distance = string(m.Distance)
	}
	if o.flags.Changed("power") && o.power != m.Power {
		return configf("", "--power %g: the model is of the power %g", o.power, m.Power)
	}
	o.power = m.Power
	return nil
}

func (o *neuralOptions) options(name string) (mlem.NeuralOptions, []data.Source, error) {
	options := mlem.NeuralOptions{Name: name, Distance: mlem.Distance(o.distance), Power: o.power}
	if !slices.Contains(neuralDistances, o.distance) {
		near, _ := data.Nearest(o.distance, neuralDistances)
		return options, nil, configf(didYouMean(near), "--distance: invalid value %q, want %s", o.distance, wordList(neuralDistances))
	}
	if err := options.Check(); err != nil {
		return options, nil, settingError(err)
	}
	if o.noise != "" && options.Distance != mlem.Mahalanobis && options.Distance != mlem.Crossnobis {
		return options, nil, ignored(o.flags, fmt.Sprintf("has no use for %s distances, only for mahalanobis and crossnobis", o.distance), "noise")
	}
	if o.noise == "" {
		return options, nil, nil
	}
	d, err := dataio.Read(o.noise, dataio.Options{Hash: true})
	if err != nil {
		return options, nil, err
	}
	options.Noise = d.Matrix()
	return options, []data.Source{d.Source}, nil
}

// recordings are what the options read.
type recordings struct {
	neural  []*mlem.Neural
	repeats []*mat.Dense // of the one representation, if it has any
	y       *mat.Dense   // the patterns of the one representation; nil for given distances
	options mlem.NeuralOptions
	sources []data.Source
}

// readRepeats reads one representation: a file, or several repeats of it,
// whose mean it is.
func (a *app) readRepeats(o *neuralOptions, stimuli int) (*recordings, error) {
	if (len(o.files) == 0) == (o.given == "") {
		return nil, usagef("want either --neural FILE or --neural-distances FILE")
	}
	r := &recordings{}
	if o.given != "" {
		if err := ignored(o.flags, "has no use with --neural-distances", "distance", "noise"); err != nil {
			return nil, err
		}
		r.options = mlem.NeuralOptions{Name: o.given, Power: o.power}
		if err := r.options.Check(); err != nil {
			return nil, settingError(err)
		}
		m, source, err := a.readPatterns(o, o.given, stimuli)
		if err != nil {
			return nil, err
		}
		r.sources = append(r.sources, source)
		neural, err := mlem.NewGiven(m, r.options)
		r.neural = []*mlem.Neural{neural}
		return r, named(err, o.given)
	}
	var err error
	if r.options, r.sources, err = o.options(o.files[0]); err != nil {
		return nil, err
	}
	for _, path := range o.files {
		m, source, err := a.readPatterns(o, path, stimuli)
		if err != nil {
			return nil, err
		}
		if units := m.RawMatrix().Cols; len(r.repeats) > 0 && units != r.repeats[0].RawMatrix().Cols {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("%d units", units), Wanted: fmt.Sprintf("but the repeat %s has %d", o.files[0], r.repeats[0].RawMatrix().Cols)}
		}
		r.repeats = append(r.repeats, m)
		r.sources = append(r.sources, source)
	}
	r.y = meanOf(r.repeats)
	var neural *mlem.Neural
	if r.options.Distance == mlem.Crossnobis {
		if len(r.repeats) < 2 {
			return nil, configf("", "--distance crossnobis: want at least two repeats, --neural A.npy --neural B.npy")
		}
		neural, err = mlem.NewCrossnobis(r.repeats, r.options)
	} else {
		neural, err = mlem.NewNeural(r.y, r.options)
	}
	r.neural = []*mlem.Neural{neural}
	return r, named(err, o.files[0])
}

// readPatterns reads stimuli × units, of the stimuli that are kept.
func (a *app) readPatterns(o *neuralOptions, path string, stimuli int) (*mat.Dense, data.Source, error) {
	d, err := a.reader(patternInput, true)(path)
	if err != nil {
		return nil, data.Source{}, err
	}
	if d, err = o.kept.System(d); err != nil {
		return nil, data.Source{}, err
	}
	if d.Samples() != stimuli {
		return nil, data.Source{}, &data.InputError{Path: path, Found: fmt.Sprintf("%d stimuli", d.Samples()), Wanted: fmt.Sprintf("but the features are of %d", stimuli)}
	}
	if err := d.CheckFinite(); err != nil {
		if e, ok := data.AsInputError(err); ok && slices.ContainsFunc(d.Values, math.IsNaN) {
			e.Hint = "--drop-missing-stimuli leaves such stimuli out, of the features too"
		}
		return nil, data.Source{}, err
	}
	return d.Matrix(), d.Source, nil
}

// patternInput is how patterns are read: NaN is dealt with afterwards.
var patternInput = inputOptions{axes: "tcn", header: "auto", missing: "drop"}

// policy says what happens to stimuli with missing values in their patterns.
func (o *neuralOptions) policy() data.Policy {
	if o.dropMissing {
		return data.DropMissing
	}
	return data.RefuseMissing
}

// survey finds the stimuli without missing values in any file, if only those are
// wanted, with one warning. Files are read one after the other, for there may be
// many.
func (a *app) survey(o *neuralOptions) error {
	policy := o.policy()
	if policy.Refuses() {
		return nil // when the patterns are used
	}
	if o.given != "" || len(o.files) == 0 {
		return configf("", "--drop-missing-stimuli wants --neural FILE")
	}
	survey := policy.Survey(data.Stimuli)
	for _, path := range o.files {
		d, err := a.reader(patternInput, false)(path)
		if err != nil {
			return err
		}
		if err := survey.Look(d); err != nil {
			return err
		}
	}
	var err error
	if o.kept, err = survey.Kept(); err != nil {
		return err
	}
	a.warnMissing(o.kept)
	return nil
}

func meanOf(repeats []*mat.Dense) *mat.Dense {
	mean := mat.DenseCopyOf(repeats[0])
	for _, r := range repeats[1:] {
		mean.Add(mean, r)
	}
	mean.Scale(1/float64(len(repeats)), mean)
	return mean
}

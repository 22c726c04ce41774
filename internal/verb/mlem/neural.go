package verbmlem

import (
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// neuralDistances are the words of --distance.
var neuralDistances = []string{
	string(mlem.Euclidean), string(mlem.SqEuclidean), string(mlem.Manhattan), string(mlem.Cosine),
	string(mlem.Correlation), string(mlem.Mahalanobis), string(mlem.NormDiff), string(mlem.Crossnobis),
}

// Neural is the options that say what the representations are and how their distances
// are formed.
type Neural struct {
	Files       []string // of patterns
	Given       string   // file of a matrix of distances instead
	Kind        string   // of the matrix: auto, squared or plain
	Distance    string   // one of the distances of mlem
	Noise       string   // file of a covariance
	Power       float64  // of the distance, 0 for the one that makes a squared length of it
	DropMissing bool     // leave out stimuli with missing responses

	modelPower float64 // of the model that is scored, if it predicts squared lengths; else 0
}

// Register declares the options. files says what the files of patterns are.
func (o *Neural) Register(s *setting.Set, files string) {
	o.Distance, o.Kind = string(mlem.Euclidean), kindAuto
	s.Strings(&o.Files, "neural", "", files)
	s.String(&o.Given, "neural-distances", "", "stimulus × stimulus matrix of neural distances instead, `FILE`")
	s.Choice(&o.Kind, "neural-distances-kind", "", "what they are: squared distances, plain ones, which are squared, or as the manifest of the file says, and plain without one", kindAuto, kindSquared, kindPlain)
	s.String(&o.Distance, "distance", "", "neural `DISTANCE`: "+data.WordList(neuralDistances))
	s.String(&o.Noise, "noise", "", "units × units covariance of the noise, for mahalanobis and crossnobis, `FILE`")
	s.Bool(&o.DropMissing, "drop-missing-stimuli", "", "leave out stimuli with NaN in their patterns, of the features too")
	s.Float(&o.Power, "power", "", "power of the distance that is regressed on squared feature distances; 0 for the one that makes a squared length of it")
}

// repeatsUsage is the help of --neural where several files are repeats.
const repeatsUsage = "patterns, stimuli × units, `FILE`; several are repeats"

// following returns the options with the distance and the power of the model that is
// scored: others would be compared with what it does not predict.
func (o Neural) following(e *batch.Env, m *mlem.Model) (Neural, error) {
	isSet := func(name string) bool { s := e.Setting(name); return s != nil && s.Set }
	distance := isSet("distance")
	switch {
	case o.Given == "" && m.Distance == mlem.Given && !distance:
		return o, batch.Configf("", "the model is of a matrix of distances: want --neural-distances, or --distance to say what they were")
	case o.Given == "" && m.Distance != mlem.Given:
		if distance && o.Distance != string(m.Distance) {
			return o, batch.Configf("", "--distance %s: the model is of %s distances", o.Distance, m.Distance)
		}
		o.Distance = string(m.Distance)
	}
	if isSet("power") && o.Power != m.Power {
		return o, batch.Configf("", "--power %g: the model is of the power %g", o.Power, m.Power)
	}
	if o.Given != "" && !isSet("power") && m.Power == usualPower(m.Distance, m.Power) {
		o.Power, o.modelPower = 0, m.Power
		return o, nil
	}
	o.Power = m.Power
	return o, nil
}

// usualPower is the power by which a model of a distance predicts squared lengths; one of
// a given matrix does by 1 if that was squared, by 2 if it was not.
func usualPower(d mlem.Distance, power float64) float64 {
	switch d {
	case mlem.SqEuclidean, mlem.Crossnobis, mlem.Cosine, mlem.Correlation:
		return 1
	case mlem.Given:
		return max(1, min(2, math.Round(power)))
	}
	return 2
}

// policy says what happens to stimuli with missing values in their patterns.
func (o *Neural) policy() data.Policy {
	if o.DropMissing {
		return data.DropMissing
	}
	return data.RefuseMissing
}

// distances checks how distances are formed, and reads the noise that they take.
func (o *Neural) distances() (mlem.NeuralOptions, []data.Source, error) {
	options := mlem.NeuralOptions{Distance: mlem.Distance(o.Distance), Power: o.Power}
	if !slices.Contains(neuralDistances, o.Distance) {
		near, _ := data.Nearest(o.Distance, neuralDistances)
		return options, nil, batch.Configf(verb.DidYouMean(near), "--distance: invalid value %q, want %s", o.Distance, data.WordList(neuralDistances))
	}
	if err := options.Check(); err != nil {
		return options, nil, verb.SettingError(err)
	}
	if o.Noise != "" && options.Distance != mlem.Mahalanobis && options.Distance != mlem.Crossnobis {
		return options, nil, batch.Configf("leave it out", "--noise has no use for %s distances, only for mahalanobis and crossnobis", o.Distance)
	}
	if o.Noise == "" {
		return options, nil, nil
	}
	d, err := dataio.Read(o.Noise, dataio.Options{Hash: true, Bare: true})
	if err != nil {
		return options, nil, err
	}
	options.Noise = d.Matrix()
	return options, []data.Source{d.Source}, nil
}

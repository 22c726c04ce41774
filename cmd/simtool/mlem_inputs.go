package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
)

// stimulusOptions say what the stimuli are: their theoretical features.
type stimulusOptions struct {
	file        string
	distances   []string
	categorical []string
	numeric     []string
	circular    []string
	ordinal     []string
	drop        []string
	missing     string
	groups      string
	splitBy     string
}

func (o *stimulusOptions) register(fs *pflag.FlagSet) {
	fs.StringVar(&o.file, "features", "", "table with one row per stimulus and a header, `FILE`")
	fs.StringSliceVar(&o.distances, "feature-distances", nil, "stimulus × stimulus matrices of distances instead, a `LIST` of name=file (npy, npz:key, csv)")
	fs.StringSliceVar(&o.categorical, "categorical", nil, "`COLUMNS` to read as categories")
	fs.StringSliceVar(&o.numeric, "numeric", nil, "`COLUMNS` to read as numbers")
	fs.StringSliceVar(&o.circular, "circular", nil, "columns that wrap round, a `LIST` of column=period")
	fs.StringArrayVar(&o.ordinal, "ordinal", nil, "a `COLUMN` of ordered numbers, or of levels as in size=small<middle<large")
	fs.StringSliceVar(&o.drop, "drop", nil, "`COLUMNS` to leave out")
	choiceVar(fs, &o.missing, "missing", string(mlem.MissingSame), "distance of stimuli of which one has no value: same (0), different (1), or drop-pair",
		string(mlem.MissingSame), string(mlem.MissingDifferent), string(mlem.MissingDropPair))
	fs.StringVar(&o.groups, "groups", "", "`COLUMN` whose equal values keep stimuli in one fold; it is not a feature")
	fs.StringVar(&o.splitBy, "split-by", "", "`COLUMN` within whose values alone pairs are formed; it is not a feature")
}

// stimuli are what the options read.
type stimuli struct {
	table    *data.Table // nil for given distances
	features *mlem.Features
	warnings []string
	groups   []string
	splitBy  []string
	sources  []data.Source
}

func (a *app) readStimuli(o *stimulusOptions) (*stimuli, error) {
	switch {
	case (o.file == "") == (len(o.distances) == 0):
		return nil, usagef("want either --features FILE or --feature-distances NAME=FILE,…")
	case o.file == "":
		return a.readFeatureDistances(o)
	}
	s, err := a.readFeatureTable(o)
	if err != nil {
		return nil, err
	}
	options := mlem.FeatureOptions{Missing: mlem.Missing(o.missing), Drop: o.drop, Circular: map[string]float64{}, Ordinal: map[string][]string{}}
	for _, name := range []string{o.groups, o.splitBy} {
		if name != "" && !slices.Contains(options.Drop, name) {
			options.Drop = append(options.Drop, name)
		}
	}
	for _, text := range o.circular {
		name, period, _ := strings.Cut(text, "=")
		v, err := strconv.ParseFloat(period, 64)
		if err != nil || !(v > 0) {
			return nil, configf("", "--circular: invalid value %q, want COLUMN=PERIOD with a positive number", text)
		}
		options.Circular[name] = v
	}
	for _, text := range o.ordinal {
		name, levels, ordered := strings.Cut(text, "=")
		options.Ordinal[name] = nil
		if ordered {
			options.Ordinal[name] = strings.Split(levels, "<")
		}
	}
	s.features, s.warnings, err = mlem.NewFeatures(s.table, options)
	return s, named(err, o.file)
}

// readFeatureTable reads the table of --features and its columns of groups.
func (a *app) readFeatureTable(o *stimulusOptions) (*stimuli, error) {
	kinds := map[string]data.Kind{}
	for _, name := range o.categorical {
		kinds[name] = data.Categorical
	}
	for _, name := range o.numeric {
		kinds[name] = data.Numeric
	}
	table, err := dataio.ReadFeatures(o.file, dataio.Options{Hash: true, Kinds: kinds})
	if err != nil {
		return nil, err
	}
	s := &stimuli{table: table, sources: []data.Source{table.Source}}
	if s.groups, err = labelsOf(table, o.groups); err != nil {
		return nil, err
	}
	s.splitBy, err = labelsOf(table, o.splitBy)
	return s, err
}

// labelsOf returns the values of a column as texts, nil for no column.
func labelsOf(table *data.Table, name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	c, err := table.Column(name)
	if err != nil {
		return nil, err
	}
	labels := make([]string, c.Len())
	for i := range labels {
		switch {
		case c.IsMissing(i):
			return nil, &data.InputError{Path: table.Source.Path, Found: fmt.Sprintf("column %q has no value in row %d", name, i+1), Wanted: "want a group for every stimulus"}
		case c.Kind == data.Numeric:
			labels[i] = strconv.FormatFloat(c.Values[i], 'g', -1, 64)
		default:
			labels[i] = c.Levels[c.Codes[i]]
		}
	}
	return labels, nil
}

func (a *app) readFeatureDistances(o *stimulusOptions) (*stimuli, error) {
	s := &stimuli{}
	var names []string
	var matrices []*mat.Dense
	for _, text := range o.distances {
		name, path, ok := strings.Cut(text, "=")
		if !ok {
			return nil, configf("", "--feature-distances: invalid value %q, want NAME=FILE", text)
		}
		d, err := dataio.Read(path, dataio.Options{Hash: true})
		if err != nil {
			return nil, err
		}
		names, matrices = append(names, name), append(matrices, d.Matrix())
		s.sources = append(s.sources, d.Source)
	}
	var err error
	s.features, err = mlem.NewFeatureDistances(names, matrices)
	return s, err
}

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
}

func (o *neuralOptions) register(fs *pflag.FlagSet, what string) {
	o.flags = fs
	fs.StringSliceVar(&o.files, "neural", nil, what)
	fs.StringVar(&o.given, "neural-distances", "", "stimulus × stimulus matrix of neural distances instead, `FILE`")
	fs.StringVar(&o.distance, "distance", string(mlem.Euclidean), "neural `DISTANCE`: "+wordList(neuralDistances))
	fs.StringVar(&o.noise, "noise", "", "units × units covariance of the noise, for mahalanobis and crossnobis, `FILE`")
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
		r.options = mlem.NeuralOptions{Name: o.given, Power: o.power}
		if err := r.options.Check(); err != nil {
			return nil, settingError(err)
		}
		d, err := a.readPatterns(o.given, stimuli)
		if err != nil {
			return nil, err
		}
		r.sources = append(r.sources, d.Source)
		neural, err := mlem.NewGiven(d.Matrix(), r.options)
		r.neural = []*mlem.Neural{neural}
		return r, named(err, o.given)
	}
	var err error
	if r.options, r.sources, err = o.options(o.files[0]); err != nil {
		return nil, err
	}
	for _, path := range o.files {
		d, err := a.readPatterns(path, stimuli)
		if err != nil {
			return nil, err
		}
		m := d.Matrix()
		if len(r.repeats) > 0 && d.Width() != r.repeats[0].RawMatrix().Cols {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("%d units", d.Width()), Wanted: fmt.Sprintf("but the repeat %s has %d", o.files[0], r.repeats[0].RawMatrix().Cols)}
		}
		r.repeats = append(r.repeats, m)
		r.sources = append(r.sources, d.Source)
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

// readPatterns reads stimuli × units.
func (a *app) readPatterns(path string, stimuli int) (*data.Dataset, error) {
	d, err := a.reader(inputOptions{axes: "tcn", header: "auto", missing: "refuse"}, true)(path)
	if err != nil {
		return nil, err
	}
	if d.Samples() != stimuli {
		return nil, &data.InputError{Path: path, Found: fmt.Sprintf("%d stimuli", d.Samples()), Wanted: fmt.Sprintf("but the features are of %d", stimuli)}
	}
	return d, nil
}

func meanOf(repeats []*mat.Dense) *mat.Dense {
	mean := mat.DenseCopyOf(repeats[0])
	for _, r := range repeats[1:] {
		mean.Add(mean, r)
	}
	mean.Scale(1/float64(len(repeats)), mean)
	return mean
}

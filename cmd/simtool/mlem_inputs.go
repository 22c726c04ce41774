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
	flags       *pflag.FlagSet // where they are given
}

func (o *stimulusOptions) register(fs *pflag.FlagSet) {
	o.flags = fs
	fs.StringVar(&o.file, "features", "", "table with one row per stimulus and a header, `FILE`")
	fs.StringSliceVar(&o.distances, "feature-distances", nil, "stimulus × stimulus matrices of distances instead, a `LIST` of name=file (npy, npz:key, csv), or of .npz files whose arrays are all taken")
	fs.StringSliceVar(&o.categorical, "categorical", nil, "`COLUMNS` to read as categories")
	fs.StringSliceVar(&o.numeric, "numeric", nil, "`COLUMNS` to read as numbers")
	fs.StringSliceVar(&o.circular, "circular", nil, "columns that wrap round, a `LIST` of column=period")
	fs.StringArrayVar(&o.ordinal, "ordinal", nil, "a `COLUMN` of ordered numbers, or of levels as in size=small<middle<large")
	fs.StringSliceVar(&o.drop, "drop", nil, "`COLUMNS` to leave out")
	choiceVar(fs, &o.missing, "missing", mlem.MissingNames()[0], "distance of stimuli of which one has no value: "+mlem.MissingHelp(), mlem.MissingNames()...)
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

// ignored refuses the first of the flags that is given, for nothing would come
// of it.
func ignored(fs *pflag.FlagSet, why string, names ...string) error {
	for _, name := range names {
		if f := fs.Lookup(name); f != nil && f.Changed {
			return configf("leave it out", "--%s %s", name, why)
		}
	}
	return nil
}

// readStimuli reads the features of the stimuli that are kept.
func (a *app) readStimuli(o *stimulusOptions, kept *data.Kept) (*stimuli, error) {
	switch {
	case (o.file == "") == (len(o.distances) == 0):
		return nil, usagef("want either --features FILE or --feature-distances NAME=FILE,…")
	case o.file == "":
		if err := ignored(o.flags, "has no use with --feature-distances", "categorical", "numeric", "circular", "ordinal", "drop", "missing", "groups", "split-by"); err != nil {
			return nil, err
		}
		return a.readFeatureDistances(o, kept)
	}
	s, err := a.readFeatureTable(o, kept)
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

// kinds are those of the columns that are not to be inferred. What is no feature
// is read as it stands, for it may be neither all numbers nor all words.
func (o *stimulusOptions) kinds() (map[string]data.Kind, error) {
	kinds := map[string]data.Kind{}
	for _, name := range slices.Concat(o.drop, []string{o.groups, o.splitBy}) {
		if name != "" {
			kinds[name] = data.Categorical
		}
	}
	for _, name := range o.categorical {
		kinds[name] = data.Categorical
	}
	for _, name := range o.numeric {
		if slices.Contains(o.categorical, name) {
			return nil, configf("", "column %q is in both --numeric and --categorical", name)
		}
		if !slices.Contains(o.drop, name) {
			kinds[name] = data.Numeric
		}
	}
	return kinds, nil
}

// readFeatureTable reads the table of --features and its columns of groups.
func (a *app) readFeatureTable(o *stimulusOptions, kept *data.Kept) (*stimuli, error) {
	kinds, err := o.kinds()
	if err != nil {
		return nil, err
	}
	table, err := dataio.ReadFeatures(o.file, dataio.Options{Hash: true, Kinds: kinds})
	if err != nil {
		return nil, err
	}
	if err = kept.Along(data.AlongTable("stimuli", &table)); err != nil {
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

func (a *app) readFeatureDistances(o *stimulusOptions, kept *data.Kept) (*stimuli, error) {
	s := &stimuli{}
	var names []string
	var matrices []*mat.Dense
	for _, text := range o.distances {
		parts, err := distanceFiles(text)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			d, err := dataio.Read(part.path, dataio.Options{Hash: true})
			if err != nil {
				return nil, err
			}
			m := d.Matrix()
			if err := kept.Along(data.AlongSquare(part.path, "stimuli", &m)); err != nil {
				return nil, err
			}
			names, matrices = append(names, part.name), append(matrices, m)
			s.sources = append(s.sources, d.Source)
		}
	}
	var err error
	s.features, err = mlem.NewFeatureDistances(names, matrices)
	return s, err
}

// namedPath is a matrix and the name of its feature.
type namedPath struct{ name, path string }

// distanceFiles returns what a value of --feature-distances means: NAME=FILE, or
// every array of an archive under its key.
func distanceFiles(text string) ([]namedPath, error) {
	if name, path, ok := strings.Cut(text, "="); ok {
		return []namedPath{{name, path}}, nil
	}
	if !dataio.IsArchive(text) {
		return nil, configf("", "--feature-distances: invalid value %q, want NAME=FILE, or an archive FILE%s", text, wordList(dataio.KeyedSuffixes()))
	}
	keys, err := dataio.Keys(text, dataio.Options{})
	if err != nil {
		return nil, err
	}
	var parts []namedPath
	for _, key := range keys {
		parts = append(parts, namedPath{key, text + ":" + key})
	}
	return parts, nil
}

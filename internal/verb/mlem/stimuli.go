package verbmlem

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Stimuli is the options that say what the stimuli are: their theoretical features.
type Stimuli struct {
	File        string   // table of features
	Distances   []string // NAME=FILE of distances instead, or archives
	Categorical []string // columns
	Numeric     []string // columns
	Circular    []string // COLUMN=PERIOD
	Ordinal     []string // COLUMN, or COLUMN=LEVEL<LEVEL…
	Drop        []string // columns that are no features
	Missing     string   // one of mlem.MissingNames
	NA          verb.NA  // cells that count as missing
	Groups      string   // column whose equal values stay in one fold
	SplitBy     string   // column within whose values pairs are formed
	Stratify    string   // column of whose values folds have equal shares
}

// Register declares the options.
func (o *Stimuli) Register(s *setting.Set) {
	o.Missing = mlem.MissingNames()[0]
	s.String(&o.File, "features", "", "table with one row per stimulus and a header, `FILE`")
	s.Strings(&o.Distances, "feature-distances", "", "stimulus × stimulus matrices of distances instead, a `LIST` of name=file (npy, npz:key, csv), or of .npz files whose arrays are all taken")
	s.Strings(&o.Categorical, "categorical", "", "`COLUMNS` to read as categories")
	s.Strings(&o.Numeric, "numeric", "", "`COLUMNS` to read as numbers")
	s.Strings(&o.Circular, "circular", "", "columns that wrap round, a `LIST` of column=period")
	s.Texts(&o.Ordinal, "ordinal", "", "a `COLUMN` of ordered numbers, or of levels as in size=small<middle<large")
	s.Strings(&o.Drop, "drop", "", "`COLUMNS` to leave out")
	s.Choice(&o.Missing, "missing", "", "distance of stimuli of which one has no value: "+mlem.MissingHelp(), mlem.MissingNames()...)
	o.NA.Register(s)
	s.String(&o.Groups, "groups", "", "`COLUMN` whose equal values keep stimuli in one fold; it is not a feature")
	s.String(&o.SplitBy, "split-by", "", "`COLUMN` within whose values alone pairs are formed; it is not a feature")
	s.String(&o.Stratify, "stratify", "", "`COLUMN` of each of whose values the folds hold out about the same share; a feature unless --drop names it")
}

// refuseSet refuses the first of some settings that somebody has set, for nothing
// would come of it.
func refuseSet(e *batch.Env, why string, names ...string) error {
	for _, name := range names {
		if s := e.Setting(name); s != nil && s.Set {
			return batch.Configf("leave it out", "--%s %s", name, why)
		}
	}
	return nil
}

// stimulusFiles are the files that describe the stimuli, as they were read.
type stimulusFiles struct {
	table     *data.Table // of features, nil for given distances
	distances []*mat.Dense
	stored    data.Precision // of the least precise of them
	names     []string       // of the features that distances are of
	sources   []data.Source

	stimulusRows []string // names of the stimuli of given distances, nil for none
}

// read reads the features, or their distances.
func (o *Stimuli) read(e *batch.Env) (*stimulusFiles, error) {
	switch {
	case (o.File == "") == (len(o.Distances) == 0):
		return nil, batch.Usagef("want either --features FILE or --feature-distances NAME=FILE,…")
	case o.File == "":
		if err := refuseSet(e, "has no use with --feature-distances", "categorical", "numeric", "circular", "ordinal", "drop", "missing", "na", "groups", "split-by", "stratify"); err != nil {
			return nil, err
		}
		return o.readDistances()
	}
	kinds, err := o.kinds()
	if err != nil {
		return nil, err
	}
	table, err := readFeatures(e, o.File, dataio.Options{Hash: true, Kinds: kinds, Markers: o.NA.Markers()})
	if err != nil {
		return nil, err
	}
	return &stimulusFiles{table: table, sources: []data.Source{table.Source}}, nil
}

// readFeatures reads a table of features, also from standard input.
func readFeatures(e *batch.Env, path string, o dataio.Options) (*data.Table, error) {
	if batch.IsStdin(path) {
		in, err := e.Stdin("the table of features")
		if err != nil {
			return nil, err
		}
		o.Stdin = in
	}
	return dataio.ReadFeatures(path, o)
}

// readDistances reads the matrices of --feature-distances.
func (o *Stimuli) readDistances() (*stimulusFiles, error) {
	f := &stimulusFiles{}
	named := "" // the first file that names the stimuli
	for _, text := range o.Distances {
		parts, err := distanceFiles(text)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			d, err := dataio.Read(part.path, dataio.Options{Hash: true, Bare: true})
			if err != nil {
				return nil, err
			}
			if f.stimulusRows == nil {
				f.stimulusRows, named = d.Names, d.Source.Path
			}
			_, rows, err := data.ByName.Order(named, f.stimulusRows, d.Source.Path, d.Names)
			if err != nil {
				return nil, otherStimuli(err)
			}
			if rows != nil {
				d = d.Arranged(rows)
			}
			f.names, f.distances = append(f.names, part.name), append(f.distances, d.Matrix())
			f.sources = append(f.sources, d.Source)
			if d.Precision.Eps() > f.stored.Eps() {
				f.stored = d.Precision
			}
		}
	}
	return f, nil
}

// count is the number of stimuli.
func (f *stimulusFiles) count() int {
	if f.table != nil {
		return f.table.Rows()
	}
	n, _ := f.distances[0].Dims()
	return n
}

// leaveOut takes the stimuli that are not kept out of what was read.
func (f *stimulusFiles) leaveOut(kept *data.Kept) error {
	if f.table != nil {
		return kept.Along(data.AlongTable("stimuli", &f.table))
	}
	for i := range f.distances {
		if err := kept.Along(data.AlongSquare(f.sources[i].Path, "stimuli", &f.distances[i])); err != nil {
			return err
		}
	}
	return nil
}

// stimuli are the features of the stimuli, and how their pairs are formed.
type stimuli struct {
	features *mlem.Features
	warnings []string
	groups   []string // of each stimulus, nil for none
	splitBy  []string // of each stimulus, nil for none
	stratify []string // of each stimulus, nil for none
	train    []int    // stimuli of a given split, nil without one
	test     []int
	sources  []data.Source
}

// encode makes features of what was read. With a given split numbers have the range of
// the training stimuli, and categories their levels.
func (o *Stimuli) encode(f *stimulusFiles, roles []verb.Role) (*stimuli, error) {
	s := &stimuli{sources: f.sources}
	for i, r := range roles {
		switch r {
		case verb.Training:
			s.train = append(s.train, i)
		case verb.Test:
			s.test = append(s.test, i)
		}
	}
	var err error
	if f.table == nil {
		if s.features, err = mlem.NewFeatureDistances(f.names, f.distances); err == nil {
			s.features.SetPrecision(f.stored)
		}
		return s, err
	}
	if s.groups, err = labelsOf(f.table, o.Groups); err != nil {
		return nil, err
	}
	if s.splitBy, err = labelsOf(f.table, o.SplitBy); err != nil {
		return nil, err
	}
	if s.stratify, err = labelsOf(f.table, o.Stratify); err != nil {
		return nil, err
	}
	options := mlem.FeatureOptions{Missing: mlem.Missing(o.Missing), Drop: slices.Clone(o.Drop), Circular: map[string]float64{}, Ordinal: map[string][]string{}}
	for _, name := range []string{o.Groups, o.SplitBy} {
		if name != "" && !slices.Contains(options.Drop, name) {
			options.Drop = append(options.Drop, name)
		}
	}
	for _, text := range o.Circular {
		name, period, _ := strings.Cut(text, "=")
		v, err := strconv.ParseFloat(period, 64)
		if err != nil || !(v > 0) {
			return nil, batch.Configf("", "--circular: invalid value %q, want COLUMN=PERIOD with a positive number", text)
		}
		options.Circular[name] = v
	}
	for _, text := range o.Ordinal {
		name, levels, ordered := strings.Cut(text, "=")
		options.Ordinal[name] = nil
		if ordered {
			options.Ordinal[name] = strings.Split(levels, "<")
		}
	}
	if s.test == nil {
		s.features, s.warnings, err = mlem.NewFeatures(f.table, options)
		return s, batch.Named(err, o.File)
	}
	learned, warnings, err := mlem.NewFeatures(f.table.Select(s.train), options)
	if err != nil {
		return nil, batch.Named(err, o.File)
	}
	s.features, s.warnings, err = learned.Apply(f.table)
	s.warnings = append(warnings, s.warnings...)
	return s, batch.Named(err, o.File)
}

// kinds are those of the columns that are not to be inferred. What is no feature
// is read as it stands, for it may be neither all numbers nor all words.
func (o *Stimuli) kinds() (map[string]data.Kind, error) {
	kinds := map[string]data.Kind{}
	for _, name := range slices.Concat(o.Drop, []string{o.Groups, o.SplitBy}) {
		if name != "" {
			kinds[name] = data.Categorical
		}
	}
	for _, name := range o.Categorical {
		kinds[name] = data.Categorical
	}
	for _, name := range o.Numeric {
		if slices.Contains(o.Categorical, name) {
			return nil, batch.Configf("", "column %q is in both --numeric and --categorical", name)
		}
		if !slices.Contains(o.Drop, name) {
			kinds[name] = data.Numeric
		}
	}
	return kinds, nil
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

// namedPath is a matrix and the name of its feature.
type namedPath struct{ name, path string }

// distanceFiles returns what a value of --feature-distances means: NAME=FILE, or
// every array of an archive under its key.
func distanceFiles(text string) ([]namedPath, error) {
	if name, path, ok := strings.Cut(text, "="); ok {
		return []namedPath{{name, path}}, nil
	}
	if !dataio.IsArchive(text) {
		return nil, batch.Configf("", "--feature-distances: invalid value %q, want NAME=FILE, or an archive FILE%s", text, data.WordList(dataio.KeyedSuffixes()))
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

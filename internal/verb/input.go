package verb

import (
	"fmt"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb/setting"
)

// Input is the options that say how to read recordings.
type Input struct {
	Axes    string
	Columns []string
	Header  string
	Missing string
	IDs     []string // names of the samples: IDS for all files, FILE=IDS for one
	PairBy  string   // one of data.PairingNames
	Whole   bool     // missing values are read and kept, whatever Missing says
	Bare    bool     // the command declares none of these options, so no message may name them

	mixed  bool     // some of the files are arrays and some tables: columns are those of the tables
	files  []string // that are read, where there may be several
	beside []string // tables of labels beside the files
}

// Register declares the options.
func (o *Input) Register(s *setting.Set) {
	o.Axes, o.Header, o.Missing, o.PairBy = "tcn", "auto", data.Policies()[0].Name, data.PairingNames()[0]
	s.Grouped(setting.Input, func() { o.register(s) })
}

func (o *Input) register(s *setting.Set) {
	RegisterAxes(s, &o.Axes)
	s.Strings(&o.Columns, "columns", "", "`COLUMNS` of text files to read: names, or positions from 1 such as 2-5, or FILE=COLUMNS for single files")
	s.Rarely(func() {
		s.ChoicePerFile(&o.Header, "header", "", "whether text files begin with the names of the columns; FILE=yes or FILE=no for single files", "auto", "yes", "no")
	})
	s.Choice(&o.Missing, "missing", "", data.PolicyHelp(), data.PolicyNames()...)
	s.Rarely(func() {
		s.Strings(&o.IDs, "ids", "", "names of the samples: a `COLUMN` of text files, or a file with one a line, or FILE=COLUMN and FILE=LIST for single files")
	})
}

// RegisterAxes declares the order of the axes of arrays.
func RegisterAxes(s *setting.Set, at *string) {
	s.Rarely(func() {
		s.Choice(at, "axes", "", "order of the axes of 3-d arrays: t time, c condition, n neuron", "tcn", "tnc", "ctn", "cnt", "ntc", "nct")
	})
}

// RegisterPairing declares how the rows of several recordings are paired.
func (o *Input) RegisterPairing(s *setting.Set) {
	s.Grouped(setting.Input, func() {
		s.Rarely(func() {
			s.Choice(&o.PairBy, "pair-by", "", "rows that belong together: those of one name where the files name their samples, those of the names that are common to both, or by position", data.PairingNames()...)
		})
	})
}

// Pairing is how rows are paired.
func (o *Input) Pairing() data.Pairing { return data.PairingNamed(o.PairBy) }

// Of tells the options which files they are for. It refuses names for other files.
func (o *Input) Of(paths ...string) error {
	tables := 0
	for _, path := range paths {
		if dataio.HasColumns(dataio.FileOf(path)) {
			tables++
		}
	}
	o.mixed = tables > 0 && tables < len(paths)
	o.files = slices.Compact(slices.Sorted(slices.Values(paths)))
	for _, text := range o.IDs {
		if file, _, ok := strings.Cut(text, "="); ok && !slices.Contains(paths, file) && !slices.Contains(o.beside, file) {
			return batch.Configf("", "--ids %s: there is no input %q", text, file)
		}
	}
	_, named := setting.PerFile(o.Header, "")
	for _, file := range named {
		if !slices.Contains(paths, file) {
			return batch.Configf("", "--header %s: there is no input %q", o.Header, file)
		}
	}
	return nil
}

// Beside tells the options which tables of labels stand beside the files, which --ids may
// name as well.
func (o *Input) Beside(paths []string) { o.beside = paths }

// idsOf is what names the samples of a file, "" for the names that it has of itself.
func (o *Input) idsOf(path string) string {
	if ids := o.idsOfOnly(path); ids != "" {
		return ids
	}
	all := ""
	for _, text := range o.IDs {
		if !strings.Contains(text, "=") {
			all = text
		}
	}
	return all
}

// columnsOf is which columns of a file are read, nil for all: those of FILE=COLUMNS, else
// those for all files. A name with an equals sign is a name.
func (o *Input) columnsOf(path string) []string {
	var all, own []string
	for _, text := range o.Columns {
		file, column, ok := strings.Cut(text, "=")
		switch {
		case ok && file == path:
			own = append(own, column)
		case !ok || !slices.Contains(o.files, file):
			all = append(all, text)
		}
	}
	if own != nil {
		return own
	}
	return all
}

// idsOfOnly is what names the samples of a file where the options name that file.
func (o *Input) idsOfOnly(path string) string {
	for _, text := range o.IDs {
		if file, ids, ok := strings.Cut(text, "="); ok && file == path {
			return ids
		}
	}
	return ""
}

var headerModes = map[string]dataio.HeaderMode{
	"": dataio.HeaderAuto, "auto": dataio.HeaderAuto, "yes": dataio.HeaderYes, "no": dataio.HeaderNo,
}

// Policy is what is done to missing values.
func (o *Input) Policy() data.Policy {
	p, _ := data.PolicyNamed(o.Missing) // the setting takes no other
	return p
}

// Options says to dataio what the options say of a file.
func (o *Input) Options(path string, hash bool) dataio.Options {
	header, _ := setting.PerFile(o.Header, path)
	options := dataio.Options{Axes: o.Axes, Header: headerModes[header], Hash: hash, IDs: o.idsOf(path), Bare: o.Bare}
	if columns := o.columnsOf(path); len(columns) > 0 && (!o.mixed || dataio.HasColumns(dataio.FileOf(path))) {
		options.Columns = columns
	}
	if o.Whole || !o.Policy().Refuses() {
		options.Missing = dataio.MissingKeep
	}
	return options
}

// Key names the options among all: inputs that were read by equal ones are equal.
func (o *Input) Key() string { return fmt.Sprintf("%#v", *o) }

// Reader returns the function that reads an input as the options say. The digest of
// the file is computed where hash is set, and for items of a plan.
func (o *Input) Reader(e *batch.Env, hash bool) func(path string) (*data.Dataset, error) {
	return func(path string) (*data.Dataset, error) {
		options := o.Options(path, hash || e.Collect != nil)
		if batch.IsStdin(path) {
			in, err := e.Stdin(fmt.Sprintf("%q", path))
			if err != nil {
				return nil, err
			}
			options.Stdin = in
		}
		d, err := dataio.Read(path, options)
		return d, o.remedied(path, err)
	}
}

// Doubt warns of a recording that does not look like samples × features. takes says
// that dissimilarities are right where it goes.
func Doubt(e *batch.Env, d *data.Dataset, takes bool) {
	if like := d.Likeness(); like.Text != "" && (!like.Distances || !takes) {
		e.Warn("%s %s", d.Source.Path, like.Text)
	}
}

// Join puts the rows of a system in the order of those of a reference, by their names.
// Systems that do not name their samples are paired by position.
func (o *Input) Join(e *batch.Env, x, y *data.Dataset) (xs, ys *data.Dataset, err error) {
	e.Pairs(o.Pairing())
	return o.Pairing().Join(x, y)
}

// Keep applies the policy of the options to systems whose samples correspond, and to
// what runs along them, with one warning that says what was done.
func (o *Input) Keep(e *batch.Env, unit data.Unit, systems []*data.Dataset, along ...data.Along) (*data.Kept, error) {
	kept, err := o.Policy().Apply(unit, systems, along...)
	if err != nil {
		return nil, err
	}
	WarnMissing(e, kept)
	return kept, nil
}

// WithoutMissing is Keep for those who need the systems alone.
func (o *Input) WithoutMissing(e *batch.Env, unit data.Unit, systems []*data.Dataset, along ...data.Along) ([]*data.Dataset, error) {
	kept, err := o.Keep(e, unit, systems, along...)
	if err != nil {
		return nil, err
	}
	return kept.Systems, nil
}

// OneWithoutMissing is WithoutMissing for one system.
func (o *Input) OneWithoutMissing(e *batch.Env, d *data.Dataset) (*data.Dataset, error) {
	systems, err := o.WithoutMissing(e, data.Samples, []*data.Dataset{d})
	if err != nil {
		return nil, err
	}
	return systems[0], nil
}

// WarnMissing says what a policy has done. It is the one place that does so on
// standard error.
func WarnMissing(e *batch.Env, kept *data.Kept) {
	if w := kept.Warning(); w != "" {
		e.Warn("%s", w)
	}
}

// RegisterFile declares the options that name a file of a result and say what it may
// replace.
func RegisterFile(s *setting.Set, o *batch.Output) {
	o.Path = "-"
	s.Grouped(setting.Output, func() {
		s.String(&o.Path, "output", "o", "write the result to `FILE`, with a manifest beside it")
		s.Bool(&o.Force, "force", "", "replace an output that exists")
	})
}

// RegisterTable declares the options of a result that is a table.
func RegisterTable(s *setting.Set, o *batch.Output) {
	RegisterFile(s, o)
	RegisterFormat(s, o)
}

// RegisterFormat declares the form of a table.
func RegisterFormat(s *setting.Set, o *batch.Output) *setting.Setting {
	var f *setting.Setting
	s.Grouped(setting.Output, func() {
		f = s.Choice(&o.Format, "format", "", "form of the result (default: by the suffix of --output, else table on a terminal and csv in a pipe)", dataio.Formats()...)
	})
	f.Choose = func(p setting.Place) (value, origin string, err error) { return o.ChooseFormat(p.Terminal) }
	return f
}

// RegisterDirectory declares the options of a result that is a directory. holds says
// what is in it.
func RegisterDirectory(s *setting.Set, path *string, force *bool, holds string) {
	s.Grouped(setting.Output, func() {
		s.String(path, "output", "o", "`DIR` for the "+holds)
		s.Bool(force, "force", "", "replace "+holds+" that exist")
	})
}

// Pair names the two sides of a comparison.
type Pair struct{ X, Y string }

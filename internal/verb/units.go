package verb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb/setting"
)

// Units are the settings that say which samples are independent of each other, and which
// may change their places with each other.
type Units struct {
	By     string // a Kind of units, or FILE:COLUMN
	Groups string // FILE:COLUMN, "" for one group

	units, groups *labelColumn
}

// NewUnits returns the defaults.
func NewUnits() Units { return Units{By: string(inference.Auto)} }

// Register declares the settings.
func (o *Units) Register(s *setting.Set) {
	words := []string{string(inference.Auto), string(inference.Rows), string(inference.Blocks), string(inference.Conditions)}
	s.String(&o.By, "units", "", "what is independent of each other: whole conditions of 3-d data, otherwise rows or blocks as they correlate (auto), rows, blocks, conditions, or as labelled in `FILE:COLUMN`, by sample or condition").Suggest = words
	s.Rarely(func() {
		s.String(&o.Groups, "groups", "", "labels in `FILE:COLUMN`: random pairings stay within samples (or conditions) of one label, such as those of a session or subject, and held-out folds are of whole labels")
	})
}

// RegisterGroups declares the setting of groups alone, for what pairs nothing at random.
func (o *Units) RegisterGroups(s *setting.Set) {
	s.Rarely(func() {
		s.String(&o.Groups, "groups", "", "labels in `FILE:COLUMN`: held-out folds keep samples (or conditions) of one label together, such as those of a session or subject")
	})
}

// kind returns the kind of units.
func (o *Units) kind() inference.Kind {
	switch k := inference.Kind(o.By); k {
	case inference.Auto, inference.Rows, inference.Blocks, inference.Conditions:
		return k
	}
	return inference.Given
}

// Named reports whether files say which samples belong together.
func (o *Units) Named() bool { return o.kind() == inference.Given || o.Groups != "" }

// Option is the option that names a file, for messages.
func (o *Units) Option() string {
	if o.kind() == inference.Given {
		return "--units " + o.By
	}
	return "--groups " + o.Groups
}

// Read reads the files of labels, once.
func (o *Units) Read(in *Input) error {
	var err error
	if o.kind() == inference.Given && !o.units.is(o.By) {
		if !strings.Contains(o.By, ":") {
			return batch.Configf("", "--units %s: want auto, rows, blocks, conditions or FILE:COLUMN", o.By)
		}
		if o.units, err = readLabels("--units", o.By, in); err != nil {
			return err
		}
	}
	if o.Groups != "" && !o.groups.is(o.Groups) {
		if !strings.Contains(o.Groups, ":") {
			return batch.Configf("", "--groups %s: want FILE:COLUMN", o.Groups)
		}
		if o.groups, err = readLabels("--groups", o.Groups, in); err != nil {
			return err
		}
	}
	return nil
}

// Files returns the files of labels.
func (o *Units) Files() []string {
	var out []string
	for _, l := range o.columns() {
		out = append(out, l.source.Path)
	}
	return out
}

// Sources describes the files of labels, for a manifest.
func (o *Units) Sources() []data.Source {
	var out []data.Source
	for _, l := range o.columns() {
		out = append(out, l.source)
	}
	return out
}

// columns returns the columns that were read.
func (o *Units) columns() []*labelColumn {
	var out []*labelColumn
	if o.kind() == inference.Given && o.units != nil {
		out = append(out, o.units)
	}
	if o.Groups != "" && o.groups != nil && (len(out) == 0 || out[0].source.Path != o.groups.source.Path) {
		out = append(out, o.groups)
	}
	return out
}

// SampleLabels are the labels of the samples of a pair, one for each (of 3-d data sample
// t·C+c is condition c at time t); nil where there are none.
type SampleLabels struct {
	Kind          inference.Kind
	Units, Groups []int
	Roles         Roles // in a given split
}

// Labels returns the labels of the samples of two systems whose rows belong together.
// file is the reference as it is in its file, of which x may have lost rows that only it
// has, or nil.
func (o *Units) Labels(file, x, y *data.Dataset) (SampleLabels, error) {
	out := SampleLabels{Kind: o.kind()}
	var err error
	if out.Kind == inference.Given {
		if out.Units, err = o.units.of(file, x, y); err != nil {
			return out, err
		}
	}
	if o.Groups != "" {
		out.Groups, err = o.groups.of(file, x, y)
	}
	return out, err
}

// Select returns the labels of some samples.
func (l SampleLabels) Select(rows []int) SampleLabels {
	pick := func(labels []int) []int {
		if labels == nil {
			return nil
		}
		out := make([]int, len(rows))
		for k, i := range rows {
			out[k] = labels[i]
		}
		return out
	}
	l.Units, l.Groups = pick(l.Units), pick(l.Groups)
	if l.Roles != nil {
		roles := make(Roles, len(rows))
		for k, i := range rows {
			roles[k] = l.Roles[i]
		}
		l.Roles = roles
	}
	return l
}

// Along are the labels as data along the samples, which lose what these lose.
func (l *SampleLabels) Along() []data.Along {
	var out []data.Along
	if l.Units != nil {
		out = append(out, data.AlongSlice("", "labels of --units", &l.Units))
	}
	if l.Groups != nil {
		out = append(out, data.AlongSlice("", "labels of --groups", &l.Groups))
	}
	if l.Roles != nil {
		out = append(out, data.AlongSlice("", "samples of --train and --test", (*[]Role)(&l.Roles)))
	}
	return out
}

// Structure says to package inference what the labels say.
func (l SampleLabels) Structure() inference.Structure {
	return inference.Structure{Kind: l.Kind, Units: bins(l.Units), Groups: bins(l.Groups)}
}

// KeepTogether makes the folds of a pair hold whole groups, or be those of a given split,
// before it is scored.
func (l SampleLabels) KeepTogether(p *measures.Pair) {
	l.Roles.HoldOut(p)
	if l.Groups != nil {
		p.KeepTogether(bins(l.Groups))
	}
}

// FoldNote says of a measure that is held out that its folds hold whole groups, "" where
// they do not.
func (l SampleLabels) FoldNote(m measures.Measure) string {
	if note := l.Roles.Note(); note != "" {
		return note
	}
	k := measures.HeldOutFolds(m)
	if l.Groups == nil || k < 2 || len(bins(l.Groups)) < 2 {
		return ""
	}
	return fmt.Sprintf("%d folds of whole groups of --groups", k)
}

// bins returns the samples of each label, labels in the order in which they come up.
func bins(labels []int) [][]int {
	var out [][]int
	at := map[int]int{}
	for i, label := range labels {
		k, ok := at[label]
		if !ok {
			k = len(out)
			at[label] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// labelColumn is a column of labels.
type labelColumn struct {
	option, text string
	codes        []int
	words        []string    // of the codes
	names        []string    // of the rows; nil for none
	table        *data.Table // of all columns where none names the rows; nil if it cannot be read
	source       data.Source
}

// is reports whether the column is that of a text.
func (l *labelColumn) is(text string) bool { return l != nil && l.text == text }

// readLabels reads FILE:COLUMN. Every row must have a label.
func readLabels(option, text string, in *Input) (*labelColumn, error) {
	at := strings.LastIndex(text, ":")
	path, name := text[:at], text[at+1:]
	options := dataio.Options{Hash: true, Columns: []string{name}, IDs: in.idsOfOnly(path), Bare: in.Bare}
	options.Kinds = map[string]data.Kind{name: data.Categorical}
	if position, err := strconv.Atoi(name); err == nil && position > 0 {
		options.Kinds = nil // the column may have another name
	}
	table, err := dataio.ReadFeatures(path, options)
	if err != nil {
		return nil, err
	}
	column := table.Columns[0]
	out := &labelColumn{option: option, text: text, names: table.RowNames, source: table.Source}
	if out.names == nil && !batch.IsStdin(path) {
		if all, err := dataio.ReadFeatures(path, dataio.Options{Bare: in.Bare}); err == nil && all.Rows() == table.Rows() {
			out.table = all
		}
	}
	codes := map[any]int{}
	for i := range column.Len() {
		if column.IsMissing(i) {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("no label of row %d in column %q", i+1, column.Name), Wanted: "want one for each sample: " + option + " leaves none out"}
		}
		key, word := any(nil), ""
		if column.Kind == data.Numeric {
			key, word = column.Values[i], strconv.FormatFloat(column.Values[i], 'g', -1, 64)
		} else {
			key, word = column.Codes[i], column.Levels[column.Codes[i]]
		}
		if _, ok := codes[key]; !ok {
			codes[key] = len(codes)
			out.words = append(out.words, word)
		}
		out.codes = append(out.codes, codes[key])
	}
	return out, nil
}

// LabelColumn holds labels of all samples of a recording.
type LabelColumn struct {
	Codes  []int    // the label of each sample
	Words  []string // the labels, in natural order
	Source data.Source
}

// ReadLabelColumn reads the labels of the samples of a recording that an option names as
// FILE:COLUMN, which has a colon.
func ReadLabelColumn(option, text string, in *Input, d *data.Dataset) (*LabelColumn, error) {
	l, err := readLabels(option, text, in)
	if err != nil {
		return nil, err
	}
	codes, err := l.of(nil, d, d)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(l.words))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return data.NaturalOrder(l.words[a], l.words[b]) })
	out := &LabelColumn{Codes: make([]int, len(codes)), Source: l.source}
	place := make([]int, len(order))
	for at, code := range order {
		place[code] = at
		out.Words = append(out.Words, l.words[code])
	}
	for i, code := range codes {
		out.Codes[i] = place[code]
	}
	return out, nil
}

// of returns the label of each sample. Rows of the file are samples, or conditions of 3-d
// data, by their names where both have them and otherwise in their order.
func (l *labelColumn) of(file, x, y *data.Dataset) ([]int, error) {
	at := x
	if !x.Is3D() && y.Is3D() {
		at = y
	}
	names := x.Names
	if names == nil {
		names = y.Names
	}
	conditions := at.Shape[len(at.Shape)-2]
	repeats := x.Samples() / conditions
	rows := make([]int, 0, conditions)
	own := l.names
	if l.table != nil {
		own = l.table.NamesAmong(names, x.Source.Names)
	}
	switch {
	case own != nil && names != nil && len(names) == conditions && !sameCount(own, names):
		byName := make(map[string]int, len(own))
		for i, name := range own {
			byName[name] = i
		}
		var lost []string
		for _, name := range names {
			i, ok := byName[name]
			if !ok {
				lost = append(lost, strconv.Quote(name))
			}
			rows = append(rows, i)
		}
		if lost != nil {
			return nil, &data.InputError{
				Path: l.source.Path, Found: fmt.Sprintf("no row for %d of %d samples of %s: %s", len(lost), len(names), x.Source.Path, strings.Join(lost[:min(3, len(lost))], ", ")),
				Wanted: "want a label for each", Hint: "rows are matched by their names, for both files have them",
			}
		}
	case len(l.codes) == x.Samples() && repeats > 1:
		return l.codes, nil
	case len(l.codes) == conditions:
		for i := range conditions {
			rows = append(rows, i)
		}
	case file != nil && file != x && file.Names != nil && len(l.codes) == len(file.Names):
		for _, name := range x.Names {
			rows = append(rows, slices.Index(file.Names, name))
		}
	default:
		wanted := fmt.Sprintf("want one for each of the %d samples of %s", x.Samples(), x.Source.Path)
		if repeats > 1 {
			wanted = fmt.Sprintf("want one for each of the %d conditions, or %d samples, of %s", conditions, x.Samples(), x.Source.Path)
		}
		return nil, &data.InputError{Path: l.source.Path, Found: data.Counted(len(l.codes), "label"), Wanted: wanted}
	}
	out := make([]int, 0, x.Samples())
	for range repeats {
		for _, i := range rows {
			out = append(out, l.codes[i])
		}
	}
	return out, nil
}

// sameCount reports whether both lists number rows from 0 or 1, which says no more than
// their order.
func sameCount(a, b []string) bool {
	return len(a) == len(b) && data.Counts(a) && data.Counts(b)
}

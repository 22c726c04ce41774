// Package plot draws results.
package plot

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/vg"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/data"
	"simtool/internal/figure"
	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say how a figure is to look.
type Options struct {
	Title         string // "" for the figure's own, "-" for none
	Width, Height vg.Length
	DPI           int // of png
	Theme         string
	Facet         string // column whose values get a panel each, "" for none
	Form          string // of a kind of result that has several
	Order         string // of systems: one of figure.Orders, or a file that lists them
	Range         []float64
	Symmetric     bool
	PerRow        int
	Axes          string
	Times         string // file of the times of the bins of results by time
	Unit          string // of the times, "" for the one in the name of their column
	Onset         []float64
	Names         string // file of names to show in place of those in the results
	XLabel        string
	YLabel        string
	Legend        string
	Labels        string // file of labels for the conditions of arrays
	Label         string // column of it, "" for the first
	Format        string // one of figure.Formats
	Output        batch.Output
}

// anyForm stands for the form that fits a result.
const anyForm = "auto"

// New returns the command with its defaults.
func New() *Options {
	return &Options{Width: figure.ColumnWidth, DPI: 300, Theme: figure.ThemeNames()[0], Form: anyForm, Order: figure.Natural, Axes: "tcn"}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Title, "title", "", "title in place of the figure's own; - for none")
	s.Add((*length)(&o.Width), "width", "", "width, a `LENGTH` such as 85mm, 3.3in or 240pt")
	s.Add((*length)(&o.Height), "height", "", "height (default: what the content takes)")
	s.Int(&o.DPI, "dpi", "", "dots per inch of png")
	s.Choice(&o.Theme, "theme", "", "colours", figure.ThemeNames()...)
	s.String(&o.Facet, "facet", "", "give each value of this `COLUMN` a panel of its own")
	s.Choice(&o.Form, "style", "", "form of a kind of result that has several", append([]string{anyForm}, figure.Forms...)...)
	s.String(&o.Order, "order", "", "order of systems: natural (layer2 before layer10), given (as in the results), cluster (alike ones beside each other, of all pairs and of an RDM), or a `FILE` that lists those that come first").Suggest = figure.Orders
	s.Floats(&o.Range, "range", "", "colours of scores from `LOW,HIGH`, where the measure's own range does not do")
	s.String(&o.Names, "names", "", "`FILE` of names to show: lines of a name in the results, which may leave out folders and suffix, a comma, and the name to show; or a table with the columns name and label")
	s.String(&o.Times, "times", "", "times of the bins of results by time: `FILE`, FILE:COLUMN or FILE.npz:KEY (default: the column time, or the middle of start and end, else the first)")
	s.Floats(&o.Onset, "onset", "", "`TIMES` of events, in the unit of --times, to draw lines at")
	s.String(&o.XLabel, "xlabel", "", "label of the x axis in place of the figure's own")
	s.String(&o.YLabel, "ylabel", "", "label of the y axis")
	s.Rarely(func() {
		s.String(&o.Unit, "unit", "", "unit of --times, such as ms (default: the one in the name of the column)")
		s.String(&o.Legend, "legend", "", "title of the legend")
		s.Bool(&o.Symmetric, "symmetric", "", "put 0 in the middle of the colours of scores")
		s.Int(&o.PerRow, "panels-per-row", "", "`N` panels in a row; 0 for as many as are legible")
	})
	verb.RegisterAxes(s, &o.Axes)
	s.String(&o.Labels, "labels", "", "`FILE` with one row of labels for each condition (each sample of 2-d arrays), to colour them by; or for each system of all pairs, in their order or named by a column, to sort them into blocks")
	s.String(&o.Label, "label", "", "`COLUMN` of --labels (default: the first)")
	format := s.Choice(&o.Format, "format", "", "form of the figure (default: by the suffix of --output, else svg)", figure.Formats...)
	format.Choose = func(setting.Place) (value, origin string, err error) {
		if f, ok := figure.FormatOf(o.Output.Path); ok {
			return f, "the suffix of --output", nil
		}
		return figure.Formats[0], "default", nil
	}
	verb.RegisterFile(s, &o.Output)
	return s
}

// style translates the options.
func (o *Options) style() (figure.Style, error) {
	const least, most = 10, 1200
	if o.DPI < least || o.DPI > most {
		return figure.Style{}, batch.Configf("", "--dpi: invalid value %d, want a number from %d to %d", o.DPI, least, most)
	}
	theme, err := figure.FindTheme(o.Theme)
	if err != nil {
		return figure.Style{}, batch.Configf("", "--theme: %s", err)
	}
	s := figure.Style{
		Title: o.Title, Width: o.Width, Height: o.Height, Theme: theme, Facet: o.Facet,
		Symmetric: o.Symmetric, Columns: o.PerRow, Measures: verb.ValueRange, Clusters: averageLinkage,
	}
	if o.Form != anyForm {
		s.Form = o.Form
	}
	switch {
	case o.PerRow < 0:
		return figure.Style{}, batch.Configf("", "--panels-per-row %d: want 0 or more", o.PerRow)
	case len(o.Range) == 0:
	case len(o.Range) != 2 || !(o.Range[0] < o.Range[1]) || math.IsInf(o.Range[1]-o.Range[0], 0):
		return figure.Style{}, batch.Configf("", "--range: want two numbers, the smaller first, such as 0,1")
	default:
		s.Range = &[2]float64{o.Range[0], o.Range[1]}
	}
	s.XLabel, s.YLabel, s.Legend = o.XLabel, o.YLabel, o.Legend
	if o.Names != "" {
		if s.Names, err = shownNames(o.Names); err != nil {
			return figure.Style{}, err
		}
	}
	if s.Times, err = o.times(); err != nil {
		return figure.Style{}, err
	}
	if slices.Contains(figure.Orders, o.Order) {
		s.Order = o.Order
		return s, nil
	}
	s.Order = figure.Natural
	s.Listed, err = listed(o.Order)
	return s, err
}

// averageLinkage joins systems for a figure.
func averageLinkage(n int, dissimilarity func(i, j int) float64) []figure.Join {
	d := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i {
			v := dissimilarity(i, j)
			d.Set(i, j, v)
			d.Set(j, i, v)
		}
	}
	var joins []figure.Join
	for _, j := range collection.Tree(d) {
		joins = append(joins, figure.Join{Left: j.Left, Right: j.Right, Height: j.Height})
	}
	return joins
}

// listed reads the names of a file, one a line.
func listed(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, batch.Configf("", "--order: invalid value %q, want %s or a file with one name a line", path, data.WordList(figure.Orders))
	}
	if err != nil {
		return nil, batch.Unreadable(path, err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			names = append(names, line)
		}
	}
	if names == nil {
		return nil, &data.InputError{Path: path, Found: "no names", Wanted: "want one a line"}
	}
	return names, nil
}

// check checks the options against each other.
func (o *Options) check() error {
	if o.Times == "" && (o.Unit != "" || o.Onset != nil) {
		return batch.Configf("", "--unit and --onset are of the times of --times, want --times FILE")
	}
	if o.Label != "" && o.Labels == "" {
		return batch.Configf("", "--label: %q of no file, want --labels FILE with that column", o.Label)
	}
	if suffix := filepath.Ext(o.Output.Path); o.Output.ToFile() && suffix != "" {
		f, ok := figure.FormatOf(o.Output.Path)
		if !ok {
			return batch.Configf("", "%s: the suffix %s, want .%s", o.Output.Path, suffix, strings.Join(figure.Formats, " or ."))
		}
		if f != o.Format {
			return batch.Configf("", "%s: the suffix %s does not fit the format %s, want .%s", o.Output.Path, suffix, o.Format, o.Format)
		}
	}
	return nil
}

// Run implements verb.Command. args are results.
func (o *Options) Run(_ context.Context, e *batch.Env, args []string) error {
	if len(args) == 0 {
		return batch.Usagef("no result to draw")
	}
	style, err := o.style()
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	for _, path := range args {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return &data.InputError{
				Path: path, Found: "a directory", Wanted: "want a file",
				Hint: fmt.Sprintf("%q puts all results of a directory on one page", "simtool report "+path),
			}
		}
	}
	files, target, err := e.OpenArray(&o.Output, "a figure", append(slices.Clone(args), o.Labels, o.Names, timesFile(o.Times)))
	if err != nil {
		return err
	}
	defer files.Abort()
	results, sources, err := o.load(e, args)
	if err != nil {
		return err
	}
	for _, path := range []string{o.Names, dataio.FileOf(timesFile(o.Times))} {
		if path == "" {
			continue
		}
		source, err := dataio.FileSource(path)
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	f, err := figure.New(results, style)
	if err != nil {
		return err
	}
	e.WarnAll(f.Warnings)
	var picture bytes.Buffer
	if err := f.Write(&picture, o.Format, o.DPI); err != nil {
		return err
	}
	if _, err := target.Write(picture.Bytes()); err != nil {
		return err
	}
	return files.Commit(sources, nil)
}

// load reads the results and the labels.
func (o *Options) load(e *batch.Env, paths []string) ([]*figure.Result, []data.Source, error) {
	var results []*figure.Result
	var sources []data.Source
	for _, path := range paths {
		options := dataio.Options{Axes: o.Axes, Hash: o.Output.ToFile()}
		if batch.IsStdin(path) {
			in, err := e.Stdin(fmt.Sprintf("%q", path))
			if err != nil {
				return nil, nil, err
			}
			options.Stdin = in
		}
		r, err := figure.Load(path, options)
		if err != nil {
			return nil, nil, err
		}
		results = append(results, r)
		sources = append(sources, r.Source)
	}
	figure.DistinctLabels(results)
	if o.Labels != "" {
		source, err := o.attachLabels(results)
		if err != nil {
			return nil, nil, err
		}
		sources = append(sources, source)
	}
	return results, sources, nil
}

// setLabels gives an array the labels of a column, in the order of its samples where both
// name them.
func setLabels(r *figure.Result, table *data.Table, column *data.Column) error {
	names := table.NamesAmong(r.Array.Names, r.Array.Source.Names)
	_, rows, err := data.ByName.Order(r.Array.Source.Path, r.Array.Names, table.Source.Path, names)
	if e, ok := data.AsInputError(err); ok {
		e.Hint = "" // of a flag that only scores have
	}
	if err != nil {
		return err
	}
	if rows != nil {
		if column, err = table.Select(rows).Column(column.Name); err != nil {
			return err
		}
	}
	return r.SetLabels(column)
}

// attachLabels reads the labels and gives them to all arrays, and to the systems of tables.
func (o *Options) attachLabels(results []*figure.Result) (data.Source, error) {
	table, err := dataio.ReadFeatures(o.Labels, dataio.Options{Hash: true})
	if err != nil {
		return data.Source{}, err
	}
	var column *data.Column // nil for the first
	if o.Label != "" {
		if column, err = table.Column(o.Label); err != nil {
			return data.Source{}, err
		}
	}
	for _, r := range results {
		err := r.SetGroups(table, column)
		if r.Array != nil {
			err = setLabels(r, table, cmp.Or(column, r.FirstLabel(table)))
		}
		if err != nil {
			return data.Source{}, batch.Named(err, o.Labels)
		}
	}
	return table.Source, nil
}

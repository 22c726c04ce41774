package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
	"simtool/internal/figure"
	"simtool/internal/io"
)

// plotOptions say how a figure is to look.
type plotOptions struct {
	title  string
	width  lengthValue
	height lengthValue
	dpi    int
	theme  string
	facet  string
	form   string
	axes   string
	labels string
	label  string
	format string
	output outputOptions
}

func newPlotCommand(a *app) *cobra.Command {
	o := &plotOptions{}
	cmd := &cobra.Command{
		Use:   "plot RESULT [RESULT...]",
		Short: "Draw results",
		Long: `Draw the figure that fits a result, as SVG with text as text, PDF or PNG. A
result is recognised by its columns or, if it is an array, by its shape:

` + kindList() + `
Several results of one kind make one figure, so that runs can be compared. A
result's manifest, where it has one, tells what was optimised and the number
of samples. "simtool report" puts results of all kinds on one page.

Text is legible at the default width, that of a journal's column. Colours can
be told apart by people with any colour vision; markers differ in shape as
well. The same results give the same bytes. The theme paper has no background,
light is white and dark is dark.

--style chooses among the forms of a kind that has several: scores as bars or as
a matrix, importance as bars, as lines over layers or as a matrix, and an RDM as
a matrix or as points in a plane by classical scaling (mds). All settings can
stand in the section plot of a file given with --config.`,
		Example: `simtool score recording.npy models/*.npy -o scores.csv
simtool plot scores.csv -o scores.svg
simtool plot scores.csv --facet measure --theme dark --width 170mm -o scores.png
simtool plot recording.npy --labels conditions.csv --label choice -o plane.pdf
simtool rdm recording.npy -o rdm.npy
simtool plot rdm.npy --style mds -o scaling.svg`,
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) == 0 {
				return usagef("no result to draw")
			}
			return a.plot(o, args)
		}),
	}
	o.register(a, cmd.Flags())
	return withExits(cmd, exitInvalid)
}

// kindList lists the kinds of results for the help.
func kindList() string {
	var b strings.Builder
	for _, k := range figure.Kinds() {
		fmt.Fprintf(&b, "    %-15s %s\n", k.Name, k.Shows)
	}
	return b.String()
}

func (o *plotOptions) register(a *app, fs *pflag.FlagSet) {
	fs.StringVar(&o.title, "title", "", "title in place of the figure's own; - for none")
	o.width = lengthValue(figure.ColumnWidth)
	fs.Var(&o.width, "width", "width, a `LENGTH` such as 85mm, 3.3in or 240pt")
	fs.Var(&o.height, "height", "height (default: what the content takes)")
	fs.IntVar(&o.dpi, "dpi", 300, "dots per inch of png")
	choiceVar(fs, &o.theme, "theme", figure.ThemeNames()[0], "colours", figure.ThemeNames()...)
	fs.StringVar(&o.facet, "facet", "", "give each value of this `COLUMN` a panel of its own")
	choiceVar(fs, &o.form, "style", anyForm, "form of a kind of result that has several", append([]string{anyForm}, figure.Forms...)...)
	choiceVar(fs, &o.axes, "axes", "tcn", "order of the axes of 3-d arrays: t time, c condition, n neuron", "tcn", "tnc", "ctn", "cnt", "ntc", "nct")
	fs.StringVar(&o.labels, "labels", "", "`FILE` with one row of labels for each condition (each sample of 2-d arrays), to colour them by")
	fs.StringVar(&o.label, "label", "", "`COLUMN` of --labels (default: the first)")
	choiceVar(fs, &o.format, "format", "", "form of the figure (default: by the suffix of --output, else svg)", figure.Formats...)
	a.auto[fs.Lookup("format")] = func() (value, origin string, err error) {
		if f, ok := figure.FormatOf(o.output.path); ok {
			return f, "the suffix of --output", nil
		}
		return figure.Formats[0], "default", nil
	}
	o.output.registerFile(fs)
}

// anyForm stands for the form that fits a result.
const anyForm = "auto"

// style translates the options.
func (o *plotOptions) style() (figure.Style, error) {
	const least, most = 10, 1200
	if o.dpi < least || o.dpi > most {
		return figure.Style{}, configf("", "--dpi: invalid value %d, want a number from %d to %d", o.dpi, least, most)
	}
	theme, err := figure.FindTheme(o.theme)
	must(err) // the flag takes no other
	s := figure.Style{Title: o.title, Width: vg.Length(o.width), Height: vg.Length(o.height), Theme: theme, Facet: o.facet}
	if o.form != anyForm {
		s.Form = o.form
	}
	return s, nil
}

func (a *app) plot(o *plotOptions, paths []string) error {
	style, err := o.style()
	if err != nil {
		return err
	}
	if o.label != "" && o.labels == "" {
		return configf("", "--label: %q of no file, want --labels FILE with that column", o.label)
	}
	if suffix := filepath.Ext(o.output.path); o.output.toFile() && suffix != "" {
		f, ok := figure.FormatOf(o.output.path)
		if !ok {
			return configf("", "%s: the suffix %s, want .%s", o.output.path, suffix, strings.Join(figure.Formats, " or ."))
		}
		if f != o.format {
			return configf("", "%s: the suffix %s does not fit the format %s, want .%s", o.output.path, suffix, o.format, o.format)
		}
	}
	files, target, err := a.openArray(&o.output, "a figure", append(slices.Clone(paths), o.labels))
	if err != nil {
		return err
	}
	defer files.abort()
	var results []*figure.Result
	var sources []data.Source
	for _, path := range paths {
		r, err := a.loadResult(path, dataio.Options{Axes: o.axes, Hash: o.output.toFile()})
		if err != nil {
			return err
		}
		results = append(results, r)
		sources = append(sources, r.Source)
	}
	figure.DistinctLabels(results)
	if o.labels != "" {
		source, err := o.attachLabels(results)
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	f, err := figure.New(results, style)
	if err != nil {
		return err
	}
	var picture bytes.Buffer
	if err := f.Write(&picture, o.format, o.dpi); err != nil {
		return err
	}
	if _, err := target.Write(picture.Bytes()); err != nil {
		return err
	}
	return files.commit(sources, nil)
}

// loadResult reads a result.
func (a *app) loadResult(path string, options dataio.Options) (*figure.Result, error) {
	if isStdin(path) {
		in, err := a.claimStdin(fmt.Sprintf("%q", path))
		if err != nil {
			return nil, err
		}
		options.Stdin = in
	}
	return figure.Load(path, options)
}

// attachLabels reads the labels of --labels and gives them to all arrays.
func (o *plotOptions) attachLabels(results []*figure.Result) (data.Source, error) {
	table, err := dataio.ReadFeatures(o.labels, dataio.Options{Hash: true})
	if err != nil {
		return data.Source{}, err
	}
	column := table.Columns[0]
	if o.label != "" {
		if column, err = table.Column(o.label); err != nil {
			return data.Source{}, err
		}
	}
	for _, r := range results {
		if err := r.SetLabels(column); err != nil {
			return data.Source{}, named(err, o.labels)
		}
	}
	return table.Source, nil
}

// lengthValue is a flag that takes a length on paper, in points.
type lengthValue vg.Length

// aLength is what a lengthValue takes.
const aLength = "a length from 10mm to 2m, such as 85mm, 3.3in or 240pt"

// lengthUnits are the units that lengths may have, in points.
var lengthUnits = []struct {
	name   string
	points vg.Length
}{{"mm", vg.Millimeter}, {"cm", vg.Centimeter}, {"in", vg.Inch}, {"pt", 1}}

func (l *lengthValue) String() string {
	if *l == 0 {
		return "" // not set yet
	}
	return strconv.FormatFloat(float64(vg.Length(*l)/vg.Millimeter), 'g', 6, 64) + "mm"
}

func (l *lengthValue) Type() string { return "length" }

func (l *lengthValue) Set(s string) error {
	if s == "" {
		*l = 0
		return nil
	}
	for _, unit := range lengthUnits {
		digits, ok := strings.CutSuffix(strings.TrimSpace(s), unit.name)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		points := vg.Length(v) * unit.points
		if err == nil && points >= 10*vg.Millimeter && points <= 2000*vg.Millimeter {
			*l = lengthValue(points)
			return nil
		}
	}
	return errors.New("want " + aLength)
}

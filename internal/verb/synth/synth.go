// Package synth makes synthetic datasets.
package synth

import (
	"context"
	"errors"
	"io"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/synth"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which files to make of a generator's output.
type Options struct {
	Generator synth.Generator
	Config    synth.Config // its parameters
	Output    batch.Output
	Labels    string // file for what tells the conditions apart, "" for none
	Truth     string // file for the components of the data, "" for none
}

// New returns the command of a generator with its defaults.
func New(g synth.Generator) *Options { return &Options{Generator: g, Config: g.New()} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	for _, p := range o.Config.Params() {
		help := p.Help
		if p.Unit != "" {
			help += ", in " + p.Unit
		}
		s.Add(parameter{p}, p.Name, "", help).Switch = p.Type() == "bool"
	}
	verb.RegisterFile(s, &o.Output)
	s.String(&o.Labels, "labels", "", "write what tells the conditions, or the samples, apart to `FILE` (csv, tsv, json)")
	s.String(&o.Truth, "truth", "", "write the components that the data were made of to `FILE` (npz)")
	return s
}

// parameter is a parameter as a setting.
type parameter struct{ synth.Param }

// Type names the kind of value: its words, where there are few.
func (p parameter) Type() string {
	if p.Choices != nil {
		return strings.Join(p.Choices, "|")
	}
	return p.Param.Type()
}

// Words are those that the parameter takes, nil for others.
func (p parameter) Words() []string { return p.Choices }

// Wanted says what the parameter takes.
func (p parameter) Wanted() string { return p.Param.Wanted }

// Run implements verb.Command. All files are begun before the first gets its name.
func (o *Options) Run(_ context.Context, e *batch.Env, args []string) error {
	if err := verb.NoArguments(args); err != nil {
		return err
	}
	if !o.Output.ToFile() && e.Terminal {
		return batch.Usagef("a .npy array is not for a terminal, want --output FILE")
	}
	labelFormat, err := batch.FormatOf(o.Labels)
	if err != nil {
		return err
	}
	if err := batch.WantSuffix(o.Output.Path, dataio.ArraySuffixes()...); err != nil {
		return err
	}
	if err := batch.WantSuffix(o.Truth, dataio.ArchiveSuffixes()...); err != nil {
		return err
	}
	out, err := o.Config.Generate(e.Seed)
	if p, ok := errors.AsType[*synth.ParamError](err); ok {
		if p.Param == "" {
			return batch.Configf("", "%s", p)
		}
		return batch.Configf("", "--%s", p)
	}
	if err != nil {
		return err
	}
	files := e.NewFileSet(o.Output.Force, nil)
	defer files.Abort()
	if err := files.Add(o.Output.Path, func(w io.Writer) error {
		return dataio.EncodeArray(w, o.Output.Path, precision(out.DType), out.Data.Values, out.Data.Shape...)
	}); err != nil {
		return err
	}
	if err := o.addLabels(files, out, labelFormat); err != nil {
		return err
	}
	if err := o.addTruth(files, out); err != nil {
		return err
	}
	return files.Commit(nil, nil)
}

// addLabels adds the file of labels, where it is wanted.
func (o *Options) addLabels(files *batch.FileSet, out *synth.Output, format dataio.Format) error {
	switch {
	case o.Labels == "":
		return nil
	case out.Labels == nil:
		return batch.Configf("", "--labels: nothing tells the samples of this dataset apart")
	}
	files.IsTable(o.Labels, result.Labels)
	return files.Add(o.Labels, func(w io.Writer) error {
		t := &dataio.Table{Schema: result.Labels.Name, Columns: out.Labels.Names(), Rows: out.Labels.Cells()}
		return t.Write(w, format, dataio.TableOptions{})
	})
}

// addTruth adds the file of components, where it is wanted.
func (o *Options) addTruth(files *batch.FileSet, out *synth.Output) error {
	switch {
	case o.Truth == "":
		return nil
	case out.Truth == nil:
		return batch.Configf("", "--truth: this dataset has no components")
	}
	return files.Add(o.Truth, func(w io.Writer) error {
		return dataio.EncodeArchive(w, o.Truth, dataio.Float64, truthArrays(out.Truth))
	})
}

func precision(dtype string) dataio.Precision {
	if dtype == "float32" {
		return dataio.Float32
	}
	return dataio.Float64
}

// truthArrays lists the arrays that --truth writes.
func truthArrays(t *synth.Truth) []dataio.NamedArray {
	arrays := []dataio.NamedArray{
		{Name: "variances", Values: t.Variances, Shape: []int{len(t.Variances)}},
		{Name: "noise_variance", Values: []float64{t.NoiseVariance}, Shape: []int{1}},
		verb.MatrixArray("scores", t.Scores),
	}
	if t.Loadings != nil {
		arrays = append(arrays, verb.MatrixArray("loadings", t.Loadings))
	}
	return arrays
}

// Package rdm computes representational dissimilarity matrices.
package rdm

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which dissimilarities to compute.
type Options struct {
	Kind       string // one of measures.RDMKinds, with its parameters
	Conditions string // FILE:COLUMN of the condition of each sample, "" where samples are compared
	Runs       string // FILE:COLUMN of the run of each sample, "" where all are independent
	Errors     string // file of the standard errors, "" for none
	Pairwise   bool   // compare each pair of samples by the features that both have
	Input      verb.Input
	Output     batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Kind: measures.RDMKinds()[0]} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Kind, "rdm", "", "`KIND` of dissimilarity").Suggest = measures.RDMKinds()
	s.String(&o.Conditions, "conditions", "", "samples are trials of the conditions in `FILE:COLUMN`, as many of each as there are: compare conditions, whose names go to OUTPUT.names.txt")
	s.String(&o.Runs, "runs", "", "runs of the trials in `FILE:COLUMN`: crossnobis multiplies trials of different runs alone (default: different trials)")
	s.String(&o.Errors, "errors", "", "write the standard errors of crossnobis:noise=none to `FILE`, a matrix like the other")
	s.Bool(&o.Pairwise, "pairwise", "", "compare each pair of samples by the features that both have; crossnobis of 3-d data leaves out the repeats of conditions with missing values")
	o.Input.Register(s)
	verb.RegisterFile(s, &o.Output)
	return s
}

// Run implements verb.Command.
func (o *Options) Run(_ context.Context, e *batch.Env, args []string) error {
	if len(args) != 1 {
		return batch.Usagef("%s, want one", data.Counted(len(args), "file"))
	}
	path := args[0]
	if err := o.check(); err != nil {
		return err
	}
	files, target, err := e.OpenArray(&o.Output, "a .npy array", []string{path})
	if err != nil {
		return err
	}
	defer files.Abort()
	if err := o.Input.Of(path); err != nil {
		return err
	}
	o.Input.Whole = o.Pairwise
	d, err := o.Input.Reader(e, o.Output.ToFile())(path)
	if err != nil {
		return err
	}
	verb.Doubt(e, d, false)
	out, err := o.compute(e, d)
	if err != nil {
		return err
	}
	for _, w := range out.warnings {
		e.Warn("%s", w)
	}
	if err := encode(target, o.Output.Path, out.matrix); err != nil {
		return err
	}
	if out.names != nil && o.Output.ToFile() {
		err = files.Add(dataio.NamesBeside(o.Output.Path), func(w io.Writer) error {
			return dataio.EncodeNames(w, &dataio.Square{Names: out.names})
		})
		if err != nil {
			return err
		}
	}
	if o.Errors != "" {
		if out.errors == nil {
			return batch.Configf("", "--errors: the standard errors of --rdm %s are not known, want crossnobis:noise=none", o.Kind)
		}
		if err := files.Add(o.Errors, func(w io.Writer) error { return encode(w, o.Errors, out.errors) }); err != nil {
			return err
		}
	}
	return files.Commit(out.sources, nil)
}

// encode writes a matrix as an array.
func encode(w io.Writer, path string, m *mat.Dense) error {
	rows, columns := m.Dims()
	return dataio.EncodeArray(w, path, dataio.Float64, m.RawMatrix().Data, rows, columns)
}

// crossnobis reports whether dissimilarities are cross-validated.
func (o *Options) crossnobis() bool {
	word, _, _ := strings.Cut(o.Kind, ":")
	return word == "crossnobis"
}

// check refuses options that do not go together.
func (o *Options) check() error {
	for _, path := range []string{o.Output.Path, o.Errors} {
		if path == "" {
			continue
		}
		if err := batch.WantSuffix(path, dataio.ArraySuffixes()...); err != nil {
			return err
		}
	}
	for _, option := range []struct{ name, text string }{{"--conditions", o.Conditions}, {"--runs", o.Runs}} {
		if option.text != "" && !strings.Contains(option.text, ":") {
			return batch.Configf("", "%s %s: want FILE:COLUMN", option.name, option.text)
		}
	}
	switch {
	case o.Runs != "" && (o.Conditions == "" || !o.crossnobis()):
		return batch.Configf("", "--runs goes with --conditions and --rdm crossnobis")
	case o.Errors != "" && o.Errors == o.Output.Path:
		return batch.Usagef("--errors and --output name the same file %s", o.Errors)
	case o.Errors != "" && !o.crossnobis():
		return batch.Configf("", "--errors goes with --rdm crossnobis:noise=none")
	case o.Pairwise && o.Conditions != "":
		return batch.Configf("", "--pairwise and --conditions do not go together: --missing drop leaves out trials with missing values")
	case o.Pairwise && !o.Input.Policy().Refuses():
		return batch.Configf("", "--pairwise and --missing %s do not go together", o.Input.Missing)
	}
	return nil
}

// output is what is written.
type output struct {
	matrix, errors *mat.Dense // errors may be nil
	names          []string   // of the conditions of trials
	warnings       []string
	sources        []data.Source
}

// compute returns the matrix of a recording.
func (o *Options) compute(e *batch.Env, d *data.Dataset) (*output, error) {
	switch {
	case o.Conditions != "":
		return o.ofTrials(e, d)
	case o.crossnobis() && d.Is3D() && (o.Pairwise || o.Errors != ""):
		return o.ofRepeats(d)
	case o.Pairwise:
		return o.ofCommonFeatures(d)
	}
	kept, err := o.Input.Keep(e, o.unit(), []*data.Dataset{d})
	if err != nil {
		return nil, err
	}
	system, err := measures.NewSystem(kept.Systems[0])
	if err != nil {
		return nil, err
	}
	matrix, warnings, err := measures.SettledRDM(system, o.Kind)
	if err != nil {
		return nil, o.refused(err)
	}
	return &output{matrix: kept.RestoreSquare(matrix), warnings: warnings, sources: kept.Sources()}, nil
}

// unit is what is left out where values are missing. Its rows and columns are NaN, so
// that the matrix has a place for each sample of the file.
func (o *Options) unit() data.Unit {
	if o.crossnobis() {
		return data.Conditions
	}
	return data.Samples
}

// refused tells a kind that there is not from data that have no dissimilarities of
// that kind.
func (o *Options) refused(err error) error {
	name, ok := errors.AsType[*measures.NameError](err)
	if !ok {
		return verb.UndefinedInput(err)
	}
	word, _, _ := strings.Cut(o.Kind, ":")
	kinds := measures.RDMKinds()
	if slices.Contains(kinds, word) {
		return batch.Configf(name.Hint, "--rdm %s: %s", o.Kind, name.Reason)
	}
	near, _ := data.Nearest(word, kinds)
	return batch.Configf(verb.DidYouMean(near), "--rdm: invalid value %q, want %s", o.Kind, data.WordList(kinds))
}

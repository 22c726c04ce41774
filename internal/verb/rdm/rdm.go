// Package rdm computes representational dissimilarity matrices.
package rdm

import (
	"context"
	"errors"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which dissimilarities to compute.
type Options struct {
	Kind   string // one of measures.RDMKinds, with its parameters
	Input  verb.Input
	Output batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Kind: measures.RDMKinds()[0]} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Kind, "rdm", "", "`KIND` of dissimilarity").Suggest = measures.RDMKinds()
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
	if err := batch.WantSuffix(o.Output.Path, dataio.ArraySuffixes()...); err != nil {
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
	d, err := o.Input.Reader(e, o.Output.ToFile())(path)
	if err != nil {
		return err
	}
	verb.Doubt(e, d, false)
	kept, err := o.Input.Keep(e, o.unit(), []*data.Dataset{d})
	if err != nil {
		return err
	}
	system, err := measures.NewSystem(kept.Systems[0])
	if err != nil {
		return err
	}
	matrix, warnings, err := measures.SettledRDM(system, o.Kind)
	if err != nil {
		return o.refused(err)
	}
	for _, w := range warnings {
		e.Warn("%s", w)
	}
	matrix = kept.RestoreSquare(matrix)
	n, _ := matrix.Dims()
	if err := dataio.EncodeArray(target, o.Output.Path, dataio.Float64, matrix.RawMatrix().Data, n, n); err != nil {
		return err
	}
	return files.Commit(kept.Sources(), nil)
}

// unit is what is left out where values are missing. Its rows and columns are NaN, so
// that the matrix has a place for each sample of the file.
func (o *Options) unit() data.Unit {
	if word, _, _ := strings.Cut(o.Kind, ":"); word == "crossnobis" {
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

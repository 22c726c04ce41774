// Package moments reduces pairs of recordings to their second moments.
package moments

import (
	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which moments to compute.
type Options struct {
	Folds  []int // numbers of folds that will be asked for
	Input  verb.Input
	Output batch.Output
	Batch  verb.Batch
}

// New returns the command with its defaults.
func New() *Options { return &Options{Folds: []int{5, 15}} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.Ints(&o.Folds, "cv", "", "numbers of folds that will be asked for, a `LIST` separated by commas; intervals ask for 15")
	o.Batch.Register(s, "samples")
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterFile(s, &o.Output)
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// complete checks the options.
func (o *Options) complete(args []string) error {
	if len(args) != 2 {
		return batch.Usagef("%s, want X and Y", data.Counted(len(args), "file"))
	}
	for _, k := range o.Folds {
		if k < 1 {
			return batch.Configf("", "--cv: invalid value %d, want numbers of folds of at least 1", k)
		}
	}
	if !o.Input.Policy().Refuses() {
		return batch.Configf("", "--missing %s: samples cannot be left out block by block, want refuse", o.Input.Missing)
	}
	return batch.WantSuffix(o.Output.Path, Suffix)
}

// Package collection says what the matrix of all pairs of many systems holds.
package collection

import (
	"context"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which systems to compare and how.
type Options struct {
	Measure      string
	Matrix       string // file for the square matrix of scores, "" for none
	Mean         string // file for the mean of the systems, "" for none
	Groups       string // file with the label of each system
	Mantel       string // file of another matrix of the same systems
	Given        string // file of a matrix that is held constant
	Clusters     int    // number of clusters, 0 for the best
	Dimensions   int    // of maps
	Blocks       int    // of samples that are left out for the support of a tree
	Permutations int
	MaxMemory    int64
	Input        verb.Input
	Output       batch.Output
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{Measure: "cka", Dimensions: 2, Blocks: 10, Permutations: 999}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Measure, "measure", "m", "`MEASURE` of the matrix").Complete = setting.MeasureList
	s.Int(&o.Clusters, "clusters", "", "number of clusters; 0 for the one of the largest silhouette")
	s.Int(&o.Dimensions, "dimensions", "", "axes of the maps")
	s.Int(&o.Blocks, "blocks", "", "blocks of samples that are left out one by one for the support of the tree; 0 for none")
	s.String(&o.Groups, "groups", "", "`FILE` with a label for each system: one to a line, or two columns, system and label")
	s.String(&o.Mantel, "mantel", "", "`FILE` of another matrix of the same systems, to correlate with this one")
	s.String(&o.Given, "given", "", "`FILE` of a third matrix, that --mantel holds constant")
	s.Int(&o.Permutations, "permutations", "", "random orders of the systems for p values")
	memory := s.Bytes(&o.MaxMemory, "max-memory", "", "most memory that systems and their vectors may take, such as 4G (default: four fifths of the machine's)")
	memory.Choose, memory.Machine = verb.ChooseMemory, true
	s.Grouped("INPUT", func() {
		o.Input.Register(s)
		o.Input.RegisterPairing(s)
	})
	s.Grouped("OUTPUT", func() {
		s.String(&o.Matrix, "matrix", "", "write the square matrix of scores to `FILE`, "+data.WordList(dataio.SquareSuffixes))
		s.String(&o.Mean, "mean", "", "find the mean of the systems, and write it with all systems aligned to it to `FILE`, .npz")
		verb.RegisterTable(s, &o.Output)
	})
	return s
}

// Schema implements verb.Tabular.
func (o *Options) Schema(*batch.Env, []string) (*result.Schema, error) {
	return result.Collections.Schema, nil
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	args, err := verb.ExpandPaths(args)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0 || len(args) == 2:
		return batch.Usagef("%s, want a matrix, or three systems or more", data.Counted(len(args), "file"))
	case o.Permutations < 1:
		return batch.Configf("", "--permutations %d: want 1 or more", o.Permutations)
	case o.Clusters < 0 || o.Clusters == 1:
		return batch.Configf("", "--clusters %d: want 0, or 2 or more", o.Clusters)
	case o.Dimensions < 1:
		return batch.Configf("", "--dimensions %d: want 1 or more", o.Dimensions)
	case o.Blocks < 0 || o.Blocks == 1:
		return batch.Configf("", "--blocks %d: want 0, or 2 or more", o.Blocks)
	case o.Given != "" && o.Mantel == "":
		return batch.Usagef("--given goes with --mantel")
	case o.Mean != "" && len(args) == 1:
		return batch.Usagef("--mean is of systems, want three or more")
	case o.Mean != "" && o.Mean == o.Matrix:
		return batch.Usagef("--mean and --matrix name one file, want two")
	case o.Matrix != "" && len(args) == 1:
		return batch.Usagef("--matrix writes the scores of systems, want three or more")
	}
	if o.Matrix != "" {
		if err := batch.WantSuffix(o.Matrix, dataio.SquareSuffixes...); err != nil {
			return err
		}
	}
	if o.Mean != "" {
		if err := batch.WantSuffix(o.Mean, ".npz"); err != nil {
			return err
		}
	}
	r := &run{o: o, ctx: ctx, env: e, args: verb.InNaturalOrder(args)}
	return r.write()
}

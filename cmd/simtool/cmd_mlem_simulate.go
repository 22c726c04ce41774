package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/io"
	"simtool/internal/mlem"
)

// simulateOptions are the settings of a simulated recording.
type simulateOptions struct {
	simulation mlem.Simulation
	generator  string
	kinds      []string
	directory  string
	force      bool
	flags      *pflag.FlagSet // where they are given
}

// register adds the flags, with a simulation's settings as their defaults.
func (o *simulateOptions) register(fs *pflag.FlagSet, defaults mlem.Simulation) {
	o.flags, o.simulation = fs, defaults
	s := &o.simulation
	choiceVar(fs, &o.generator, "generator", string(s.Generator), "realisable: squared distances are dᵀWd plus noise; mds: the paper's, whose truth no patterns realise", string(mlem.Realisable), string(mlem.MDS))
	fs.IntVar(&s.Stimuli, "stimuli", s.Stimuli, "stimuli")
	fs.IntVar(&s.Features, "features", s.Features, "features")
	fs.StringSliceVar(&o.kinds, "kinds", nil, "kinds of the features in turn: numeric, categorical, binary (default: all three)")
	fs.IntVar(&s.Hidden, "hidden", s.Hidden, "units")
	fs.Float64Var(&s.Noise, "noise-sd", s.Noise, "standard deviation of the noise on every unit, in those of the patterns")
	fs.BoolVar(&s.Interactions, "interactions", s.Interactions, "products of features (all features are binary then)")
	fs.Float64Var(&s.Sparsity, "sparsity", s.Sparsity, "share of the weights that are 0")
	fs.Float64Var(&s.Correlation, "correlation", s.Correlation, "correlation of the variables behind the features")
}

// complete translates the words.
func (o *simulateOptions) complete(seed uint64) error {
	switch {
	case o.generator == string(mlem.MDS):
		if err := ignored(o.flags, "has no use with --generator mds, whose features are binary and metric is full", "kinds", "sparsity"); err != nil {
			return err
		}
	case o.simulation.Interactions:
		if err := ignored(o.flags, "has no use with --interactions: all features are binary then", "kinds"); err != nil {
			return err
		}
	}
	o.simulation.Generator, o.simulation.Seed = mlem.Generator(o.generator), seed
	if len(o.kinds) > 0 {
		o.simulation.Kinds = nil
	}
	for _, k := range o.kinds {
		o.simulation.Kinds = append(o.simulation.Kinds, mlem.Kind(k))
	}
	return nil
}

func newMLEMSimulateCommand(a *app) *cobra.Command {
	o := &simulateOptions{}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Simulate features and a representation with a known metric",
		Long: `Write features.csv, y.npy (stimuli × units) and w_true.csv, the metric that the
representation was made from, to the directory of --output.`,
		Example: `simtool mlem simulate -o sim
simtool mlem simulate --stimuli 100 --features 6 --noise-sd 3 --sparsity 0.5 -o sparse`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) > 0 || o.directory == "" {
				return usagef("want --output DIR and no other files")
			}
			if err := o.complete(a.global.seed); err != nil {
				return err
			}
			return a.simulateMLEM(ctx, o)
		}),
	}
	fs := cmd.Flags()
	o.register(fs, mlem.DefaultSimulation())
	fs.StringVarP(&o.directory, "output", "o", "", "`DIR` for the files")
	fs.BoolVar(&o.force, "force", false, "replace files that exist")
	return withExits(cmd)
}

func (a *app) simulateMLEM(ctx context.Context, o *simulateOptions) error {
	sim, err := mlem.Simulate(ctx, o.simulation)
	if err != nil {
		return settingError(err)
	}
	if err := os.MkdirAll(o.directory, 0o777); err != nil {
		return err
	}
	files := a.newFileSet(o.force, nil)
	files.single = filepath.Join(o.directory, manifestName)
	defer files.abort()
	features := labelTable(sim.Table)
	features.Schema = "simtool.mlem.features/v1"
	truth := &dataio.Table{Schema: "simtool.mlem.truth/v1", Columns: features.Columns}
	n, _ := sim.W.Dims()
	for i := range n {
		row := make([]any, n)
		for j, v := range sim.W.RawRowView(i) {
			row[j] = v
		}
		truth.Rows = append(truth.Rows, row)
	}
	for _, t := range []namedTable{{name: "features.csv", Table: features}, {name: "w_true.csv", Table: truth}} {
		if err := files.add(filepath.Join(o.directory, t.name), func(w io.Writer) error {
			return t.Write(w, dataio.CSV, dataio.TableOptions{})
		}); err != nil {
			return err
		}
	}
	rows, units := sim.Y.Dims()
	if err := files.add(filepath.Join(o.directory, "y.npy"), func(w io.Writer) error {
		return dataio.EncodeNPY(w, dataio.Float64, sim.Y.RawMatrix().Data, rows, units)
	}); err != nil {
		return err
	}
	return files.commit(nil, nil)
}

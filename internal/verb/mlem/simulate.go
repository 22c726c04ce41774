package verbmlem

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Recording is the options of a recording that is simulated.
type Recording struct {
	Simulation mlem.Simulation // its settings, but for those below
	Generator  string          // one of mlem's
	Kinds      []string        // of the features in turn, nil for those of Simulation
}

// newRecording returns the options with the settings of a simulation as their defaults.
func newRecording(defaults mlem.Simulation) Recording {
	return Recording{Simulation: defaults, Generator: string(defaults.Generator)}
}

// Register declares the options.
func (o *Recording) Register(set *setting.Set) {
	s := &o.Simulation
	set.Choice(&o.Generator, "generator", "", "realisable: squared distances are dᵀWd plus noise; signed: a linear code of the coordinates, whose metric is signed; mds: the paper's, whose truth no patterns realise; mlp: a random network, whose truth is the importance of features for its distances", string(mlem.Realisable), string(mlem.SignedCode), string(mlem.MDS), string(mlem.MLP))
	set.Int(&s.Stimuli, "stimuli", "", "stimuli")
	set.Int(&s.Features, "features", "", "features")
	set.Strings(&o.Kinds, "kinds", "", "kinds of the features in turn: numeric, categorical, binary (default: all three)")
	set.Int(&s.Hidden, "hidden", "", "units")
	set.Float(&s.Noise, "noise-sd", "", "standard deviation of the noise on every unit, in those of the patterns")
	set.Bool(&s.Interactions, "interactions", "", "products of features (all features are binary then)")
	set.Float(&s.Sparsity, "sparsity", "", "share of the weights that are 0")
	set.Float(&s.Correlation, "correlation", "", "correlation of the variables behind the features")
	set.Int(&s.Conjunctions, "conjunctions", "", "pairs of features that have a direction of their own together, with --generator signed: no metric has it")
	set.Float(&s.Missing, "missing-share", "", "share of the values of the features that are missing")
}

// simulation says to mlem what the options say. It refuses those that would be passed
// over.
func (o *Recording) simulation(e *batch.Env) (mlem.Simulation, error) {
	s := o.Simulation
	var err error
	switch {
	case o.Generator == string(mlem.MDS):
		err = refuseSet(e, "has no use with --generator mds, whose features are binary and metric is full", "kinds", "sparsity")
	case s.Interactions:
		err = refuseSet(e, "has no use with --interactions: all features are binary then", "kinds")
	}
	s.Generator, s.Seed = mlem.Generator(o.Generator), e.Seed
	if len(o.Kinds) > 0 {
		s.Kinds = nil
	}
	for _, k := range o.Kinds {
		s.Kinds = append(s.Kinds, mlem.Kind(k))
	}
	return s, err
}

// SimulateOptions say what to simulate and where it goes.
type SimulateOptions struct {
	Recording Recording
	Directory string // of the files
	Force     bool   // replace files that exist
}

// NewSimulate returns the command with its defaults.
func NewSimulate() *SimulateOptions {
	return &SimulateOptions{Recording: newRecording(mlem.DefaultSimulation())}
}

// Settings implements verb.Command.
func (o *SimulateOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Recording.Register(s)
	verb.RegisterDirectory(s, &o.Directory, &o.Force, "files")
	return s
}

// Run implements verb.Command.
func (o *SimulateOptions) Run(ctx context.Context, e *batch.Env, args []string) error {
	if len(args) > 0 || o.Directory == "" {
		return batch.Usagef("want --output DIR and no other files")
	}
	settings, err := o.Recording.simulation(e)
	if err != nil {
		return err
	}
	sim, err := mlem.Simulate(ctx, settings)
	if err != nil {
		return verb.SettingError(err)
	}
	if err := os.MkdirAll(o.Directory, 0o777); err != nil {
		return err
	}
	files := e.NewFileSet(o.Force, nil)
	files.DescribeIn(filepath.Join(o.Directory, batch.ManifestName))
	defer files.Abort()
	features := &dataio.Table{Schema: result.SimulatedFeatures.Name, Columns: sim.Table.Names(), Rows: sim.Table.Cells()}
	truth := &dataio.Table{Schema: result.TrueMetric.Name, Columns: features.Columns}
	n, _ := sim.W.Dims()
	for i := range n {
		row := make([]any, n)
		for j, v := range sim.W.RawRowView(i) {
			row[j] = v
		}
		truth.Rows = append(truth.Rows, row)
	}
	for _, t := range []struct {
		name   string
		schema *result.Schema
		*dataio.Table
	}{{"features.csv", result.SimulatedFeatures, features}, {"w_true.csv", result.TrueMetric, truth}} {
		path := filepath.Join(o.Directory, t.name)
		files.IsTable(path, t.schema)
		if err := files.Add(path, func(w io.Writer) error { return t.Write(w, dataio.CSV, dataio.TableOptions{}) }); err != nil {
			return err
		}
	}
	rows, units := sim.Y.Dims()
	if err := files.Add(filepath.Join(o.Directory, "y.npy"), func(w io.Writer) error {
		return dataio.EncodeNPY(w, dataio.Float64, sim.Y.RawMatrix().Data, rows, units)
	}); err != nil {
		return err
	}
	return files.Commit(nil, nil)
}

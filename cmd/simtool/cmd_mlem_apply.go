package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
)

// applyOptions say to what stimuli a model is applied.
type applyOptions struct {
	file   string
	neural neuralOptions
	level  float64
	name   string // of the representation, in a model.json of several
	output outputOptions
}

func (o *applyOptions) register(fs *pflag.FlagSet) {
	fs.StringVar(&o.file, "features", "", "table with one row per stimulus and a header, `FILE`")
	fs.StringVar(&o.name, "representation", "", "`NAME` of the one to apply, of a model.json of several")
}

func newMLEMScoreCommand(a *app) *cobra.Command {
	o := &applyOptions{}
	cmd := &cobra.Command{
		Use:   "score MODEL",
		Short: "Score a fitted model on other stimuli",
		Long: `Apply the metric of a model.json to the features of other stimuli, and compare
the distances it predicts with those between their neural patterns. Nothing is
fitted again: r2 is of the predictions as they are.`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem fit --features sim/features.csv --neural sim/y.npy --null 0 --bootstrap 0 -o fit
simtool mlem score fit/model.json --features sim/features.csv --neural sim/y.npy`,
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("%s, want a model.json", counted(len(args), "file"))
			}
			return a.scoreModel(o, args[0])
		}),
	}
	fs := cmd.Flags()
	o.register(fs)
	o.neural.register(fs, "patterns, stimuli × units, `FILE`; several are repeats")
	fs.Float64Var(&o.level, "level", 0.95, "coverage of the interval")
	o.output.register(a, fs, dataio.Formats())
	return withExits(cmd, exitInvalid)
}

func newMLEMPredictCommand(a *app) *cobra.Command {
	o := &applyOptions{}
	cmd := &cobra.Command{
		Use:   "predict MODEL",
		Short: "Predict the neural distances of other stimuli",
		Long: `Apply the metric of a model.json to the features of other stimuli, and write the
distances it predicts as a symmetric .npy matrix with a zero diagonal. They are
of the power that was fitted: squared for euclidean distances.`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem fit --features sim/features.csv --neural sim/y.npy --null 0 --bootstrap 0 -o fit
simtool mlem predict fit/model.json --features sim/features.csv -o predicted.npy`,
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("%s, want a model.json", counted(len(args), "file"))
			}
			return a.predictModel(o, args[0])
		}),
	}
	fs := cmd.Flags()
	o.register(fs)
	o.output.registerFile(fs)
	return withExits(cmd, exitInvalid)
}

// readModel reads a model.json: the model of one representation, or of the named
// one of several.
func (a *app) readModel(path, name string) (*mlem.Model, data.Source, error) {
	content, err := a.readSmall(path, "the model")
	if err != nil {
		return nil, data.Source{}, err
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(content, &parts); err != nil {
		return nil, data.Source{}, notModel(path, err)
	}
	_, one := parts["terms"]
	part, found := parts[name]
	switch known := slices.Sorted(maps.Keys(parts)); {
	case one && name != "":
		return nil, data.Source{}, configf("leave it out", "--representation: %s is of one", path)
	case one:
		part = content
	case !found && name != "":
		near, _ := data.Nearest(name, known)
		return nil, data.Source{}, configf(didYouMean(near), "--representation: no %q in %s", name, path)
	case !found && len(parts) > 0 && isModel(parts[known[0]]):
		return nil, data.Source{}, configf("--representation names one, such as "+known[0], "%s: models of %d representations", path, len(parts))
	case !found:
		part = content
	}
	model := &mlem.Model{}
	if err = json.Unmarshal(part, model); err == nil {
		err = model.Check()
	}
	if err != nil {
		return nil, data.Source{}, notModel(path, err)
	}
	source, err := dataio.FileSource(path)
	return model, source, err
}

// isModel reports whether a value of a file is a model.
func isModel(raw json.RawMessage) bool {
	model := &mlem.Model{}
	return json.Unmarshal(raw, model) == nil && model.Check() == nil
}

func notModel(path string, err error) error {
	return &data.InputError{Path: path, Found: "not a model (" + oneLine(err.Error()) + ")", Wanted: "want a model.json as simtool mlem fit writes it", Err: err}
}

// applied reads a model and the features of the stimuli it is applied to.
func (a *app) applied(o *applyOptions, path string) (*mlem.Model, *mlem.Features, []data.Source, error) {
	if o.file == "" {
		return nil, nil, nil, usagef("want --features FILE")
	}
	model, source, err := a.readModel(path, o.name)
	if err != nil {
		return nil, nil, nil, err
	}
	table, err := dataio.ReadFeatures(o.file, modelColumns(model, o.file))
	if err != nil {
		return nil, nil, nil, err
	}
	if err = o.neural.kept.Along(data.AlongTable("stimuli", &table)); err != nil {
		return nil, nil, nil, err
	}
	features, warnings, err := model.Encode(table)
	if err != nil {
		return nil, nil, nil, named(err, o.file)
	}
	for _, w := range warnings {
		a.warn("%s: %s", o.file, w)
	}
	return model, features, []data.Source{source, table.Source}, nil
}

// modelColumns are the options to read what the model needs of a table: its own
// columns, as what they were.
func modelColumns(m *mlem.Model, path string) dataio.Options {
	o := dataio.Options{Hash: true, Kinds: map[string]data.Kind{}}
	for _, f := range m.Features {
		if f.Kind == mlem.Categorical {
			o.Kinds[f.Name] = data.Categorical
		}
		o.Columns = append(o.Columns, f.Name)
	}
	if !dataio.HasColumns(dataio.FileOf(path)) {
		o.Columns = nil
	}
	return o
}

func (a *app) scoreModel(o *applyOptions, path string) error {
	if !(o.level > 0 && o.level < 1) {
		return configf("", "--level: invalid value %g, want a value between 0 and 1, such as 0.95", o.level)
	}
	out, err := a.openResult(&o.output, tableSpec{
		schema:  "simtool.mlem.score/v1",
		columns: []string{"model", "features", "neural", "spearman", "pearson", "r2", "n_stimuli", "n_pairs", "se", "lo", "hi"},
		inputs:  append([]string{path, o.file}, o.neural.files...),
	})
	if err != nil {
		return err
	}
	defer out.abort()
	if err := a.survey(&o.neural); err != nil {
		return err
	}
	model, features, sources, err := a.applied(o, path)
	if err != nil {
		return err
	}
	if err := o.neural.follow(model); err != nil {
		return err
	}
	r, err := a.readRepeats(&o.neural, features.Stimuli())
	if err != nil {
		return err
	}
	s, err := model.Score(features, r.neural[0], o.level)
	if err != nil {
		return err
	}
	lo, hi := bounds(s.Interval)
	neural := strings.Join(append(o.neural.files, o.neural.given), "")
	if err := out.row(path, o.file, neural, defined(s.Spearman), defined(s.Pearson), defined(s.R2), s.Stimuli, s.Pairs, positive(s.SE), lo, hi); err != nil {
		return err
	}
	return out.commit(append(sources, r.sources...), nil)
}

func (a *app) predictModel(o *applyOptions, path string) error {
	if err := wantSuffix(o.output.path, dataio.ArraySuffixes()...); err != nil {
		return err
	}
	files, target, err := a.openArray(&o.output, "a .npy array", []string{path, o.file})
	if err != nil {
		return err
	}
	defer files.abort()
	model, features, sources, err := a.applied(o, path)
	if err != nil {
		return err
	}
	predicted, err := model.Predict(features)
	if err != nil {
		return err
	}
	n := features.Stimuli()
	square := mat.NewDense(n, n, nil)
	at := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			square.Set(i, j, predicted[at])
			square.Set(j, i, predicted[at])
			at++
		}
	}
	if err := dataio.EncodeArray(target, o.output.path, dataio.Float64, square.RawMatrix().Data, n, n); err != nil {
		return err
	}
	return files.commit(sources, nil)
}

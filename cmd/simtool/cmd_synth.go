package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth"
)

// synthOptions say which files to make of a generator's output.
type synthOptions struct {
	output outputOptions
	labels string
	truth  string
}

func newSynthCommand(a *app) *cobra.Command {
	group := &cobra.Command{
		Use:   "synth",
		Short: "Make synthetic datasets",
		Long: `Make synthetic datasets. The same parameters and --seed give the same bytes on
every machine.`,
		Args: cobra.ArbitraryArgs,
		RunE: groupAction,
	}
	for _, g := range synth.Generators() {
		group.AddCommand(newGeneratorCommand(a, g))
	}
	return withExits(group)
}

func newGeneratorCommand(a *app, g synth.Generator) *cobra.Command {
	o := &synthOptions{}
	config := g.New()
	cmd := &cobra.Command{
		Use:   g.Name,
		Short: strings.ToUpper(g.Summary[:1]) + g.Summary[1:],
		Long: strings.ToUpper(g.Summary[:1]) + g.Summary[1:] + `.

The data are written as a .npy array, which is simulated whatever its name says;
the manifest beside it holds the parameters and the seed.`,
		Example: "simtool synth " + g.Name + " -o simulated.npy --seed 7",
		RunE: a.action(func(_ context.Context, args []string) error {
			if err := noArgs(args); err != nil {
				return err
			}
			return a.synthesise(o, config)
		}),
	}
	fs := cmd.Flags()
	for _, p := range config.Params() {
		registerParam(fs, p)
	}
	o.output.registerFile(fs)
	fs.StringVar(&o.labels, "labels", "", "write what tells the conditions, or the samples, apart to `FILE` (csv, tsv, json)")
	fs.StringVar(&o.truth, "truth", "", "write the components that the data were made of to `FILE` (npz)")
	return withExits(cmd)
}

// paramValue is a parameter as a flag, whose words the help shows.
type paramValue struct{ synth.Param }

func (v paramValue) Type() string {
	if v.Choices != nil {
		return strings.Join(v.Choices, "|")
	}
	return v.Param.Type()
}

// registerParam declares the flag of a parameter, which sets the parameter.
func registerParam(fs *pflag.FlagSet, p synth.Param) {
	help := p.Help
	if p.Unit != "" {
		help += ", in " + p.Unit
	}
	f := fs.VarPF(paramValue{p}, p.Name, "", help)
	if p.Type() == "bool" {
		f.NoOptDefVal = "true"
	}
}

// synthesise makes a dataset and writes the files that the options ask for. All
// of them are begun before the first gets its name.
func (a *app) synthesise(o *synthOptions, config synth.Config) error {
	if !o.output.toFile() && a.outTTY {
		return usagef("a .npy array is not for a terminal, want --output FILE")
	}
	labelFormat, err := formatOf(o.labels)
	if err != nil {
		return err
	}
	for path, suffixes := range map[string][]string{o.output.path: dataio.ArraySuffixes(), o.truth: dataio.ArchiveSuffixes()} {
		if err := wantSuffix(path, suffixes...); err != nil {
			return err
		}
	}
	out, err := config.Generate(a.global.seed)
	if e, ok := errors.AsType[*synth.ParamError](err); ok {
		if e.Param == "" {
			return configf("", "%s", e)
		}
		return configf("", "--%s", e)
	}
	if err != nil {
		return err
	}
	files := a.newFileSet(o.output.force, nil)
	defer files.abort()
	if err := files.add(o.output.path, func(w io.Writer) error {
		return dataio.EncodeArray(w, o.output.path, precision(out.DType), out.Data.Values, out.Data.Shape...)
	}); err != nil {
		return err
	}
	if o.labels != "" {
		if out.Labels == nil {
			return configf("", "--labels: nothing tells the samples of this dataset apart")
		}
		if err := files.add(o.labels, func(w io.Writer) error {
			return labelTable(out.Labels).Write(w, labelFormat, dataio.TableOptions{})
		}); err != nil {
			return err
		}
	}
	if o.truth != "" {
		if out.Truth == nil {
			return configf("", "--truth: this dataset has no components")
		}
		if err := files.add(o.truth, func(w io.Writer) error {
			return dataio.EncodeArchive(w, o.truth, dataio.Float64, truthArrays(out.Truth))
		}); err != nil {
			return err
		}
	}
	return files.commit(nil, nil)
}

func precision(dtype string) dataio.Precision {
	if dtype == "float32" {
		return dataio.Float32
	}
	return dataio.Float64
}

// labelTable renders labels as a result table.
func labelTable(labels *data.Table) *dataio.Table {
	return &dataio.Table{Schema: "simtool.labels/v1", Columns: labels.Names(), Rows: labels.Cells()}
}

// truthArrays lists the arrays that --truth writes.
func truthArrays(t *synth.Truth) []dataio.NamedArray {
	arrays := []dataio.NamedArray{
		{Name: "variances", Values: t.Variances, Shape: []int{len(t.Variances)}},
		{Name: "noise_variance", Values: []float64{t.NoiseVariance}, Shape: []int{1}},
		matrixArray("scores", t.Scores),
	}
	if t.Loadings != nil {
		arrays = append(arrays, matrixArray("loadings", t.Loadings))
	}
	return arrays
}

func matrixArray(name string, m *mat.Dense) dataio.NamedArray {
	rows, columns := m.Dims()
	return dataio.NamedArray{Name: name, Values: mat.DenseCopyOf(m).RawMatrix().Data, Shape: []int{rows, columns}}
}

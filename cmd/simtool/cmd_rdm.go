package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// rdmOptions say which dissimilarities to compute.
type rdmOptions struct {
	kind   string
	input  inputOptions
	output outputOptions
}

func newRDMCommand(a *app) *cobra.Command {
	o := &rdmOptions{}
	kinds := measures.RDMKinds()
	cmd := &cobra.Command{
		Use:   "rdm X",
		Short: "Compute a representational dissimilarity matrix",
		Long: `Compute the dissimilarities of all samples of X, and write them as a symmetric
.npy matrix with a zero diagonal. "-" is standard input or output.

--rdm is ` + wordList(kinds) + `, with parameters behind
colons as in the measure rsa: "gaussian:sigma=2". "simtool measures show rsa"
says what they are. Nothing is divided by the number of features.`,
		Example: `simtool rdm recording.npy -o rdm.npy
simtool rdm recording.npy --rdm correlation -o rdm_correlation.npy
simtool score rdm_brain.npy rdm_model.npy -m rsa:rdm=precomputed:compare=spearman`,
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("%s, want one", counted(len(args), "file"))
			}
			return a.rdm(o, args[0])
		}),
	}
	fs := cmd.Flags()
	fs.StringVar(&o.kind, "rdm", kinds[0], "`KIND` of dissimilarity")
	o.input.register(fs)
	o.output.registerFile(fs)
	completeWords(cmd, "rdm", kinds)
	return withExits(cmd, exitInvalid)
}

func (a *app) rdm(o *rdmOptions, path string) error {
	if err := wantSuffix(o.output.path, dataio.ArraySuffixes()...); err != nil {
		return err
	}
	files, target, err := a.openArray(&o.output, "a .npy array", []string{path})
	if err != nil {
		return err
	}
	defer files.abort()
	d, err := a.reader(o.input, o.output.toFile())(path)
	if err != nil {
		return err
	}
	source := d.Source
	if d, err = a.oneWithoutMissing(o.input, d); err != nil {
		return err
	}
	system, err := measures.NewSystem(d)
	if err != nil {
		return err
	}
	matrix, err := measures.RDM(system, o.kind)
	if err != nil {
		return rdmError(o.kind, err)
	}
	n, _ := matrix.Dims()
	if err := dataio.EncodeArray(target, o.output.path, dataio.Float64, matrix.RawMatrix().Data, n, n); err != nil {
		return err
	}
	return files.commit([]data.Source{source}, nil)
}

// rdmError tells a kind that there is not from data that have no
// dissimilarities of that kind.
func rdmError(kind string, err error) error {
	if name, ok := errors.AsType[*measures.NameError](err); ok {
		word, _, _ := strings.Cut(kind, ":")
		kinds := measures.RDMKinds()
		if slices.Contains(kinds, word) {
			return configf(name.Hint, "--rdm %s: %s", kind, name.Reason)
		}
		near, _ := data.Nearest(word, kinds)
		return configf(didYouMean(near), "--rdm: invalid value %q, want %s", kind, wordList(kinds))
	}
	return undefinedInput(err)
}

package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/data"
)

// nested is where the result of a command goes that runs within another: its rows,
// cell by cell, and the inputs that it read.
type nested struct {
	probe   bool // stop when the columns are known
	weigh   bool // estimate the memory before that
	memory  int64
	columns []string
	spare   []string // of them, which a narrow terminal does without
	rows    [][]any
	sources []data.Source
	inputs  *inputCache // shared by all items, nil for none
}

// errProbed ends a command whose columns are all that was asked for.
var errProbed = errors.New("the columns are known")

// open is called where a command opens its table.
func (n *nested) open(spec tableSpec) error {
	n.columns, n.spare = spec.columns, spec.spare
	if n.probe {
		return errProbed
	}
	return nil
}

// Begin implements dataio.TableWriter.
func (n *nested) Begin([]string) error { return nil }

// Row implements dataio.TableWriter.
func (n *nested) Row(cells ...any) error {
	n.rows = append(n.rows, slices.Clone(cells))
	return nil
}

// Close implements dataio.TableWriter.
func (n *nested) Close() error { return nil }

// commandLine is a command line without the name of the program.
type commandLine struct {
	words []string // of the command
	args  []string // flags and arguments
}

// all returns the whole line, with further flags behind the command.
func (l commandLine) all(flags ...string) []string { return slices.Concat(l.words, flags, l.args) }

// nest runs a command line within this process: by a tree of that one command,
// which construct makes, with nothing from the environment that is a setting and
// without a terminal. flags are those that change no result, which manifests do
// not mention.
func (a *app) nest(ctx context.Context, construct func(*app) *cobra.Command, n *nested, line commandLine, flags ...string) (*app, error) {
	environ := slices.DeleteFunc(slices.Clone(a.environ), func(kv string) bool { return strings.HasPrefix(kv, envPrefix) })
	child := bareApp(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard, environ: environ})
	child.nested = n
	child.root = newRootCommand(child)
	child.root.AddCommand(construct(child))
	child.args = line.all()
	return child, child.invoke(ctx, line.all(flags...))
}

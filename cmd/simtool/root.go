package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/data"
)

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "simtool",
		Short: "Measure how similar neural recordings and models are",
		Long: `simtool compares systems that responded to the same samples: neural recordings,
model activations and tables of stimulus features.

To begin, "simtool demo" scores a simulated recording against three models of
it, and "simtool score recording.npy model.npy" compares your own files.

Results go to standard output or to --output, everything else to standard
error. Settings come from flags, from environment variables (SIMTOOL_SEED is
--seed) and from the file of --config, in this order.`,
		Version:           buildInfo().String(),
		Args:              cobra.ArbitraryArgs,
		RunE:              groupAction,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	withExits(root)
	a.bind(root.PersistentFlags(), a.global.settings())
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetHelpFunc(a.help)
	root.SetFlagErrorFunc(flagError)
	must(root.MarkPersistentFlagFilename("config", "yaml", "yml", "json", "toml"))
	return root
}

// groupAction is the action of a command that only holds others: it says which
// command is missing or unknown, so that a mistyped script fails.
func groupAction(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	return &usageError{
		msg:  "missing command",
		hint: fmt.Sprintf("%q lists the commands", cmd.CommandPath()+" --help"),
		cmd:  cmd,
	}
}

func unknownCommand(parent *cobra.Command, name string) error {
	var known []string
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	e := &usageError{
		msg:  fmt.Sprintf("unknown command %q for %q", name, parent.CommandPath()),
		hint: fmt.Sprintf("%q lists the commands", parent.CommandPath()+" --help"),
		cmd:  parent,
	}
	if near, ok := data.Nearest(name, known); ok {
		e.hint = fmt.Sprintf("did you mean %q?", parent.CommandPath()+" "+near)
	}
	return e
}

// flagError puts what pflag says into the words of all other messages. In a
// group the word that is no command is the likelier mistake than the flag
// behind it.
func flagError(cmd *cobra.Command, err error) error {
	if word := cmd.Flags().Arg(0); word != "" && cmd.HasSubCommands() {
		return unknownCommand(cmd, word)
	}
	e := &usageError{msg: err.Error(), cmd: cmd}
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		e.msg = fmt.Sprintf("unknown flag -%.1s in -%s", unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		e.msg = fmt.Sprintf("unknown flag --%s for %q", unknown.GetSpecifiedName(), cmd.CommandPath())
		if near, ok := data.Nearest(unknown.GetSpecifiedName(), flagNames(cmd)); ok {
			e.hint = fmt.Sprintf("did you mean --%s?", near)
		}
	case errors.As(err, &missing):
		e.msg = fmt.Sprintf("--%s needs a value, want %s", missing.GetFlag().Name, wanted(missing.GetFlag()))
	case errors.As(err, &invalid):
		e.msg, e.hint = invalidValue("--"+invalid.GetFlag().Name, invalid.GetValue(), invalid.GetFlag())
	}
	return e
}

// flagNames returns the names of the flags of a command and of all below it.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	cmd.InheritedFlags().VisitAll(add)
	cmd.LocalFlags().VisitAll(add)
	for _, sub := range cmd.Commands() {
		for _, name := range flagNames(sub) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// must panics on errors that only a fault in this package can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

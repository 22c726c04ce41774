package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/verb/demo"
)

func newDemoCommand(a *app) *cobra.Command {
	cmd := withVerb(a, &cobra.Command{
		Use:   "demo [DIRECTORY]",
		Short: "Score a simulated recording against three models of it",
		Long: `Score a bundled recording against three bundled models of known quality by the
core measures, print the scores, and leave all files in DIRECTORY (default
` + demo.Directory + `) to look at and to play with. report.html, among them, shows the
scores in a browser.

The data are simulated: a population of neurons during a context-dependent
decision. The good model has all components of the recording, the partial one
only the strongest, and the poor one none.`,
		Example: "simtool demo",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}, demo.New)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		usage := flagError(cmd, err)
		unknown, ok := errors.AsType[*pflag.NotExistError](err)
		if e, isUsage := errors.AsType[*usageError](usage); ok && isUsage && slices.Contains([]string{"o", "output"}, unknown.GetSpecifiedName()) {
			e.hint = "the directory is an argument: simtool demo DIRECTORY"
		}
		return usage
	})
	return cmd
}

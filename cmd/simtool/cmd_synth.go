package main

import (
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/synth"
	synthverb "simtool/internal/verb/synth"
)

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
	return withVerb(a, &cobra.Command{
		Use:   g.Name,
		Short: strings.ToUpper(g.Summary[:1]) + g.Summary[1:],
		Long: strings.ToUpper(g.Summary[:1]) + g.Summary[1:] + `.

The data are written as a .npy array, which is simulated whatever its name says;
the manifest beside it holds the parameters and the seed.`,
		Example: "simtool synth " + g.Name + " -o simulated.npy --seed 7",
	}, func() *synthverb.Options { return synthverb.New(g) })
}

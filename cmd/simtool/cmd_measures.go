package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/measures"
	verbmeasures "simtool/internal/verb/measures"
)

func newMeasuresCommand(a *app) *cobra.Command {
	cmd := withVerb(a, &cobra.Command{
		Use:   "measures",
		Short: "List the measures and what they are invariant to",
		Long: `List the families of measures with their default parameters, by groups of what
they ask (docs/measures.md says which to choose). The columns
perm (permutation of the features), orth (rotation and reflection), linear
(invertible linear maps), scale (isotropic scaling) and shift (translation) say
which changes of a system leave the score as it is: of x, of y, or of both.
The column gradient says whether the measure can be optimised, moments whether
second moments suffice, so that data larger than memory can be scored.

"simtool measures show NAME" explains one of them, and "simtool measures names"
says what names of other software stand for.`,
		Example: `simtool measures
simtool measures --format csv
simtool measures show cka
simtool measures show rsa:rdm=correlation --bibtex`,
		Args: cobra.ArbitraryArgs,
	}, verbmeasures.NewList)
	list := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return list(cmd, args)
	}
	cmd.AddCommand(newShowCommand(a), newNamesCommand(a))
	return cmd
}

func newNamesCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "names [PATTERN]",
		Short: "Say what names of other software stand for",
		Long: `List the names that measures bear in the similarity-repository, in its
repositories, and in diffscore, with the measure that each stands for, and how
far the numbers agree: the same number, the same up to a convention that the
note states, or different on purpose. Of a name that is not offered the note
says what it computes there, and the measure is the nearest one.

PATTERN is a part of a name, or has * and ? in it. Case does not matter.`,
		Example: `simtool measures names procrustes
simtool measures names 'measure/netrep/*'
simtool measures names --format csv`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}, verbmeasures.NewNames)
}

func newShowCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "show NAME",
		Short: "Explain a measure: formula, parameters, pitfalls, references",
		Long: `Explain a measure with the parameters that its name sets. NAME is a name of
"simtool measures", with or without parameters, or a name that the measure
bears in diffscore or in the similarity-repository.`,
		Example: `simtool measures show procrustes
simtool measures show cka:estimator=debiased
simtool measures show linreg --bibtex >> references.bib`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return measureCompletions(typed, measures.FamilyNames()), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		},
	}, verbmeasures.NewShow)
}

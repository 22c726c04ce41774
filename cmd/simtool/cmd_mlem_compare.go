package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/mlem"
	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMCompareCommand(a *app) *cobra.Command {
	names, about := mlem.Methods()
	var list strings.Builder
	for i, name := range names {
		fmt.Fprintf(&list, "\n%s: %s.\n", name, strings.TrimSuffix(about[i], "."))
	}
	return withVerb(a, &cobra.Command{
		Use:   "compare",
		Short: "Compare MLEM with other ways to find what is encoded",
		Long: `Apply several methods to one representation, with the same folds of held-out
stimuli, and compare how well each recovers a known metric (--truth, a square
table of weights), and how well it predicts distances of held-out stimuli.
` + list.String(),
		Example: `simtool mlem simulate --stimuli 60 --features 4 -o sim
simtool mlem compare --features sim/features.csv --neural sim/y.npy --truth sim/w_true.csv --methods mlem,rsa`,
	}, verbmlem.NewCompare, exitInvalid)
}

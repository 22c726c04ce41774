package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/figure"
	"simtool/internal/verb/plot"
)

func newPlotCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "plot RESULT [RESULT...]",
		Short: "Draw results",
		Long: `Draw the figure that fits a result, as SVG with text as text, PDF or PNG. A
table is known by the schema that it or its manifest names, one of another
program by its columns, and an array by its shape:

` + kindList() + `
Several results of one kind make one figure, so that runs can be compared. A
result's manifest, where it has one, tells what was optimised and the number
of samples. "simtool report" puts results of all kinds on one page.

Text is legible at the default width, that of a journal's column. Colours can
be told apart by people with any colour vision; markers differ in shape as
well. The same results give the same bytes. The theme paper has no background,
light is white and dark is dark.

Systems stand in natural order, layer2 before layer10; six or more whose names
differ in one number alone, such as layers or epochs, are drawn along it. Colours
of scores are those of the range of the measure, so that figures can be compared.
--order cluster puts systems of all pairs beside those that are alike, below the
tree of their average linkage.

--times gives results by time the times of their bins, such as the column time of
a table or an array of an npz, and --onset lines at events; --names, --xlabel,
--ylabel and --legend have other words. All texts fit the width, or the smallest
one at which they would is named.
Bars of scores with a warning are hatched, and the warning stands below; marks
across them are the null and the ceiling.

--style chooses among the forms of a kind that has several: scores as bars, as
lines or as a matrix, importance as bars, as lines over layers or as a matrix, and an RDM as
a matrix or as points in a plane by classical scaling (mds). All settings can
stand in the section plot of a file given with --config.`,
		Example: `simtool score recording.npy models/*.npy -o scores.csv
simtool plot scores.csv -o scores.svg
simtool plot scores.csv --facet measure --theme dark --width 170mm -o scores.png
simtool plot recording.npy --labels conditions.csv --label choice -o plane.pdf
simtool rdm recording.npy -o rdm.npy
simtool plot rdm.npy --style mds -o scaling.svg`,
	}, plot.New, exitInvalid)
}

// kindList lists the kinds of results for the help.
func kindList() string {
	var b strings.Builder
	for _, k := range figure.Kinds() {
		fmt.Fprintf(&b, "    %-15s %s\n", k.Name, k.Shows)
	}
	return b.String()
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/io"
	"simtool/internal/measures"
)

func newMeasuresCommand(a *app) *cobra.Command {
	o := &outputOptions{}
	cmd := &cobra.Command{
		Use:   "measures",
		Short: "List the measures and what they are invariant to",
		Long: `List the families of measures with their default parameters. The columns
perm (permutation of the features), orth (rotation and reflection), linear
(invertible linear maps), scale (isotropic scaling) and shift (translation) say
which changes of a system leave the score as it is: of x, of y, or of both.
The column gradient says whether the measure can be optimised, moments whether
second moments suffice, so that data larger than memory can be scored.

"simtool measures show NAME" explains one of them.`,
		Example: `simtool measures
simtool measures --format csv
simtool measures show cka
simtool measures show rsa:rdm=correlation --bibtex`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return a.action(func(context.Context, []string) error { return a.listMeasures(o) })(cmd, args)
		},
	}
	o.register(a, cmd.Flags(), dataio.Formats())
	cmd.AddCommand(newShowCommand(a))
	return withExits(cmd)
}

// invarianceColumns names the columns of measures.Invariances in the table.
var invarianceColumns = []string{"perm", "orth", "linear", "scale", "shift"}

func (a *app) listMeasures(o *outputOptions) error {
	columns := append([]string{"measure"}, invarianceColumns...)
	columns = append(columns, "symmetric", "gradient", "moments", "min", "max", "title")
	out, err := a.openResult(o, tableSpec{
		schema: "simtool.measures/v1", columns: columns, notes: []string{"title"},
		spare: []string{"moments", "symmetric", "shift", "scale", "linear", "orth", "perm"},
	})
	if err != nil {
		return err
	}
	defer out.abort()
	for _, name := range measures.FamilyNames() {
		m, err := measures.Parse(name)
		must(err) // a family's own name
		c := m.Card()
		cells := []any{c.Family}
		for _, one := range measures.Invariances {
			cells = append(cells, sides(c, one.Bit))
		}
		cells = append(cells, yesNo(c.Symmetric), yesNo(c.Differentiable), yesNo(c.FromMoments))
		if o.format == string(dataio.Text) {
			cells = append(cells, bound(c.Min), bound(c.Max), c.Title)
		} else {
			cells = append(cells, c.Min, c.Max, c.Title)
		}
		if err := out.row(cells...); err != nil {
			return err
		}
	}
	return out.commit(nil, nil)
}

// sides says which systems may be transformed without changing the score.
func sides(c measures.Card, bit measures.Invariance) string {
	switch x, y := c.X.Has(bit), c.Y.Has(bit); {
	case x && y:
		return "both"
	case x:
		return "x"
	case y:
		return "y"
	default:
		return "-"
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func newShowCommand(a *app) *cobra.Command {
	var bibtex bool
	cmd := &cobra.Command{
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
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("want the name of one measure")
			}
			m, err := measures.Parse(args[0])
			if err != nil {
				return measureError(err)
			}
			if bibtex {
				return a.writeBibTeX(m.Card().References)
			}
			_, err = fmt.Fprint(a.out, cardText(m.Card(), a.textWidth()))
			return err
		}),
	}
	cmd.Flags().BoolVar(&bibtex, "bibtex", false, "write the references as BibTeX instead")
	return withExits(cmd)
}

func (a *app) writeBibTeX(references []measures.Reference) error {
	for _, r := range references {
		if _, err := fmt.Fprintln(a.out, bibTeX(r)); err != nil {
			return err
		}
	}
	return nil
}

// bibTeX renders a reference.
func bibTeX(r measures.Reference) string {
	kind, venue := "article", "journal"
	if r.Conference {
		kind, venue = "inproceedings", "booktitle"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "@%s{%s,\n", kind, r.Key)
	for _, field := range [][2]string{
		{"author", r.Authors},
		{"title", "{" + r.Title + "}"},
		{venue, r.Venue},
		{"year", fmt.Sprint(r.Year)},
		{"doi", r.DOI},
		{"url", r.URL},
	} {
		if field[1] != "" {
			fmt.Fprintf(&b, "  %s = {%s},\n", field[0], field[1])
		}
	}
	b.WriteString("}\n")
	return b.String()
}

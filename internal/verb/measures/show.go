package measures

import (
	"context"
	"fmt"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Show is the command that explains a measure.
type Show struct{ BibTeX bool } // its references instead

// NewShow returns the command with its defaults.
func NewShow() *Show { return &Show{} }

// Settings implements verb.Command.
func (o *Show) Settings() *setting.Set {
	s := &setting.Set{}
	s.Bool(&o.BibTeX, "bibtex", "", "write the references as BibTeX instead")
	return s
}

// Run implements verb.Command.
func (o *Show) Run(ctx context.Context, e *batch.Env, args []string) error {
	if len(args) != 1 {
		return batch.Usagef("want the name of one measure")
	}
	m, err := measures.Parse(args[0])
	if err != nil {
		return verb.MeasureError(err)
	}
	if !o.BibTeX {
		_, err = fmt.Fprint(e.Stdout, CardText(m.Card(), inference.Describe(ctx, m), e.TextWidth()))
		return err
	}
	for _, r := range m.Card().References {
		if _, err := fmt.Fprintln(e.Stdout, BibTeX(r)); err != nil {
			return err
		}
	}
	return nil
}

// BibTeX renders a reference.
func BibTeX(r measures.Reference) string {
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

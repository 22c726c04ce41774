// Package measures lists the measures and explains them.
package measures

import (
	"context"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// List is the command that lists all families of measures.
type List struct{ Output batch.Output }

// NewList returns the command with its defaults.
func NewList() *List { return &List{} }

// Settings implements verb.Command.
func (l *List) Settings() *setting.Set {
	s := &setting.Set{}
	verb.RegisterTable(s, &l.Output)
	return s
}

// Schema implements verb.Tabular.
func (l *List) Schema(*batch.Env, []string) (*result.Schema, error) {
	return result.Measures.Schema, nil
}

// Run implements verb.Command.
func (l *List) Run(_ context.Context, e *batch.Env, args []string) error {
	if err := verb.NoArguments(args); err != nil {
		return err
	}
	out, err := e.OpenTable(&l.Output, result.Measures.Schema, nil)
	if err != nil {
		return err
	}
	defer out.Abort()
	for _, name := range measures.GroupedNames() {
		m, err := measures.Parse(name)
		if err != nil {
			return err // which no family's own name is
		}
		if err := out.Row(result.Measures.Cells(l.row(m.Card()))...); err != nil {
			return err
		}
	}
	return out.Commit(nil, nil)
}

// row describes a family. On a terminal its bounds are written as in formulas.
func (l *List) row(c measures.Card) result.Measure {
	r := result.Measure{
		Measure: c.Family, Perm: sides(c, measures.Permutation), Orth: sides(c, measures.Orthogonal), Linear: sides(c, measures.Linear),
		Scale: sides(c, measures.Scaling), Shift: sides(c, measures.Translation),
		Symmetric: yesNo(c.Symmetric), Gradient: yesNo(c.Differentiable), Moments: yesNo(c.FromMoments),
		Min: c.Min, Max: c.Max, Title: c.Title, Group: measures.GroupOf(c.Family),
	}
	if l.Output.Format == string(dataio.Text) {
		r.Min, r.Max = bound(c.Min), bound(c.Max)
	}
	return r
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

package measures

import (
	"context"
	"path"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Names is the command that says what names of other software stand for.
type Names struct{ Output batch.Output }

// NewNames returns the command with its defaults.
func NewNames() *Names { return &Names{} }

// Settings implements verb.Command.
func (o *Names) Settings() *setting.Set {
	s := &setting.Set{}
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *Names) Schema(*batch.Env, []string) (*result.Schema, error) {
	return result.MeasureNames.Schema, nil
}

// Run implements verb.Command.
func (o *Names) Run(_ context.Context, e *batch.Env, args []string) error {
	if len(args) > 1 {
		return batch.Usagef("%d patterns, want one at most", len(args))
	}
	rows, err := named(args)
	if err != nil {
		return err
	}
	out, err := e.OpenTable(&o.Output, result.MeasureNames.Schema, nil)
	if err != nil {
		return err
	}
	defer out.Abort()
	for _, r := range rows {
		if err := out.Row(result.MeasureNames.Cells(r)...); err != nil {
			return err
		}
	}
	return out.Commit(nil, nil)
}

// named returns the rows of the names that fit a pattern, or of the pattern itself where
// it is a name that no list has.
func named(args []string) ([]result.MeasureName, error) {
	var rows []result.MeasureName
	for _, section := range measures.ForeignSections {
		for _, name := range measures.ForeignNames(section.Name) {
			if len(args) > 0 && !fits(args[0], name) {
				continue
			}
			if f, ok := measures.ResolveForeign(name); ok {
				rows = append(rows, rowOf(f))
			}
		}
	}
	if len(rows) > 0 {
		return rows, nil
	}
	if f, ok := measures.ResolveForeign(args[0]); ok {
		return []result.MeasureName{rowOf(f)}, nil
	}
	return nil, batch.Usagef("no name fits %q", args[0])
}

// fits reports whether a name fits a pattern, or has it as a part. Case does not matter.
func fits(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	if strings.Contains(name, pattern) {
		return true
	}
	// A slash is nothing special in a name.
	flat := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(flat.Replace(pattern), flat.Replace(name))
	return ok && err == nil
}

func rowOf(f measures.Foreign) result.MeasureName {
	return result.MeasureName{Name: f.Name, Measure: f.Measure, Agreement: string(f.Agreement), Note: f.Note}
}

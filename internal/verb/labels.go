package verb

import (
	"simtool/internal/data"
	"simtool/internal/io"
)

// LabelTable renders a table of samples, such as labels or features, as a result of a
// schema.
func LabelTable(schema string, of *data.Table) *dataio.Table {
	t := &dataio.Table{Schema: schema}
	for _, c := range of.Columns {
		t.Columns = append(t.Columns, c.Name)
	}
	for i := range of.Rows() {
		row := make([]any, len(of.Columns))
		for j, c := range of.Columns {
			switch {
			case c.IsMissing(i):
			case c.Kind == data.Numeric:
				row[j] = c.Values[i]
			default:
				row[j] = c.Levels[c.Codes[i]]
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

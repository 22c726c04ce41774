package figure

import (
	"math"

	"simtool/internal/io"
	"simtool/internal/result"
)

// unfold makes the table of scores of a square matrix of named systems, which is drawn as
// those of all pairs are. The values of one that is too large to draw each are means over
// blocks of systems, named by the first of each.
func (r *Result) unfold() {
	s := r.square
	if s == nil {
		return
	}
	n := len(s.Names)
	block := (n + mostCells - 1) / mostCells
	measure := r.measureOfMatrix()
	t := &dataio.Table{Columns: []string{"x", "y", "measure", "value"}, Schema: result.Scores.Name}
	for i := 0; i < n; i += block {
		for j := 0; j < n; j += block {
			sum, count := 0.0, 0
			for a := i; a < min(n, i+block); a++ {
				for _, v := range s.Row(a)[j:min(n, j+block)] {
					if !math.IsNaN(v) {
						sum, count = sum+v, count+1
					}
				}
			}
			if count > 0 {
				t.Rows = append(t.Rows, []any{s.Names[i], s.Names[j], measure, sum / float64(count)})
			}
		}
	}
	r.Table, r.Array = t, nil
}

// measureOfMatrix returns the measure of a matrix, "value" where it is unknown.
func (r *Result) measureOfMatrix() string {
	if m := r.Measure(); m != "" {
		return m
	}
	if r.Manifest != nil {
		switch names := r.Manifest.Config["measures"].(type) {
		case string:
			return names
		case []any:
			if len(names) == 1 {
				if name, ok := names[0].(string); ok {
					return name
				}
			}
		}
	}
	return "value"
}

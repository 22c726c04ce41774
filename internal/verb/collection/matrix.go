package collection

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// matrixSuffixes are those of the files of square matrices.
var matrixSuffixes = []string{".csv", ".tsv"}

// square is a square matrix of named systems.
type square struct {
	names  []string
	values *mat.Dense
	source data.Source
}

// readSquare reads a square matrix from a table with a header and names of rows, or from
// numbers alone.
func readSquare(path string) (square, error) {
	wrong := func(format string, args ...any) (square, error) {
		return square{}, &data.InputError{Path: path, Found: fmt.Sprintf(format, args...), Wanted: "want a square matrix with a column for each row, as --matrix writes it"}
	}
	if ext := filepath.Ext(path); ext != ".csv" && ext != ".tsv" {
		d, err := dataio.Read(path, dataio.Options{Hash: true})
		if err != nil {
			return square{}, err
		}
		if d.Is3D() || d.Samples() != d.Width() {
			return wrong("%s", data.ShapeString(d.Shape))
		}
		names := d.Names
		for i := len(names); i < d.Width(); i++ {
			names = append(names, fmt.Sprint(i))
		}
		return square{names, mat.DenseCopyOf(d.Matrix()), d.Source}, nil
	}
	t, err := dataio.ReadTable(path, dataio.Options{})
	if err != nil {
		return square{}, err
	}
	n := len(t.Rows)
	if n < 1 || len(t.Columns) != n+1 {
		return wrong("%d rows and %d columns", n, len(t.Columns))
	}
	s := square{values: mat.NewDense(n, n, nil)}
	for i, row := range t.Rows {
		name := fmt.Sprint(row[0])
		if name != t.Columns[i+1] {
			return wrong("row %q where column %q is", name, t.Columns[i+1])
		}
		s.names = append(s.names, name)
		for j, cell := range row[1:] {
			v, ok := dataio.Float(cell)
			if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
				return wrong("%v for %s and %s, which is no number", cell, name, t.Columns[j+1])
			}
			s.values.Set(i, j, v)
		}
	}
	s.source, err = dataio.FileSource(path)
	return s, err
}

// distances returns a matrix of distances: symmetric, and 0 on the diagonal. Scores, which
// have 1 there, are refused, for nothing says which distance belongs to them.
func (s square) distances() (*mat.Dense, error) {
	n := len(s.names)
	largest := mat.Max(s.values)
	for i := range n {
		if math.Abs(s.values.At(i, i)) > 1e-9*math.Abs(largest) {
			return nil, &data.InputError{
				Path: s.source.Path, Found: fmt.Sprintf("%.4g on the diagonal", s.values.At(i, i)), Wanted: "want distances, 0 for a system with itself",
				Hint: "--measure says of which measure they are scores",
			}
		}
		for j := range i {
			if v := s.values.At(i, j); v < 0 {
				return nil, &data.InputError{Path: s.source.Path, Found: fmt.Sprintf("the distance %.4g of %s and %s", v, s.names[i], s.names[j]), Wanted: "want 0 or more"}
			}
		}
	}
	return symmetricPart(s.values), nil
}

// symmetricPart is the mean of a matrix and its mirror image, with a diagonal of 0.
func symmetricPart(m *mat.Dense) *mat.Dense {
	n, _ := m.Dims()
	d := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			if i != j {
				d.Set(i, j, (m.At(i, j)+m.At(j, i))/2)
			}
		}
	}
	return d
}

// inOrder returns the matrix with its systems in the order of names.
func (s square) inOrder(names []string) (square, error) {
	out := square{names: names, values: mat.NewDense(len(names), len(names), nil), source: s.source}
	places := make([]int, len(names))
	for i, name := range names {
		at := slices.Index(s.names, name)
		if at < 0 || len(s.names) != len(names) {
			return out, &data.InputError{
				Path: s.source.Path, Found: fmt.Sprintf("%s (%s)", data.Counted(len(s.names), "system"), firstOf(s.names)),
				Wanted: fmt.Sprintf("want the %d of this collection (%s)", len(names), firstOf(names)),
			}
		}
		places[i] = at
	}
	for i, a := range places {
		for j, b := range places {
			out.values.Set(i, j, s.values.At(a, b))
		}
	}
	return out, nil
}

func firstOf(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// write writes the matrix as a table with the names of rows and columns.
func (s square) write(to io.Writer, path string) error {
	schema := &result.Schema{Columns: []result.Column{{Name: "system"}}}
	for _, name := range s.names {
		schema.Columns = append(schema.Columns, result.Column{Name: name})
	}
	format := dataio.CSV
	if strings.HasSuffix(path, ".tsv") {
		format = dataio.TSV
	}
	w := batch.NewTableWriter(to, format, schema, 0)
	if err := w.Begin(schema.Names()); err != nil {
		return err
	}
	for i, name := range s.names {
		row := []any{name}
		for _, v := range s.values.RawRowView(i) {
			row = append(row, v)
		}
		if err := w.Row(row...); err != nil {
			return err
		}
	}
	return w.Close()
}

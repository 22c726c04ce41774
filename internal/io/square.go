package dataio

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/data"
)

// A Square is a matrix of named systems: the value of system i with system j. A value that
// is not known is NaN.
type Square struct {
	Names  []string
	Values []float64 // row by row
	Source data.Source
}

// SquareSuffixes are those of the files of square matrices.
var SquareSuffixes = []string{".csv", ".tsv", ".npy"}

// NewSquare returns a matrix without values.
func NewSquare(names []string) *Square {
	s := &Square{Names: names, Values: make([]float64, len(names)*len(names))}
	for i := range s.Values {
		s.Values[i] = math.NaN()
	}
	return s
}

// At returns the value of system i with system j.
func (s *Square) At(i, j int) float64 { return s.Values[i*len(s.Names)+j] }

// Set sets it.
func (s *Square) Set(i, j int, v float64) { s.Values[i*len(s.Names)+j] = v }

// Row returns the values of a system with all, in the memory of the matrix.
func (s *Square) Row(i int) []float64 { return s.Values[i*len(s.Names) : (i+1)*len(s.Names)] }

// NamesSuffix is that of a file with names of what is in an array beside it.
const NamesSuffix = ".names.txt"

// NamesBeside is the file with the names of what the rows of an array are, one a line:
// layers.names.txt for layers.npy.
func NamesBeside(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + NamesSuffix
}

// SquareHasNamesBeside reports whether the names of a matrix in such a file stand in a file
// of their own.
func SquareHasNamesBeside(path string) bool { return filepath.Ext(path) == ".npy" }

// EncodeSquare writes a matrix in the form that the suffix of its file asks for: an array,
// or a table whose first column and header are the names. A value that is not known is an
// empty cell, in an array NaN.
func EncodeSquare(w io.Writer, path string, s *Square) error {
	if SquareHasNamesBeside(path) {
		return EncodeNPY(w, Float64, s.Values, len(s.Names), len(s.Names))
	}
	format := CSV
	if filepath.Ext(path) == ".tsv" {
		format = TSV
	}
	t := NewTableWriter(w, format, "", TableOptions{})
	if err := t.Begin(append([]string{"system"}, s.Names...)); err != nil {
		return err
	}
	row := make([]any, 1+len(s.Names))
	for i, name := range s.Names {
		row[0] = name
		for j, v := range s.Row(i) {
			if row[1+j] = v; math.IsNaN(v) {
				row[1+j] = nil
			}
		}
		if err := t.Row(row...); err != nil {
			return err
		}
	}
	return t.Close()
}

// EncodeNames writes the names of a matrix, one a line.
func EncodeNames(w io.Writer, s *Square) error {
	_, err := io.WriteString(w, strings.Join(s.Names, "\n")+"\n")
	return err
}

// ReadSquare reads a square matrix: a table with a header and names of rows, or an array,
// whose names stand beside it or are numbers. Errors are *data.InputError.
func ReadSquare(path string) (*Square, error) {
	if ext := filepath.Ext(path); ext != ".csv" && ext != ".tsv" {
		d, err := Read(path, Options{Hash: true, Missing: MissingKeep})
		if err != nil {
			return nil, err
		}
		if d.Is3D() || d.Samples() != d.Width() {
			return nil, noSquare(path, "%s", data.ShapeString(d.Shape))
		}
		s := &Square{Names: d.Names, Values: d.Values, Source: d.Source}
		for i := len(s.Names); i < d.Width(); i++ {
			s.Names = append(s.Names, fmt.Sprint(i))
		}
		return s, nil
	}
	t, err := ReadTable(path, Options{})
	if err != nil {
		return nil, err
	}
	s, err := squareOf(path, t)
	if err == nil {
		s.Source, err = FileSource(path)
	}
	return s, err
}

func noSquare(path, format string, args ...any) error {
	return &data.InputError{Path: path, Found: fmt.Sprintf(format, args...), Wanted: "want a square matrix with a column for each row, as --matrix writes it"}
}

// squareOf returns the matrix of a table.
func squareOf(path string, t *Table) (*Square, error) {
	n := len(t.Rows)
	if n < 1 || len(t.Columns) != n+1 {
		return nil, noSquare(path, "%d rows and %d columns", n, len(t.Columns))
	}
	s := NewSquare(slices.Clone(t.Columns[1:]))
	for i, row := range t.Rows {
		if name := fmt.Sprint(row[0]); name != s.Names[i] {
			return nil, noSquare(path, "row %q where column %q is", name, s.Names[i])
		}
		for j, cell := range row[1:] {
			v, ok := Float(cell)
			if !ok {
				return nil, noSquare(path, "%v for %s and %s, which is no number", cell, s.Names[i], s.Names[j])
			}
			s.Set(i, j, v)
		}
	}
	return s, nil
}

// SquareOf returns the square matrix that a table is, nil for other tables.
func SquareOf(t *Table) *Square {
	s, err := squareOf("", t)
	if err != nil {
		return nil
	}
	return s
}

// Missing returns two systems without a value, ok where there are any.
func (s *Square) Missing() (i, j int, ok bool) {
	at := slices.IndexFunc(s.Values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if at < 0 {
		return 0, 0, false
	}
	return at / len(s.Names), at % len(s.Names), true
}

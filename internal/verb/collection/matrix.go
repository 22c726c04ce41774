package collection

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
)

// square is a square matrix of named systems.
type square struct {
	names  []string
	values *mat.Dense
	source data.Source
}

// readSquare reads a square matrix. A value that is missing is refused.
func readSquare(path string) (square, error) {
	s, err := dataio.ReadSquare(path)
	if err != nil {
		return square{}, err
	}
	if i, j, ok := s.Missing(); ok {
		return square{}, &data.InputError{Path: path, Found: fmt.Sprintf("%v for %s and %s, which is no number", s.At(i, j), s.Names[i], s.Names[j]), Wanted: "and a collection needs those of all pairs"}
	}
	n := len(s.Names)
	return square{s.Names, mat.NewDense(n, n, s.Values), s.Source}, nil
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

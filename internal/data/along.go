package data

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Along is data with one element for each sample of the systems: labels, groups,
// names, a table of features, a matrix of distances. It refers to a variable, which
// gets a new value without the samples that are left out; the old value does not
// change.
type Along struct {
	Path string // its source, for messages; may be empty
	Name string // the name of its elements, such as "labels"
	Len  int    // the number of elements

	sel func(rows []int)
}

// AlongSlice is a list with one element for each sample.
func AlongSlice[T any](path, name string, s *[]T) Along {
	return Along{Path: path, Name: name, Len: len(*s), sel: func(rows []int) { *s = pick(*s, rows) }}
}

// AlongTable is a table with one row for each sample.
func AlongTable(name string, t **Table) Along {
	return Along{Path: (*t).Source.Path, Name: name, Len: (*t).Rows(), sel: func(rows []int) { *t = (*t).Select(rows) }}
}

// AlongSquare is a matrix with a row and a column for each sample. Only the number of
// rows is checked here; the user of the matrix checks that it is square.
func AlongSquare(path, name string, m **mat.Dense) Along {
	n, width := (*m).Dims()
	return Along{Path: path, Name: name, Len: n, sel: func(rows []int) {
		if width != n {
			return
		}
		out := mat.NewDense(len(rows), len(rows), nil)
		for i, a := range rows {
			for j, b := range rows {
				out.Set(i, j, (*m).At(a, b))
			}
		}
		*m = out
	}}
}

// check refuses data that do not have one element for each of n units.
func (a Along) check(n int, unit Unit, of string) error {
	if a.Len == n {
		return nil
	}
	return &InputError{
		Path: a.Path, Found: fmt.Sprintf("%d %s", a.Len, a.Name),
		Wanted: fmt.Sprintf("want one for each of the %d %s of %s", n, unit, of),
	}
}

// pick returns some elements of a list, in the order of their numbers.
func pick[T any](s []T, at []int) []T {
	out := make([]T, len(at))
	for k, i := range at {
		out[k] = s[i]
	}
	return out
}

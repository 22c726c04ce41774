package data

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Along is something that runs along the samples of systems: labels, groups,
// names, a table of features, a matrix of distances. It refers to a variable,
// which gets a new value without the samples that are left out; the old value
// is not written to.
type Along struct {
	Path string // where it comes from, for messages; may be empty
	What string // what there is one of for each sample, such as "labels"
	Len  int    // how many there are

	sel func(rows []int)
}

// AlongSlice is a list with one element for each sample.
func AlongSlice[T any](path, what string, s *[]T) Along {
	return Along{Path: path, What: what, Len: len(*s), sel: func(rows []int) { *s = pick(*s, rows) }}
}

// AlongTable is a table with one row for each sample.
func AlongTable(what string, t **Table) Along {
	return Along{Path: (*t).Source.Path, What: what, Len: (*t).Rows(), sel: func(rows []int) { *t = (*t).Select(rows) }}
}

// AlongSquare is a matrix with a row and a column for each sample. Its number of
// rows counts: that it is square is checked where it is used.
func AlongSquare(path, what string, m **mat.Dense) Along {
	n, width := (*m).Dims()
	return Along{Path: path, What: what, Len: n, sel: func(rows []int) {
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

// check refuses what does not have one element for each of n units.
func (a Along) check(n int, unit Unit, of string) error {
	if a.Len == n {
		return nil
	}
	return &InputError{
		Path: a.Path, Found: fmt.Sprintf("%d %s", a.Len, a.What),
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

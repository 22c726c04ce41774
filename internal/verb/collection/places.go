package collection

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// placed says which samples of the mean the samples of each system are.
type placed struct {
	names   []string // of the samples of the mean, "" where files have none
	from    [][]int  // rows of each system that have values
	to      [][]int  // and which samples they are
	missing string   // the first system that lacks a sample or has another order, "" for none
}

// placeSamples joins the samples of the systems: by name, in the order of the first system,
// with those that it lacks behind; without names by position. A sample without a value for
// some feature is missing from its system.
func (r *run) placeSamples() (*placed, error) {
	first := r.held[r.args[0]]
	n := first.Samples()
	p := &placed{}
	names := func(d *data.Dataset) []string {
		if d.Is3D() || len(d.Names) != d.Samples() {
			return nil
		}
		return d.Names
	}
	named := names(first) != nil
	if named {
		p.names = slices.Clone(first.Names)
	} else {
		p.names = make([]string, n)
	}
	place := map[string]int{}
	for i, name := range p.names {
		place[name] = i
	}
	for _, path := range r.args {
		d := r.held[path]
		if (names(d) != nil) != named || !named && (d.Samples() != n || !slices.Equal(d.Names, first.Names)) {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("%d samples that are not those of %s by name", d.Samples(), r.args[0]), Wanted: "want the same samples for --mean, or a name for each"}
		}
		x := d.Matrix()
		var from, to []int
		for i := range d.Samples() {
			at := i
			if named {
				var known bool
				if at, known = place[d.Names[i]]; !known {
					at = len(p.names)
					place[d.Names[i]] = at
					p.names = append(p.names, d.Names[i])
				}
			}
			if !slices.ContainsFunc(x.RawRowView(i), func(v float64) bool { return v-v != 0 }) {
				from, to = append(from, i), append(to, at)
			}
		}
		p.from, p.to = append(p.from, from), append(p.to, to)
	}
	for k, to := range p.to {
		if p.missing == "" && (len(to) != len(p.names) || !slices.IsSorted(to)) {
			p.missing = r.args[k]
		}
	}
	return p, nil
}

// someRows returns some rows of a matrix.
func someRows(x *mat.Dense, rows []int) *mat.Dense {
	_, p := x.Dims()
	out := mat.NewDense(len(rows), p, nil)
	for k, i := range rows {
		copy(out.RawRowView(k), x.RawRowView(i))
	}
	return out
}

package collection

import (
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// mean finds the mean of the systems and writes it.
func (r *run) mean(files *batch.FileSet) error {
	if r.o.Mean == "" {
		return nil
	}
	first := r.held[r.args[0]]
	for _, path := range r.args {
		if d := r.held[path]; !slices.Equal(d.Names, first.Names) || !r.o.Input.Policy().Refuses() {
			return &data.InputError{Path: path, Found: "samples that are missing or in another order", Wanted: "want the samples of " + r.args[0] + " for --mean"}
		}
	}
	var arrays []dataio.NamedArray
	add := func(name string, m *mat.Dense) {
		n, p := m.Dims()
		arrays = append(arrays, dataio.NamedArray{Name: name, Values: m.RawMatrix().Data, Shape: []int{n, p}})
	}
	if rdm, ok := measures.As[measures.OfDissimilarities](r.of); ok {
		var all []*mat.Dense
		for _, path := range r.args {
			s, err := measures.NewSystem(r.held[path])
			if err != nil {
				return err
			}
			d, err := rdm.MeanedRDM(s)
			if err != nil {
				return &data.InputError{Path: path, Found: err.Error(), Wanted: "and a mean needs the dissimilarities of all systems"}
			}
			all = append(all, d)
		}
		add("mean", collection.MeanRDM(all))
		row := blank("mean")
		row.Note = "the mean of the dissimilarities, each system's divided by the root of its mean square"
		if err := r.row(row); err != nil {
			return err
		}
	} else if err := r.procrustes(add, first); err != nil {
		return err
	}
	return files.Add(r.o.Mean, func(w io.Writer) error { return dataio.EncodeNPZ(w, dataio.Float64, arrays) })
}

// procrustes writes the mean under rotations, and what it says.
func (r *run) procrustes(add func(name string, m *mat.Dense), first *data.Dataset) error {
	var all []*mat.Dense
	for _, path := range r.args {
		all = append(all, r.held[path].Matrix())
	}
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	start, _ := collection.Medoid(r.d, places)
	unit := r.of.Card().X.Has(measures.Scaling)
	m, err := collection.Procrustes(all, start, unit)
	if err != nil {
		return err
	}
	add("mean", m.Mean)
	for k, a := range m.Aligned {
		add(fmt.Sprintf("aligned_%d", k), a)
	}
	row := blank("mean")
	row.Item, row.Value, row.Beside = len(all), m.Objective(), m.Explained()
	row.Note = fmt.Sprintf("mean under rotations, of systems as they are, after %d turns from %s", m.Steps, r.names[start])
	if unit {
		row.Note = fmt.Sprintf("mean under rotations, of systems scaled to norm 1, after %d turns from %s", m.Steps, r.names[start])
	}
	if err := r.row(row); err != nil {
		return err
	}
	for k, v := range m.Residuals {
		row := blank("residual")
		row.System, row.Value, row.Beside = r.names[k], v/m.Squares[k], v
		if err := r.row(row); err != nil {
			return err
		}
	}
	for i, v := range m.Stimuli {
		row := blank("stimulus")
		row.Item, row.Value = i, v
		if len(first.Names) == len(m.Stimuli) {
			row.System = first.Names[i]
		}
		if err := r.row(row); err != nil {
			return err
		}
	}
	tangent, shares, err := m.Tangent(r.o.Dimensions)
	if err != nil {
		return err
	}
	for k, name := range r.names {
		for c, share := range shares {
			row := blank("tangent")
			row.System, row.Item, row.Value, row.Beside = name, c+1, tangent.At(k, c), share
			if err := r.row(row); err != nil {
				return err
			}
		}
	}
	return nil
}

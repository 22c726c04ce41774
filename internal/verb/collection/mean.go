package collection

import (
	"errors"
	"fmt"
	"io"

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
	p, err := r.placeSamples()
	if err != nil {
		return err
	}
	var arrays []dataio.NamedArray
	add := func(name string, m *mat.Dense) {
		n, p := m.Dims()
		arrays = append(arrays, dataio.NamedArray{Name: name, Values: m.RawMatrix().Data, Shape: []int{n, p}})
	}
	if rdm, ok := measures.As[measures.OfDissimilarities](r.of); ok {
		if err := r.dissimilarities(rdm, add, p); err != nil {
			return err
		}
	} else if err := r.procrustes(add, p); err != nil {
		return err
	}
	return files.Add(r.o.Mean, func(w io.Writer) error { return dataio.EncodeNPZ(w, dataio.Float64, arrays) })
}

// dissimilarities writes the mean of the matrices of dissimilarities.
func (r *run) dissimilarities(rdm measures.OfDissimilarities, add func(name string, m *mat.Dense), p *placed) error {
	var all []*mat.Dense
	for k, path := range r.args {
		d := r.held[path]
		if p.missing != "" && len(p.from[k]) < d.Samples() {
			if d.Is3D() || len(p.from[k]) < 3 {
				return &data.InputError{Path: path, Found: fmt.Sprintf("%d samples with values of %d", len(p.from[k]), d.Samples()), Wanted: "want 2-d data with three or more for a mean of dissimilarities"}
			}
			d = d.Select(p.from[k])
		}
		s, err := measures.NewSystem(d)
		if err != nil {
			return err
		}
		one, err := rdm.MeanedRDM(s)
		if err != nil {
			return &data.InputError{Path: path, Found: err.Error(), Wanted: "and a mean needs the dissimilarities of all systems"}
		}
		all = append(all, one)
	}
	row := blank("mean")
	row.Note = "the mean of the dissimilarities, each system's divided by the root of its mean square"
	if p.missing == "" {
		add("mean", collection.MeanRDM(all))
		return r.row(row)
	}
	mean, unseen := collection.MeanRDMPartial(all, p.to, len(p.names))
	add("mean", mean)
	row.Note += fmt.Sprintf("; of %d samples, those that %s lacks behind, and of each pair over the systems that have both", len(p.names), r.names[0])
	if unseen > 0 {
		row.Note += fmt.Sprintf("; %s are in no system (NaN)", data.Counted(unseen, "pair"))
	}
	return r.row(row)
}

// procrustes writes the mean under rotations, and what it says.
func (r *run) procrustes(add func(name string, m *mat.Dense), p *placed) error {
	var all []*mat.Dense
	for k, path := range r.args {
		x := mat.DenseCopyOf(r.held[path].Matrix())
		if p.missing != "" {
			x = someRows(x, p.from[k])
		}
		all = append(all, x)
	}
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	start, _ := collection.Medoid(r.d, places)
	unit := r.of.Card().X.Has(measures.Scaling)
	var m *collection.Mean
	var err error
	if p.missing == "" {
		m, err = collection.Procrustes(all, start, unit)
	} else {
		m, err = collection.ProcrustesPartial(all, p.to, len(p.names), start, unit)
	}
	if errors.Is(err, collection.ErrApart) {
		return &data.InputError{Path: r.args[start], Found: err.Error(), Wanted: "want two samples or more that a system shares with the others for --mean"}
	}
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
	if p.missing != "" {
		row.Note += fmt.Sprintf("; of %d samples, which some systems lack, and with a translation of each system", len(p.names))
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
		row.System = p.names[i]
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

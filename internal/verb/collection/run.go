package collection

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/stats"
	"simtool/internal/verb"
	"simtool/internal/verb/score"
)

// run is one run of the command.
type run struct {
	o    *Options
	ctx  context.Context
	env  *batch.Env
	args []string

	measure string
	names   []string
	scores  square     // of systems; nothing for a matrix of distances that was read
	d       *mat.Dense // distances
	notes   []string   // of the matrix
	others  [][]collection.Join
	sources []data.Source
	held    map[string]*data.Dataset // systems, by file
	of      measures.Named
	out     *batch.Table
}

// write compares the systems and writes what the matrix says.
func (r *run) write() error {
	inputs := slices.Clone(r.args)
	for _, path := range []string{r.o.Groups, r.o.Mantel, r.o.Given} {
		if path != "" {
			inputs = append(inputs, path)
		}
	}
	if r.o.Output.ToFile() {
		if err := batch.RemoveUnfinished(r.o.Output.Path); err != nil { // by a killed run
			return err
		}
	}
	out, err := r.env.OpenTable(&r.o.Output, result.Collections.Schema, inputs)
	if err != nil {
		return err
	}
	defer out.Abort()
	r.out = out
	if len(r.args) == 1 {
		err = r.readMatrix(r.args[0])
	} else {
		err = r.compare()
	}
	if err != nil {
		return err
	}
	files := r.env.NewFileSet(r.o.Output.Force, inputs)
	defer files.Abort()
	if err := r.writeMatrix(files); err != nil {
		return err
	}
	mean := func() error { return r.mean(files) }
	for _, part := range []func() error{r.whole, r.maps, r.tree, r.clusters, r.neighbours, r.dimensions, r.path, r.groups, r.mantel, mean} {
		if err := part(); err != nil {
			return err
		}
	}
	if r.o.Matrix != "" || r.o.Mean != "" {
		if err := files.Commit(r.sources, nil); err != nil {
			return err
		}
	}
	return out.Commit(r.sources, nil)
}

// row writes a row.
func (r *run) row(row result.Collection) error {
	row.Measure = r.measure
	return r.out.Row(result.Collections.Cells(row)...)
}

// blank is a row of an aspect without numbers.
func blank(aspect string) result.Collection {
	return result.Collection{Aspect: aspect, Item: -1, Value: math.NaN(), Beside: math.NaN(), PValue: math.NaN()}
}

// readMatrix takes the distances from a file. Where the measure is said whose scores they
// are, scores become distances.
func (r *run) readMatrix(path string) error {
	s, err := readSquare(path)
	if err != nil {
		return err
	}
	r.sources = append(r.sources, s.source)
	r.names = s.names
	if set := r.env.Setting("measure"); set != nil && set.Set {
		m, err := r.parse()
		if err != nil {
			return err
		}
		r.measure = m.Name
		return r.fromScores(s, m)
	}
	r.notes = append(r.notes, "distances as they were read")
	r.d, err = s.distances()
	return r.atLeastThree(path, err)
}

func (r *run) atLeastThree(path string, err error) error {
	if err == nil && len(r.names) < 3 {
		err = &data.InputError{Path: path, Found: data.Counted(len(r.names), "system"), Wanted: "want three or more"}
	}
	return err
}

func (r *run) parse() (measures.Named, error) {
	named, err := verb.ParseMeasures([]string{r.o.Measure}, r.env.Seed)
	if err != nil {
		return measures.Named{}, err
	}
	if len(named) != 1 {
		return measures.Named{}, batch.Usagef("--measure %s: %d measures, want one", r.o.Measure, len(named))
	}
	return named[0], nil
}

// fromScores makes distances of scores.
func (r *run) fromScores(s square, m measures.Named) error {
	g := measures.GeometryOf(m)
	note := "distances are " + g.Name
	if !g.Metric {
		note += ", of which nothing says that it is a metric"
	}
	if !m.Card().Symmetric {
		note += "; the mean of both directions"
	}
	r.notes = append(r.notes, note)
	symmetric := mat.NewDense(len(s.names), len(s.names), nil)
	symmetric.Apply(func(i, j int, v float64) float64 { return g.Distance((v + s.values.At(j, i)) / 2) }, s.values)
	r.d = symmetricPart(symmetric)
	return r.atLeastThree(s.source.Path, nil)
}

// compare scores all pairs, and for the support of the tree all pairs without each block
// of samples.
func (r *run) compare() error {
	m, err := r.parse()
	if err != nil {
		return err
	}
	r.measure, r.names = m.Name, r.args
	if twice := verb.Repeated(r.args); twice != "" {
		return batch.Usagef("%s is given twice: each system has one place", twice)
	}
	var first *data.Dataset
	held := map[string]*data.Dataset{}
	r.held, r.of = held, m
	if err := r.o.Input.Of(r.args...); err != nil {
		return err
	}
	read := r.o.Input.Reader(r.env, r.o.Output.ToFile())
	for _, path := range r.args {
		d, err := read(path)
		if err != nil {
			return err
		}
		if first == nil {
			first = d
		}
		held[path] = d
	}
	if r.scores, err = r.scored(m, func(path string) (*data.Dataset, error) { return held[path], nil }, true); err != nil {
		return err
	}
	if err := r.fromScores(r.scores, m); err != nil {
		return err
	}
	return r.support(m, first, held)
}

// scored returns the matrix of scores of what read returns of each system.
func (r *run) scored(m measures.Named, read func(path string) (*data.Dataset, error), first bool) (square, error) {
	o := score.New()
	o.Measures, o.AllPairs, o.Inference.Mode, o.MaxMemory = []string{m.Name}, true, "none", r.o.MaxMemory
	o.Input, o.Read = r.o.Input, read
	t, sources, err := o.Table(r.ctx, r.env, r.args)
	if err != nil {
		return square{}, err
	}
	if first {
		r.sources = append(r.sources, sources...)
	}
	n := len(r.names)
	place := map[string]int{}
	for i, name := range r.names {
		place[name] = i
	}
	s := square{names: r.names, values: mat.NewDense(n, n, nil)}
	x, y, value, failed, warning := t.Index("x"), t.Index("y"), t.Index("value"), t.Index("error"), t.Index("warning")
	var warned []string
	for _, row := range t.Rows {
		if text, _ := row[failed].(string); text != "" {
			return square{}, &data.InputError{Path: fmt.Sprint(row[y]), Found: text, Wanted: "and a collection needs the scores of all pairs"}
		}
		i, j := place[fmt.Sprint(row[x])], place[fmt.Sprint(row[y])]
		v, _ := dataio.Float(row[value])
		s.values.Set(i, j, v)
		if m.Card().Symmetric {
			s.values.Set(j, i, v)
		}
		if text, _ := row[warning].(string); text != "" && first && !slices.Contains(warned, text) {
			warned = append(warned, text)
		}
	}
	if len(warned) > 0 {
		r.notes = append(r.notes, fmt.Sprintf("%s of pairs, such as: %s", data.Counted(len(warned), "warning"), warned[0]))
	}
	return s, nil
}

// writeMatrix writes the scores.
func (r *run) writeMatrix(files *batch.FileSet) error {
	if r.o.Matrix == "" {
		return nil
	}
	return files.AddSquare(r.o.Matrix, &dataio.Square{Names: r.scores.names, Values: r.scores.values.RawMatrix().Data})
}

// rng is the stream of a permutation test.
func (r *run) rng(name string) *rand.Rand { return stats.Stream(r.env.Seed, "collection "+name) }

// labels reads the label of each system.
func (r *run) labels() ([]string, error) {
	text, err := r.env.ReadSmall(r.o.Groups, "the labels of systems")
	if err != nil {
		return nil, err
	}
	given := map[string]string{}
	var plain []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, label, two := strings.Cut(line, "\t")
		if !two {
			name, label, two = strings.Cut(line, ",")
		}
		if two {
			given[strings.TrimSpace(name)] = strings.TrimSpace(label)
		} else {
			plain = append(plain, line)
		}
	}
	if len(given) == 0 && len(plain) == len(r.names) {
		return plain, nil
	}
	labels := make([]string, len(r.names))
	for i, name := range r.names {
		label, ok := given[name]
		if !ok {
			return nil, &data.InputError{
				Path: r.o.Groups, Found: fmt.Sprintf("no label for %s", name),
				Wanted: fmt.Sprintf("want one for each of %d systems: a label to a line, in their order, or two columns, system and label", len(r.names)),
			}
		}
		labels[i] = label
	}
	return labels, nil
}

package batch

import (
	"fmt"
	"io"
	"math"
	"slices"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// isSquare reports whether a companion is a square matrix.
func (b *Companion) isSquare() bool { return b.Schema == result.Matrices }

// SquarePiece is the part of an item in a square matrix: values of pairs of systems, each
// with their numbers.
type SquarePiece []float64

// Add adds the value of system i with system j.
func (p *SquarePiece) Add(i, j int, v float64) { *p = append(*p, float64(i), float64(j), v) }

// Piece is the part as an item has it.
func (p SquarePiece) Piece() Piece {
	return Piece{Arrays: []dataio.NamedArray{{Values: p, Shape: []int{len(p) / 3, 3}}}}
}

// paths are the files of a companion: the names of the systems of a matrix stand in a file
// of their own where it has no place for them.
func (b *Companion) paths() []string {
	if b.isSquare() && dataio.SquareHasNamesBeside(b.Path) {
		return []string{b.Path, dataio.NamesBeside(b.Path)}
	}
	return []string{b.Path}
}

func (w *companionWriter) beginSquare() error {
	w.square = dataio.NewSquare(w.of.Square)
	w.info.Schema = w.of.Schema.Name
	for _, path := range w.of.paths() {
		if err := w.files.check(path); err != nil {
			return err
		}
	}
	w.files.IsTable(w.of.Path, w.of.Schema)
	return nil
}

// addCells takes the values of a piece.
func (w *companionWriter) addCells(p Piece) error {
	w.info.Rows.Add(1)
	n := len(w.square.Names)
	for _, a := range p.Arrays {
		for at := 0; at+3 <= len(a.Values); at += 3 {
			i, j := int(a.Values[at]), int(a.Values[at+1])
			if i < 0 || i >= n || j < 0 || j >= n {
				return &data.InputError{Found: fmt.Sprintf("the value of systems %d and %d of %d", i, j, n), Wanted: "want what an interrupted run left"}
			}
			w.square.Set(i, j, a.Values[at+2])
		}
	}
	return nil
}

func (w *companionWriter) finishSquare() error { return w.files.AddSquare(w.of.Path, w.square) }

// AddSquare writes a square matrix of the set, and its names where they stand beside it.
func (s *FileSet) AddSquare(path string, m *dataio.Square) error {
	s.IsTable(path, result.Matrices)
	if err := s.Add(path, func(to io.Writer) error { return dataio.EncodeSquare(to, path, m) }); err != nil {
		return err
	}
	if !dataio.SquareHasNamesBeside(path) {
		return nil
	}
	return s.Add(dataio.NamesBeside(path), func(to io.Writer) error { return dataio.EncodeNames(to, m) })
}

// alone returns the companion that is the result of a job, nil where that is a table.
func (j *Job) alone() *Companion {
	i := slices.IndexFunc(j.Companions, func(b *Companion) bool { return b.Alone })
	if i < 0 {
		return nil
	}
	return j.Companions[i]
}

// openResult opens the table of a job, which is nowhere where a companion stands in its
// place.
func (e *Env) openResult(o *Output, schema *result.Schema, inputs []string, alone *Companion) (*Table, error) {
	if alone == nil {
		return e.OpenTable(o, schema, inputs)
	}
	return &Table{schema: schema, files: e.NewFileSet(o.Force, inputs), table: nowhere{}}, nil
}

// nowhere is a table that is not written.
type nowhere struct{}

func (nowhere) Begin([]string) error { return nil }
func (nowhere) Row(...any) error     { return nil }
func (nowhere) Close() error         { return nil }

// mergeSquare puts the matrices of parts together: each has the values of its items, and no
// others.
func mergeSquare(b *Companion, pieces []*PartFile, files *FileSet) (*companionWriter, error) {
	w := &companionWriter{of: b, files: files, info: &dataio.CompanionInfo{Path: b.Path, Schema: b.Schema.Name, Rows: dataio.RowRuns{}}}
	for _, p := range pieces {
		one, err := dataio.ReadSquare(p.Path)
		if err != nil {
			return nil, err
		}
		output, err := p.Written(one.Source)
		if err != nil {
			return nil, err
		}
		files.manifest.Parts = append(files.manifest.Parts, output)
		if w.square == nil {
			w.square = dataio.NewSquare(one.Names)
		}
		if !slices.Equal(one.Names, w.square.Names) {
			return nil, &data.InputError{Path: p.Path, Found: "other systems than in " + pieces[0].Path, Wanted: "want parts of one batch"}
		}
		for at, v := range one.Values {
			if !math.IsNaN(v) {
				w.square.Values[at] = v
			}
		}
	}
	return w, w.finishSquare()
}

// AreAlone reports whether parts of a batch are matrices without a table.
func AreAlone(paths []string) bool {
	m, err := dataio.ReadManifest(paths[0] + dataio.ManifestSuffix)
	return err == nil && m.Batch != nil && m.Batch.Alone != ""
}

// mergeAlone puts together parts of which a matrix is all that there is.
func (e *Env) mergeAlone(parts []*PartFile, order []Part, o *Output) error {
	setting := order[0].Alone
	b := &Companion{Setting: setting, Path: o.Path, Schema: result.Matrices}
	if !o.ToFile() {
		return Usagef("the parts are matrices, want --output FILE")
	}
	if err := WantSuffix(o.Path, dataio.SquareSuffixes...); err != nil {
		return err
	}
	if err := RemoveUnfinished(b.paths()...); err != nil { // what a killed merge has left goes
		return err
	}
	info := mergedBatch(order)
	info.Alone = setting
	files := e.NewFileSet(o.Force, paths(parts))
	defer files.Abort()
	w, err := mergeSquare(b, parts, files)
	if err != nil {
		return err
	}
	EachItem(order, func(int) { w.info.Rows.Add(1) })
	info.Companions = map[string]*dataio.CompanionInfo{setting: w.info}
	sources, err := MergedInputs(parts)
	if err != nil {
		return err
	}
	describe(files.manifest, parts[0].Manifest, info)
	files.manifest.Config[setting] = o.Path
	for _, p := range parts {
		for _, warning := range p.Manifest.Warnings {
			files.Warn(warning)
		}
	}
	_, total := info.Rows.Totals()
	var outcome error
	if info.Failed > 0 {
		outcome = &PartialError{Failed: info.Failed, Total: total, Items: info.What}
	}
	if err := files.Commit(sources, outcome); err != nil {
		return err
	}
	return outcome
}

func paths(parts []*PartFile) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.Path)
	}
	return out
}

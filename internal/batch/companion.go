package batch

import (
	"bufio"
	"io"
	"path/filepath"

	"simtool/internal/io"
	"simtool/internal/result"
)

// Companion is a file beside the table of a job, of which every item has a part: a
// table, an archive of arrays, or a square matrix. It is kept, written and merged with the
// table.
type Companion struct {
	Setting string // that names the file
	Path    string
	Schema  *result.Schema // of a table or a matrix, nil for an archive
	Square  []string       // the systems of a matrix, nil for another file
	// Alone says that the file is the result, and no table is written. Its name is that
	// of the output, and parts of a batch are known by it.
	Alone bool
	// Last returns arrays that stand behind those of the items and are the same for
	// every part; nil for none.
	Last func() ([]dataio.NamedArray, error)
}

// suffix is that of the file.
func (b *Companion) suffix() string {
	if b.isSquare() {
		return filepath.Ext(b.Path)
	}
	if b.Schema != nil {
		return ".csv"
	}
	return ".npz"
}

// companionPaths are the files beside the table.
func (j *Job) companionPaths() []string {
	var paths []string
	for _, b := range j.Companions {
		paths = append(paths, b.paths()...)
	}
	return paths
}

// companionWriter writes a companion.
type companionWriter struct {
	of     *Companion
	info   *dataio.CompanionInfo
	files  *FileSet
	table  dataio.TableWriter // of a table
	buffer *bufio.Writer
	arrays []dataio.NamedArray // of an archive
	square *dataio.Square      // of a matrix
}

// newCompanionWriter begins a file beside a table.
func newCompanionWriter(b *Companion, files *FileSet) (*companionWriter, error) {
	w := &companionWriter{of: b, files: files, info: &dataio.CompanionInfo{Path: b.Path, Rows: dataio.RowRuns{}}}
	if b.isSquare() {
		return w, w.beginSquare()
	}
	if b.Schema == nil {
		return w, files.check(b.Path)
	}
	w.info.Schema = b.Schema.Name
	files.IsTable(b.Path, b.Schema)
	f, err := files.Create(b.Path)
	if err != nil {
		return nil, err
	}
	w.buffer = bufio.NewWriterSize(f, 1<<16)
	w.table = NewTableWriter(w.buffer, dataio.CSV, b.Schema, 0)
	return w, w.table.Begin(b.Schema.Names())
}

// add adds the piece of the next item.
func (w *companionWriter) add(p Piece) error {
	if w.square != nil {
		return w.addCells(p)
	}
	if w.table == nil {
		w.info.Rows.Add(len(p.Arrays))
		w.arrays = append(w.arrays, p.Arrays...)
		return nil
	}
	w.info.Rows.Add(len(p.Rows))
	for _, row := range p.Rows {
		if err := w.table.Row(row...); err != nil {
			return err
		}
	}
	return nil
}

// finish completes the file.
func (w *companionWriter) finish() error {
	if w.square != nil {
		return w.finishSquare()
	}
	if w.table != nil {
		if err := w.table.Close(); err != nil {
			return err
		}
		return w.buffer.Flush()
	}
	if w.of.Last != nil {
		last, err := w.of.Last()
		if err != nil {
			return err
		}
		w.info.Last = len(last)
		w.arrays = append(w.arrays, last...)
	}
	return w.files.Add(w.of.Path, func(to io.Writer) error { return dataio.EncodeNPZ(to, dataio.Float64, w.arrays) })
}

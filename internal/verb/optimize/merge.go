package optimize

import (
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/result"
)

// Kind is what is known of directories of optimisations when they are merged: the data
// of the whole are those of the restart that ended best of all.
func Kind() batch.DirectoryKind { return &merger{} }

type merger struct{ ending *ending }

// Directory implements batch.DirectoryKind.
func (*merger) Directory(path string) *batch.Directory { return directoryAt(path) }

// Begin implements batch.DirectoryKind.
func (m *merger) Begin(parts []*batch.PartFile) (err error) {
	var directories []string
	for _, p := range parts {
		directories = append(directories, p.Path)
	}
	m.ending, err = readEnding(parts[0].Manifest, directories)
	return err
}

// Edit implements batch.DirectoryKind.
func (m *merger) Edit(table string, schema *result.Schema, row []any) {
	if table == outcomesFile {
		best := m.ending.best
		schema.SetCell(row, "in_y", yesNo(best != nil && schema.Cell(row, "restart") == strconv.Itoa(best.Restart)))
	}
}

// Finish implements batch.DirectoryKind.
func (m *merger) Finish(parts []*batch.PartFile, files *batch.FileSet, d *batch.Directory) (outcome, err error) {
	for i, p := range parts {
		for _, name := range slices.Sorted(maps.Keys(batch.OutputsIn(p.Manifest))) {
			snapshot := path.Dir(name) == snapshotFolder
			switch {
			case !snapshot && name != dataFile:
				continue // a table
			case !snapshot && i != m.ending.at:
				// Another has better data, but this part must be as it was, too.
				err = p.CopyTo(io.Discard, name, files)
			default:
				if err = os.MkdirAll(filepath.Dir(d.Join(name)), 0o777); err == nil {
					err = files.Add(d.Join(name), func(w io.Writer) error { return p.CopyTo(w, name, files) })
				}
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return m.ending.status(), nil
}

package batch

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// A Directory is the directory of results of a batch: files that are written
// together, and a manifest for all of them.
type Directory struct {
	Path   string
	Schema string   // what kind of directory it is
	Files  []string // that it may hold, as patterns for names below path, beside the manifest
	Item   string   // what an item is
}

// ManifestName is the name of the manifest in a directory of results.
const ManifestName = "manifest.json"

// Join is the path of a file below the directory.
func (d *Directory) Join(name string) string { return filepath.Join(d.Path, filepath.FromSlash(name)) }

// Manifest is the path of its manifest.
func (d *Directory) Manifest() string { return d.Join(ManifestName) }

// present lists the results that are there, by their names.
func (d *Directory) present() []string {
	var names []string
	for _, pattern := range append(slices.Clone(d.Files), ManifestName) {
		found, err := fs.Glob(os.DirFS(d.Path), pattern)
		must(err) // the patterns are ours
		names = append(names, found...)
	}
	return names
}

// Prepare prepares the directory for a run. It returns the manifest of a complete
// output of this very run, of which --resume leaves everything as it is; else
// whether the files that are there may be replaced. It refuses a place where the
// results cannot be written or would replace what must stay.
func (d *Directory) Prepare(e *Env, identity Fingerprint, resume, force bool, inputs []string) (done *dataio.Manifest, replace bool, err error) {
	done, replace, err = d.Inspect(e, identity, resume, force, inputs)
	switch {
	case err != nil:
	case done != nil:
		e.Summary("%s is complete already", d.Path)
	case resume:
		err = d.removeUnfinished()
	}
	return done, replace, err
}

// Inspect is Prepare without its effects.
func (d *Directory) Inspect(e *Env, identity Fingerprint, resume, force bool, inputs []string) (done *dataio.Manifest, replace bool, err error) {
	if IsStdout(d.Path) {
		return nil, false, Usagef("the results are a directory, want --output DIR and not standard output")
	}
	if info, err := os.Stat(d.Path); err == nil && !info.IsDir() {
		return nil, false, Configf("", "%s: a file, want a directory", d.Path)
	}
	// What a run that was killed had named already is written again.
	again := resume && Interrupted(d.Path)
	if resume && !again {
		if done, err = d.complete(e, identity); done != nil || err != nil {
			return done, false, err
		}
	}
	for _, name := range d.present() {
		path := d.Join(name)
		if !force && !again {
			return nil, false, Configf(replaceHint, "%s: exists already", path)
		}
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		for _, in := range inputs {
			if other, err := os.Stat(dataio.FileOf(in)); err == nil && os.SameFile(info, other) {
				return nil, false, Configf("", "%s: is an input, want another directory", path)
			}
		}
	}
	return nil, force || again, nil
}

// complete returns the manifest of a directory that this very run has written,
// nil where there is none. It refuses the result of another run.
func (d *Directory) complete(e *Env, identity Fingerprint) (*dataio.Manifest, error) {
	if !Exists(d.Manifest()) {
		return nil, nil
	}
	m, err := dataio.ReadManifest(d.Manifest())
	if err != nil || m.Batch == nil || m.Batch.Schema != d.Schema {
		return nil, err
	}
	for name, was := range OutputsIn(m) {
		if now, err := dataio.FileSource(d.Join(name)); err != nil || now.SHA256 != was.SHA256 {
			return nil, nil
		}
	}
	if same, err := e.sameRun(d.Path, identity, m); !same || err != nil {
		return nil, err
	}
	return m, nil
}

// OutputsIn lists the files that a manifest in a directory is of, by their names
// below it.
func OutputsIn(m *dataio.Manifest) map[string]dataio.Output {
	directory, _ := m.Config["output"].(string)
	outputs := map[string]dataio.Output{}
	for _, o := range m.Outputs {
		if name, err := filepath.Rel(directory, o.Path); err == nil {
			outputs[filepath.ToSlash(name)] = o
		}
	}
	return outputs
}

// removeUnfinished removes what killed processes left of files.
func (d *Directory) removeUnfinished() error {
	for _, pattern := range append(slices.Clone(d.Files), ManifestName) {
		found, err := fs.Glob(os.DirFS(d.Path), path.Join(path.Dir(pattern), "."+path.Base(pattern)+".????????.tmp"))
		must(err)
		for _, name := range found {
			if err := dataio.RemoveTemporary(d.Join(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Commit gives the files of a set their names, after the results of an earlier run
// that would otherwise stand beside them are removed, its manifest first.
func (d *Directory) Commit(files *FileSet, sources []data.Source, outcome error) error {
	present := d.present()
	slices.Reverse(present)
	for _, name := range present {
		if path := d.Join(name); !slices.Contains(files.paths, path) {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return files.Commit(sources, outcome)
}

// WriteTables adds tables to the files of the directory.
func (d *Directory) WriteTables(files *FileSet, tables []*ItemTable) error {
	for _, t := range tables {
		if err := files.Add(d.Join(t.Name), func(w io.Writer) error { return t.write(w) }); err != nil {
			return err
		}
	}
	return nil
}

// Describe says in the manifest of a set of files which items of a batch they hold,
// and that the manifest is the one of the directory. tables are those whose rows are
// of items.
func (d *Directory) Describe(files *FileSet, keys []string, shard Shard, tables []*ItemTable) {
	info := &dataio.Batch{
		Items: len(keys), Digest: Digest(keys), Shard: shard.Index, Shards: shard.Count, Rows: dataio.RowRuns{}, What: d.Item + "s",
		Schema: d.Schema, Columns: []string{}, Tables: map[string]dataio.RowRuns{},
	}
	for range shard.Len(len(keys)) {
		info.Rows.Add(1)
	}
	for _, t := range tables {
		info.Tables[t.Name] = t.Counts
		files.IsTable(d.Join(t.Name), t.Schema)
		info.Failed += t.Failed
	}
	files.DescribeIn(d.Manifest())
	files.manifest.Batch = info
}

// WarnEmpty says that a shard has nothing to do.
func (d *Directory) WarnEmpty(e *Env, shard Shard, items int) {
	if shard.Len(items) == 0 {
		e.Warn("part %s of %s is empty", shard, data.Counted(items, d.Item))
	}
}

// An ItemTable is a table in a directory of results, of which every item has some
// rows.
type ItemTable struct {
	Name   string // of the file
	Schema *result.Schema
	Rows   [][]any
	Counts dataio.RowRuns // rows of each item
	Failed int            // rows that say that an item failed
}

// NewItemTable returns a table without rows.
func NewItemTable(name string, schema *result.Schema) *ItemTable {
	return &ItemTable{Name: name, Schema: schema, Counts: dataio.RowRuns{}}
}

// Add appends the rows of the next item.
func (t *ItemTable) Add(rows [][]any) {
	t.Rows = append(t.Rows, rows...)
	t.Counts.Add(len(rows))
	for _, row := range rows {
		if t.Schema.Cell(row, "error") != nil {
			t.Failed++
		}
	}
}

func (t *ItemTable) write(w io.Writer) error {
	to := NewTableWriter(w, dataio.CSV, t.Schema, 0)
	if err := to.Begin(t.Schema.Names()); err != nil {
		return err
	}
	for _, row := range t.Rows {
		if err := to.Row(row...); err != nil {
			return err
		}
	}
	return to.Close()
}

package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

// A resultDir is the directory of results of a batch: files that are written
// together, and a manifest for all of them.
type resultDir struct {
	path   string
	schema string   // what kind of directory it is
	files  []string // that it may hold, as patterns for names below path, beside the manifest
	item   string   // what an item is
}

// manifestName is the name of the manifest in a directory of results.
const manifestName = "manifest.json"

func (d *resultDir) join(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }

func (d *resultDir) manifest() string { return d.join(manifestName) }

// present lists the results that are there, by their names.
func (d *resultDir) present() []string {
	var names []string
	for _, pattern := range append(slices.Clone(d.files), manifestName) {
		found, err := fs.Glob(os.DirFS(d.path), pattern)
		must(err) // the patterns are ours
		names = append(names, found...)
	}
	return names
}

// enter prepares the directory for a run. It returns the manifest of a complete
// output of this very run, of which --resume leaves everything as it is; else
// whether the files that are there may be replaced. It refuses a place where the
// results cannot be written or would replace what must stay.
func (a *app) enter(d *resultDir, print fingerprint, resume, force bool, inputs []string) (done *dataio.Manifest, replace bool, err error) {
	done, replace, err = a.examine(d, print, resume, force, inputs)
	switch {
	case err != nil:
	case done != nil:
		a.summary("%s is complete already", d.path)
	case resume:
		err = d.removeUnfinished()
	}
	return done, replace, err
}

// examine is enter without its effects.
func (a *app) examine(d *resultDir, print fingerprint, resume, force bool, inputs []string) (done *dataio.Manifest, replace bool, err error) {
	if isStdout(d.path) {
		return nil, false, usagef("the results are a directory, want --output DIR and not standard output")
	}
	if info, err := os.Stat(d.path); err == nil && !info.IsDir() {
		return nil, false, configf("", "%s: a file, want a directory", d.path)
	}
	// What a run that was killed had named already is written again.
	again := resume && interrupted(d.path)
	if resume && !again {
		if done, err = a.completeDir(d, print); done != nil || err != nil {
			return done, false, err
		}
	}
	for _, name := range d.present() {
		path := d.join(name)
		if !force && !again {
			return nil, false, configf("--force replaces it", "%s: exists already", path)
		}
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		for _, in := range inputs {
			if other, err := os.Stat(dataio.FileOf(in)); err == nil && os.SameFile(info, other) {
				return nil, false, configf("", "%s: is an input, want another directory", path)
			}
		}
	}
	return nil, force || again, nil
}

// completeDir returns the manifest of a directory that this very run has written,
// nil where there is none. It refuses the result of another run.
func (a *app) completeDir(d *resultDir, print fingerprint) (*dataio.Manifest, error) {
	if !exists(d.manifest()) {
		return nil, nil
	}
	m, err := dataio.ReadManifest(d.manifest())
	if err != nil || m.Batch == nil || m.Batch.Schema != d.schema {
		return nil, err
	}
	for name, was := range outputsIn(m) {
		if now, err := dataio.FileSource(d.join(name)); err != nil || now.SHA256 != was.SHA256 {
			return nil, nil
		}
	}
	if same, err := a.sameRun(d.path, print, m); !same || err != nil {
		return nil, err
	}
	return m, nil
}

// outputsIn lists the files that a manifest in a directory is of, by their names
// below it.
func outputsIn(m *dataio.Manifest) map[string]dataio.Output {
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
func (d *resultDir) removeUnfinished() error {
	for _, pattern := range append(slices.Clone(d.files), manifestName) {
		found, err := fs.Glob(os.DirFS(d.path), path.Join(path.Dir(pattern), "."+path.Base(pattern)+".????????.tmp"))
		must(err)
		for _, name := range found {
			if err := dataio.RemoveTemporary(d.join(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// commit gives the files of a set their names, after the results of an earlier run
// that would otherwise stand beside them are removed, its manifest first.
func (d *resultDir) commit(files *fileSet, sources []data.Source, outcome error) error {
	present := d.present()
	slices.Reverse(present)
	for _, name := range present {
		if path := d.join(name); !slices.Contains(files.paths, path) {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return files.commit(sources, outcome)
}

// writeTables adds tables to the files of the directory.
func (d *resultDir) writeTables(files *fileSet, tables []namedTable) error {
	for _, t := range tables {
		if err := files.add(d.join(t.name), func(w io.Writer) error {
			return t.Write(w, dataio.CSV, dataio.TableOptions{})
		}); err != nil {
			return err
		}
	}
	return nil
}

// batchInfo describes the items of a shard, whose rows in the tables are counted.
func (d *resultDir) batchInfo(items int, digest string, shard batch.Shard, tables []namedTable) *dataio.Batch {
	info := &dataio.Batch{
		Items: items, Digest: digest, Shard: shard.Index, Shards: shard.Count, Rows: dataio.RowRuns{}, What: d.item + "s",
		Schema: d.schema, Columns: []string{}, Tables: map[string]dataio.RowRuns{},
	}
	for range shard.Len(items) {
		info.Rows.Add(1)
	}
	for _, t := range tables {
		info.Tables[t.name] = t.rows
	}
	return info
}

// warnEmpty says that a shard has nothing to do.
func (a *app) warnEmpty(d *resultDir, shard batch.Shard, items int) {
	if shard.Len(items) == 0 {
		a.warn("part %s of %s is empty", shard, counted(items, d.item))
	}
}

// A namedTable is a table with the name of its file, and how many of its rows are
// of each item.
type namedTable struct {
	name string
	*dataio.Table
	rows dataio.RowRuns
}

func newNamedTable(name, schema string, columns ...string) namedTable {
	return namedTable{name, &dataio.Table{Schema: schema, Columns: columns}, dataio.RowRuns{}}
}

// add appends the rows of an item.
func (t *namedTable) add(rows [][]any) {
	t.Rows = append(t.Rows, rows...)
	t.rows.Add(len(rows))
}

package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

// A dirMerger knows what a command writes into a directory beside tables of which
// every item has some rows.
type dirMerger interface {
	// dir describes such a directory.
	dir(path string) *resultDir
	// begin looks at the parts, in their order, before anything is written.
	begin(parts []*part) error
	// edit changes a row of a table where it says something of the whole.
	edit(table string, cells []any)
	// finish writes the other files. It returns the error with which the whole run
	// would have ended in spite of having a result, if any.
	finish(parts []*part, files *fileSet, d *resultDir) (outcome, err error)
}

// dirMergers are the kinds of directories that can be merged.
func dirMergers() []dirMerger { return []dirMerger{&optimizedMerger{}, &fitMerger{}} }

// areDirectories reports whether the parts to be merged are directories. It refuses
// them mixed with files.
func areDirectories(paths []string) (bool, error) {
	is := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	}
	first := is(paths[0])
	for _, path := range paths[1:] {
		if is(path) != first {
			kind := map[bool]string{true: "a directory", false: "a file"}
			return false, &data.InputError{Path: path, Found: kind[!first], Wanted: fmt.Sprintf("but %s is %s: want parts of one batch", paths[0], kind[first])}
		}
	}
	return first, nil
}

// mergeDirectories puts the directories of the parts of a batch together into the
// one that a run without --shard would have written.
func (a *app) mergeDirectories(ctx context.Context, paths []string, o *outputOptions) error {
	if !o.toFile() {
		return usagef("the result of directories is a directory, want --output DIR")
	}
	paths = slices.Clone(paths)
	for i, path := range paths {
		paths[i] = filepath.Clean(path)
		if !exists(filepath.Join(path, manifestName)) {
			return noManifest(paths[i])
		}
	}
	parts, order, err := readPartsBy(paths, func(path string) string { return filepath.Join(path, manifestName) })
	if err != nil {
		return err
	}
	var kind dirMerger
	for _, k := range dirMergers() {
		if k.dir("").schema == order[0].Schema {
			kind = k
		}
	}
	if kind == nil {
		return &data.InputError{Path: parts[0].path, Found: "a directory of the schema " + order[0].Schema, Wanted: "want one that this version of simtool can merge"}
	}
	if err := kind.begin(parts); err != nil {
		return err
	}
	d := kind.dir(filepath.Clean(o.path))
	var inputs []string
	for _, p := range parts {
		for name := range outputsIn(p.manifest) {
			inputs = append(inputs, p.join(name))
		}
		inputs = append(inputs, p.join(manifestName))
	}
	if _, _, err := a.enter(d, fingerprint{}, false, o.force, inputs); err != nil {
		return err
	}
	sources, err := mergedInputs(parts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.path, 0o777); err != nil {
		return err
	}
	files := a.newFileSet(o.force, inputs)
	files.single = d.manifest()
	defer files.abort()
	info := mergedBatch(order)
	if info.Tables, err = a.mergeTables(ctx, kind, parts, order, files, d); err != nil {
		return err
	}
	outcome, err := kind.finish(parts, files, d)
	if err != nil {
		return err
	}
	describe(files.manifest, parts[0].manifest, info)
	for _, p := range parts {
		for _, w := range p.manifest.Warnings {
			files.warn(w)
		}
	}
	if err := d.commit(files, sources, outcome); err != nil {
		return err
	}
	return outcome
}

// noManifest says why a directory is no part.
func noManifest(path string) error {
	e := &data.InputError{Path: path, Found: "a directory without " + manifestName, Wanted: "want the result of a run that has ended"}
	if exists(filepath.Join(path, fingerprintFile)) {
		e.Found = "the checkpoint of a run that has not ended"
	}
	if exists(checkpointOf(path)) {
		e.Hint = interruptedHint
	}
	return e
}

// join is the path of a file of a part that is a directory.
func (p *part) join(name string) string { return filepath.Join(p.path, filepath.FromSlash(name)) }

// mergeTables merges the tables and returns the rows of each item in each.
func (a *app) mergeTables(ctx context.Context, kind dirMerger, parts []*part, order []batch.Part, files *fileSet, d *resultDir) (map[string]dataio.RowRuns, error) {
	names := slices.Sorted(maps.Keys(order[0].Tables))
	total := 0
	for _, p := range order {
		for _, name := range names {
			if _, ok := p.Tables[name]; !ok || len(p.Tables) != len(names) {
				return nil, &data.InputError{Path: p.Path, Found: fmt.Sprintf("the tables %q", slices.Sorted(maps.Keys(p.Tables))), Wanted: fmt.Sprintf("but %s has %q: want parts of one batch", order[0].Path, names)}
			}
			_, rows := p.Tables[name].Totals()
			total += rows
		}
	}
	bar := a.startProgress("rows", total, false)
	defer bar.close()
	merged := map[string]dataio.RowRuns{}
	for _, name := range names {
		of := slices.Clone(order)
		for i := range of {
			table := *of[i].Batch
			table.Rows = table.Tables[name]
			of[i].Batch = &table
		}
		if err := batch.SortParts(of); err != nil {
			return nil, err
		}
		var rows dataio.RowRuns
		batch.EachItem(of, func(n int) { rows.Add(n) })
		merged[name] = rows
		err := mergeTable(ctx, parts, of, name, files, d, bar, func(cells []any) { kind.edit(name, cells) })
		if err != nil {
			return nil, err
		}
	}
	return merged, nil
}

// mergeTable interleaves one table of all parts.
func mergeTable(ctx context.Context, parts []*part, order []batch.Part, name string, files *fileSet, d *resultDir, bar *progress, edit func(cells []any)) error {
	tables := make([]*part, len(parts))
	for i, p := range parts {
		t := &part{path: p.join(name), manifest: p.manifest}
		var err error
		if t.rows, err = dataio.OpenTable(t.path, dataio.Options{Hash: true}); err != nil {
			return err
		}
		defer func() { _ = t.rows.Close() }()
		tables[i] = t
		if first := tables[0]; !slices.Equal(t.rows.Columns(), first.rows.Columns()) {
			return &data.InputError{Path: t.path, Found: fmt.Sprintf("columns %q", t.rows.Columns()), Wanted: fmt.Sprintf("but %s has %q: want parts of one batch", first.path, first.rows.Columns())}
		}
	}
	f, err := files.create(d.join(name))
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(f, 1<<16)
	to := dataio.NewTableWriter(buffer, dataio.CSV, "", dataio.TableOptions{})
	if err := to.Begin(tables[0].rows.Columns()); err != nil {
		return err
	}
	err = interleave(ctx, tables, order, bar, func(cells []any) error {
		edit(cells)
		return to.Row(cells...)
	})
	if err == nil {
		err = to.Close()
	}
	if err == nil {
		err = buffer.Flush()
	}
	for _, t := range tables {
		if err != nil {
			return err
		}
		var output dataio.Output
		output, err = t.atEnd()
		files.manifest.Parts = append(files.manifest.Parts, output)
	}
	return err
}

// next returns the next row, which there must be.
func (p *part) next() ([]any, error) {
	cells, err := p.rows.Next()
	if errors.Is(err, io.EOF) {
		return nil, &data.InputError{Path: p.path, Found: "fewer rows than its manifest says", Wanted: "want the part as it was written"}
	}
	return cells, err
}

// copyTo copies a file of a part, which must be as it was written, and notes it in
// the manifest of the whole.
func (p *part) copyTo(w io.Writer, name string, whole *dataio.Manifest) error {
	was, ok := outputsIn(p.manifest)[name]
	if !ok {
		return &data.InputError{Path: p.path, Found: "a manifest without " + name, Wanted: "want the part as it was written"}
	}
	f, err := os.Open(p.join(name))
	if err != nil {
		return unreadable(p.join(name), err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), f); err != nil {
		return err
	}
	if now := hex.EncodeToString(sum.Sum(nil)); now != was.SHA256 {
		return &data.InputError{Path: p.join(name), Found: fmt.Sprintf("a file with the checksum %.12q", now), Wanted: fmt.Sprintf("want the one that its manifest was written for, %.12q", was.SHA256)}
	}
	whole.Parts = append(whole.Parts, dataio.Output{Path: p.join(name), Bytes: was.Bytes, SHA256: was.SHA256})
	return nil
}

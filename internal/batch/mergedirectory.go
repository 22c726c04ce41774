package batch

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

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// A DirectoryKind knows what a command writes into a directory beside tables of which
// every item has some rows.
type DirectoryKind interface {
	// Directory describes such a directory.
	Directory(path string) *Directory
	// Begin looks at the parts, in their order, before anything is written.
	Begin(parts []*PartFile) error
	// Edit changes a row of a table where it says something of the whole.
	Edit(table string, schema *result.Schema, row []any)
	// Finish writes the other files. It returns the error with which the whole run
	// would have ended in spite of having a result, if any.
	Finish(parts []*PartFile, files *FileSet, d *Directory) (outcome, err error)
}

// AreDirectories reports whether the parts to be merged are directories. It refuses
// them mixed with files. A part that is not there, such as one whose run was interrupted,
// is taken for what the others are.
func AreDirectories(paths []string) (bool, error) {
	kind := map[bool]string{true: "a directory", false: "a file"}
	first, known := false, ""
	for _, path := range paths {
		info, err := os.Stat(path)
		switch is := err == nil && info.IsDir(); {
		case err != nil:
		case known == "":
			first, known = is, path
		case is != first:
			return false, &data.InputError{Path: path, Found: kind[is], Wanted: fmt.Sprintf("but %s is %s: want parts of one batch", known, kind[first])}
		}
	}
	return first, nil
}

// MergeDirectories puts the directories of the parts of a batch together into the
// one that a run without --shard would have written.
func (e *Env) MergeDirectories(ctx context.Context, kinds []DirectoryKind, paths []string, o *Output) error {
	if !o.ToFile() {
		return Usagef("the result of directories is a directory, want --output DIR")
	}
	paths = slices.Clone(paths)
	for i, path := range paths {
		paths[i] = filepath.Clean(path)
		if !Exists(filepath.Join(path, ManifestName)) {
			return noManifest(paths[i])
		}
	}
	parts, order, err := readPartsBy(paths, func(path string) string { return filepath.Join(path, ManifestName) })
	if err != nil {
		return err
	}
	e.TellArithmetics(parts)
	var kind DirectoryKind
	for _, k := range kinds {
		if k.Directory("").Schema == order[0].Schema {
			kind = k
		}
	}
	if kind == nil {
		return &data.InputError{Path: parts[0].Path, Found: "a directory of the schema " + order[0].Schema, Wanted: "want one that this version of simtool can merge"}
	}
	if err := kind.Begin(parts); err != nil {
		return err
	}
	d := kind.Directory(filepath.Clean(o.Path))
	var inputs []string
	for _, p := range parts {
		for name := range OutputsIn(p.Manifest) {
			inputs = append(inputs, p.Join(name))
		}
		inputs = append(inputs, p.Join(ManifestName))
	}
	if _, _, err := d.Prepare(e, Fingerprint{}, false, o.Force, inputs); err != nil {
		return err
	}
	if err := d.removeUnfinished(); err != nil { // by a killed merge
		return err
	}
	sources, err := MergedInputs(parts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.Path, 0o777); err != nil {
		return err
	}
	files := e.NewFileSet(o.Force, inputs)
	files.DescribeIn(d.Manifest())
	defer files.Abort()
	info := mergedBatch(order)
	if info.Tables, err = e.mergeItemTables(ctx, kind, parts, order, files, d); err != nil {
		return err
	}
	outcome, err := kind.Finish(parts, files, d)
	if err != nil {
		return err
	}
	describe(files.manifest, parts[0].Manifest, info)
	for _, p := range parts {
		for _, w := range p.Manifest.Warnings {
			files.Warn(w)
		}
	}
	if err := d.Commit(files, sources, outcome); err != nil {
		return err
	}
	return outcome
}

// noManifest says why a directory is no part.
func noManifest(path string) error {
	e := &data.InputError{Path: path, Found: "a directory without " + ManifestName, Wanted: "want the result of a run that has ended"}
	if !Exists(path) {
		e.Found = "no such directory"
	}
	if Exists(filepath.Join(path, FingerprintFile)) {
		e.Found = "the checkpoint of a run that has not ended"
	}
	if Exists(CheckpointOf(path)) {
		e.Hint = interruptedHint
	}
	return e
}

// Join is the path of a file of a part that is a directory.
func (p *PartFile) Join(name string) string { return filepath.Join(p.Path, filepath.FromSlash(name)) }

// mergeItemTables merges the tables and returns the rows of each item in each.
func (e *Env) mergeItemTables(ctx context.Context, kind DirectoryKind, parts []*PartFile, order []Part, files *FileSet, d *Directory) (map[string]dataio.RowRuns, error) {
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
	bar := e.StartProgress("rows", total, false)
	defer bar.Close()
	merged := map[string]dataio.RowRuns{}
	for _, name := range names {
		of := slices.Clone(order)
		for i := range of {
			table := *of[i].Batch
			table.Rows = table.Tables[name]
			of[i].Batch = &table
		}
		if err := SortParts(of); err != nil {
			return nil, err
		}
		var rows dataio.RowRuns
		EachItem(of, func(n int) { rows.Add(n) })
		merged[name] = rows
		err := mergeTable(ctx, parts, of, name, files, d, bar, kind)
		if err != nil {
			return nil, err
		}
	}
	return merged, nil
}

// mergeTable interleaves one table of all parts.
func mergeTable(ctx context.Context, parts []*PartFile, order []Part, name string, files *FileSet, d *Directory, bar Progress, kind DirectoryKind) error {
	tables := make([]*PartFile, len(parts))
	for i, p := range parts {
		t := &PartFile{Path: p.Join(name), Manifest: p.Manifest}
		var err error
		if t.rows, err = dataio.OpenTable(t.Path, dataio.Options{Hash: true}); err != nil {
			return err
		}
		defer func() { _ = t.rows.Close() }()
		tables[i] = t
		if first := tables[0]; !slices.Equal(t.rows.Columns(), first.rows.Columns()) {
			return otherColumns(t, first)
		}
	}
	schema := result.OfColumns(OutputsIn(parts[0].Manifest)[name].Schema, tables[0].rows.Columns()...)
	files.IsTable(d.Join(name), schema)
	f, err := files.Create(d.Join(name))
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(f, 1<<16)
	to := dataio.NewTableWriter(buffer, dataio.CSV, "", dataio.TableOptions{})
	if err := to.Begin(schema.Names()); err != nil {
		return err
	}
	err = interleave(ctx, tables, order, bar, func(cells []any) error {
		kind.Edit(name, schema, cells)
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
func (p *PartFile) next() ([]any, error) {
	cells, err := p.rows.Next()
	if errors.Is(err, io.EOF) {
		return nil, &data.InputError{Path: p.Path, Found: "fewer rows than its manifest says", Wanted: "want the part as it was written"}
	}
	return cells, err
}

// CopyTo copies a file of a part, which must be as it was written, and notes it in
// the manifest of the whole.
func (p *PartFile) CopyTo(w io.Writer, name string, into *FileSet) error {
	was, ok := OutputsIn(p.Manifest)[name]
	if !ok {
		return &data.InputError{Path: p.Path, Found: "a manifest without " + name, Wanted: "want the part as it was written"}
	}
	f, err := os.Open(p.Join(name))
	if err != nil {
		return Unreadable(p.Join(name), err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), f); err != nil {
		return err
	}
	if now := hex.EncodeToString(sum.Sum(nil)); now != was.SHA256 {
		return &data.InputError{Path: p.Join(name), Found: fmt.Sprintf("a file with the checksum %.12q", now), Wanted: fmt.Sprintf("want the one that its manifest was written for, %.12q", was.SHA256)}
	}
	into.manifest.Parts = append(into.manifest.Parts, dataio.Output{Path: p.Join(name), Bytes: was.Bytes, SHA256: was.SHA256})
	return nil
}

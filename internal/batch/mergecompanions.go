package batch

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// isCompanion reports whether a setting names a file beside a table.
func isCompanion(m *dataio.Manifest, setting string) bool {
	return m.Batch != nil && m.Batch.Companions[setting] != nil
}

// companionOf is where a merged file stands that is beside a table: ranges.paths.csv for
// the setting paths of ranges.csv.
func companionOf(output, setting, suffix string) string {
	stem := strings.TrimSuffix(output, gzipSuffix)
	return strings.TrimSuffix(stem, filepath.Ext(stem)) + "." + setting + suffix
}

// mergeCompanions merges what stands beside the tables of parts.
func (e *Env) mergeCompanions(ctx context.Context, parts []*PartFile, order []Part, o *Output, files *FileSet, info *dataio.Batch, bar Progress) error {
	for _, setting := range slices.Sorted(maps.Keys(order[0].Companions)) {
		if !o.ToFile() {
			e.Warn("--%s of the parts is left out: it is merged beside the file of --output", setting)
			files.manifest.Config[setting] = ""
			continue
		}
		kind := order[0].Companions[setting]
		b := &Companion{Setting: setting, Path: kind.Path, Schema: schemaOf(kind)}
		b.Path = companionOf(o.Path, setting, b.suffix())
		pieces := make([]*PartFile, len(parts))
		runs := slices.Clone(order)
		for i, p := range parts {
			of := order[i].Companions[setting]
			if of == nil || of.Schema != kind.Schema || of.Last != kind.Last {
				return &data.InputError{Path: p.Path, Found: "a part without --" + setting, Wanted: "but " + parts[0].Path + " has it: want parts of one batch"}
			}
			pieces[i] = &PartFile{Path: p.companionPath(of.Path), Manifest: p.Manifest}
			counts := *runs[i].Batch
			counts.Rows = of.Rows
			runs[i].Batch = &counts
		}
		if err := checkCounts(runs); err != nil {
			return err
		}
		var w *companionWriter
		var err error
		if b.isSquare() {
			w, err = mergeSquare(b, pieces, files)
		} else if b.Schema != nil {
			w, err = mergeCompanionTable(ctx, b, pieces, runs, files, bar)
		} else {
			w, err = mergeCompanionArrays(b, pieces, runs, kind.Last, files)
		}
		if err != nil {
			return err
		}
		EachItem(runs, w.info.Rows.Add)
		if info.Companions == nil {
			info.Companions = map[string]*dataio.CompanionInfo{}
		}
		w.info.Last = kind.Last
		info.Companions[setting] = w.info
		files.manifest.Config[setting] = b.Path
	}
	return nil
}

// schemaOf returns the schema of a companion, nil for an archive.
func schemaOf(c *dataio.CompanionInfo) *result.Schema {
	switch c.Schema {
	case "":
		return nil
	case result.Matrices.Name:
		return result.Matrices
	}
	return result.OfColumns(c.Schema)
}

// checkCounts refuses parts whose counts of rows contradict each other.
func checkCounts(parts []Part) error {
	for _, p := range parts {
		if !p.valid() {
			return &data.InputError{Path: p.Path, Found: "a manifest whose numbers contradict each other", Wanted: "want the part as it was written"}
		}
	}
	return nil
}

// companionPath finds a file beside the table of a part, which may have been moved with
// it since.
func (p *PartFile) companionPath(path string) string {
	if moved := filepath.Join(filepath.Dir(p.Path), filepath.Base(path)); !Exists(path) && Exists(moved) {
		return moved
	}
	return path
}

func mergeCompanionTable(ctx context.Context, b *Companion, pieces []*PartFile, runs []Part, files *FileSet, bar Progress) (*companionWriter, error) {
	defer closeParts(pieces)
	for _, p := range pieces {
		if err := p.open(len(pieces)); err != nil {
			return nil, err
		}
		if first := pieces[0]; !slices.Equal(p.rows.Columns(), first.rows.Columns()) {
			return nil, otherColumns(p, first)
		}
	}
	b.Schema = result.OfColumns(b.Schema.Name, pieces[0].rows.Columns()...)
	w, err := newCompanionWriter(b, files)
	if err != nil {
		return nil, err
	}
	if err := interleave(ctx, pieces, runs, bar, func(cells []any) error { return w.table.Row(cells...) }); err != nil {
		return nil, err
	}
	for _, p := range pieces {
		output, err := p.atEnd()
		if err != nil {
			return nil, err
		}
		files.manifest.Parts = append(files.manifest.Parts, output)
	}
	return w, w.finish()
}

// otherColumns refuses a table that has not the columns of that of another part.
func otherColumns(p, first *PartFile) error {
	return &data.InputError{Path: p.Path, Found: fmt.Sprintf("columns %q", p.rows.Columns()), Wanted: fmt.Sprintf("but %s has %q: want parts of one batch", first.Path, first.rows.Columns())}
}

func mergeCompanionArrays(b *Companion, pieces []*PartFile, runs []Part, last int, files *FileSet) (*companionWriter, error) {
	w, err := newCompanionWriter(b, files)
	if err != nil {
		return nil, err
	}
	arrays := make([][]dataio.NamedArray, len(pieces))
	for i, p := range pieces {
		source, err := dataio.FileSource(p.Path)
		if err != nil {
			return nil, err
		}
		output, err := p.Written(source)
		if err != nil {
			return nil, err
		}
		files.manifest.Parts = append(files.manifest.Parts, output)
		if arrays[i], err = dataio.ReadNPZ(p.Path); err != nil {
			return nil, err
		}
		if _, n := runs[i].Rows.Totals(); n+last != len(arrays[i]) {
			return nil, &data.InputError{Path: p.Path, Found: data.Counted(len(arrays[i]), "array"), Wanted: fmt.Sprintf("want %d, as its manifest says", n+last)}
		}
	}
	err = Interleave(runs, func(i int) error {
		w.arrays = append(w.arrays, arrays[i][0])
		arrays[i] = arrays[i][1:]
		return nil
	})
	if err != nil {
		return nil, err
	}
	b.Last = func() ([]dataio.NamedArray, error) { return arrays[0], nil }
	return w, w.finish()
}

package verbmlem

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// Names in the directory of fits.
const (
	weightsFile    = "weights.csv"
	importanceFile = "importance.csv"
	scoresFile     = "scores.csv"
	modelFile      = "model.json"
)

// directoryAt is the directory of fits.
func directoryAt(path string) *batch.Directory {
	return &batch.Directory{
		Path: path, Schema: "simtool.mlem.fits/v1", Item: "representation",
		Files: []string{weightsFile, importanceFile, scoresFile, modelFile, nullsFile},
	}
}

// write writes the tables, and a model for each representation that was fitted.
func (f *fits) write(all []*fitted, replace bool) (outcome, err error) {
	d, several := f.directory, f.several()
	files := f.env.NewFileSet(replace, f.inputs)
	defer files.Abort()
	if err := os.MkdirAll(d.Path, 0o777); err != nil {
		return nil, err
	}
	of := f.tables()
	tables := []*batch.ItemTable{
		batch.NewItemTable(weightsFile, of.weights.Schema),
		batch.NewItemTable(importanceFile, of.importance.Schema),
		batch.NewItemTable(scoresFile, of.scores.Schema),
	}
	models := map[string]json.RawMessage{}
	failed := 0
	for _, one := range all {
		for i, t := range tables {
			t.Add(one.rows[i])
		}
		if one.err != nil {
			failed++
			continue
		}
		models[one.name] = one.Model
	}
	if err := f.overTime(all, tables, files); err != nil {
		return nil, err
	}
	if err := d.WriteTables(files, tables); err != nil {
		return nil, err
	}
	if err := files.Add(d.Join(modelFile), func(w io.Writer) error {
		if several {
			return encodeModels(w, models)
		}
		return encodeModels(w, all[0].Model)
	}); err != nil {
		return nil, err
	}
	d.Describe(files, f.keys(), f.control.Shard, tables)
	outcome = outcomeOf(failed, len(all))
	return outcome, d.Commit(files, f.sourcesOf(all), outcome)
}

// encodeModels writes one model, or several under their names.
func encodeModels(w io.Writer, models any) error {
	text, err := dataio.EncodeJSON(models, "  ", true)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// Kind is what is known of directories of fits when they are merged: their models go
// into one file.
func Kind() batch.DirectoryKind { return &merger{} }

type merger struct{ corrected corrected }

// Directory implements batch.DirectoryKind.
func (*merger) Directory(path string) *batch.Directory { return directoryAt(path) }

// Begin implements batch.DirectoryKind. It refuses parts made with other memory,
// which bounds the pairs of scores.
func (m *merger) Begin(parts []*batch.PartFile) (err error) {
	first := parts[0]
	for _, p := range parts[1:] {
		if mine, other := memoryOf(p), memoryOf(first); mine != other {
			return &data.InputError{Path: p.Path, Found: memorySetting + " is " + mine, Wanted: fmt.Sprintf("but in %s it is %s: want parts of one batch", first.Path, other)}
		}
	}
	m.corrected, err = readNulls(parts)
	return err
}

// memoryOf is the bound of memory of a part, as its manifest has it.
func memoryOf(p *batch.PartFile) string {
	text, err := json.Marshal(p.Manifest.Config[memorySetting])
	if err != nil {
		panic(err) // it was read from JSON
	}
	return string(text)
}

// Edit implements batch.DirectoryKind: p values are corrected for all times.
func (m *merger) Edit(table string, schema *result.Schema, row []any) {
	m.corrected.edit(table, schema, row)
}

// Finish implements batch.DirectoryKind.
func (*merger) Finish(parts []*batch.PartFile, files *batch.FileSet, d *batch.Directory) (outcome, err error) {
	models := map[string]json.RawMessage{}
	failed := 0
	for _, p := range parts {
		if _, ok := batch.OutputsIn(p.Manifest)[nullsFile]; ok {
			if err := p.CopyTo(io.Discard, nullsFile, files); err != nil {
				return nil, err
			}
		}
		var text bytes.Buffer
		if err := p.CopyTo(&text, modelFile, files); err != nil {
			return nil, err
		}
		if p.Manifest.Batch.Items == 1 {
			return nil, files.Add(d.Join(modelFile), func(w io.Writer) error {
				_, err := w.Write(text.Bytes())
				return err
			})
		}
		if err := json.Unmarshal(text.Bytes(), &models); err != nil {
			return nil, notModel(p.Join(modelFile), err)
		}
		failed += p.Manifest.Batch.Failed
	}
	outcome = outcomeOf(failed, parts[0].Manifest.Batch.Items)
	return outcome, files.Add(d.Join(modelFile), func(w io.Writer) error { return encodeModels(w, models) })
}

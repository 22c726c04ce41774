package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"simtool/internal/data"
)

// fitMerger puts fits together: their tables and their models.
type fitMerger struct{}

func (*fitMerger) dir(path string) *resultDir { return fittedDir(path) }

// begin refuses parts made with other memory, which bounds the pairs of scores.
func (*fitMerger) begin(parts []*part) error {
	first := parts[0]
	for _, p := range parts[1:] {
		if mine, other := jsonText(p.manifest.Config[memorySetting]), jsonText(first.manifest.Config[memorySetting]); mine != other {
			return &data.InputError{Path: p.path, Found: memorySetting + " is " + mine, Wanted: fmt.Sprintf("but in %s it is %s: want parts of one batch", first.path, other)}
		}
	}
	return nil
}

func (*fitMerger) edit(string, []any) {}

func (*fitMerger) finish(parts []*part, files *fileSet, d *resultDir) (outcome, err error) {
	models := map[string]json.RawMessage{}
	for _, p := range parts {
		var text bytes.Buffer
		if err := p.copyTo(&text, modelFile, files.manifest); err != nil {
			return nil, err
		}
		if p.manifest.Batch.Items == 1 {
			return nil, files.add(d.join(modelFile), func(w io.Writer) error {
				_, err := w.Write(text.Bytes())
				return err
			})
		}
		if err := json.Unmarshal(text.Bytes(), &models); err != nil {
			return nil, notModel(p.join(modelFile), err)
		}
	}
	return nil, files.add(d.join(modelFile), func(w io.Writer) error { return encodeModels(w, models) })
}

package verbmlem

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Applied is the options that say which model is applied to what stimuli.
type Applied struct {
	File           string // table of features
	Representation string // of the model, in a model.json of several
}

// Register declares the options.
func (o *Applied) Register(s *setting.Set) {
	s.String(&o.File, "features", "", "table with one row per stimulus and a header, `FILE`")
	s.String(&o.Representation, "representation", "", "`NAME` of the one to apply, of a model.json of several")
}

// read reads a model and the table of the stimuli that it is applied to.
func (o *Applied) read(e *batch.Env, path string) (*mlem.Model, *data.Table, []data.Source, error) {
	if o.File == "" {
		return nil, nil, nil, batch.Usagef("want --features FILE")
	}
	model, source, err := readModel(e, path, o.Representation)
	if err != nil {
		return nil, nil, nil, err
	}
	table, err := readFeatures(e, o.File, modelColumns(model, o.File))
	if err != nil {
		return nil, nil, nil, err
	}
	return model, table, []data.Source{source, table.Source}, nil
}

// encode makes features of a table as the model wants them.
func (o *Applied) encode(e *batch.Env, model *mlem.Model, table *data.Table) (*mlem.Features, error) {
	features, warnings, err := model.Encode(table)
	if err != nil {
		return nil, batch.Named(err, o.File)
	}
	for i, w := range warnings {
		warnings[i] = o.File + ": " + w
	}
	e.WarnAll(warnings)
	return features, nil
}

// readModel reads a model.json: the model of one representation, or of the named
// one of several.
func readModel(e *batch.Env, path, name string) (*mlem.Model, data.Source, error) {
	content, err := e.ReadSmall(path, "the model")
	if err != nil {
		return nil, data.Source{}, err
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(content, &parts); err != nil {
		return nil, data.Source{}, notModel(path, err)
	}
	_, one := parts["terms"]
	part, found := parts[name]
	switch known := slices.Sorted(maps.Keys(parts)); {
	case one && name != "":
		return nil, data.Source{}, batch.Configf("leave it out", "--representation: %s is of one", path)
	case one:
		part = content
	case !found && name != "":
		near, _ := data.Nearest(name, known)
		return nil, data.Source{}, batch.Configf(verb.DidYouMean(near), "--representation: no %q in %s", name, path)
	case !found && len(parts) > 0 && isModel(parts[known[0]]):
		return nil, data.Source{}, batch.Configf("--representation names one, such as "+known[0], "%s: models of %d representations", path, len(parts))
	case !found:
		part = content
	}
	model, err := decodeModel(part)
	if err != nil {
		return nil, data.Source{}, notModel(path, err)
	}
	source, err := dataio.FileSource(path)
	if err != nil {
		return nil, source, err
	}
	if model.Checksum == "" {
		e.Warn("%s: carries no checksum, as models of older versions: damage to it would not be seen", path)
	}
	return model, source, asInManifest(path, source)
}

// decodeModel reads a model, which has no fields but those of one.
func decodeModel(raw []byte) (*mlem.Model, error) {
	model := &mlem.Model{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(model); err != nil {
		return nil, err
	}
	if err := dataio.DecodeJSON(raw, model, false); err != nil { // of bytes that are no UTF-8
		return nil, err
	}
	// A number that may be 0 is not to be taken for 0 where it is missing.
	var numbers map[string]json.RawMessage
	if err := json.Unmarshal(raw, &numbers); err != nil {
		return nil, err
	}
	for _, name := range []string{"scale", "intercept", "lambda", "kkt"} {
		if number := numbers[name]; number == nil || string(number) == "null" {
			return nil, fmt.Errorf("a model without a number for %q, want one that mlem fit wrote", name)
		}
	}
	return model, model.Check()
}

// isModel reports whether a value of a file is a model.
func isModel(raw json.RawMessage) bool {
	_, err := decodeModel(raw)
	return err == nil
}

// asInManifest refuses a model that is not the one of the manifest in its directory,
// where there is one that lists it.
func asInManifest(path string, source data.Source) error {
	manifest := filepath.Join(filepath.Dir(path), batch.ManifestName)
	if !batch.Exists(manifest) {
		return nil
	}
	m, err := dataio.ReadManifest(manifest)
	if err != nil && !errors.Is(err, dataio.ErrNoSeal) { // which older versions wrote
		return err
	}
	was, ok := batch.OutputsIn(m)[filepath.Base(path)]
	if !ok || m.Batch == nil || m.Batch.Schema != directoryAt("").Schema || was.SHA256 == source.SHA256 {
		return nil
	}
	return &data.InputError{
		Path: path, Found: fmt.Sprintf("a model with the checksum %.12q", source.SHA256),
		Wanted: fmt.Sprintf("want the one that %s was written for, %.12q", manifest, was.SHA256),
	}
}

func notModel(path string, err error) error {
	return &data.InputError{Path: path, Found: "not a model (" + batch.OneLine(err.Error()) + ")", Wanted: "want a model.json as simtool mlem fit writes it", Err: err}
}

// modelColumns are the options to read what the model needs of a table: its own
// columns, as what they were.
func modelColumns(m *mlem.Model, path string) dataio.Options {
	o := dataio.Options{Hash: true, Markers: m.Markers, Kinds: map[string]data.Kind{}}
	for _, f := range m.Features {
		if f.Kind == mlem.Categorical {
			o.Kinds[f.Name] = data.Categorical
		}
		o.Columns = append(o.Columns, f.Name)
	}
	if !dataio.HasColumns(dataio.FileOf(path)) {
		o.Columns = nil
	}
	return o
}

// wantModel refuses arguments that are not one file of a model.
func wantModel(args []string) error {
	if len(args) != 1 {
		return batch.Usagef("%s, want a model.json", data.Counted(len(args), "file"))
	}
	return nil
}

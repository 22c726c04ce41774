package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"syscall"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// PartFile is a part of a batch as it lies on the disk: its manifest, and its rows.
type PartFile struct {
	Path     string
	Manifest *dataio.Manifest
	rows     *dataio.TableReader
}

// MergeTables writes the rows of all parts of a batch in the order of the items, and
// what stands beside them.
func (e *Env) MergeTables(ctx context.Context, paths []string, o *Output) error {
	parts, order, err := ReadParts(paths)
	if err != nil {
		return err
	}
	if order[0].Alone != "" {
		return e.mergeAlone(parts, order, o)
	}
	defer closeParts(parts)
	e.TellArithmetics(parts)
	format, err := dataio.ParseFormat(o.Format)
	if err != nil {
		return Configf("", "--format: %s", err)
	}
	info := mergedBatch(order)
	if err := openParts(parts, order, format); err != nil {
		return err
	}
	if !o.ToFile() { // what stands on standard output cannot be taken back
		if err := checkRows(ctx, parts, order); err != nil {
			return err
		}
		closeParts(parts)
		if err := openParts(parts, order, format); err != nil {
			return err
		}
	}
	if o.ToFile() { // what a killed merge has left goes
		left := []string{o.Path}
		for setting, c := range order[0].Companions {
			b := &Companion{Setting: setting, Path: c.Path, Schema: schemaOf(c)}
			b.Path = companionOf(o.Path, setting, b.suffix())
			left = append(left, b.paths()...)
		}
		if err := RemoveUnfinished(left...); err != nil {
			return err
		}
	}
	schema := result.OfColumns(info.Schema, info.Columns...)
	out, err := e.OpenTable(o, schema, paths)
	if err != nil {
		return err
	}
	defer out.Abort()
	_, total := info.Rows.Totals()
	bar := e.StartProgress("rows", total, false)
	defer bar.Close()
	if err := interleave(ctx, parts, order, bar, func(cells []any) error { return out.Row(cells...) }); err != nil {
		return err
	}
	m := out.files.manifest
	for _, p := range parts {
		output, err := p.atEnd()
		if err != nil {
			return err
		}
		m.Parts = append(m.Parts, output)
	}
	sources, err := MergedInputs(parts)
	if err != nil {
		return err
	}
	describe(m, parts[0].Manifest, info)
	if err := e.mergeCompanions(ctx, parts, order, o, out.files, info, bar); err != nil {
		return err
	}
	for _, p := range parts {
		for _, w := range p.Manifest.Warnings {
			out.files.Warn(w)
		}
	}
	var outcome error
	if info.Failed > 0 {
		outcome = &PartialError{Failed: info.Failed, Total: total, Items: info.What}
	}
	if err := out.Commit(sources, outcome); err != nil {
		return err
	}
	return outcome
}

// openParts opens the tables of all parts.
func openParts(parts []*PartFile, order []Part, format dataio.Format) error {
	for i, p := range parts {
		if err := p.open(len(parts)); err != nil {
			return err
		}
		if err := p.check(order[i].Batch, format); err != nil {
			return err
		}
	}
	return nil
}

// checkRows reads the parts to their ends, to see that nothing is wrong with a row.
func checkRows(ctx context.Context, parts []*PartFile, order []Part) error {
	if err := interleave(ctx, parts, order, noProgress{}, func([]any) error { return nil }); err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := p.atEnd(); err != nil {
			return err
		}
	}
	return nil
}

// open opens the table of a part, one of so many.
func (p *PartFile) open(parts int) (err error) {
	p.rows, err = dataio.OpenTable(p.Path, dataio.Options{Hash: true})
	if errors.Is(err, syscall.EMFILE) {
		return Configf(fmt.Sprintf("ulimit -n %d allows it", parts+64), "%d parts are more files than this process may have open at once", parts)
	}
	return err
}

func closeParts(parts []*PartFile) {
	for _, p := range parts {
		if p.rows != nil {
			_ = p.rows.Close()
		}
	}
}

// interleave hands the rows of the parts to emit, in the order of the items.
func interleave(ctx context.Context, parts []*PartFile, order []Part, bar Progress, emit func(cells []any) error) error {
	const every = 1 << 12
	done := 0
	return Interleave(order, func(i int) error {
		if done++; done%every == 0 {
			bar.Add(every)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		cells, err := parts[i].next()
		if err != nil {
			return err
		}
		return emit(cells)
	})
}

// interruptedHint says what to do about a part with a checkpoint in its place.
const interruptedHint = "its run was interrupted: --resume goes on with it"

// ReadParts reads the manifests beside parts, and orders them by their shard.
func ReadParts(paths []string) ([]*PartFile, []Part, error) {
	return readPartsBy(paths, func(path string) string { return path + dataio.ManifestSuffix })
}

// readPartsBy is ReadParts for manifests that are elsewhere.
func readPartsBy(paths []string, manifestOf func(path string) string) ([]*PartFile, []Part, error) {
	byPath := map[string]*PartFile{}
	var order []Part
	for _, path := range paths {
		m, err := dataio.ReadManifest(manifestOf(path))
		if e, ok := errors.AsType[*data.InputError](err); ok && Exists(CheckpointOf(path)) {
			e.Hint = interruptedHint
		}
		if err != nil {
			return nil, nil, err
		}
		if m.Batch == nil {
			return nil, nil, &data.InputError{Path: path, Found: fmt.Sprintf("what %q wrote", m.Argv), Wanted: "want parts of a batch"}
		}
		if byPath[path] != nil {
			return nil, nil, &data.InputError{Path: path, Found: "the same part twice", Wanted: "want each once"}
		}
		byPath[path] = &PartFile{Path: path, Manifest: m}
		order = append(order, Part{Path: path, Batch: m.Batch})
		if err := sameSettings(byPath[paths[0]], byPath[path]); err != nil {
			return nil, nil, err
		}
	}
	if err := SortParts(order); err != nil {
		return nil, nil, err
	}
	parts := make([]*PartFile, len(order))
	for i, p := range order {
		parts[i] = byPath[p.Path]
	}
	return parts, order, nil
}

// perPart are the settings in which parts of one batch may differ, beside those that
// are free and those that name files beside the tables.
var perPart = []string{"shard", "format"}

// sameSettings refuses two parts that were made by different settings.
func sameSettings(a, b *PartFile) error {
	refuse := func(name string, mine, theirs any) error {
		return &data.InputError{
			Path:   b.Path,
			Found:  fmt.Sprintf("%s is %v", name, mine),
			Wanted: fmt.Sprintf("but in %s it is %v: want parts of one batch", a.Path, theirs),
		}
	}
	if a.Manifest.Version != b.Manifest.Version {
		return refuse("the version of simtool", b.Manifest.Version, a.Manifest.Version)
	}
	if mine, theirs := b.Manifest.Batch.Schema, a.Manifest.Batch.Schema; mine != theirs {
		return refuse("the schema", mine, theirs) // and settings of other names
	}
	names := slices.Sorted(maps.Keys(a.Manifest.Config))
	for name := range b.Manifest.Config {
		if _, ok := a.Manifest.Config[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		mine, theirs := jsonText(b.Manifest.Config[name]), jsonText(a.Manifest.Config[name])
		if mine != theirs && !slices.Contains(freeSettings, name) && !slices.Contains(perPart, name) && !isCompanion(a.Manifest, name) {
			return refuse(name, mine, theirs)
		}
	}
	return nil
}

// TellArithmetics warns of parts that were computed on machines of different kinds.
func (e *Env) TellArithmetics(parts []*PartFile) {
	first := parts[0]
	for _, p := range parts[1:] {
		if mine, theirs := first.Manifest.Run.Arithmetic, p.Manifest.Run.Arithmetic; mine != theirs {
			e.Warn("%s was computed on %s and %s on %s: last digits may not be those of a run on one kind of machine", first.Path, mine, p.Path, theirs)
			return
		}
	}
}

// check refuses a part whose table is not what its manifest says, or whose form
// does not tell what is needed for the form of the result.
func (p *PartFile) check(b *dataio.Batch, to dataio.Format) error {
	untyped := func(f dataio.Format) bool { return f == dataio.CSV || f == dataio.TSV }
	if from := p.rows.Format(); untyped(from) && !untyped(to) && to != dataio.Text {
		return &data.InputError{
			Path: p.Path, Found: fmt.Sprintf("a part in %s, which does not tell numbers from text", from), Wanted: fmt.Sprintf("for a result in %s", to),
			Hint: "--format csv goes; or write the parts as jsonl",
		}
	}
	if got := p.rows.Columns(); got != nil && !slices.Equal(got, b.Columns) {
		return &data.InputError{Path: p.Path, Found: fmt.Sprintf("columns %q", got), Wanted: fmt.Sprintf("want %q, as its manifest says", b.Columns)}
	}
	return nil
}

// atEnd checks that the table has no further rows and is the one that the
// manifest was written for.
func (p *PartFile) atEnd() (dataio.Output, error) {
	_, err := p.rows.Next()
	if err == nil {
		return dataio.Output{}, &data.InputError{Path: p.Path, Found: "more rows than its manifest says", Wanted: "want the part as it was written"}
	}
	if !errors.Is(err, io.EOF) {
		return dataio.Output{}, err
	}
	source, err := p.rows.Source()
	if err != nil {
		return dataio.Output{}, err
	}
	return p.Written(source)
}

// Written refuses a file that is not what the manifest was written for.
func (p *PartFile) Written(source data.Source) (dataio.Output, error) {
	for _, o := range p.Manifest.Outputs {
		if o.SHA256 == source.SHA256 {
			return dataio.Output{Path: p.Path, Bytes: source.Bytes, SHA256: source.SHA256}, nil
		}
	}
	return dataio.Output{}, &data.InputError{Path: p.Path, Found: fmt.Sprintf("a file with the checksum %.12q", source.SHA256), Wanted: "want the one that its manifest was written for"}
}

// mergedBatch describes the whole batch.
func mergedBatch(order []Part) *dataio.Batch {
	first := order[0].Batch
	whole := &dataio.Batch{
		Items: first.Items, Digest: first.Digest, Shards: 1, Rows: dataio.RowRuns{},
		What: first.What, Schema: first.Schema, Columns: first.Columns,
	}
	EachItem(order, whole.Rows.Add)
	for _, p := range order {
		whole.Failed += p.Failed
	}
	return whole
}

// MergedInputs lists the inputs of all parts. It refuses an input that was not the
// same for all of them.
func MergedInputs(parts []*PartFile) ([]data.Source, error) {
	type found struct {
		data.Source
		part string
	}
	seen := map[string]found{}
	var sources []data.Source
	for _, p := range parts {
		for _, s := range p.Manifest.Inputs {
			first, ok := seen[s.Path]
			if !ok {
				seen[s.Path] = found{s, p.Path}
				sources = append(sources, s)
			} else if first.SHA256 != s.SHA256 {
				return nil, &data.InputError{
					Path: s.Path, Found: fmt.Sprintf("the checksum %.12q in %s", s.SHA256, p.Path),
					Wanted: fmt.Sprintf("but %.12q in %s: want parts made from the same inputs", first.SHA256, first.part),
				}
			}
		}
	}
	return sources, nil
}

// describe makes a manifest say what the parts say, as if there had been one run.
func describe(m, of *dataio.Manifest, info *dataio.Batch) {
	output, force := m.Config["output"], m.Config["force"]
	m.Config = maps.Clone(of.Config)
	m.Config["output"], m.Config["force"] = output, force
	m.Config["shard"] = Whole.String()
	m.Seed, m.Batch = of.Seed, info
}

// Describe makes the manifest of a set of files say what the parts say, as if there
// had been one run.
func (s *FileSet) Describe(parts []*PartFile, info *dataio.Batch) {
	describe(s.manifest, parts[0].Manifest, info)
}

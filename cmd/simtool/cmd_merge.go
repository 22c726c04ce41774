package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

func newMergeCommand(a *app) *cobra.Command {
	o := &outputOptions{}
	var noTable error // what is wrong with --output for a table
	cmd := &cobra.Command{
		Use:   "merge PART...",
		Short: "Put the parts of a sharded batch together",
		Long: `Put together what --shard 0/N to --shard N-1/N have written, into the same bytes
that one run without --shard would have written.

Each part is a table with its manifest beside it, as -o writes them. Parts may be
given in any order, and as patterns such as "parts/*.jsonl". They must be all of
one batch, each once, made by one version of simtool with the same settings from
the same inputs, and unchanged since; anything else is an error that says what
is wrong with which part. Rows are read one by one: memory does not grow with
their number.

Parts in csv or tsv can be merged into csv or tsv, those in json or jsonl into
any form. The exit status is that of the whole batch: 3 if some items failed.

Parts that are directories, as of "simtool optimize" and "simtool mlem layers",
become the directory of the whole; the status is 5 if what was asked for was not
reached by any part.

Parts of "simtool moments" become the moments of the whole recording. What
"simtool joint-range" writes beside its table, by --paths and --save-data, stays
in parts.`,
		Example: `simtool score rec.npy models/*.npy --shard 0/2 -o part0.csv
simtool score rec.npy models/*.npy --shard 1/2 -o part1.csv
simtool merge part0.csv part1.csv -o scores.csv`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			paths, err := expandPaths(args)
			if err != nil {
				return err
			}
			paths = withoutManifests(paths)
			if len(paths) == 0 {
				return usagef("no files, want the parts of a batch")
			}
			directories, err := areDirectories(paths)
			switch {
			case err != nil:
				return err
			case directories:
				return a.mergeDirectories(ctx, paths, o)
			case areMoments(paths):
				return a.mergeMoments(ctx, paths, o)
			case noTable != nil:
				return noTable
			}
			return a.merge(ctx, paths, o)
		}),
	}
	o.register(a, cmd.Flags(), dataio.Formats())
	// A suffix that no table has is wrong for tables only, and what the parts are is
	// not known before they are looked at.
	format := cmd.Flags().Lookup("format")
	choose := a.auto[format]
	a.auto[format] = func() (value, origin string, err error) {
		value, origin, noTable = choose()
		return value, origin, nil
	}
	return withExits(cmd, exitPartial, exitInvalid, exitNotConverged)
}

// withoutManifests leaves out the manifests that a pattern such as *.json takes
// for parts.
func withoutManifests(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		of, ok := strings.CutSuffix(path, dataio.ManifestSuffix)
		return ok && slices.Contains(paths, of)
	})
}

// part is a part of a batch: its manifest and its rows.
type part struct {
	path     string
	manifest *dataio.Manifest
	rows     *dataio.TableReader
}

// merge writes the rows of all parts in the order of the items.
func (a *app) merge(ctx context.Context, paths []string, o *outputOptions) error {
	parts, order, err := readParts(paths)
	if err != nil {
		return err
	}
	defer func() {
		for _, p := range parts {
			if p.rows != nil {
				_ = p.rows.Close()
			}
		}
	}()
	format, err := dataio.ParseFormat(o.format)
	must(err) // the flag takes no other
	info := mergedBatch(order)
	for i, p := range parts {
		if p.rows, err = dataio.OpenTable(p.path, dataio.Options{Hash: true}); errors.Is(err, syscall.EMFILE) {
			return configf(fmt.Sprintf("ulimit -n %d allows it", len(parts)+64), "%d parts are more files than this process may have open at once", len(parts))
		} else if err != nil {
			return err
		}
		if err := p.check(order[i].Batch, format); err != nil {
			return err
		}
	}
	if o.toFile() && o.force { // what a killed merge has left goes too
		if err := dataio.RemoveUnfinished(o.path); err != nil {
			return err
		}
	}
	out, err := a.openResult(o, tableSpec{schema: info.Schema, columns: info.Columns, notes: []string{"warning", "error", "note"}, inputs: paths})
	if err != nil {
		return err
	}
	defer out.abort()
	_, total := info.Rows.Totals()
	progress := a.startProgress("rows", total, false)
	defer progress.close()
	if err := interleave(ctx, parts, order, progress, func(cells []any) error { return out.row(cells...) }); err != nil {
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
	sources, err := mergedInputs(parts)
	if err != nil {
		return err
	}
	describe(m, parts[0].manifest, info)
	for _, p := range parts {
		for _, w := range p.manifest.Warnings {
			out.files.warn(w)
		}
	}
	var outcome error
	if info.Failed > 0 {
		outcome = &partialError{failed: info.Failed, total: total, items: info.What}
	}
	if err := out.commit(sources, outcome); err != nil {
		return err
	}
	return outcome
}

// interleave hands the rows of the parts to emit, in the order of the items.
func interleave(ctx context.Context, parts []*part, order []batch.Part, bar *progress, emit func(cells []any) error) error {
	const every = 1 << 12
	done := 0
	return batch.Interleave(order, func(i int) error {
		if done++; done%every == 0 {
			bar.add(every)
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

// readParts reads the manifests beside parts, and orders them by their shard.
func readParts(paths []string) ([]*part, []batch.Part, error) {
	return readPartsBy(paths, func(path string) string { return path + dataio.ManifestSuffix })
}

// readPartsBy is readParts for manifests that are elsewhere.
func readPartsBy(paths []string, manifestOf func(path string) string) ([]*part, []batch.Part, error) {
	byPath := map[string]*part{}
	var order []batch.Part
	for _, path := range paths {
		m, err := dataio.ReadManifest(manifestOf(path))
		if e, ok := errors.AsType[*data.InputError](err); ok && exists(checkpointOf(path)) {
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
		byPath[path] = &part{path: path, manifest: m}
		order = append(order, batch.Part{Path: path, Batch: m.Batch})
		if err := sameSettings(byPath[paths[0]], byPath[path]); err != nil {
			return nil, nil, err
		}
	}
	if err := batch.SortParts(order); err != nil {
		return nil, nil, err
	}
	parts := make([]*part, len(order))
	for i, p := range order {
		parts[i] = byPath[p.Path]
	}
	return parts, order, nil
}

// perPart are the settings in which parts of one batch may differ, beside those
// that are free, and beside are the files that parts write beside their tables.
var (
	perPart = append([]string{"shard", "format"}, beside...)
	beside  = []string{"paths", "save-data"}
)

// sameSettings refuses two parts that were made by different settings.
func sameSettings(a, b *part) error {
	refuse := func(name string, mine, theirs any) error {
		return &data.InputError{
			Path:   b.path,
			Found:  fmt.Sprintf("%s is %v", name, mine),
			Wanted: fmt.Sprintf("but in %s it is %v: want parts of one batch", a.path, theirs),
		}
	}
	if a.manifest.Version != b.manifest.Version {
		return refuse("the version of simtool", b.manifest.Version, a.manifest.Version)
	}
	if mine, theirs := b.manifest.Batch.Schema, a.manifest.Batch.Schema; mine != theirs {
		return refuse("the schema", mine, theirs) // and settings of other names
	}
	names := slices.Sorted(maps.Keys(a.manifest.Config))
	for name := range b.manifest.Config {
		if _, ok := a.manifest.Config[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		mine, theirs := jsonText(b.manifest.Config[name]), jsonText(a.manifest.Config[name])
		if mine != theirs && !slices.Contains(free, name) && !slices.Contains(perPart, name) {
			return refuse(name, mine, theirs)
		}
	}
	return nil
}

// check refuses a part whose table is not what its manifest says, or whose form
// does not tell what is needed for the form of the result.
func (p *part) check(b *dataio.Batch, to dataio.Format) error {
	untyped := func(f dataio.Format) bool { return f == dataio.CSV || f == dataio.TSV }
	if from := p.rows.Format(); untyped(from) && !untyped(to) && to != dataio.Text {
		return &data.InputError{
			Path: p.path, Found: fmt.Sprintf("a part in %s, which does not tell numbers from text", from), Wanted: fmt.Sprintf("for a result in %s", to),
			Hint: "--format csv goes; or write the parts as jsonl",
		}
	}
	if got := p.rows.Columns(); got != nil && !slices.Equal(got, b.Columns) {
		return &data.InputError{Path: p.path, Found: fmt.Sprintf("columns %q", got), Wanted: fmt.Sprintf("want %q, as its manifest says", b.Columns)}
	}
	return nil
}

// atEnd checks that the table has no further rows and is the one that the
// manifest was written for.
func (p *part) atEnd() (dataio.Output, error) {
	_, err := p.rows.Next()
	if err == nil {
		return dataio.Output{}, &data.InputError{Path: p.path, Found: "more rows than its manifest says", Wanted: "want the part as it was written"}
	}
	if !errors.Is(err, io.EOF) {
		return dataio.Output{}, err
	}
	source, err := p.rows.Source()
	if err != nil {
		return dataio.Output{}, err
	}
	return p.written(source)
}

// written refuses a file that is not what the manifest was written for.
func (p *part) written(source data.Source) (dataio.Output, error) {
	for _, o := range p.manifest.Outputs {
		if o.SHA256 == source.SHA256 {
			return dataio.Output{Path: p.path, Bytes: source.Bytes, SHA256: source.SHA256}, nil
		}
	}
	return dataio.Output{}, &data.InputError{Path: p.path, Found: fmt.Sprintf("a file with the checksum %.12q", source.SHA256), Wanted: "want the one that its manifest was written for"}
}

// mergedBatch describes the whole batch.
func mergedBatch(order []batch.Part) *dataio.Batch {
	first := order[0].Batch
	whole := &dataio.Batch{
		Items: first.Items, Digest: first.Digest, Shards: 1, Rows: dataio.RowRuns{},
		What: first.What, Schema: first.Schema, Columns: first.Columns,
	}
	batch.EachItem(order, whole.Rows.Add)
	for _, p := range order {
		whole.Failed += p.Failed
	}
	return whole
}

// mergedInputs lists the inputs of all parts. It refuses an input that was not the
// same for all of them.
func mergedInputs(parts []*part) ([]data.Source, error) {
	type found struct {
		data.Source
		part string
	}
	seen := map[string]found{}
	var sources []data.Source
	for _, p := range parts {
		for _, s := range p.manifest.Inputs {
			first, ok := seen[s.Path]
			if !ok {
				seen[s.Path] = found{s, p.path}
				sources = append(sources, s)
			} else if first.SHA256 != s.SHA256 {
				return nil, &data.InputError{
					Path: s.Path, Found: fmt.Sprintf("the checksum %.12q in %s", s.SHA256, p.path),
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
	m.Config["shard"] = wholeBatch.String()
	for _, name := range beside {
		if _, ok := m.Config[name]; ok {
			m.Config[name] = "" // it is not merged
		}
	}
	m.Seed, m.Batch = of.Seed, info
}

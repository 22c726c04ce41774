package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
)

// A fitBatch is the representations to which metrics are fitted, its items.
type fitBatch struct {
	stimuli     *stimuli
	stimuliFile string
	options     mlem.Options
	ceiling     *mlem.Ceiling // of the one representation, if it has repeats
	names       []string      // of the representations, all different

	// read reads a representation and says what it was read from.
	read func(item int) (*mlem.Neural, []data.Source, error)
}

// fitted is what becomes of a representation.
type fitted struct {
	name     string
	Sources  []data.Source
	Model    json.RawMessage
	Summary  string  // of the held-out score, "" where nothing was held out
	KKT      float64 // violation of the optimality conditions
	Warnings []string
	Counts   []int // rows of each table

	rows [][][]any // of each table
}

// fittedDir is the directory of fits.
func fittedDir(path string) *resultDir {
	return &resultDir{
		path: path, schema: "simtool.mlem.fits/v1", item: "representation",
		files: []string{"weights.csv", "importance.csv", "scores.csv", modelFile},
	}
}

const modelFile = "model.json"

// fingerprint returns what a checkpoint or a result of the batch belongs to.
func (b *fitBatch) fingerprint(a *app, kept *data.Kept) fingerprint {
	print := a.fingerprint(nil)
	// It bounds the pairs that scores and importances are computed on.
	print.Settings[memorySetting] = fmt.Sprint(b.options.MaxMemory)
	keys := b.names
	if kept != nil {
		keys = append(keys[:len(keys):len(keys)], fmt.Sprint("stimuli ", kept.Units))
	}
	print.Items = batch.Digest(keys)
	return print
}

// memorySetting is free for other commands.
const memorySetting = "max-memory"

// fitAll fits the representations of the shard and writes the directory of
// results. Until then what is finished is kept for --resume.
func (a *app) fitAll(ctx context.Context, o *fitOptions, b *fitBatch) error {
	d, shard := fittedDir(o.directory), o.batch.shard.Shard
	print := b.fingerprint(a, o.neural.kept)
	inputs := append([]string{o.stimuli.file}, o.neural.files...)
	if o.batch.dryRun {
		return a.dryFit(o, b, d, print, inputs)
	}
	done, replace, err := a.enter(d, print, o.batch.resume, o.force, inputs)
	if err != nil {
		return err
	}
	if done != nil {
		discard(checkpointOf(d.path)) // of which a killed run may have left something
		return nil
	}
	saved, err := a.keep(ctx, o.directory, print, o.batch.resume)
	if err != nil {
		return err
	}
	finished := false
	defer func() { saved.end(finished) }()
	a.warnEmpty(d, shard, len(b.names))
	fits, err := a.fitItems(ctx, b, shard, saved)
	// Files get their names one after the other: a run that is killed between them
	// must have something to go on from.
	saved.flush()
	if err != nil {
		return a.ended(ctx, saved, named(err, b.stimuliFile))
	}
	for _, w := range append(b.stimuli.warnings, warningsOf(fits)...) {
		a.warn("%s", w)
	}
	files := a.newFileSet(replace, inputs)
	files.single = d.manifest()
	defer files.abort()
	tables := fitTables(fits, len(b.names) > 1)
	files.manifest.Batch = d.batchInfo(len(b.names), print.Items, shard, tables)
	if err := writeFits(files, d, tables, fits, len(b.names) > 1); err != nil {
		return err
	}
	if err := d.commit(files, sourcesOf(b, fits), nil); err != nil {
		return err
	}
	finished = true
	if len(fits) > 0 {
		a.summary("%s; the results are in %s", summaryOf(fits), d.path)
	}
	return nil
}

// fitItems fits the representations of a shard that are not kept, and returns all
// of the shard.
func (a *app) fitItems(ctx context.Context, b *fitBatch, shard batch.Shard, saved *kept) ([]*fitted, error) {
	fits := make([]*fitted, shard.Len(len(b.names)))
	var left []int
	var neural []*mlem.Neural
	var sources [][]data.Source
	for k := range fits {
		name := b.names[shard.Item(k)]
		value, ok, err := saved.load(name)
		if ok {
			fits[k], err = decodeFit(name, value)
		}
		if err != nil {
			return nil, err
		}
		if ok {
			continue
		}
		y, from, err := b.read(shard.Item(k))
		if err != nil {
			return nil, err
		}
		left, neural, sources = append(left, k), append(neural, y), append(sources, from)
	}
	if len(left) == 0 {
		return fits, nil
	}
	bar := a.startProgress("steps", 0, false)
	defer bar.close()
	b.options.Progress = stageProgress(bar)
	at := 0
	err := mlem.FitEach(ctx, b.stimuli.features, neural, b.options, func(r *mlem.Result) error {
		f := newFitted(r, b.ceiling, len(b.names) > 1)
		f.Sources = append(b.stimuli.sources[:len(b.stimuli.sources):len(b.stimuli.sources)], sources[at]...)
		fits[left[at]] = f
		at++
		return saved.store(f.name, f.encode(), f.Sources)
	})
	return fits, err
}

// stageProgress shows how far the stages of a fit are, one after the other, in
// one bar.
func stageProgress(bar *progress) mlem.Progress {
	stage, total, at := "", 0, 0
	return func(name string, done, of int) {
		if name != stage {
			bar.add(total - at)
			stage, total, at = name, of, 0
			bar.expect(of)
		}
		bar.add(done - at)
		at = done
	}
}

// encode makes bytes of a fit for a checkpoint: a line of JSON, and the rows.
func (f *fitted) encode() []byte {
	head, err := json.Marshal(f)
	must(err)
	var rows [][]any
	for _, part := range f.rows {
		rows = append(rows, part...)
	}
	return append(append(head, '\n'), batch.EncodeRows(rows)...)
}

func decodeFit(name string, value []byte) (*fitted, error) {
	f := &fitted{name: name}
	head, tail, _ := bytes.Cut(value, []byte{'\n'})
	if err := json.Unmarshal(head, f); err != nil {
		return nil, fmt.Errorf("the checkpoint of %q: %w", name, err)
	}
	rows, err := batch.DecodeRows(tail)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint of %q: %w", name, err)
	}
	for _, n := range f.Counts {
		if n < 0 || n > len(rows) {
			return nil, fmt.Errorf("the checkpoint of %q: fewer rows than it says", name)
		}
		f.rows, rows = append(f.rows, rows[:n]), rows[n:]
	}
	return f, nil
}

// sourcesOf lists what fits were made from, each once.
func sourcesOf(b *fitBatch, fits []*fitted) []data.Source {
	sources := b.stimuli.sources[:len(b.stimuli.sources):len(b.stimuli.sources)]
	seen := map[string]bool{}
	for _, s := range sources {
		seen[s.Path] = true
	}
	for _, f := range fits {
		for _, s := range f.Sources {
			if !seen[s.Path] {
				seen[s.Path] = true
				sources = append(sources, s)
			}
		}
	}
	return sources
}

// summaryOf says in one line how well fits predict what was held out.
func summaryOf(fits []*fitted) string {
	const most = 3
	var parts []string
	worst := 0.0
	for _, f := range fits {
		worst = max(worst, f.KKT)
		if f.Summary != "" {
			parts = append(parts, fmt.Sprintf("%s: %s (KKT residual %.0e)", f.name, f.Summary, f.KKT))
		}
	}
	if parts == nil {
		return fmt.Sprintf("%d fitted, nothing held out (KKT residual %.0e)", len(fits), worst)
	}
	if len(parts) > most {
		parts = append(parts[:most], fmt.Sprintf("and %d more", len(fits)-most))
	}
	return strings.Join(parts, "; ")
}

// warningsOf lists the warnings of fits, each once, with the representations
// that it is of unless it is of all.
func warningsOf(fits []*fitted) []string {
	const named = 3
	var order []string
	of := map[string][]string{}
	for _, f := range fits {
		for _, w := range f.Warnings {
			if of[w] == nil {
				order = append(order, w)
			}
			of[w] = append(of[w], f.name)
		}
	}
	for i, w := range order {
		switch names := of[w]; {
		case len(names) == len(fits):
		case len(names) > named:
			order[i] = fmt.Sprintf("%s and %d more: %s", strings.Join(names[:named], ", "), len(names)-named, w)
		default:
			order[i] = strings.Join(names, ", ") + ": " + w
		}
	}
	return order
}

package verbmlem

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
)

// run fits the representations of the shard and writes the directory of results.
// Until then what is finished is kept for --resume.
func (f *fits) run(ctx context.Context) error {
	e, d := f.env, f.directory
	identity := f.fingerprint()
	done, replace, err := d.Prepare(e, identity, f.control.Resume, f.Force, f.inputs)
	if err != nil {
		return err
	}
	if done != nil {
		batch.Discard(batch.CheckpointOf(d.Path)) // of which a killed run may have left something
		return outcomeOf(done.Batch.Failed, f.control.Shard.Len(len(f.names)))
	}
	saved, err := e.Keep(ctx, d.Path, identity, f.control.Resume)
	if err != nil {
		return err
	}
	finished := false
	defer func() { saved.End(finished) }()
	d.WarnEmpty(e, f.control.Shard, len(f.names))
	all, err := f.fitItems(ctx, saved)
	// Files get their names one after the other: a run that is killed between them
	// must have something to go on from.
	saved.Flush()
	if err != nil {
		return e.Ended(ctx, saved, batch.Named(err, f.Stimuli.File))
	}
	e.WarnAll(append(f.stimuli.warnings, warningsOf(all)...))
	outcome, err := f.write(all, replace)
	if err != nil {
		return err
	}
	finished = true
	if len(all) > 0 {
		e.Summary("%s; the results are in %s", summaryOf(all), d.Path)
	}
	return outcome
}

// outcomeOf is the error with which a run ends of whose representations some failed.
func outcomeOf(failed, of int) error {
	if failed == 0 {
		return nil
	}
	return &batch.PartialError{Failed: failed, Total: of, Items: "representations"}
}

// fingerprint is what a checkpoint or a result belongs to.
func (f *fits) fingerprint() batch.Fingerprint {
	identity := f.env.Fingerprint(nil, f.keys())
	identity.Settings[memorySetting] = fmt.Sprint(f.options.MaxMemory)
	return identity
}

// fitItems fits the representations of the shard that are not kept, and returns all
// of the shard. One of several that cannot be read or fitted does not end the others.
func (f *fits) fitItems(ctx context.Context, saved *batch.Finished) ([]*fitted, error) {
	shard := f.control.Shard
	all := make([]*fitted, shard.Len(len(f.names)))
	var left []int
	var neural []*mlem.Neural
	var sources [][]data.Source
	for k := range all {
		name := f.names[shard.Item(k)]
		value, ok, err := saved.Load(name)
		if ok {
			all[k], err = decodeFitted(name, value, f.tables())
			err = batch.Named(err, filepath.Join(saved.Directory(), batch.LogFile))
		}
		if err != nil {
			return nil, err
		}
		if ok {
			continue
		}
		y, from, err := f.read(shard.Item(k))
		if f.isRow(ctx, err) {
			all[k] = f.newFailed(name, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		left, neural, sources = append(left, k), append(neural, y), append(sources, from)
	}
	if len(left) == 0 {
		return all, nil
	}
	bar := f.env.StartProgress("steps", 0, false)
	defer bar.Close()
	f.options.Progress = stageProgress(bar)
	err := mlem.FitEach(ctx, f.stimuli.features, neural, f.options, func(at int, r *mlem.Result, err error) error {
		from := append(f.stimuli.sources[:len(f.stimuli.sources):len(f.stimuli.sources)], sources[at]...)
		if f.isRow(ctx, err) {
			failed := f.newFailed(f.names[shard.Item(left[at])], batch.Named(err, f.Stimuli.File))
			failed.Sources = from
			all[left[at]] = failed
			return nil
		}
		if err != nil {
			return err
		}
		one := f.newFitted(r)
		one.Sources = from
		all[left[at]] = one
		return saved.Store(one.name, one.encode(), one.Sources)
	})
	return all, err
}

// isRow reports whether an error becomes a row: that of one of several
// representations.
func (f *fits) isRow(ctx context.Context, err error) bool {
	return err != nil && f.several() && ctx.Err() == nil && batch.OfItem(err)
}

// stageProgress shows how far the stages of a fit are, one after the other, in
// one bar.
func stageProgress(bar batch.Progress) mlem.Progress {
	stage, total, at := "", 0, 0
	return func(name string, done, of int) {
		if name != stage {
			bar.Add(total - at)
			stage, total, at = name, of, 0
			bar.Expect(of)
		}
		bar.Add(done - at)
		at = done
	}
}

// sourcesOf lists what fits were made from, each once.
func (f *fits) sourcesOf(all []*fitted) []data.Source {
	sources := f.stimuli.sources[:len(f.stimuli.sources):len(f.stimuli.sources)]
	seen := map[string]bool{}
	for _, s := range sources {
		seen[s.Path] = true
	}
	for _, one := range all {
		for _, s := range one.Sources {
			if !seen[s.Path] {
				seen[s.Path] = true
				sources = append(sources, s)
			}
		}
	}
	return sources
}

// summaryOf says in one line how well fits predict what was held out.
func summaryOf(all []*fitted) string {
	const most = 3
	var parts []string
	worst, fits := 0.0, 0
	for _, f := range all {
		if f.err != nil {
			continue
		}
		fits++
		worst = max(worst, f.KKT)
		if f.Summary != "" {
			parts = append(parts, fmt.Sprintf("%s: %s (KKT residual %.0e)", f.name, f.Summary, f.KKT))
		}
	}
	switch {
	case fits == 0:
		return "nothing fitted"
	case parts == nil:
		return fmt.Sprintf("%d fitted, nothing held out (KKT residual %.0e)", fits, worst)
	case len(parts) > most:
		parts = append(parts[:most], fmt.Sprintf("and %d more", fits-most))
	}
	return strings.Join(parts, "; ")
}

// warningsOf lists the warnings of fits, each once, with the representations
// that it is of unless it is of all that were fitted.
func warningsOf(all []*fitted) []string {
	const named = 3
	var order []string
	of := map[string][]string{}
	fits := 0
	for _, f := range all {
		if f.err == nil {
			fits++
		}
		for _, w := range f.Warnings {
			if of[w] == nil {
				order = append(order, w)
			}
			of[w] = append(of[w], f.name)
		}
	}
	for i, w := range order {
		switch names := of[w]; {
		case len(names) == fits:
		case len(names) > named:
			order[i] = fmt.Sprintf("%s and %d more: %s", strings.Join(names[:named], ", "), len(names)-named, w)
		default:
			order[i] = strings.Join(names, ", ") + ": " + w
		}
	}
	return order
}

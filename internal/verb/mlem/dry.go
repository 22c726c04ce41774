package verbmlem

import (
	"simtool/internal/batch"
	"simtool/internal/verb"
)

// dryRun says what run would do.
func (f *fits) dryRun() error {
	shard, identity := f.control.Shard, f.fingerprint()
	forecast := &batch.Forecast{Items: len(f.names), Mine: shard.Len(len(f.names))}
	done, _, err := f.directory.Inspect(f.env, identity, f.control.Resume, f.Force, f.inputs)
	forecast.Complete, forecast.Refused = done != nil, err
	if !forecast.Complete && err == nil {
		saved, err := f.env.Peek(f.directory.Path, identity, f.control.Resume)
		if forecast.Refused = err; err == nil {
			forecast.Kept = saved.Count(forecast.Mine, func(k int) string { return f.names[shard.Item(k)] })
			saved.End(false)
		}
	}
	bytes, known, err := f.memory()
	if err != nil {
		return err
	}
	if known {
		forecast.Memory = func(int) (int64, error) { return bytes, nil }
	}
	return forecast.Tell(f.env, &f.control)
}

// memory bounds what the fits of the shard take, 0 where no bound is known. All
// representations are in memory at once, whatever --jobs is.
func (f *fits) memory() (bytes int64, known bool, err error) {
	shard := f.control.Shard
	mine := shard.Len(len(f.names))
	var patterns int64
	for k := range mine {
		y, _, err := f.read(shard.Item(k))
		if err != nil && f.several() && batch.OfItem(err) {
			continue // it becomes a row
		}
		if err != nil {
			return 0, false, err
		}
		patterns += y.Bytes()
	}
	bytes, known, err = f.options.Memory(f.stimuli.features, mine, patterns)
	if err != nil || !known {
		return 0, false, verb.SettingError(err)
	}
	var matrices int64 // of features, with a copy
	if n := int64(f.stimuli.features.Stimuli()); len(f.Stimuli.Distances) > 0 {
		matrices = 2 * 8 * n * n * int64(len(f.stimuli.sources))
	}
	// What patterns are read to becomes their distances' own, unless these are of some units
	// or of a mean over time or repeats.
	var others int64
	if read := max(1, int64(len(f.Neural.Files))); f.EachUnit || f.Windows.Per != "" || read > 1 && !f.layers {
		others = patterns * read
	}
	return batch.WithGarbage(bytes + others + matrices), true, nil
}

package verbmlem

import (
	"simtool/internal/batch"
	"simtool/internal/measures"
	"simtool/internal/mlem"
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
	bytes, sizes, known, err := f.memory()
	if err != nil {
		return err
	}
	if known {
		forecast.Memory = func(int) (int64, error) { return bytes, nil }
	}
	if err := forecast.Tell(f.env, &f.control); err != nil || forecast.Complete || forecast.Refused != nil {
		return err
	}
	return f.tellTime(sizes[min(forecast.Kept, len(sizes)):])
}

// tellTime tells a person about how long fits to representations of some sizes take on this
// machine, and by which way. All are fitted at once.
func (f *fits) tellTime(sizes []mlem.NeuralSize) error {
	work, known, err := f.options.Work(f.stimuli.features, sizes)
	if err != nil || !known {
		return verb.SettingError(err)
	}
	machine := measures.MeasureMachine()
	n := float64(f.stimuli.features.Stimuli())
	read := verb.ReadingItems(f.Stimuli.File, n*float64(len(f.stimuli.features.Names())))
	for i, s := range sizes {
		name := f.names[f.control.Shard.Item(i)]
		path, numbers := f.windows[name].path, n*float64(s.Units)
		switch {
		case f.Neural.Given != "":
			path, numbers = f.Neural.Given, n*n
		case !f.layers:
			path = f.Neural.Files[0]
			numbers *= float64(len(f.Neural.Files))
		}
		read += verb.ReadingItems(path, numbers)
	}
	seconds := work.Flops/machine.Flops + work.Items*machine.Item
	seconds /= 1 + verb.SecondCore*float64(max(1, f.env.Jobs)-1)
	way := "by moments of stimuli"
	if work.ByPairs {
		way = "by pairs of stimuli"
	}
	f.env.Summary("%s", verb.About(verb.StartSeconds+read*machine.Item+seconds, f.env.Jobs, way))
	return nil
}

// memory bounds what the fits of the shard take, 0 where no bound is known, and returns the
// sizes of what is fitted. All representations are in memory at once, whatever --jobs is.
func (f *fits) memory() (bytes int64, sizes []mlem.NeuralSize, known bool, err error) {
	shard := f.control.Shard
	mine := shard.Len(len(f.names))
	var patterns int64
	for k := range mine {
		y, _, err := f.read(shard.Item(k))
		if err != nil && f.several() && batch.OfItem(err) {
			continue // it becomes a row
		}
		if err != nil {
			return 0, nil, false, err
		}
		patterns += y.Bytes()
		sizes = append(sizes, y.Size())
	}
	bytes, known, err = f.options.Memory(f.stimuli.features, mine, patterns)
	if err != nil || !known {
		return 0, nil, false, verb.SettingError(err)
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
	if d := mlem.Distance(f.Neural.Distance); d == mlem.Cosine || d == mlem.Correlation {
		others += patterns / int64(max(1, mine)) // directions about their mean
	}
	return batch.WithGarbage(bytes + others + matrices), sizes, true, nil
}

package main

// dryFit says what fitAll would do.
func (a *app) dryFit(o *fitOptions, b *fitBatch, d *resultDir, print fingerprint, inputs []string) error {
	shard := o.batch.shard.Shard
	f := &forecast{items: len(b.names), mine: shard.Len(len(b.names))}
	done, _, err := a.examine(d, print, o.batch.resume, o.force, inputs)
	f.complete, f.refused = done != nil, err
	if !f.complete && err == nil {
		saved, err := a.peekKept(d.path, print, o.batch.resume)
		if f.refused = err; err == nil {
			f.kept = saved.count(f.mine, func(k int) string { return b.names[shard.Item(k)] })
			saved.end(false)
		}
	}
	// All representations are in memory at once, whatever --jobs is.
	var patterns int64
	for k := range f.mine {
		y, _, err := b.read(shard.Item(k))
		if err != nil {
			return err
		}
		patterns += y.Bytes()
	}
	bytes, known, err := b.options.Memory(b.stimuli.features, f.mine, patterns)
	if err != nil {
		return settingError(err)
	}
	if known {
		var matrices int64 // of features, with a copy
		if n := int64(b.stimuli.features.Stimuli()); len(o.stimuli.distances) > 0 {
			matrices = 2 * 8 * n * n * int64(len(b.stimuli.sources))
		}
		f.memory = func(int) (int64, error) { return withGarbage(bytes + patterns + matrices), nil }
	}
	return a.tell(f, &o.batch)
}

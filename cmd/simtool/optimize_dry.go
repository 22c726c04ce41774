package main

import (
	"simtool/internal/data"
	"simtool/internal/synth/optimize"
)

// dryOptimize says what optimize would do.
func (a *app) dryOptimize(o *optimizeOptions, d *resultDir, print fingerprint, path string) error {
	shard := o.batch.shard.Shard
	f := &forecast{items: o.restarts, mine: shard.Len(o.restarts)}
	done, _, err := a.examine(d, print, o.batch.resume, o.force, o.inputs(path))
	f.complete, f.refused = done != nil, err
	with := *o
	with.components = false // whose decomposition is work
	x, config, sources, err := a.optimizeProblem(&with, path)
	if err != nil {
		return err
	}
	config.Only = make([]int, f.mine)
	for k := range config.Only {
		config.Only[k] = shard.Item(k)
	}
	if !f.complete && f.refused == nil {
		saved := &checkpoint{a: a, directory: checkpointOf(d.path), states: make([]*optimize.State, config.Restarts)}
		var there bool
		if there, f.refused = a.fingerprint(sources).resumable(saved.directory, o.batch.resume); there && f.refused == nil {
			f.refused = saved.readStates()
		}
		config.Resume = saved.states
		for _, i := range config.Only {
			if s := saved.states[i]; s != nil && s.Reason != optimize.Running && s.Reason != optimize.Interrupted {
				f.kept++
			}
		}
	}
	f.memory = func(atOnce int) (int64, error) { return optimizeMemory(o, &config, x, atOnce) }
	return a.tell(f, &o.batch)
}

// optimizeMemory bounds what optimize takes: the data and their components, the
// restarts, and the tables that follow from their records.
func optimizeMemory(o *optimizeOptions, c *optimize.Config, x *data.Dataset, atOnce int) (int64, error) {
	n, p := int64(x.Samples()), int64(x.Width())
	read, components, decomposing := 8*n*p, 0, int64(0)
	if c.Start != nil {
		read += 8 * n * int64(c.Start.RawMatrix().Cols)
	}
	if o.components {
		components = int(min(n-1, p))
		decomposing = componentsMemory(n, p)
		read += 8 * n * int64(components)
	}
	run, err := c.Memory(int(n), int(p), components, atOnce)
	if err != nil {
		return 0, err
	}
	rows := int64(components + len(c.Decoders) + len(c.Also))
	tables := int64(len(c.Only)) * rows * int64(c.Records()) * cellsMemory(7)
	return withGarbage(read + max(decomposing, run+tables)), nil
}

// componentsMemory bounds what principal components take while data of n×p are
// decomposed: the centred data, their reflectors and vectors, each once more on the
// way, and matrices of the smaller of both sizes.
func componentsMemory(n, p int64) int64 {
	k := min(n, p)
	return 8 * (5*n*p + 6*k*k)
}

// cellsMemory is about what a row of a table takes, with its place in it.
func cellsMemory(cells int64) int64 {
	const slice, cell, number = 24, 16, 8
	return 2*slice + cells*(cell+number)
}

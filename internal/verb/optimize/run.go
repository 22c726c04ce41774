package optimize

import (
	"context"
	"fmt"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
	"simtool/internal/verb"
)

// optimization is a run of the restarts of a shard.
type optimization struct {
	*Options
	env       *batch.Env
	path      string // of the reference
	config    optimize.Config
	control   batch.Control
	directory *batch.Directory
	keys      []string // of all restarts

	// What is read.
	x       *data.Dataset
	sources []data.Source
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	r, err := o.begin(e, args)
	if err != nil {
		return err
	}
	if r.control, err = o.Batch.Begin(e, o.Directory); err != nil {
		return err
	}
	if r.control.DryRun {
		return r.dryRun()
	}
	return r.run(ctx)
}

// begin checks the options. Nothing is read yet.
func (o *Options) begin(e *batch.Env, args []string) (*optimization, error) {
	config, err := o.config(e, args)
	if err != nil {
		return nil, err
	}
	part, err := o.Batch.Part(e)
	if err != nil {
		return nil, err
	}
	r := &optimization{Options: o, env: e, path: args[0], config: config, directory: directoryAt(o.Directory)}
	for i := range o.Restarts {
		r.keys = append(r.keys, fmt.Sprintf("%s\t%d", r.path, i))
	}
	r.config.Only = make([]int, part.Len(max(0, o.Restarts)))
	for k := range r.config.Only {
		r.config.Only[k] = part.Item(k)
	}
	return r, nil
}

// inputs lists the files that are read, "" for those that are not.
func (r *optimization) inputs() []string { return []string{r.path, r.Start, r.Labels.File} }

// run runs the restarts and writes the directory of results.
func (r *optimization) run(ctx context.Context) error {
	identity := r.env.Fingerprint(nil, r.keys)
	done, replace, err := r.directory.Prepare(r.env, identity, r.control.Resume, r.Force, r.inputs())
	if err != nil {
		return err
	}
	if done != nil {
		(&checkpoint{directory: batch.CheckpointOf(r.Directory)}).remove() // of which a killed run may have left something
		e, err := readEnding(done, []string{r.Directory})
		if err != nil {
			return err
		}
		return e.status()
	}
	files := r.env.NewFileSet(replace, r.inputs())
	defer files.Abort()
	if err := r.read(r.Components); err != nil {
		return err
	}
	r.directory.WarnEmpty(r.env, r.control.Shard, r.Restarts)
	saved, err := r.openCheckpoint()
	if err != nil {
		return err
	}
	defer saved.unlock()
	outcomes, err := r.runRestarts(ctx, saved)
	if err != nil {
		return batch.Named(verb.UndefinedInput(err), r.path)
	}
	return r.write(ctx, files, outcomes, saved)
}

// read reads the files. It follows the principal components of the reference if
// asked to.
func (r *optimization) read(components bool) error {
	c := &r.config
	if r.Start != "" {
		if err := r.Input.Of(r.path, r.Start); err != nil {
			return err
		}
	}
	x, err := r.Input.Reader(r.env, true)(r.path)
	if err != nil {
		return err
	}
	if r.x, err = r.readBeside(x); err != nil {
		return err
	}
	if components {
		if c.PCs, err = probe.NewPCAnalysis(r.x); err != nil {
			return batch.Named(err, r.path)
		}
	}
	err = c.Validate(r.x)
	if _, invalid := data.AsInputError(err); invalid {
		return batch.Named(err, r.Start)
	}
	if err != nil {
		return batch.Configf("", "%s", err)
	}
	return nil
}

// readBeside reads the files beside the reference x, and puts what they say into the
// configuration. Where samples of x are left out, theirs are too.
func (r *optimization) readBeside(x *data.Dataset) (*data.Dataset, error) {
	verb.Doubt(r.env, x, data.TakesDistances(r.Goal))
	r.sources = []data.Source{x.Source}
	systems, unit := []*data.Dataset{x}, data.Samples
	var start *data.Dataset
	var labels *data.Table
	var along []data.Along
	var err error
	if r.Start != "" {
		if start, err = r.Input.Reader(r.env, true)(r.Start); err != nil {
			return nil, err
		}
		r.env.Pairs(r.Input.Pairing())
		if start, err = r.inOrder(x, start); err != nil {
			return nil, err
		}
		r.sources, start = append(r.sources, start.Source), start.Pooled()
		// A result of an earlier run is of the samples that were kept then.
		if start.Samples() == x.Samples() {
			systems = append(systems, start)
		}
	}
	if r.Labels.File != "" {
		if labels, err = r.Labels.Read(x, r.Input.Axes); err != nil {
			return nil, err
		}
		r.sources, unit, along = append(r.sources, labels.Source), data.Conditions, []data.Along{data.AlongTable("labels", &labels)}
	}
	if systems, err = r.Input.WithoutMissing(r.env, unit, systems, along...); err != nil {
		return nil, err
	}
	x = systems[0]
	for i, d := range systems {
		r.sources[i] = d.Origin()
	}
	if start != nil {
		if len(systems) > 1 {
			start = systems[1]
		}
		if n := start.Samples(); n != x.Samples() {
			return nil, data.Samples.Unequal(data.Extent{Path: r.Start, Samples: n}, data.Extent{Path: x.Source.Path, Samples: x.Samples()})
		}
		r.config.Start = start.Matrix()
	}
	if labels != nil {
		if r.config.Decoders, err = r.Labels.Decoders(r.env, labels, x); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// inOrder puts the rows of a start in the order of the reference, by their names. The
// reference itself stays as it is.
func (r *optimization) inOrder(x, start *data.Dataset) (*data.Dataset, error) {
	if x.Is3D() != start.Is3D() {
		return start, nil
	}
	xs, rows, err := r.Input.Pairing().Order(x.Source.Path, x.Names, start.Source.Path, start.Names)
	switch {
	case err != nil || rows == nil:
		return start, err
	case len(xs) < len(x.Names):
		return nil, data.Samples.Unequal(data.Extent{Path: r.Start, Samples: len(rows)}, data.Extent{Path: x.Source.Path, Samples: len(x.Names)})
	}
	return start.Arranged(rows), nil
}

// runRestarts goes on with the restarts of a checkpoint until they end, and returns
// their outcomes. Without a state to go on from, the checkpoint goes on an error.
func (r *optimization) runRestarts(ctx context.Context, saved *checkpoint) ([]*optimize.Outcome, error) {
	c := &r.config
	c.Resume = saved.states
	progress := r.env.StartProgress("iterations", c.MaxIter*len(c.Only), false)
	defer progress.Close()
	recorders := make([]*trajectory, c.Restarts)
	for _, i := range c.Only {
		var err error
		if recorders[i], err = saved.trajectory(i, c.Goal, trajectoryTable(r.Timing), progress); err != nil {
			return nil, err
		}
		defer recorders[i].close()
	}
	c.Recorder = func(i int) optimize.Recorder { return recorders[i] }
	outcomes, err := optimize.Run(ctx, r.x, *c)
	if err != nil {
		saved.removeIfEmpty()
		return nil, err
	}
	var ended []*optimize.Outcome
	for _, i := range c.Only {
		if err := recorders[i].flush(); err != nil {
			return nil, err
		}
		if outcomes[i] == nil || outcomes[i].Reason == optimize.Interrupted {
			return nil, r.env.Stopped(context.Cause(ctx))
		}
		ended = append(ended, outcomes[i])
	}
	return ended, nil
}

package optimize

import (
	"context"

	"simtool/internal/batch"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb"
)

// dryRun says what the run would do.
func (r *optimization) dryRun() error {
	f := &batch.Forecast{Items: r.Restarts, Mine: len(r.config.Only), Memory: r.memory}
	done, _, err := r.directory.Inspect(r.env, r.env.Fingerprint(nil, r.keys), r.control.Resume, r.Force, r.inputs())
	f.Complete, f.Refused = done != nil, err
	if err := r.read(false); err != nil { // without components, whose decomposition is work
		return err
	}
	if !f.Complete && f.Refused == nil {
		saved := newCheckpoint(r.env, r.Directory, r.Restarts)
		var there bool
		if there, f.Refused = r.env.Fingerprint(r.sources, nil).Resumable(saved.directory, r.control.Resume); there && f.Refused == nil {
			f.Refused = saved.readStates()
		}
		r.config.Resume = saved.states
		for _, i := range r.config.Only {
			if s := saved.states[i]; s != nil && s.Reason != optimize.Running && s.Reason != optimize.Interrupted {
				f.Kept++
			}
		}
	}
	return f.Tell(r.env, &r.control)
}

// Memory implements verb.Forecaster.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	r, err := o.begin(e, args)
	if err != nil {
		return 0, err
	}
	if err := r.read(false); err != nil {
		return 0, err
	}
	return r.memory(max(1, min(e.Jobs, len(r.config.Only))))
}

// memory bounds what the run takes: the data and their components, the restarts, and
// the tables that follow from their records.
func (r *optimization) memory(atOnce int) (int64, error) {
	c := &r.config
	n, p := int64(r.x.Samples()), int64(r.x.Width())
	read, components, decomposing := 8*n*p, 0, int64(0)
	if c.Start != nil {
		read += 8 * n * int64(c.Start.RawMatrix().Cols)
	}
	if r.Components {
		components = int(min(n-1, p))
		decomposing = verb.ComponentsMemory(n, p)
		read += 8 * n * int64(components)
	}
	run, err := c.Memory(int(n), int(p), components, atOnce)
	if err != nil {
		return 0, err
	}
	rows := int64(components + len(c.Decoders) + len(c.Also))
	tables := int64(len(c.Only)) * rows * int64(c.Records()) * verb.CellsMemory(7)
	return batch.WithGarbage(read + max(decomposing, run+tables)), nil
}

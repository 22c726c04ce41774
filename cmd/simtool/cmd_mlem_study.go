package main

import (
	"context"

	"github.com/spf13/cobra"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
)

// studyOptions say what a study sweeps over.
type studyOptions struct {
	simulate simulateOptions
	study    mlem.Study
	noise    []float64
	sizes    []int
	methods  []string
	shard    string
	resume   bool
	output   outputOptions
}

var studyColumns = []string{
	"key", "sweep", "method", "replicate", "stimuli", "noise", "cosine", "spearman", "weighted_tau", "frobenius", "held_out_spearman", "seconds",
	"seed", "features",
}

func newMLEMStudyCommand(a *app) *cobra.Command {
	o := &studyOptions{study: mlem.DefaultStudy()}
	cmd := &cobra.Command{
		Use:   "study",
		Short: "Sweep over noise and sample sizes: which method recovers the truth",
		Long: `Simulate recordings with a known metric at growing noise, and at growing numbers
of stimuli, and apply several methods to each: the two simulation figures of the
MLEM paper as one long table, with a row per recording and method.

Rows come in the order of the sweep, whatever --jobs is. --shard 0/4 does the
first of four equal parts. With --output FILE finished rows are kept in
FILE.ckpt until the end, and --resume goes on with them after an interruption.`,
		Example: `simtool mlem study --noise 1,3 --sizes 40 --replicates 1 --methods mlem,rsa --features 4 -o study.csv`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("%s, want none", counted(len(args), "file"))
			}
			return a.studyMLEM(ctx, o)
		}),
	}
	flags := cmd.Flags()
	o.simulate.register(flags, o.study.Simulation)
	flags.Float64SliceVar(&o.noise, "noise", nil, "levels of the sweep over noise (default: 1 to 5)")
	flags.IntSliceVar(&o.sizes, "sizes", nil, "numbers of stimuli of the other sweep (default: 32 to 512)")
	flags.IntVar(&o.study.Seeds, "replicates", o.study.Seeds, "recordings at each point")
	flags.StringSliceVar(&o.methods, "methods", nil, "methods to compare, a `LIST` separated by commas (default: mlem and frrsa, without and with interactions, and rsa)")
	flags.StringVar(&o.shard, "shard", "0/1", "do part `I/N` of N, counted from 0")
	flags.BoolVar(&o.resume, "resume", false, "keep the rows that an interrupted run has finished")
	o.output.register(a, flags, dataio.Formats())
	return withExits(cmd, exitInvalid, exitCheckpoint)
}

func (a *app) studyMLEM(ctx context.Context, o *studyOptions) error {
	shard, shards, err := parseShard(o.shard)
	if err != nil {
		return err
	}
	if o.resume && !o.output.toFile() {
		return usagef("--resume wants --output FILE")
	}
	if err := o.simulate.complete(a.global.seed); err != nil {
		return err
	}
	o.study.Simulation, o.study.Seed = o.simulate.simulation, a.global.seed
	if o.noise != nil {
		o.study.Noise = o.noise
	}
	if o.sizes != nil {
		o.study.Stimuli = o.sizes
	}
	if o.methods != nil {
		o.study.Methods = o.methods
	}
	items, err := o.study.Items()
	if err != nil {
		return settingError(err)
	}
	var mine []mlem.StudyItem
	for i, it := range items {
		if i%shards == shard {
			mine = append(mine, it)
		}
	}
	saved := &savedRows{}
	if o.output.toFile() {
		if saved, err = a.openSavedRows(o.output.path+".ckpt", o.resume); err != nil {
			return err
		}
		defer saved.close()
	}
	out, err := a.openResult(&o.output, tableSpec{schema: "simtool.mlem.study/v1", columns: studyColumns})
	if err != nil {
		return err
	}
	defer out.abort()
	if err := a.runStudy(ctx, mine, saved, out); err != nil {
		if o.output.toFile() && ctx.Err() != nil {
			return &checkpointError{o.output.path + ".ckpt", context.Cause(ctx)}
		}
		return err
	}
	if err := out.commit(nil, nil); err != nil {
		return err
	}
	saved.remove()
	return nil
}

func (a *app) runStudy(ctx context.Context, items []mlem.StudyItem, saved *savedRows, out *result) error {
	bar := a.startProgress("fits", len(items), false)
	defer bar.close()
	options := mlem.DefaultOptions()
	options.Jobs = 1 // items are what runs in parallel
	return batch.Ordered(ctx, a.global.jobs, len(items),
		func(ctx context.Context, i int) (cells []any, err error) {
			defer guard(&err)
			if cells, ok := saved.row(items[i].Key); ok {
				return cells, nil
			}
			row, err := mlem.RunStudyItem(ctx, items[i], options)
			if err != nil {
				return nil, err
			}
			cells = studyCells(row)
			return cells, saved.add(items[i].Key, cells)
		},
		func(_ int, cells []any) error {
			bar.add(1)
			return out.row(cells...)
		})
}

func studyCells(r *mlem.StudyRow) []any {
	cells := []any{r.Key, r.Sweep, r.Method, r.Replicate, r.Simulation.Stimuli, r.Simulation.Noise, nil, nil, nil, nil, nil, r.Seconds, int(r.Simulation.Seed), r.Simulation.Features}
	if v := r.Recovery; v != nil {
		cells[6], cells[7], cells[8], cells[9] = v.Cosine, defined(v.Spearman), defined(v.WeightedTau), v.Frobenius
	}
	if r.HeldOut != nil {
		cells[10] = *r.HeldOut
	}
	return cells
}

// settingError makes what is wrong with settings a matter of usage: there is no
// input to blame.
func settingError(err error) error {
	if e, ok := data.AsInputError(err); ok {
		return configf(e.Hint, "%s", e)
	}
	return err
}

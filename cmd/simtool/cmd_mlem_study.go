package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

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
	timing   bool
	output   outputOptions
	batch    batchOptions
}

var studyColumns = []string{
	"key", "sweep", "method", "replicate", "stimuli", "noise", "cosine", "spearman", "weighted_tau", "frobenius", "held_out_spearman",
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
first of four parts of about as many fits, which "simtool merge" puts together.
With --output FILE finished fits are kept in FILE.ckpt until the end, and --resume
goes on with them after an interruption. --timing adds a column seconds, the time
that a fit took; it makes two runs differ. --dry-run only counts the fits: the
memory of some methods follows from the data that are simulated.`,
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
	flags.BoolVar(&o.timing, "timing", false, "add a column with the seconds that each fit took")
	o.batch.register(flags, "fits")
	o.output.register(a, flags, dataio.Formats())
	return withExits(cmd, exitInvalid, exitCheckpoint)
}

func (a *app) studyMLEM(ctx context.Context, o *studyOptions) error {
	if err := o.batch.complete(a, o.output.target()); err != nil {
		return err
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
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = it.Key
	}
	columns := studyColumns
	if o.timing {
		columns = append(slices.Clone(columns), "seconds")
	}
	options := mlem.DefaultOptions()
	options.Jobs = 1 // items are what runs in parallel
	bar := a.startProgress("fits", 0, false)
	defer bar.close()
	return a.sweepTo(ctx, &sweep{
		table: tableSpec{schema: "simtool.mlem.study/v1", columns: columns},
		what:  "fits",
		keys:  keys,
		jobs:  a.global.jobs,
		begin: func(left []int) error {
			bar.expect(len(left))
			return nil
		},
		work: func(ctx context.Context, i int) (*itemResult, error) {
			row, err := mlem.RunStudyItem(ctx, items[i], options)
			if err != nil {
				return nil, err
			}
			bar.add(1)
			cells := studyCells(row)
			if o.timing {
				cells = append(cells, row.Seconds)
			}
			return &itemResult{rows: [][]any{cells}}, nil
		},
	}, &o.output, &o.batch)
}

func studyCells(r *mlem.StudyRow) []any {
	cells := []any{r.Key, r.Sweep, r.Method, r.Replicate, r.Simulation.Stimuli, r.Simulation.Noise, nil, nil, nil, nil, nil, int(r.Simulation.Seed), r.Simulation.Features}
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

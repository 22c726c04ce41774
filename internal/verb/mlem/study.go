package verbmlem

import (
	"context"
	"math"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// StudyOptions say what a study sweeps over.
type StudyOptions struct {
	Recording Recording
	Noise     []float64 // levels of the sweep over noise, nil for those of mlem.DefaultStudy
	Sizes     []int     // numbers of stimuli of the other sweep, nil likewise
	Seeds     int       // recordings at each point
	Methods   []string  // nil likewise
	Tests     bool      // test the importance of each feature
	Timing    bool      // tell the seconds that each fit took
	Output    batch.Output
	Batch     verb.Batch
}

// NewStudy returns the command with its defaults.
func NewStudy() *StudyOptions {
	d := mlem.DefaultStudy()
	return &StudyOptions{Recording: newRecording(d.Simulation), Seeds: d.Seeds}
}

// Settings implements verb.Command.
func (o *StudyOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Recording.Register(s)
	s.Floats(&o.Noise, "noise", "", "levels of the sweep over noise (default: 1 to 5)")
	s.Ints(&o.Sizes, "sizes", "", "numbers of stimuli of the other sweep (default: 32 to 512)")
	s.Int(&o.Seeds, "replicates", "", "recordings at each point")
	s.Strings(&o.Methods, "methods", "", "methods to compare, a `LIST` separated by commas (default: mlem and frrsa, without and with interactions, and rsa)")
	s.Bool(&o.Tests, "importance", "", "test the importance of each feature: add columns with the features that are found though they have no weight (type_i) or found rightly (power), and with how importances on observed distances and on those without noise resemble the true ones")
	s.Bool(&o.Timing, "timing", "", "add a column with the seconds that each fit took")
	o.Batch.Register(s, "fits")
	verb.RegisterTable(s, &o.Output)
	return s
}

// Controls implements verb.Batched.
func (o *StudyOptions) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *StudyOptions) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	_, err := o.items(e, args)
	return o.table().Schema, err
}

func (o *StudyOptions) table() result.Of[result.Study] {
	var columns []string
	if o.Tests {
		columns = []string{"type_i", "power", "held_out_clean", "importance", "importance_clean"}
	}
	if o.Timing {
		columns = append(columns, "seconds")
	}
	return result.Studies.With(columns...)
}

// Run implements verb.Command.
func (o *StudyOptions) Run(ctx context.Context, e *batch.Env, args []string) error {
	if len(args) > 0 {
		return batch.Usagef("%s, want none", data.Counted(len(args), "file"))
	}
	control, err := o.Batch.Begin(e, o.Output.Target())
	if err != nil {
		return err
	}
	job, err := o.Job(e, args)
	if err != nil {
		return err
	}
	return job.Run(ctx, e, o.Output, control)
}

// items are the fits of the study.
func (o *StudyOptions) items(e *batch.Env, args []string) ([]mlem.StudyItem, error) {
	if len(args) > 0 {
		return nil, batch.Usagef("%s, want none", data.Counted(len(args), "file"))
	}
	study := mlem.DefaultStudy()
	study.Seeds, study.Seed, study.Importance = o.Seeds, e.Seed, o.Tests
	var err error
	if study.Simulation, err = o.Recording.simulation(e); err != nil {
		return nil, err
	}
	if o.Noise != nil {
		study.Noise = o.Noise
	}
	if o.Sizes != nil {
		study.Stimuli = o.Sizes
	}
	if o.Methods != nil {
		study.Methods = o.Methods
	}
	items, err := study.Items()
	return items, verb.SettingError(err)
}

// Job returns the fits of the study. Memory is unknown: that of some methods follows
// from the data that are simulated.
func (o *StudyOptions) Job(e *batch.Env, args []string) (*batch.Job, error) {
	items, err := o.items(e, args)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = it.Key
	}
	table := o.table()
	options := mlem.DefaultOptions()
	options.Jobs = 1 // items are what runs in parallel
	bar := e.StartProgress("fits", 0, false)
	return &batch.Job{
		Schema: table.Schema,
		Noun:   "fits",
		Keys:   keys,
		AtOnce: e.Jobs,
		Begin: func(left []int) error {
			bar.Expect(len(left))
			return nil
		},
		Work: func(ctx context.Context, i int) (*batch.Item, error) {
			defer linalg.Working()()
			row, err := mlem.RunStudyItem(ctx, items[i], options)
			if err != nil {
				return nil, err
			}
			bar.Add(1)
			return &batch.Item{Rows: [][]any{table.Cells(studyRow(row))}}, nil
		},
		Explain: func(i int, err error) [][]any {
			nan := math.NaN()
			row := studyRow(&mlem.StudyRow{StudyItem: items[i], Seconds: nan, TypeI: nan, Power: nan, HeldOutClean: nan, Importance: nan, ImportanceClean: nan})
			row.Error = batch.RowText(err)
			return [][]any{table.Cells(row)}
		},
		Close: func() { bar.Close() },
	}, nil
}

func studyRow(r *mlem.StudyRow) result.Study {
	row := result.Study{
		Key: r.Key, Sweep: r.Sweep, Method: r.Method, Replicate: r.Replicate, Stimuli: r.Simulation.Stimuli, Noise: r.Simulation.Noise,
		HeldOut: orNaN(r.HeldOut), Seed: int(r.Simulation.Seed), Features: r.Simulation.Features, Seconds: r.Seconds,
		TypeI: r.TypeI, Power: r.Power, HeldOutClean: r.HeldOutClean, Importance: r.Importance, ImportanceClean: r.ImportanceClean,
	}
	row.Cosine, row.Spearman, row.WeightedTau, row.Frobenius = recovered(r.Recovery)
	return row
}

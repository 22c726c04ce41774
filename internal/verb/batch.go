package verb

import (
	"context"
	"errors"
	"time"

	"simtool/internal/batch"
	"simtool/internal/verb/setting"
)

// Batch is the options of commands that work through many items: they may do a part
// of them, stop ahead of a limit, go on where a run was stopped, and say beforehand
// what they will do.
type Batch struct {
	Shard     Shard
	Resume    bool
	TimeLimit time.Duration
	DryRun    bool
}

// Register declares the options. items says what is divided, in the plural.
func (b *Batch) Register(s *setting.Set, items string) {
	b.Shard.Shard = batch.Whole
	s.Grouped(setting.Batch, func() { b.register(s, items) })
}

func (b *Batch) register(s *setting.Set, items string) {
	s.Add(&b.Shard, "shard", "", "do part `I/N` of the "+items+", counted from 0, or the part of this task of a job array: slurm")
	s.Bool(&b.Resume, "resume", "", "keep what an interrupted run has finished; nothing to keep is no error")
	s.Bool(&b.DryRun, "dry-run", "", "say what would be done, and how much memory it takes, and stop")
	s.Rarely(func() {
		s.Duration(&b.TimeLimit, "time-limit", "", "stop ahead of this `TIME`, such as 55m, keep what is finished and exit with 75; 0 for none")
	})
}

// Begin checks the options and starts the clock of --time-limit. output is the
// result's file or directory, "" where there is none.
func (b *Batch) Begin(e *batch.Env, output string) (batch.Control, error) {
	shard, err := b.Part(e)
	if err != nil {
		return batch.Control{}, err
	}
	c := batch.Control{Shard: shard, Resume: b.Resume, TimeLimit: b.TimeLimit, DryRun: b.DryRun}
	return c, c.Begin(e, output)
}

// Run runs a job as the options say and writes its table.
func (b *Batch) Run(ctx context.Context, e *batch.Env, job *batch.Job, o batch.Output) error {
	control, err := b.Begin(e, o.Target())
	if err != nil {
		return err
	}
	return job.Run(ctx, e, o, control)
}

// Part is the part of the items that is done. --shard slurm is taken from the
// environment.
func (b *Batch) Part(e *batch.Env) (batch.Shard, error) {
	if b.Shard.slurm {
		shard, err := batch.SlurmShard(e.Lookup)
		if err != nil {
			return shard, batch.Configf("", "--shard slurm: %s", err)
		}
		b.Shard = Shard{Shard: shard}
		if s := e.Setting("shard"); s != nil { // manifests say which part it is
			s.Text, s.Value = shard.String(), shard.String()
		}
	}
	return b.Shard.Shard, nil
}

// Shard is a setting that takes I/N, or slurm until the environment is asked.
type Shard struct {
	batch.Shard
	slurm bool
}

func (s *Shard) String() string {
	switch {
	case s.slurm:
		return "slurm"
	case s.Count == 0:
		return batch.Whole.String()
	}
	return s.Shard.String()
}

// Type implements setting.Value.
func (s *Shard) Type() string { return "I/N" }

// Wanted says what the setting takes.
func (s *Shard) Wanted() string { return "I/N with I from 0 to N-1, or slurm" }

// Set implements setting.Value.
func (s *Shard) Set(text string) error {
	if s.slurm = text == "slurm"; s.slurm {
		return nil
	}
	shard, err := batch.ParseShard(text)
	if err != nil {
		return errors.New("want " + s.Wanted())
	}
	s.Shard = shard
	return nil
}

package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"simtool/internal/batch"
)

// batchOptions are the flags of commands that work through many items: they may
// do a part of them, stop ahead of a limit, go on where a run was stopped, and say
// beforehand what they will do.
type batchOptions struct {
	shard  shardValue
	resume bool
	limit  time.Duration
	dryRun bool
}

// register declares the flags. items says what is divided, in the plural.
func (o *batchOptions) register(fs *pflag.FlagSet, items string) {
	o.shard.Shard = batch.Shard{Count: 1}
	fs.Var(&o.shard, "shard", "do part `I/N` of the "+items+", counted from 0, or the part of this task of a job array: slurm")
	fs.BoolVar(&o.resume, "resume", false, "keep what an interrupted run has finished; nothing to keep is no error")
	fs.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and how much memory it takes, and stop")
	fs.DurationVar(&o.limit, "time-limit", 0, "stop ahead of this `TIME`, such as 55m, keep what is finished and exit with 75; 0 for none")
}

// complete checks the flags and starts the clock of --time-limit. output is the
// result's file or directory, "" where there is none.
func (o *batchOptions) complete(a *app, output string) error {
	if err := o.readShard(a); err != nil {
		return err
	}
	switch {
	case o.limit < 0:
		return configf("", "--time-limit: invalid value %s, want a time of at least 0", o.limit)
	case output == "" && o.resume:
		return usagef("--resume wants --output FILE: what is finished is kept beside it")
	case output == "" && o.limit > 0:
		return usagef("--time-limit wants --output FILE: what is finished is kept beside it")
	case o.limit > 0 && !o.dryRun:
		a.limitTime(o.limit)
	}
	return nil
}

// readShard takes the shard from the environment where --shard slurm asks for it.
func (o *batchOptions) readShard(a *app) error {
	if !o.shard.slurm {
		return nil
	}
	shard, err := batch.SlurmShard(a.lookup)
	if err != nil {
		return configf("", "--shard slurm: %s", err)
	}
	o.shard = shardValue{Shard: shard}
	return nil
}

// shardValue is a flag that takes I/N, or slurm until the environment is asked.
type shardValue struct {
	batch.Shard
	slurm bool
}

func (s *shardValue) String() string {
	if s.slurm {
		return "slurm"
	}
	return s.Shard.String()
}

func (s *shardValue) Type() string { return "I/N" }

func (s *shardValue) Set(text string) (err error) {
	if s.slurm = text == "slurm"; !s.slurm {
		s.Shard, err = batch.ParseShard(text)
	}
	return err
}

// aShard is what a shardValue takes.
const aShard = "I/N with I from 0 to N-1, or slurm"

// timeLimitError ends a run whose time is up.
type timeLimitError struct{ limit time.Duration }

func (e *timeLimitError) Error() string {
	return fmt.Sprintf("the time limit of %s is near", e.limit)
}

// limitTime ends the run shortly before a time is over, as a signal would.
func (a *app) limitTime(limit time.Duration) {
	margin := min(limit/10, 10*time.Second)
	time.AfterFunc(limit-margin-time.Since(a.started), func() { a.stop(&timeLimitError{limit}) })
}

// outOfTime reports whether a time limit ended a run.
func outOfTime(cause error) bool {
	_, ok := errors.AsType[*timeLimitError](cause)
	return ok
}

package batch

import "time"

// Control says which part of a job is done, and how it ends and goes on.
type Control struct {
	Shard     Shard // Shard{Count: 1} for all
	Resume    bool  // keep what an interrupted run has finished
	TimeLimit time.Duration
	DryRun    bool // say what would be done
}

// Whole is the shard that is all there is.
var Whole = Shard{Count: 1}

// Begin checks a Control and starts the clock of its time limit. output is the file
// or directory of the result, "" where there is none.
func (c *Control) Begin(e *Env, output string) error {
	switch {
	case c.TimeLimit < 0:
		return Configf("", "--time-limit: invalid value %s, want a time of at least 0", c.TimeLimit)
	case output == "" && c.Resume:
		return Usagef("--resume wants --output FILE: what is finished is kept beside it")
	case output == "" && c.TimeLimit > 0:
		return Usagef("--time-limit wants --output FILE: what is finished is kept beside it")
	case c.TimeLimit > 0 && !c.DryRun:
		e.limitTime(c.TimeLimit)
	}
	return nil
}

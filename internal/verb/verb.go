// Package verb is what the commands of simtool do, without a command line: the
// package of a command has its Options, a plain struct that settings are bound to,
// and what becomes of them, a batch.Job or a result. This package has what the
// commands share.
//
// Flags, configuration, help texts and exit codes belong to cmd/simtool. A plan runs
// commands through Command alone.
package verb

import (
	"context"

	"simtool/internal/batch"
	"simtool/internal/result"
	"simtool/internal/verb/setting"
)

// Command is a command with its options.
type Command interface {
	// Settings declares the options. They are bound: to set one changes the command.
	Settings() *setting.Set
	// Run does the work and writes the result.
	Run(ctx context.Context, e *batch.Env, args []string) error
}

// Tabular is a command whose result is a table, which depends on its options alone.
type Tabular interface {
	Command
	Schema(e *batch.Env, args []string) (*result.Schema, error)
}

// Forecaster is a command that can say how much memory it takes, 0 where it does not
// know.
type Forecaster interface {
	Command
	Memory(ctx context.Context, e *batch.Env, args []string) (int64, error)
}

// Batched is a command that divides its work into items, which --shard, --resume,
// --time-limit and --dry-run concern.
type Batched interface {
	Command
	Controls() *Batch
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/batch"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// named is a command and its constructor.
type named struct {
	name      string
	construct func(*app) *cobra.Command
}

// commands lists the commands of simtool in the order of its help. To add one,
// write a file with its constructor and add a line here.
func commands() []named {
	return []named{
		{"score", newScoreCommand},
		{"advise", newAdviseCommand},
		{"compare", newCompareCommand},
		{"collection", newCollectionCommand},
		{"measures", newMeasuresCommand},
		{"gradient", newGradientCommand},
		{"influence", newInfluenceCommand},
		{"extrapolate", newExtrapolateCommand},
		{"optimize", newOptimizeCommand},
		{"interpret", newInterpretCommand},
		{"decode", newDecodeCommand},
		{"mlem", newMLEMCommand},
		{"moments", newMomentsCommand},
		{"run", newRunCommand},
		{"merge", newMergeCommand},
		{"rdm", newRDMCommand},
		{"synth", newSynthCommand},
		{"joint-range", newJointRangeCommand},
		{"pc-sensitivity", newPCSensitivityCommand},
		{"plot", newPlotCommand},
		{"report", newReportCommand},
		{"demo", newDemoCommand},
		{"version", newVersionCommand},
		{"completion", newCompletionCommand},
		{"generate", newGenerateCommand},
	}
}

// app is one run of simtool: its streams, its global options, and what it has
// to tell at the end.
type app struct {
	streams
	args     []string // the command line without the name of the program
	global   globalOptions
	log      *slog.Logger
	root     *cobra.Command          // with all commands after tree
	whole    bool                    // it has all commands
	command  *cobra.Command          // that runs; nil until it has ended
	auto     map[*pflag.Flag]chooser // flags whose default depends on where simtool runs
	verbs    map[*cobra.Command]func() verb.Command
	declared map[*pflag.Flag]*setting.Setting
	helpAll  bool        // the help has all flags
	settings []effective // effective values, once configured
	env      *batch.Env  // what verbs see of the run

	started time.Time
	stop    func(cause error) // ends the run as a signal does

	maxMemory int64      // where the command has no such setting of its own
	overrun   chan error // ends the run at once: it has more memory than it may
	ended     chan struct{}

	stdinMu  sync.Mutex
	stdinFor string // which input reads standard input; "" when none does
}

// grace is how long a command may take to end after a signal. What waits for a
// slow input or is deep in a computation is then left as it is.
const grace = 2 * time.Second

// run executes one command line and returns its exit status. Nothing it calls
// ends the process, but for a second signal.
func run(args []string, s streams) exitStatus {
	a := newAppFor(s, args)
	if err := filesAtHand(); err != nil {
		a.report(err)
		return statusOf(err)
	}
	ctx, cancel, stop := withSignals(context.Background(), func(cause error) {
		a.env.Abandon()
		os.Exit(int(statusOf(a.env.Stopped(cause))))
	})
	defer stop()
	defer close(a.ended)
	a.stop = cancel
	finished := make(chan error, 1)
	go func() { finished <- a.execute(ctx, args) }()
	var err error
	select {
	case err = <-finished:
	case err = <-a.overrun:
		a.env.Abandon()
	case <-ctx.Done():
		select {
		case err = <-finished:
		case err = <-a.overrun:
			a.env.Abandon()
		case <-time.After(grace):
			a.env.Abandon()
			err = a.env.Stopped(context.Cause(ctx))
		}
	}
	a.report(err)
	return statusOf(err)
}

// newApp builds the tree of commands.
func newApp(s streams) *app {
	a := newRoot(s)
	a.tree()
	return a
}

// newAppFor builds of the tree the command that the arguments name, if they begin with
// one. The flags of all others take longer than a small command; see tree.
func newAppFor(s streams, args []string) *app {
	a := newRoot(s)
	for _, c := range commands() {
		if len(args) > 0 && args[0] == c.name {
			a.root.AddCommand(c.construct(a))
			return a
		}
	}
	a.tree()
	return a
}

// tree returns the root with all commands, in the order of the help. Those that exist
// stay.
func (a *app) tree() *cobra.Command {
	if a.whole {
		return a.root
	}
	a.whole = true
	exists := a.root.Commands()
	a.root.RemoveCommand(exists...)
	for _, c := range commands() {
		if i := slices.IndexFunc(exists, func(cmd *cobra.Command) bool { return cmd.Name() == c.name }); i >= 0 {
			a.root.AddCommand(exists[i])
		} else {
			a.root.AddCommand(c.construct(a))
		}
	}
	return a.root
}

// newRoot builds a tree without commands but for help.
func newRoot(s streams) *app {
	cobra.EnableCommandSorting = false // help keeps the order of our list
	a := &app{
		streams: s,
		log:     slog.New(slog.DiscardHandler),
		auto:    map[*pflag.Flag]chooser{}, declared: map[*pflag.Flag]*setting.Setting{}, verbs: map[*cobra.Command]func() verb.Command{},
		started: time.Now(),
		stop:    func(error) {},
		overrun: make(chan error, 1), ended: make(chan struct{}),
	}
	a.env = a.newEnv()
	a.root = newRootCommand(a)
	a.root.SetHelpCommand(newHelpCommand(a))
	return a
}

// execute runs the command that args name. A panic comes back as an error.
func (a *app) execute(ctx context.Context, args []string) (err error) {
	defer batch.Guard(&err)
	a.args = args
	if completes(args) {
		completeFlags(a.tree())
	}
	a.root.SetArgs(hideKeys(a.root, a.takeHelpAll(args)))
	cmd, err := a.root.ExecuteContextC(ctx)
	a.command = cmd
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	return usageOf(cmd, err)
}

// action wraps the work of a command: settings are completed from the
// environment and the configuration file first, and --print-config prints them
// instead of working.
func (a *app) action(work func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := a.configure(cmd); err != nil {
			return err
		}
		if a.global.printConfig {
			return a.printConfig(cmd)
		}
		a.completeEnv()
		a.startLog()
		a.limitCPUs()
		return work(cmd.Context(), showKeys(args))
	}
}

// startLog sets the logger that -v and --log-format ask for.
func (a *app) startLog() {
	level := slog.LevelWarn
	if a.global.verbose {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if a.global.logFormat == "json" {
		a.log = slog.New(slog.NewJSONHandler(a.err, options))
	} else {
		a.log = slog.New(slog.NewTextHandler(a.err, options))
	}
}

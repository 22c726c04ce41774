package main

import (
	"runtime"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/verb/setting"
)

// globalOptions are the settings that every command has.
type globalOptions struct {
	config      string
	printConfig bool
	seed        uint64
	jobs        int
	quiet       bool
	verbose     bool
	logFormat   string
	color       string
	helpAll     bool // turned into --help before flags are read
	csvSafe     bool
	noHost      bool
}

// Settings that stand in a manifest only where somebody has set them.
const csvSafeFlag, noHostFlag = "csv-safe", "no-host"

// settings declares the options.
func (o *globalOptions) settings() *setting.Set {
	o.seed, o.logFormat, o.color = 1, "text", "auto"
	s := &setting.Set{}
	s.Bool(&o.helpAll, helpAllFlag, "", "help with all flags")
	s.Rarely(func() {
		s.String(&o.config, "config", "", "read settings from `FILE` (yaml, json or toml); never read unless asked for")
		s.Bool(&o.printConfig, "print-config", "", "print the effective settings and where each comes from, and stop")
	})
	s.Uint64(&o.seed, "seed", "", "seed `N` of everything random")
	jobs := s.Count(&o.jobs, "jobs", "j", "work on `N` items at once (default: SLURM_CPUS_PER_TASK if set, else all CPUs)")
	jobs.Choose, jobs.Machine = chooseJobs, true
	s.Bool(&o.quiet, "quiet", "q", "no progress bar and no warnings; errors are still shown")
	s.Bool(&o.verbose, "verbose", "v", "log progress to standard error instead of showing a bar")
	s.Rarely(func() {
		s.Choice(&o.logFormat, "log-format", "", "form of log lines and errors", "text", "json")
		s.Bool(&o.csvSafe, csvSafeFlag, "", "put ' before text in csv and tsv that spreadsheets would compute: that begins with =, +, -, @, a tab or a carriage return")
		s.Bool(&o.noHost, noHostFlag, "", "leave the name of this machine out of manifests")
		color := s.Choice(&o.color, "color", "", "colour messages; auto colours on a terminal unless NO_COLOR is set", "auto", "always", "never")
		color.Choose, color.Machine = chooseColor, true
	})
	return s
}

// chooser gives the value of a flag that was set nowhere, and says where the
// value comes from.
type chooser func() (value, origin string, err error)

func chooseJobs(p setting.Place) (value, origin string, err error) {
	const slurm = "SLURM_CPUS_PER_TASK"
	if v, ok := p.Lookup(slurm); ok && v != "" {
		if n, err := strconv.Atoi(v); err != nil || n < 1 {
			return "", "", configf("--jobs overrides it", "%s: invalid value %q, want a whole number of at least 1", slurm, v)
		}
		return v, slurm, nil
	}
	return strconv.Itoa(runtime.GOMAXPROCS(0)), "default: the CPUs of this process", nil
}

func chooseColor(p setting.Place) (value, origin string, err error) {
	if v, ok := p.Lookup("NO_COLOR"); ok && v != "" {
		return "never", "NO_COLOR", nil
	}
	return "auto", "default", nil
}

// limitCPUs keeps the parallel kernels within --jobs.
func (a *app) limitCPUs() {
	if n := a.global.jobs; n < runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(n)
	}
}

// Annotations of a flag that say what the shell completes it by. The functions are
// registered for a whole tree at once, and for that of the process only: cobra
// keeps them for ever, which must not grow with the items of a plan.
const (
	completeByWords    = "complete by words"
	completeByMeasures = "complete by measures"
)

// completes reports whether a shell asks for completions. Only then it matters what flags
// complete to, which takes a fifth of the time to start.
func completes(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// completeFlags lets the shell complete the flags of a tree of commands: those
// that take one of a few words, and those that say by what.
func completeFlags(cmd *cobra.Command) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { completeFlag(cmd, f) })
	cmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { completeFlag(cmd, f) })
	for _, sub := range cmd.Commands() {
		completeFlags(sub)
	}
}

func completeFlag(cmd *cobra.Command, f *pflag.Flag) {
	words := choices(f)
	if given, ok := f.Annotations[completeByWords]; ok {
		words = given
	}
	if how, ok := f.Annotations[completeByMeasures]; ok {
		must(cmd.RegisterFlagCompletionFunc(f.Name, measureCompletion(how[0])))
	} else if words != nil {
		must(cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)))
	}
}

// choices returns the words that a flag takes, or nil.
func choices(f *pflag.Flag) []string {
	if v, ok := f.Value.(interface{ Words() []string }); ok {
		return v.Words()
	}
	return nil
}

// wanted says what values a flag takes.
func wanted(f *pflag.Flag) string { return setting.Wants(f.Value) }

// invalidValue words the refusal of a value that was found at a place: a flag,
// an environment variable or a key of a file.
func invalidValue(where, value string, f *pflag.Flag) (msg, hint string) {
	msg = where + ": invalid value " + strconv.Quote(value) + ", want " + wanted(f)
	if near, ok := data.Nearest(value, choices(f)); ok {
		hint = didYouMean(near)
	}
	return msg, hint
}

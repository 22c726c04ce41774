package main

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/data"
)

// globalOptions are the flags that every command has.
type globalOptions struct {
	config      string
	printConfig bool
	seed        uint64
	jobs        int
	quiet       bool
	verbose     bool
	logFormat   string
	color       string
}

func (o *globalOptions) register(a *app, fs *pflag.FlagSet) {
	fs.StringVar(&o.config, "config", "", "read settings from `FILE` (yaml, json or toml); never read unless asked for")
	fs.BoolVar(&o.printConfig, "print-config", false, "print the effective settings and where each comes from, and stop")
	fs.Uint64Var(&o.seed, "seed", 1, "seed `N` of everything random")
	fs.VarP((*countValue)(&o.jobs), "jobs", "j", "work on `N` items at once (default: SLURM_CPUS_PER_TASK if set, else all CPUs)")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "no progress bar and no warnings; errors are still shown")
	fs.BoolVarP(&o.verbose, "verbose", "v", false, "log progress to standard error instead of showing a bar")
	choiceVar(fs, &o.logFormat, "log-format", "text", "form of log lines and errors", "text", "json")
	choiceVar(fs, &o.color, "color", "auto", "colour messages; auto colours on a terminal unless NO_COLOR is set", "auto", "always", "never")
	a.auto[fs.Lookup("jobs")] = a.chooseJobs
	a.auto[fs.Lookup("color")] = a.chooseColor
}

// chooser gives the value of a flag that was set nowhere, and says where the
// value comes from.
type chooser func() (value, origin string, err error)

func (a *app) chooseJobs() (value, origin string, err error) {
	const slurm = "SLURM_CPUS_PER_TASK"
	if v, ok := a.lookup(slurm); ok && v != "" {
		if new(countValue).Set(v) != nil {
			return "", "", configf("--jobs overrides it", "%s: invalid value %q, want %s", slurm, v, aCount)
		}
		return v, slurm, nil
	}
	return strconv.Itoa(runtime.GOMAXPROCS(0)), "default: the CPUs of this process", nil
}

func (a *app) chooseColor() (value, origin string, err error) {
	if v, ok := a.lookup("NO_COLOR"); ok && v != "" {
		return "never", "NO_COLOR", nil
	}
	return "auto", "default", nil
}

// limitCPUs keeps the parallel kernels within --jobs. They are those of the process,
// not of an item.
func (a *app) limitCPUs() {
	if a.nested != nil {
		return
	}
	if n := a.global.jobs; n < runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(n)
	}
}

// countValue is a flag that takes a positive whole number.
type countValue int

func (c *countValue) String() string {
	if *c == 0 {
		return "" // not set yet
	}
	return strconv.Itoa(int(*c))
}

func (c *countValue) Type() string { return "int" }

func (c *countValue) Set(s string) error {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return fmt.Errorf("want %s", aCount)
	}
	*c = countValue(n)
	return nil
}

// aCount is what a countValue takes.
const aCount = "a whole number of at least 1"

// choiceValue is a flag that takes one of a few words, or nothing where nothing
// is its default.
type choiceValue struct {
	target   *string
	words    []string
	optional bool
}

func choiceVar(fs *pflag.FlagSet, target *string, name, value, usage string, words ...string) {
	*target = value
	fs.Var(&choiceValue{target, words, value == ""}, name, usage)
}

func (c *choiceValue) String() string { return *c.target }

func (c *choiceValue) Type() string { return strings.Join(c.words, "|") }

func (c *choiceValue) Set(s string) error {
	if unset := c.optional && s == ""; !unset && !slices.Contains(c.words, s) {
		return fmt.Errorf("want %s", wordList(c.words))
	}
	*c.target = s
	return nil
}

// Annotations of a flag that say what the shell completes it by. The functions are
// registered for a whole tree at once, and for that of the process only: cobra
// keeps them for ever, which must not grow with the items of a plan.
const (
	completeByWords    = "complete by words"
	completeByMeasures = "complete by measures"
)

// completeWords lets the shell complete a flag by words.
func completeWords(cmd *cobra.Command, flag string, words []string) {
	must(cmd.Flags().SetAnnotation(flag, completeByWords, words))
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
	switch v := f.Value.(type) {
	case *choiceValue:
		return v.words
	case paramValue:
		return v.Choices
	}
	return nil
}

// wanted says what values a flag takes.
func wanted(f *pflag.Flag) string {
	if words := choices(f); words != nil {
		return wordList(words)
	}
	switch v := f.Value.(type) {
	case paramValue:
		return v.Wanted
	case *countValue:
		return aCount
	case *bytesValue:
		return anAmount
	case *lengthValue:
		return aLength
	case *shardValue:
		return aShard
	}
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "uint64":
		return "a whole number of at least 0"
	case "float64":
		return "a number"
	case "duration":
		return "a time such as 90s or 1h30m"
	case "stringSlice":
		return "a list separated by commas"
	default:
		return "a text"
	}
}

// invalidValue words the refusal of a value that was found at a place: a flag,
// an environment variable or a key of a file.
func invalidValue(where, value string, f *pflag.Flag) (msg, hint string) {
	msg = fmt.Sprintf("%s: invalid value %q, want %s", where, value, wanted(f))
	if near, ok := data.Nearest(value, choices(f)); ok {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return msg, hint
}

// wordList renders "a, b or c".
func wordList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// counted renders "no files", "1 file" or "2 files".
func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	default:
		return strconv.Itoa(n) + " " + what + "s"
	}
}

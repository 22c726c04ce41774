package main

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"simtool/internal/batch"
)

// usageError says that the command line is wrong. The usage of its command is
// printed with it.
type usageError struct {
	msg, hint string
	cmd       *cobra.Command // nil until the command is known
}

func (e *usageError) Error() string { return e.msg }

// usagef returns a usageError without a hint.
func usagef(format string, args ...any) error {
	return &usageError{msg: fmt.Sprintf(format, args...)}
}

// configf returns an error of the configuration with a hint, which may be empty.
func configf(hint, format string, args ...any) error { return batch.Configf(hint, format, args...) }

// usageOf gives an error of usage the command that it is of.
func usageOf(cmd *cobra.Command, err error) error {
	if e, ok := errors.AsType[*batch.UsageError](err); ok {
		err = &usageError{msg: e.Msg, hint: e.Hint}
	}
	if e, ok := errors.AsType[*usageError](err); ok && e.cmd == nil {
		e.cmd = cmd
	}
	return err
}

// didYouMean is the hint that names a word, empty for none.
func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return "did you mean " + word + "?"
}

// hintOf returns the one hint that goes with an error, or "".
func hintOf(err error) string {
	if e, ok := errors.AsType[*usageError](err); ok {
		return e.hint
	}
	if is[*batch.InternalError](err) {
		return "this is a fault of simtool: please report it, with the command and, if you can, the data; SIMTOOL_DEBUG=1 shows where it happened"
	}
	return batch.HintOf(err)
}

// report writes an error, its hint and, after a usage error, the usage.
func (a *app) report(err error) {
	if err == nil || errors.Is(err, errPipeClosed) {
		return
	}
	hint := hintFor(a.command, hintOf(err))
	if a.global.logFormat == "json" {
		a.startLog() // the error may be older than the settings
		attrs := []any{slog.Int("exit", int(statusOf(err)))}
		if hint != "" {
			attrs = append(attrs, slog.String("hint", hint))
		}
		a.log.Error(err.Error(), attrs...)
		return
	}
	fmt.Fprintf(a.err, "simtool: %s %s\n", a.paint(a.errTTY, red, "error:"), err)
	if hint != "" {
		fmt.Fprintf(a.err, "simtool: %s %s\n", a.paint(a.errTTY, cyan, "hint:"), hint)
	}
	if e, ok := errors.AsType[*batch.InternalError](err); ok && a.debug() {
		fmt.Fprintf(a.err, "%s", e.Stack)
	}
	if e, ok := errors.AsType[*usageError](err); ok && e.cmd != nil {
		fmt.Fprintf(a.err, "\n%s\n", usageText(e.cmd))
		if list := commandList(e.cmd, a.env.TextWidth()); list != "" {
			fmt.Fprintf(a.err, "\nCOMMANDS\n%s", list)
		}
	}
}

// summary tells a person, and no program, what has been done.
func (a *app) summary(format string, args ...any) {
	if !a.global.quiet {
		fmt.Fprintf(a.err, "simtool: "+format+"\n", args...)
	}
}

// debug reports whether the environment asks for stack traces.
func (a *app) debug() bool {
	v, ok := a.lookup("SIMTOOL_DEBUG")
	return ok && v != "" && v != "0"
}

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/spf13/cobra"

	"simtool/internal/data"
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

// configError says that the command line can be understood but cannot be
// obeyed: a configuration file or an environment variable is wrong, or an
// output is in the way.
type configError struct{ msg, hint string }

func (e *configError) Error() string { return e.msg }

// configf returns a configError with a hint, which may be empty.
func configf(hint, format string, args ...any) error {
	return &configError{msg: fmt.Sprintf(format, args...), hint: hint}
}

// didYouMean is the hint that names a word, empty for none.
func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return "did you mean " + word + "?"
}

// partialError says that a command finished but some of its items failed.
type partialError struct {
	failed, total int
	items         string // what they are, in the plural
}

func (e *partialError) Error() string {
	return fmt.Sprintf("%d of %d %s failed; the error column says why", e.failed, e.total, e.items)
}

// internalError is a panic that was caught.
type internalError struct {
	value any
	stack []byte
}

func (e *internalError) Error() string {
	return fmt.Sprintf("internal error: %v", e.value)
}

// guard turns a panic of the calling function into an internalError. Use it as
// `defer guard(&err)` wherever a goroutine begins.
func guard(err *error) {
	if v := recover(); v != nil {
		*err = &internalError{value: v, stack: debug.Stack()}
	}
}

// hintOf returns the one hint that goes with an error, or "".
func hintOf(err error) string {
	if e, ok := errors.AsType[*memoryError](err); ok {
		return e.hint()
	}
	if e, ok := errors.AsType[*usageError](err); ok {
		return e.hint
	}
	if e, ok := errors.AsType[*configError](err); ok {
		return e.hint
	}
	if e, ok := data.AsInputError(err); ok {
		return e.Hint
	}
	if is[*internalError](err) {
		return "this is a fault of simtool: please report it, with the command and, if you can, the data; SIMTOOL_DEBUG=1 shows where it happened"
	}
	return ""
}

// report writes an error, its hint and, after a usage error, the usage.
func (a *app) report(err error) {
	if err == nil || errors.Is(err, errPipeClosed) {
		return
	}
	hint := hintOf(err)
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
	if e, ok := errors.AsType[*internalError](err); ok && a.debug() {
		fmt.Fprintf(a.err, "%s", e.stack)
	}
	if e, ok := errors.AsType[*usageError](err); ok && e.cmd != nil {
		fmt.Fprintf(a.err, "\n%s\n", usageText(e.cmd))
		if list := commandList(e.cmd, a.textWidth()); list != "" {
			fmt.Fprintf(a.err, "\nCOMMANDS\n%s", list)
		}
	}
}

// warn writes a warning that belongs to no row of a result.
func (a *app) warn(format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	a.warnings = append(a.warnings, msg)
	switch {
	case a.global.quiet:
	case a.global.logFormat == "json":
		a.log.Warn(msg)
	default:
		fmt.Fprintf(a.err, "simtool: %s %s\n", a.paint(a.errTTY, yellow, "warning:"), msg)
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

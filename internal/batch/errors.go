package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"simtool/internal/data"
	"simtool/internal/io"
)

// UsageError says that a command cannot mean what it is asked for. The usage of the
// command goes with it.
type UsageError struct{ Msg, Hint string }

func (e *UsageError) Error() string { return e.Msg }

// Usagef returns a UsageError without a hint.
func Usagef(format string, args ...any) error {
	return &UsageError{Msg: fmt.Sprintf(format, args...)}
}

// ConfigError says that a command can be understood but cannot be obeyed: a setting
// has a value that it cannot have, or an output is in the way.
type ConfigError struct{ Msg, Hint string }

func (e *ConfigError) Error() string { return e.Msg }

// Configf returns a ConfigError with a hint, which may be empty.
func Configf(hint, format string, args ...any) error {
	return &ConfigError{Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// Statuses with which a command ends in spite of having a result.
const (
	StatusOK           = 0
	StatusPartial      = 3
	StatusNotConverged = 5
)

// HintOf returns the one hint that goes with an error, or "".
func HintOf(err error) string {
	if e, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return e.Hint()
	}
	if e, ok := errors.AsType[*UsageError](err); ok {
		return e.Hint
	}
	if e, ok := errors.AsType[*ConfigError](err); ok {
		return e.Hint
	}
	if e, ok := data.AsInputError(err); ok {
		return e.Hint
	}
	return ""
}

// An Outcome is an error of a command that has a result all the same.
type Outcome interface {
	error
	// Status is the exit status of the command.
	Status() int
}

// statusOf returns the status of an outcome, StatusOK for none.
func statusOf(outcome error) int {
	if o, ok := errors.AsType[Outcome](outcome); ok {
		return o.Status()
	}
	return StatusOK
}

// PartialError says that a command finished but some of its items failed.
type PartialError struct {
	Failed, Total int
	Items         string // what they are, in the plural
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("%d of %d %s failed; the error column says why", e.Failed, e.Total, e.Items)
}

// Status implements Outcome.
func (e *PartialError) Status() int { return StatusPartial }

// TimeLimitError ends a run whose time is up.
type TimeLimitError struct{ Limit time.Duration }

func (e *TimeLimitError) Error() string { return fmt.Sprintf("the time limit of %s is near", e.Limit) }

// outOfTime reports whether a time limit ended a run.
func outOfTime(cause error) bool {
	_, ok := errors.AsType[*TimeLimitError](cause)
	return ok
}

// CheckpointError says that the work was stopped and saved.
type CheckpointError struct {
	Directory string
	Cause     error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("%v; the work so far is in %s", e.Cause, e.Directory)
}

func (e *CheckpointError) Unwrap() error { return e.Cause }

// Hint says how to go on.
func (e *CheckpointError) Hint() string { return "--resume goes on from there" }

// InternalError is a panic that was caught.
type InternalError struct {
	Value any
	Stack []byte
}

func (e *InternalError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }

// Guard turns a panic of the calling function into an InternalError. Use it as
// `defer Guard(&err)` wherever a goroutine begins.
func Guard(err *error) {
	if v := recover(); v != nil {
		*err = &InternalError{Value: v, Stack: debug.Stack()}
	}
}

// An ItemError is an error of one item of a job, which other items may not have.
// Invalid input, a *data.InputError, is one without saying so.
type ItemError interface {
	error
	OfItem()
}

// OfMachine reports whether an error tells what the machine has no more of, or does not
// allow, at this moment: it says nothing about an item, and a later run may do without it.
func OfMachine(err error) bool {
	for _, lack := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS,
	} {
		if errors.Is(err, lack) {
			return true
		}
	}
	return false
}

// OfItem reports whether an error is one of an item, so that it can become a row.
func OfItem(err error) bool {
	if OfMachine(err) {
		return false
	}
	if _, ok := errors.AsType[ItemError](err); ok {
		return true
	}
	_, ok := data.AsInputError(err)
	return ok
}

// RowText is the message of an error as the cell of a row, without line breaks; ""
// for none.
func RowText(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := data.AsInputError(err); ok {
		return OneLine(e.Error())
	}
	return OneLine(err.Error())
}

// OneLine folds white space, line breaks included.
func OneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Unreadable says why a file cannot be read.
func Unreadable(path string, err error) error {
	found := err.Error()
	if e, ok := errors.AsType[*os.PathError](err); ok {
		found = e.Err.Error()
	}
	return &data.InputError{Path: path, Found: found, Err: err}
}

// replaceHint is what helps where an output exists. Of commands whose runs can be taken
// up again --resume does, too, so that a rule of a Makefile may run twice.
const replaceHint = "--force replaces it; --resume leaves it as it is if it is of the same command and inputs"

// OutputError tells outputs that must not be replaced, which the user decides, from
// those that cannot be written.
func OutputError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return Configf(replaceHint, "%s: exists already", path)
	case errors.Is(err, dataio.ErrOverInput):
		return Configf("", "%s", err)
	}
	return err
}

// Exists reports whether there is something at a path.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// must panics on errors that only a fault in this package can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

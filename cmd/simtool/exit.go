package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"simtool/internal/batch"
	"simtool/internal/data"
)

// exitStatus is the status a command leaves to the shell.
type exitStatus int

const (
	exitOK           exitStatus = 0
	exitFailure      exitStatus = 1
	exitUsage        exitStatus = 2
	exitPartial      exitStatus = 3
	exitInvalid      exitStatus = 4
	exitNotConverged exitStatus = 5
	exitCheckpoint   exitStatus = 75
	exitInterrupted  exitStatus = 128 + exitStatus(syscall.SIGINT)
	exitTerminated   exitStatus = 128 + exitStatus(syscall.SIGTERM)
)

// exitTable gives the meaning of every status, in the order in which the help
// lists them.
var exitTable = []struct {
	status  exitStatus
	meaning string
}{
	{exitOK, "success; also when the reader of a pipe closes it early"},
	{exitFailure, "failure, for example an output that cannot be written"},
	{exitUsage, "wrong usage or configuration"},
	{exitPartial, "finished, but some items failed: their rows carry an error"},
	{exitInvalid, "the input data are invalid or cannot be read"},
	{exitNotConverged, "finished, but what was asked for was not reached: the result is written"},
	{exitCheckpoint, "stopped by a signal or a time limit, with a checkpoint: run again with --resume"},
	{exitInterrupted, "stopped by SIGINT (Ctrl-C)"},
	{exitTerminated, "stopped by SIGTERM or SIGUSR1"},
}

// statusOf maps what a command returned to its exit status.
func statusOf(err error) exitStatus {
	switch {
	case err == nil, errors.Is(err, errPipeClosed):
		return exitOK
	case is[*usageError](err), is[*batch.UsageError](err), is[*batch.ConfigError](err):
		return exitUsage
	case is[*batch.CheckpointError](err):
		return exitCheckpoint
	case is[batch.Outcome](err):
		outcome, _ := errors.AsType[batch.Outcome](err)
		return exitStatus(outcome.Status())
	case is[*data.InputError](err):
		return exitInvalid
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.Is(err, errTerminated):
		return exitTerminated
	default:
		return exitFailure
	}
}

// is reports whether err's chain holds an error of type E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// exitKey is the annotation under which a command keeps the statuses that it
// can return.
const exitKey = "exit"

// withExits declares the statuses of a command besides those that every
// command can return. They become the EXIT STATUS section of its help, manual
// page and markdown page.
func withExits(cmd *cobra.Command, more ...exitStatus) *cobra.Command {
	statuses := append([]exitStatus{exitOK, exitFailure, exitUsage, exitInterrupted, exitTerminated}, more...)
	slices.Sort(statuses)
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = strconv.Itoa(int(s))
	}
	cmd.Annotations = map[string]string{exitKey: strings.Join(words, " ")}
	return cmd
}

// exitSection renders the statuses of a command, one line each that begins
// with prefix.
func exitSection(cmd *cobra.Command, prefix string) string {
	declared := strings.Fields(cmd.Annotations[exitKey])
	var b strings.Builder
	for _, e := range exitTable {
		if slices.Contains(declared, strconv.Itoa(int(e.status))) {
			fmt.Fprintf(&b, "%s%-5d%s\n", prefix, e.status, e.meaning)
		}
	}
	return b.String()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"simtool/internal/batch"
	"simtool/internal/data"
)

// declaredExits are the statuses that a command's annotation lists.
func declaredExits(cmd *cobra.Command) []exitStatus {
	var out []exitStatus
	for _, word := range strings.Fields(cmd.Annotations[exitKey]) {
		n, err := strconv.Atoi(word)
		if err != nil {
			panic(err)
		}
		out = append(out, exitStatus(n))
	}
	return out
}

// everyCommand calls f for each command that a user can see.
func everyCommand(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, sub := range cmd.Commands() {
		everyCommand(sub, f)
	}
}

func fullTree() *cobra.Command {
	root := newApp(streams{}).root
	root.InitDefaultHelpCmd()
	return root
}

func TestStatusOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want exitStatus
	}{
		{nil, exitOK},
		{errPipeClosed, exitOK},
		{fmt.Errorf("row 3: %w", errPipeClosed), exitOK},
		{errors.New("disk full"), exitFailure},
		{&batch.InternalError{Value: "index out of range"}, exitFailure},
		{context.DeadlineExceeded, exitFailure},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, exitFailure},
		{usagef("missing file"), exitUsage},
		{configf("", "bad key"), exitUsage},
		{&batch.PartialError{Failed: 1, Total: 2, Items: "scores"}, exitPartial},
		{&data.InputError{Found: "NaN"}, exitInvalid},
		{fmt.Errorf("pair 1: %w", &data.InputError{Found: "NaN"}), exitInvalid},
		{errInterrupted, 130},
		{errTerminated, 143},
	} {
		if got := statusOf(c.err); got != c.want {
			t.Errorf("statusOf(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

// TestStoppedWithACheckpoint is about a run that does not end within the grace
// after a signal, or gets a second one.
func TestStoppedWithACheckpoint(t *testing.T) {
	a := newApp(streams{})
	if got := statusOf(a.env.Stopped(errTerminated)); got != exitTerminated {
		t.Errorf("exit status %d without a checkpoint, want %d", got, exitTerminated)
	}
	directory := filepath.Join(t.TempDir(), "out.ckpt")
	if err := os.Mkdir(directory, 0o777); err != nil {
		t.Fatal(err)
	}
	a.env.KeepsIn(directory)
	if got := statusOf(a.env.Stopped(errTerminated)); got != exitCheckpoint {
		t.Errorf("exit status %d with a checkpoint, want %d", got, exitCheckpoint)
	}
	batch.Discard(directory) // the result is complete
	if got := statusOf(a.env.Stopped(errTerminated)); got != exitTerminated {
		t.Errorf("exit status %d after the checkpoint was removed, want %d", got, exitTerminated)
	}
}

// TestHelpListsTheExitStatuses holds the table of statuses, what each command
// declares and what its help prints together.
func TestHelpListsTheExitStatuses(t *testing.T) {
	meaning := map[exitStatus]string{}
	for _, e := range exitTable {
		if _, twice := meaning[e.status]; twice {
			t.Errorf("status %d is in the table twice", e.status)
		}
		meaning[e.status] = e.meaning
	}
	everyCommand(fullTree(), func(cmd *cobra.Command) {
		text := helpText(cmd, 200, true)
		_, section, ok := strings.Cut(text, "\nEXIT STATUS\n")
		if !ok {
			t.Errorf("the help of %q has no section EXIT STATUS", cmd.CommandPath())
			return
		}
		lines := strings.Split(strings.TrimSuffix(section, "\n"), "\n")
		declared := declaredExits(cmd)
		if len(lines) != len(declared) {
			t.Errorf("the help of %q lists %d statuses, but it declares %d", cmd.CommandPath(), len(lines), len(declared))
			return
		}
		for i, status := range declared {
			want := fmt.Sprintf("  %-5d%s", status, meaning[status])
			if meaning[status] == "" || lines[i] != want {
				t.Errorf("the help of %q has the line %q, want %q", cmd.CommandPath(), lines[i], want)
			}
		}
	})
}

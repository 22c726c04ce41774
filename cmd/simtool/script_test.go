package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"simtool": func() { os.Exit(int(documented(os.Args[1:], run(os.Args[1:], systemStreams())))) },
	})
}

// undocumented replaces an exit status that the help of the command does not
// list, so that no script passes with one.
const undocumented exitStatus = 99

func documented(args []string, status exitStatus) exitStatus {
	root := newApp(streams{}).root
	root.InitDefaultHelpCmd()
	cmd, _, err := root.Find(args)
	if err != nil {
		cmd = root
	}
	for _, s := range declaredExits(cmd) {
		if s == status {
			return status
		}
	}
	fmt.Fprintf(os.Stderr, "exit status %d is not in the help of %q\n", status, cmd.CommandPath())
	return undocumented
}

// TestScripts runs the stories in testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"rows":       rows,
			"same-files": sameFiles,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// exits runs a program and checks its exit status: exits STATUS PROGRAM
// ARGUMENTS...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// rows looks for rows of a table, whose columns it knows by name: rows [-count=N] FILE
// COLUMN=PATTERN... wants a row, or N, with cells that the patterns match as a whole.
func rows(ts *testscript.TestScript, neg bool, args []string) {
	want := -1
	if len(args) > 0 && strings.HasPrefix(args[0], "-count=") {
		n, err := strconv.Atoi(strings.TrimPrefix(args[0], "-count="))
		ts.Check(err)
		want, args = n, args[1:]
	}
	if len(args) < 2 || neg && want >= 0 {
		ts.Fatalf("usage: rows [-count=N] FILE COLUMN=PATTERN...")
	}
	text := ts.ReadFile(args[0])
	table := csv.NewReader(strings.NewReader(text))
	if header, _, _ := strings.Cut(text, "\n"); strings.Contains(header, "\t") {
		table.Comma = '\t'
	}
	lines, err := table.ReadAll()
	ts.Check(err)
	if len(lines) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	at := map[int]*regexp.Regexp{}
	for _, arg := range args[1:] {
		column, pattern, _ := strings.Cut(arg, "=")
		i := slices.Index(lines[0], column)
		if i < 0 {
			ts.Fatalf("%s has no column %q: %q", args[0], column, lines[0])
		}
		compiled, err := regexp.Compile("^(?:" + pattern + ")$")
		ts.Check(err)
		at[i] = compiled
	}
	found := 0
	for _, cells := range lines[1:] {
		matches := true
		for i, pattern := range at {
			matches = matches && pattern.MatchString(cells[i])
		}
		if matches {
			found++
		}
	}
	if want < 0 && (found > 0) == neg || want >= 0 && found != want {
		ts.Fatalf("%d rows of %s have %q:\n%s", found, args[0], args[1:], text)
	}
}

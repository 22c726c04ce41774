package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
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

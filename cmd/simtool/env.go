package main

import (
	"fmt"
	"io"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/linalg"
)

// newEnv returns what verbs see of this run. Settings are added once they are known.
func (a *app) newEnv() *batch.Env {
	build := buildInfo()
	return &batch.Env{
		Version: build.version, Commit: build.commit, Started: a.started,
		Kernel: linalg.Kernel(), Arithmetic: linalg.Arithmetic(),
		Stdout: a.out, Terminal: a.outTTY, Width: a.width,
		Stdin: a.claimStdin, Lookup: a.lookup,
		OnWarning: a.showWarning, OnSummary: func(message string) { a.summary("%s", message) },
		OnProgress: func(what string, total int, shared bool) batch.Progress { return a.startProgress(what, total, shared) },
		Stop:       func(cause error) { a.stop(cause) },
	}
}

// completeEnv tells the verbs what the settings are.
func (a *app) completeEnv() {
	a.env.Argv = append([]string{"simtool"}, a.args...)
	a.env.Seed, a.env.Jobs = a.global.seed, a.global.jobs
	a.env.Settings = nil
	for _, s := range a.settings {
		if a.unsaid(s) {
			continue
		}
		if declared := a.declared[s.flag]; declared != nil && s.origin != "default" && !s.chosen {
			declared.MarkSet()
		}
		a.env.Settings = append(a.env.Settings, a.forManifest(s))
	}
	a.env.NoHost = a.global.noHost
	dataio.GuardCells(a.global.csvSafe)
	a.boundMemory()
}

// unsaid reports whether a setting has nothing to say in a manifest: nobody has set it,
// and without it things are as they always were.
func (a *app) unsaid(s effective) bool {
	switch name := s.flag.Name; name {
	case csvSafeFlag, noHostFlag:
		return s.origin == "default"
	case memorySetting:
		return s.flag.Value.String() == ""
	}
	return false
}

// claimStdin returns standard input for the one input that may be "-".
func (a *app) claimStdin(what string) (io.Reader, error) {
	a.stdinMu.Lock()
	defer a.stdinMu.Unlock()
	if a.stdinFor != "" {
		return nil, usagef("%s and %s cannot both be read from standard input", a.stdinFor, what)
	}
	a.stdinFor = what
	return a.in, nil
}

// showWarning writes a warning that belongs to no row of a result.
func (a *app) showWarning(message string) {
	switch {
	case a.global.quiet:
	case a.global.logFormat == "json":
		a.log.Warn(message)
	default:
		fmt.Fprintf(a.err, "simtool: %s %s\n", a.paint(a.errTTY, yellow, "warning:"), message)
	}
}

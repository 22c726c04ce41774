package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"simtool/internal/verb"
)

// version and commit are set by the linker: -ldflags "-X main.version=1.0.0
// -X main.commit=0a1b2c3".
var version, commit string

// build says which program this is.
type build struct {
	version, commit, goVersion, platform string
}

// buildInfo returns what the linker was told, and else what the Go tool
// recorded.
func buildInfo() build {
	b := build{version, commit, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	if b.version == "" {
		b.version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && b.commit == "" {
			b.commit = s.Value
		}
	}
	if b.version == "" {
		b.version = "(devel)"
	}
	if b.commit == "" {
		b.commit = "unknown"
	}
	return b
}

func (b build) String() string {
	return fmt.Sprintf("simtool %s (commit %s, %s, %s)", b.version, b.commit, b.goVersion, b.platform)
}

func newVersionCommand(a *app) *cobra.Command {
	return withExits(&cobra.Command{
		Use:               "version",
		Short:             "Show which version this is",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.action(func(_ context.Context, args []string) error {
			if err := verb.NoArguments(args); err != nil {
				return err
			}
			_, err := fmt.Fprintln(a.out, buildInfo())
			return err
		}),
	})
}

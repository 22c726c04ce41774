package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"simtool/internal/batch"
	"simtool/internal/io"
)

// docDate stands in the manual pages, so that the same version gives the same
// bytes on any day. A release sets it.
var docDate = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// docKind is a kind of documentation made from the tree of commands.
type docKind struct {
	name, short string
	file        func(cmd *cobra.Command) string
	exits       func(cmd *cobra.Command) string // the EXIT STATUS section
	render      func(cmd *cobra.Command, b *bytes.Buffer) error
}

var docKinds = []docKind{
	{
		name: "man", short: "Write a manual page for each command",
		file: func(cmd *cobra.Command) string { return dashed(cmd) + ".1" },
		exits: func(cmd *cobra.Command) string {
			return "# EXIT STATUS\n\n" + exitList(cmd, "**%s**\n\t%s\n\n")
		},
		render: func(cmd *cobra.Command, b *bytes.Buffer) error {
			return doc.GenMan(cmd, &doc.GenManHeader{
				Section: "1", Date: &docDate, Source: "simtool " + buildInfo().version, Manual: "simtool manual",
			}, b)
		},
	},
	{
		name: "markdown", short: "Write a markdown page for each command",
		file: func(cmd *cobra.Command) string { return dashed(cmd) + ".md" },
		exits: func(cmd *cobra.Command) string {
			return "### Exit status\n\n| status | meaning |\n|---|---|\n" + exitList(cmd, "| %s | %s |\n")
		},
		render: func(cmd *cobra.Command, b *bytes.Buffer) error {
			return doc.GenMarkdownCustom(cmd, b, func(link string) string {
				return strings.ReplaceAll(link, "_", "-")
			})
		},
	},
}

func dashed(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

func exitList(cmd *cobra.Command, format string) string {
	var b strings.Builder
	for line := range strings.Lines(exitSection(cmd, "")) {
		status, meaning, _ := strings.Cut(strings.TrimSpace(line), " ")
		fmt.Fprintf(&b, format, status, strings.TrimSpace(meaning))
	}
	return b.String()
}

func newGenerateCommand(a *app) *cobra.Command {
	group := &cobra.Command{
		Use:   "generate",
		Short: "Write the documentation of the commands",
		Args:  cobra.ArbitraryArgs,
		RunE:  groupAction,
	}
	for _, kind := range docKinds {
		group.AddCommand(newGenerateKindCommand(a, kind))
	}
	return withExits(group)
}

func newGenerateKindCommand(a *app, kind docKind) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:     kind.name + " DIRECTORY",
		Short:   kind.short,
		Long:    kind.short + " into a directory, which is made if need be.",
		Example: "simtool generate " + kind.name + " docs/" + kind.name,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("want one directory to write to")
			}
			// The pages have another form of help than the commands of this
			// run, so they are made from a tree of their own.
			return writePages(newApp(a.streams).root, kind, args[0], force)
		}),
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace pages that exist")
	return withExits(cmd)
}

// writePages writes the page of cmd and of all commands below it.
func writePages(cmd *cobra.Command, kind docKind, dir string, force bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if cmd.HasSubCommands() && cmd.HasParent() {
		cmd.SetHelpCommand(&cobra.Command{Hidden: true}) // else cobra adds "help" to every group
	}
	if cmd.Long == "" {
		cmd.Long = cmd.Short + "."
	}
	cmd.Long += "\n\n" + kind.exits(cmd)
	var page bytes.Buffer
	if err := kind.render(cmd, &page); err != nil {
		return err
	}
	if err := writePage(filepath.Join(dir, kind.file(cmd)), page.Bytes(), force); err != nil {
		return err
	}
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := writePages(sub, kind, dir, force); err != nil {
			return err
		}
	}
	return nil
}

func writePage(path string, page []byte, force bool) error {
	_, err := dataio.WriteFile(path, dataio.WriteOptions{Force: force}, func(f *dataio.AtomicFile) error {
		_, err := f.Write(page)
		return err
	})
	return batch.OutputError(path, err)
}

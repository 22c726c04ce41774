package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/result"
	"simtool/internal/verb/layout"
)

// help writes the help of a command for the width of the terminal.
func (a *app) help(cmd *cobra.Command, _ []string) {
	fmt.Fprint(a.out, helpText(cmd, a.env.TextWidth()))
}

// helpText renders the help of a command in lines of at most width columns,
// but for examples, which are left as they are.
func helpText(cmd *cobra.Command, width int) string {
	cmd.InitDefaultHelpFlag()
	var b strings.Builder
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	b.WriteString(layout.Wrap(long, width))
	b.WriteString("\n\n" + usageText(cmd) + "\n")
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nEXAMPLES\n%s\n", layout.Indent(cmd.Example, "  "))
	}
	if list := commandList(cmd, width); list != "" {
		b.WriteString("\nCOMMANDS\n" + list)
	}
	for _, group := range flagGroups(cmd.LocalNonPersistentFlags()) {
		writeFlags(&b, group.heading, group.flags, width)
	}
	writeFlags(&b, "GLOBAL FLAGS", globalFlags(cmd), width)
	b.WriteString("\nEXIT STATUS\n")
	b.WriteString(layout.WrapHanging(exitSection(cmd, "  "), width, 7))
	return b.String()
}

// columnList lists the columns of a table in indented lines that fit any terminal.
func columnList(s *result.Schema) string {
	const indent = "    "
	return layout.Indent(layout.Fold(s.List(), leastWidth-len(indent), 0), indent)
}

// leastWidth is that of terminals in which helps are to be read.
const leastWidth = 60

func globalFlags(cmd *cobra.Command) *pflag.FlagSet {
	if cmd.HasParent() {
		return cmd.InheritedFlags()
	}
	return cmd.PersistentFlags()
}

func writeFlags(b *strings.Builder, title string, fs *pflag.FlagSet, width int) {
	if fs.HasAvailableFlags() {
		fmt.Fprintf(b, "\n%s\n%s", title, fs.FlagUsagesWrapped(width))
	}
}

// helpGroup is the annotation of a flag that has a heading of its own in the help.
const helpGroup = "help group"

// flagGroup is some flags under a heading.
type flagGroup struct {
	heading string
	flags   *pflag.FlagSet
}

// flagGroups returns flags by their headings, those without one first, then in the order
// in which they were declared.
func flagGroups(fs *pflag.FlagSet) []flagGroup {
	groups := []flagGroup{{"FLAGS", pflag.NewFlagSet("", pflag.ContinueOnError)}}
	order := fs.SortFlags
	fs.SortFlags = false
	fs.VisitAll(func(f *pflag.Flag) {
		heading := groups[0].heading
		if given, ok := f.Annotations[helpGroup]; ok {
			heading = given[0] + " FLAGS"
		}
		at := slices.IndexFunc(groups, func(g flagGroup) bool { return g.heading == heading })
		if at < 0 {
			at = len(groups)
			groups = append(groups, flagGroup{heading, pflag.NewFlagSet("", pflag.ContinueOnError)})
		}
		groups[at].flags.AddFlag(f)
	})
	fs.SortFlags = order
	return groups
}

// usageText is the short usage that goes with a usage error.
func usageText(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return "USAGE\n  " + cmd.CommandPath() + " COMMAND [flags]"
	}
	return "USAGE\n  " + cmd.UseLine()
}

func commandList(cmd *cobra.Command, width int) string {
	longest := 0
	for _, sub := range cmd.Commands() {
		longest = max(longest, len(sub.Name()))
	}
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-*s  %s\n", longest, sub.Name(), sub.Short)
		}
	}
	return layout.WrapHanging(b.String(), width, longest+4)
}

// newHelpCommand replaces cobra's, which ends with 0 for a command that does
// not exist.
func newHelpCommand(a *app) *cobra.Command {
	return withExits(&cobra.Command{
		Use:               "help [COMMAND]",
		Short:             "Show the help of a command",
		ValidArgsFunction: completeCommands,
		RunE: func(_ *cobra.Command, args []string) error {
			of, rest, err := a.root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(of, rest[0])
			}
			a.help(of, nil)
			return nil
		},
	})
}

func completeCommands(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	of, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, sub := range of.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/data"
	"simtool/internal/result"
	"simtool/internal/verb/layout"
)

// help writes the help of a command for the width of the terminal.
func (a *app) help(cmd *cobra.Command, _ []string) {
	fmt.Fprint(a.out, helpText(cmd, a.env.TextWidth(), a.helpAll))
}

// helpAllFlag asks for the help with the flags that few users need.
const helpAllFlag = "help-all"

// takeHelpAll turns --help-all into the --help that cobra knows, which stands above
// missing arguments and wrong values of other flags.
func (a *app) takeHelpAll(args []string) []string {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	at := slices.Index(args[:end], "--"+helpAllFlag)
	if at < 0 {
		return args
	}
	a.helpAll = true
	args = slices.Clone(args)
	args[at] = "--help"
	return args
}

// helpText renders the help of a command in lines of at most width columns,
// but for examples, which are left as they are. Flags that are rarely needed are
// left out unless all are asked for.
func helpText(cmd *cobra.Command, width int, all bool) string {
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
	left := 0
	for _, group := range flagGroups(cmd) {
		left += group.write(&b, width, all)
	}
	if left > 0 {
		b.WriteString("\n" + layout.Fold(fmt.Sprintf("\"%s --%s\" shows %s.", cmd.CommandPath(), helpAllFlag, data.Counted(left, "more flag")), width, 0) + "\n")
	}
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
			of, rest, err := a.tree().Find(args)
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

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/verb/layout"
	"simtool/internal/verb/setting"
)

// Annotations of a flag for the help.
const (
	helpGroup = "help group" // heading that it stands under
	helpRare  = "help rare"  // shown by --help-all only
)

// sharedHeadings are those of flags that many commands have, in the order of the help.
// The flags of a command alone stand before them.
var sharedHeadings = []string{setting.Input, setting.Inference, setting.Output, setting.Batch, globalHeading}

const globalHeading = "GLOBAL"

// flagGroup is some flags under a heading.
type flagGroup struct {
	heading string // "" for those that are of this command alone
	flags   []*pflag.Flag
}

// flagGroups returns the flags of a command by their headings.
func flagGroups(cmd *cobra.Command) []flagGroup {
	groups := []flagGroup{{heading: ""}}
	add := func(heading string, f *pflag.Flag) {
		at := slices.IndexFunc(groups, func(g flagGroup) bool { return g.heading == heading })
		if at < 0 {
			at = len(groups)
			groups = append(groups, flagGroup{heading: heading})
		}
		groups[at].flags = append(groups[at].flags, f)
	}
	visit := func(fs *pflag.FlagSet, global bool) {
		order := fs.SortFlags
		fs.SortFlags = false
		fs.VisitAll(func(f *pflag.Flag) {
			heading := ""
			switch given, ok := f.Annotations[helpGroup]; {
			case ok:
				heading = given[0]
			case global || f.Name == "help":
				heading = globalHeading
			}
			if !f.Hidden {
				add(heading, f)
			}
		})
		fs.SortFlags = order
	}
	visit(cmd.LocalNonPersistentFlags(), false)
	if cmd.HasParent() {
		visit(cmd.InheritedFlags(), true)
	} else {
		visit(cmd.PersistentFlags(), true)
	}
	slices.SortStableFunc(groups, func(a, b flagGroup) int {
		return cmp.Compare(slices.Index(sharedHeadings, a.heading), slices.Index(sharedHeadings, b.heading))
	})
	return groups
}

// write writes the flags that are asked for under their heading, and returns how many
// it leaves out.
func (g *flagGroup) write(b *strings.Builder, width int, all bool) (left int) {
	shown := g.flags
	if !all {
		shown = slices.DeleteFunc(slices.Clone(g.flags), func(f *pflag.Flag) bool { return f.Annotations[helpRare] != nil })
	}
	if len(shown) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.TrimSpace(g.heading+" FLAGS"))
	}
	for _, f := range shown {
		b.WriteString(flagLines(f, width))
	}
	return len(g.flags) - len(shown)
}

// flagText begins in this column of the help; a flag that reaches it has its text on the
// lines below.
const flagTextColumn = 26

// flagLines are the lines of a flag in the help.
func flagLines(f *pflag.Flag, width int) string {
	word, usage := pflag.UnquoteUsage(f)
	if named, ok := typeWords[word]; ok {
		word = named
	}
	head := "      --" + f.Name
	if f.Shorthand != "" {
		head = "  -" + f.Shorthand + ", --" + f.Name
	}
	if word != "" && f.Value.Type() != "bool" {
		head += " " + word
	}
	if f.DefValue != "" && !slices.Contains([]string{"0", "false", "[]"}, f.DefValue) {
		usage += " (default " + f.DefValue + ")"
	}
	indent := strings.Repeat(" ", flagTextColumn)
	text := indent + strings.ReplaceAll(layout.Fold(usage, width-flagTextColumn, 0), "\n", "\n"+indent)
	if len(head)+2 > flagTextColumn {
		return head + "\n" + text + "\n"
	}
	return head + text[len(head):] + "\n"
}

// typeWords name kinds of values whose flag does not name its own.
var typeWords = map[string]string{
	"int": "N", "uint64": "N", "float": "NUMBER", "float64": "NUMBER", "ints": "NUMBERS", "floats": "NUMBERS",
	"string": "TEXT", "strings": "LIST", "stringSlice": "LIST", "intSlice": "NUMBERS", "float64Slice": "NUMBERS",
	"duration": "TIME", "bytes": "SIZE",
}

package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// flagInHint finds the flags that a hint names.
var flagInHint = regexp.MustCompile(`(?:^|[\s(,])--([a-z][a-z-]*)`)

// hintFor returns the parts of a hint that are of use to a command. Errors of data come
// from below all commands, and their hints name flags that some commands do not have:
// such a part is left out. A hint that names another command stays as it is, and so do
// those of merge, which are for the runs whose parts it joins, and of run, which are for
// the commands of its plan.
func hintFor(cmd *cobra.Command, hint string) string {
	if cmd == nil || slices.Contains([]string{"merge", "run"}, cmd.Name()) || strings.Contains(hint, "simtool ") {
		return hint
	}
	var parts []string
	for part := range strings.SplitSeq(hint, "; ") {
		for _, alternative := range []string{part, beforeLast(part, ", or "), beforeLast(part, ": ")} {
			if hasFlags(cmd, alternative) && alternative != "" {
				parts = append(parts, alternative)
				break
			}
		}
	}
	return strings.Join(parts, "; ")
}

// beforeLast returns the text before the last separator, "" if there is none.
func beforeLast(text, separator string) string {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return ""
	}
	return text[:at]
}

// hasFlags reports whether a command has every flag that a text names.
func hasFlags(cmd *cobra.Command, text string) bool {
	for _, match := range flagInHint.FindAllStringSubmatch(text, -1) {
		if cmd.Flags().Lookup(match[1]) == nil && cmd.InheritedFlags().Lookup(match[1]) == nil {
			return false
		}
	}
	return true
}

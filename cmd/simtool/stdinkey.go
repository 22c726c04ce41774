package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// keyMark stands before "-:key" while flags are parsed, which would take it for
// one. No argument can begin with it.
const keyMark = "\x00"

// hideKeys marks the arguments "-:key" of a command.
func hideKeys(root *cobra.Command, args []string) []string {
	cmd, _, err := root.Find(args)
	if err != nil || cmd.HasSubCommands() {
		return args
	}
	hidden := make([]string, len(args))
	for i, arg := range args {
		hidden[i] = arg
		if strings.HasPrefix(arg, "-:") && (i == 0 || !takesNext(cmd, args[i-1])) {
			hidden[i] = keyMark + arg
		}
	}
	return hidden
}

// showKeys undoes hideKeys.
func showKeys(args []string) []string {
	shown := make([]string, len(args))
	for i, arg := range args {
		shown[i] = strings.TrimPrefix(arg, keyMark)
	}
	return shown
}

// takesNext reports whether a word is a flag whose value is the word behind it.
func takesNext(cmd *cobra.Command, word string) bool {
	cmd.InheritedFlags() // makes Flags complete
	var f *pflag.Flag
	if name, long := strings.CutPrefix(word, "--"); long {
		f = cmd.Flags().Lookup(name)
	} else if len(word) == 2 && word[0] == '-' {
		f = cmd.Flags().ShorthandLookup(word[1:])
	}
	return f != nil && f.NoOptDefVal == ""
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"simtool/internal/data"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletionCommand(a *app) *cobra.Command {
	return withExits(&cobra.Command{
		Use:   "completion SHELL",
		Short: "Write a completion script for a shell",
		Long: `Write a script that lets a shell complete commands, flags, measures, formats
and files. SHELL is bash, zsh, fish or powershell.`,
		Example: `source <(simtool completion bash)
simtool completion zsh > "${fpath[1]}/_simtool"
simtool completion fish > ~/.config/fish/completions/simtool.fish
simtool completion powershell | Out-String | Invoke-Expression`,
		ValidArgsFunction: cobra.FixedCompletions(shells, cobra.ShellCompDirectiveNoFileComp),
		RunE: a.action(func(_ context.Context, args []string) error {
			return a.writeCompletion(args)
		}),
	})
}

func (a *app) writeCompletion(args []string) error {
	if len(args) != 1 {
		return usagef("want one shell: %s", data.WordList(shells))
	}
	switch args[0] {
	case "bash":
		return a.root.GenBashCompletionV2(a.out, true)
	case "zsh":
		return a.root.GenZshCompletion(a.out)
	case "fish":
		return a.root.GenFishCompletion(a.out, true)
	case "powershell":
		return a.root.GenPowerShellCompletionWithDesc(a.out)
	}
	e := &usageError{msg: fmt.Sprintf("unknown shell %q, want %s", args[0], data.WordList(shells))}
	if near, ok := data.Nearest(args[0], shells); ok {
		e.hint = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

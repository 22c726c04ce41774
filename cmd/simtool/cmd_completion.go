package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/data"
)

// bashCompletion is our own script: cobra's wants the package bash-completion, without
// which it completes nothing.
//
//go:embed completion.bash
var bashCompletion string

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
		_, err := io.WriteString(a.out, bashCompletion)
		return err
	case "zsh":
		return a.withShortPrefix(a.tree().GenZshCompletion)
	case "fish":
		return a.withShortPrefix(func(w io.Writer) error { return a.tree().GenFishCompletion(w, true) })
	case "powershell":
		return a.tree().GenPowerShellCompletionWithDesc(a.out)
	}
	e := &usageError{msg: fmt.Sprintf("unknown shell %q, want %s", args[0], data.WordList(shells))}
	if near, ok := data.Nearest(args[0], shells); ok {
		e.hint = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

// withShortPrefix writes a script of cobra in which a flag ends at its first equals
// sign. Cobra's own takes --measures=rsa:rdm= for one, and completes nothing behind it.
func (a *app) withShortPrefix(generate func(io.Writer) error) error {
	var script bytes.Buffer
	if err := generate(&script); err != nil {
		return err
	}
	_, err := io.WriteString(a.out, strings.ReplaceAll(script.String(), "'-.*='", "'^-[^=]*='"))
	return err
}

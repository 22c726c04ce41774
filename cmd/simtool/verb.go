package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/verb"
	verbrun "simtool/internal/verb/run"
	"simtool/internal/verb/setting"
)

// withVerb makes a command do what a verb does: the settings of the verb become
// flags, and the arguments go to it. Plans run the command by creating another.
func withVerb[V verb.Command](a *app, cmd *cobra.Command, create func() V, more ...exitStatus) *cobra.Command {
	v := create()
	a.verbs[cmd] = func() verb.Command { return create() }
	a.bind(cmd.Flags(), a.withMemorySetting(v.Settings()))
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		defer a.env.TellHeld()
		return v.Run(ctx, a.env, args)
	})
	return withExits(cmd, more...)
}

// runnable lists all commands for plans, with what makes those that are verbs.
func (a *app) runnable() []verbrun.Entry {
	var entries []verbrun.Entry
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			if !sub.IsAvailableCommand() {
				continue
			}
			if create := a.verbs[sub]; create != nil || !sub.HasAvailableSubCommands() {
				entries = append(entries, verbrun.Entry{Words: section(sub), New: create})
			}
			visit(sub)
		}
	}
	visit(a.tree())
	return entries
}

// bind declares a flag for each setting. Former names of flags are taken for them.
func (a *app) bind(fs *pflag.FlagSet, s *setting.Set) {
	former := map[string]pflag.NormalizedName{}
	for _, one := range s.All() {
		if one.Former != "" {
			former[one.Former] = pflag.NormalizedName(one.Name)
		}
	}
	if len(former) > 0 {
		fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
			if now, ok := former[name]; ok {
				return now
			}
			return pflag.NormalizedName(name)
		})
	}
	for _, one := range s.All() {
		f := fs.VarPF(one.Value, one.Name, one.Letter, one.Usage)
		f.DefValue = one.Default
		a.declared[f] = one
		if one.Switch {
			f.NoOptDefVal = "true"
		}
		if one.Choose != nil {
			choose := one.Choose
			a.auto[f] = func() (value, origin string, err error) {
				return choose(setting.Place{Terminal: a.outTTY, Lookup: a.lookup})
			}
		}
		if one.Complete != "" {
			must(fs.SetAnnotation(one.Name, completeByMeasures, []string{one.Complete}))
		}
		if one.Group != "" {
			must(fs.SetAnnotation(one.Name, helpGroup, []string{one.Group}))
		}
		if one.Rare {
			must(fs.SetAnnotation(one.Name, helpRare, []string{}))
		}
		if one.Suggest != nil {
			must(fs.SetAnnotation(one.Name, completeByWords, one.Suggest))
		}
	}
}

package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// withVerb makes a command do what a verb does: the settings of the verb become
// flags, and the arguments go to it.
func (a *app) withVerb(cmd *cobra.Command, v verb.Command, more ...exitStatus) *cobra.Command {
	a.bind(cmd.Flags(), v.Settings())
	cmd.RunE = a.action(func(ctx context.Context, args []string) error { return v.Run(ctx, a.env, args) })
	return withExits(cmd, more...)
}

// bind declares a flag for each setting.
func (a *app) bind(fs *pflag.FlagSet, s *setting.Set) {
	for _, one := range s.All() {
		f := fs.VarPF(one.Value, one.Name, one.Letter, one.Usage)
		f.DefValue = one.Default
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
		if one.Suggest != nil {
			must(fs.SetAnnotation(one.Name, completeByWords, one.Suggest))
		}
	}
}

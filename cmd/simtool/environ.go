package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/data"
)

const envPrefix = "SIMTOOL_"

// notSettings are variables with our prefix that are not settings: where the
// tests find shared data, and whether to show stack traces.
var notSettings = []string{"SIMTOOL_SHARED", "SIMTOOL_DEBUG"}

// envName is the environment variable of a flag.
func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// environment returns the settings in the environment by the name of their
// flag. An empty variable counts as unset.
func (a *app) environment() (map[string]string, error) {
	var known map[string]string
	found := map[string]string{}
	for _, kv := range a.environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(notSettings, name) {
			continue
		}
		if known == nil {
			known = a.variables()
		}
		flag, ok := known[name]
		if !ok {
			return nil, configf(a.nearestEnv(name, known), "%s: unknown setting in the environment", name)
		}
		if value != "" {
			found[flag] = value
		}
	}
	return found, nil
}

// variables returns the flags that a variable of the environment can set, by its
// name.
func (a *app) variables() map[string]string {
	known := map[string]string{}
	for _, flag := range configurable(a.tree()) {
		known[envName(flag)] = flag
	}
	return known
}

func (a *app) nearestEnv(name string, known map[string]string) string {
	if name == envName("config") {
		return "a configuration file is never read implicitly; use --config"
	}
	if long := withShorthand(a.tree(), strings.ToLower(strings.TrimPrefix(name, envPrefix))); len(long) > 0 {
		for i := range long {
			long[i] = envName(long[i])
		}
		return didYouMean(data.WordList(long))
	}
	names := make([]string, 0, len(known))
	for n := range known {
		names = append(names, n)
	}
	slices.Sort(names)
	if near, ok := data.Nearest(name, names); ok {
		return didYouMean(near)
	}
	return ""
}

// withShorthand returns the flags of a command and of those below it that have
// a letter.
func withShorthand(cmd *cobra.Command, letter string) []string {
	var names []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Shorthand == letter && letter != "" {
			names = append(names, f.Name)
		}
	})
	for _, sub := range cmd.Commands() {
		names = append(names, withShorthand(sub, letter)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

package main

import (
	"fmt"
	"slices"
	"strings"

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
	known := map[string]string{}
	for _, flag := range configurable(a.root) {
		known[envName(flag)] = flag
	}
	found := map[string]string{}
	for _, kv := range a.environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(notSettings, name) {
			continue
		}
		flag, ok := known[name]
		if !ok {
			return nil, configf(nearestEnv(name, known), "%s: unknown setting in the environment", name)
		}
		if value != "" {
			found[flag] = value
		}
	}
	return found, nil
}

func nearestEnv(name string, known map[string]string) string {
	if name == envName("config") {
		return "a configuration file is never read implicitly; use --config"
	}
	names := make([]string, 0, len(known))
	for n := range known {
		names = append(names, n)
	}
	slices.Sort(names)
	if near, ok := data.Nearest(name, names); ok {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

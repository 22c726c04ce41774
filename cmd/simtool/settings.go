package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/batch"
	"simtool/internal/verb/setting"
)

// An effective setting is the value of a flag and where it comes from.
type effective struct {
	flag    *pflag.Flag
	origin  string
	chosen  bool     // by a chooser: nobody set it
	section []string // path of the command that declares the flag; empty for global flags
}

// notConfigurable are the flags that only the command line may set.
var notConfigurable = []string{"config", "print-config", "help", helpAllFlag, "version"}

// configure gives every flag of cmd that the command line left alone its value
// from, in this order: the environment, the command's section of the
// configuration file, the sections around it up to the top level of the file,
// the default. Every value goes through pflag, so that there is one parser and
// one message. All names are checked, also those of other commands: a misspelt
// setting is an error, not a default.
func (a *app) configure(cmd *cobra.Command) error {
	env, err := a.environment()
	if err != nil {
		return err
	}
	file, err := a.readConfig()
	if err != nil {
		return err
	}
	a.settings = nil
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if err != nil || slices.Contains(notConfigurable, f.Name) {
			return
		}
		s := effective{flag: f, origin: "default"}
		if cmd.InheritedFlags().Lookup(f.Name) == nil {
			s.section = section(cmd)
		}
		if f.Changed {
			s.origin = "flag --" + f.Name
		} else if value, where, ok := a.firstOf(cmd, f.Name, env, file); ok {
			s.origin = where
			err = setFlag(cmd.Flags(), f, where, value)
		}
		a.settings = append(a.settings, s)
	})
	if err != nil {
		return err
	}
	if a.global.quiet && a.global.verbose {
		return configf("", "--quiet and --verbose exclude each other")
	}
	return a.chooseDefaults()
}

// chooseDefaults fills in the defaults that depend on the machine or on other
// flags.
func (a *app) chooseDefaults() error {
	for i := range a.settings {
		s := &a.settings[i]
		choose, ok := a.auto[s.flag]
		if !ok || s.origin != "default" && s.flag.Value.String() != "" {
			continue
		}
		value, origin, err := choose()
		if err != nil {
			return err
		}
		must(s.flag.Value.Set(value))
		s.origin, s.chosen = origin, true
	}
	return nil
}

// firstOf finds the value of a setting in the place that takes precedence.
func (a *app) firstOf(cmd *cobra.Command, name string, env map[string]string, file *configFile) (value any, where string, ok bool) {
	if v, ok := env[name]; ok {
		return v, envName(name), true
	}
	path := section(cmd)
	if former := a.former(cmd, name); former != "" {
		if v, ok := file.get(append(slices.Clone(path), former)); ok {
			return v, file.where(append(slices.Clone(path), former)), true
		}
	}
	for {
		if v, ok := file.get(append(slices.Clone(path), name)); ok {
			return v, file.where(append(slices.Clone(path), name)), true
		}
		if len(path) == 0 {
			return nil, "", false
		}
		path = path[:len(path)-1]
	}
}

// former returns the name that a setting of a command had before, "" for none. Only the
// section of the command may use it: elsewhere it is the name of other settings.
func (a *app) former(cmd *cobra.Command, name string) string {
	if one := a.declared[cmd.Flags().Lookup(name)]; one != nil {
		return one.Former
	}
	return ""
}

// section is the path of a command below the root: {"synth", "recording"}.
func section(cmd *cobra.Command) []string {
	return strings.Fields(cmd.CommandPath())[1:]
}

// setFlag sets a flag to a value from the environment or a file.
func setFlag(fs *pflag.FlagSet, f *pflag.Flag, where string, value any) error {
	text, ok := flagText(value, f)
	if ok && fs.Set(f.Name, text) == nil {
		return nil
	}
	msg, hint := invalidValue(where, text, f)
	return &batch.ConfigError{Msg: msg, Hint: hint}
}

// flagText writes a value as it would stand on the command line. It is false
// for values that no command line can express there.
func flagText(value any, f *pflag.Flag) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = fmt.Sprint(one)
		}
		return setting.JoinList(words), setting.IsList(f.Value)
	default:
		return fmt.Sprint(v), true
	}
}

// configurable returns the settings that a command and those below it have.
func configurable(cmd *cobra.Command) []string {
	return slices.DeleteFunc(flagNames(cmd), func(name string) bool {
		return slices.Contains(notConfigurable, name)
	})
}

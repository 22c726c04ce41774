package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"simtool/internal/batch"
	"simtool/internal/data"
)

// configFile is the content of the file of --config. A nil configFile is
// empty.
type configFile struct {
	path string
	v    *viper.Viper
}

// keyDelimiter separates the words of a path in viper. It occurs in no key, so
// that "score.seed" is a key with a dot, and unknown.
const keyDelimiter = "\x00"

func (c *configFile) get(path []string) (any, bool) {
	key := strings.Join(path, keyDelimiter)
	if c == nil || !slices.Contains(c.v.AllKeys(), key) {
		return nil, false
	}
	return c.v.Get(key), true
}

// where names a key of the file for a message.
func (c *configFile) where(path []string) string {
	return c.path + ": " + strings.Join(path, ".")
}

// readConfig reads the file of --config and checks all of its keys. It returns
// nil when there is none.
func (a *app) readConfig() (*configFile, error) {
	path := a.global.config
	if path == "" {
		return nil, nil
	}
	content, err := a.env.ReadSmall(path, "the configuration")
	if input, ok := data.AsInputError(err); ok {
		return nil, configf("", "%s", input)
	} else if err != nil {
		return nil, err
	}
	c := &configFile{path: path, v: viper.NewWithOptions(viper.KeyDelimiter(keyDelimiter))}
	kind := strings.TrimPrefix(filepath.Ext(path), ".")
	if !slices.Contains([]string{"json", "toml"}, kind) {
		kind = "yaml"
	}
	c.v.SetConfigType(kind)
	if err := c.v.ReadConfig(bytes.NewReader(content)); err != nil {
		if parse, ok := errors.AsType[viper.ConfigParseError](err); ok {
			err = parse.Unwrap()
		}
		return nil, configf("", "%s: cannot be understood: %s", path, batch.OneLine(err.Error()))
	}
	keys := c.v.AllKeys()
	slices.Sort(keys)
	for _, key := range keys {
		if err := a.checkKey(c, strings.Split(key, keyDelimiter), false); err != nil {
			return nil, err
		}
	}
	for _, path := range emptySections(kind, content) {
		if err := a.checkKey(c, path, true); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// emptySections returns the paths of the sections of a file that hold nothing,
// which viper passes over.
func emptySections(kind string, content []byte) [][]string {
	decoder, err := viper.NewCodecRegistry().Decoder(kind)
	must(err)
	top := map[string]any{}
	must(decoder.Decode(content, top)) // viper has read it
	var empty [][]string
	var visit func(section map[string]any, path []string)
	visit = func(section map[string]any, path []string) {
		for _, name := range slices.Sorted(maps.Keys(section)) {
			below, ok := section[name].(map[string]any)
			if !ok {
				continue
			}
			here := append(slices.Clone(path), strings.ToLower(name))
			if len(below) == 0 {
				empty = append(empty, here)
			}
			visit(below, here)
		}
	}
	visit(top, nil)
	return empty
}

// checkKey refuses a path that leads to no setting of any command or, if empty
// is set, to no section.
func (a *app) checkKey(c *configFile, path []string, empty bool) error {
	cmd := a.tree()
	for i, word := range path {
		known := configurable(cmd)
		if i == len(path)-1 && (slices.Contains(known, word) || renamed(cmd, word)) && !isSection(cmd, word, empty) {
			if empty {
				return configf("", "%s: %s is a setting, want its value", c.path, strings.Join(path, "."))
			}
			return nil
		}
		var next *cobra.Command
		for _, sub := range cmd.Commands() {
			known = append(known, sub.Name())
			if sub.Name() == word {
				next = sub
			}
		}
		switch {
		case next == nil:
			hint := ""
			if near, ok := data.Nearest(word, known); ok {
				hint = fmt.Sprintf("did you mean %s?", strings.Join(append(slices.Clone(path[:i]), near), "."))
			}
			return configf(hint, "%s: unknown key %q", c.path, strings.Join(path[:i+1], "."))
		case i == len(path)-1 && !empty:
			return configf("", "%s: %s is a section, want settings below it", c.path, strings.Join(path, "."))
		}
		cmd = next
	}
	return nil
}

// isSection reports whether a word that is a setting of commands below cmd means the
// command of that name. It does where nothing is set, and where no command right below
// cmd has the setting: the measures of all commands can be set at the top, but score is
// the command there, as the setting is one of those in the section mlem.
func isSection(cmd *cobra.Command, word string, empty bool) bool {
	named, setting := false, false
	for _, sub := range cmd.Commands() {
		named = named || sub.Name() == word
		setting = setting || !sub.HasSubCommands() && slices.Contains(configurable(sub), word)
	}
	return named && (empty || !setting)
}

// renamed reports whether a word is a former name of a flag of a command.
func renamed(cmd *cobra.Command, word string) bool {
	f := cmd.Flags().Lookup(word)
	return f != nil && f.Name != word
}

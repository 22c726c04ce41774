package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"simtool/internal/batch"
)

// printConfig writes the effective settings of a command as a configuration
// file that gives the same settings again. A comment behind each says where it
// comes from.
func (a *app) printConfig(cmd *cobra.Command) error {
	top := &yaml.Node{
		Kind:        yaml.MappingNode,
		HeadComment: fmt.Sprintf("%s: effective settings and where each comes from", cmd.CommandPath()),
	}
	for _, s := range a.settings {
		if s.section == nil {
			addSetting(top, s)
		}
	}
	for _, s := range a.settings {
		if s.section != nil {
			addSetting(top, s)
		}
	}
	encoder := yaml.NewEncoder(a.out)
	encoder.SetIndent(2)
	if err := encoder.Encode(top); err != nil {
		return err
	}
	return encoder.Close()
}

// addSetting adds a setting to the mapping of its section.
func addSetting(m *yaml.Node, s effective) {
	for _, word := range s.section {
		m = subsection(m, word)
	}
	value := settingNode(s.flag)
	value.LineComment = s.origin
	key := scalar(s.flag.Name)
	if value.Kind == yaml.SequenceNode {
		// The comment of an empty flow sequence stands with its key.
		key.LineComment, value.LineComment = "", s.origin
	}
	m.Content = append(m.Content, key, value)
}

// subsection returns the mapping under a key and adds it if there is none.
func subsection(m *yaml.Node, key string) *yaml.Node {
	i := slices.IndexFunc(m.Content, func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == key })
	if i >= 0 {
		return m.Content[i+1]
	}
	sub := &yaml.Node{Kind: yaml.MappingNode}
	m.Content = append(m.Content, scalar(key), sub)
	return sub
}

func settingNode(f *pflag.Flag) *yaml.Node {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, word := range list.GetSlice() {
			node.Content = append(node.Content, scalar(word))
		}
		return node
	}
	node := scalar(f.Value.String())
	if t := f.Value.Type(); !slices.Contains([]string{"bool", "int", "uint64"}, t) {
		node.SetString(f.Value.String()) // quoted where it would read as a number
	}
	return node
}

func scalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// ofTheMachine are the settings whose defaults depend on where simtool runs,
// and change no result.
var ofTheMachine = []string{"jobs", "max-memory", "color"}

// forManifest is a setting as manifests and checkpoints have it.
func (s effective) forManifest() batch.Setting {
	out := batch.Setting{
		Name: s.flag.Name, Text: s.flag.Value.String(),
		Chosen: s.chosen && slices.Contains(ofTheMachine, s.flag.Name),
	}
	if list, ok := s.flag.Value.(pflag.SliceValue); ok {
		elements := []any{}
		for _, text := range list.GetSlice() {
			elements = append(elements, plainValue(strings.TrimSuffix(s.flag.Value.Type(), "Slice"), text))
		}
		out.Value = elements
	} else {
		out.Value = plainValue(s.flag.Value.Type(), s.flag.Value.String())
	}
	return out
}

// plainValue is the value of a flag as JSON has it: a number, true or false, or
// else a text.
func plainValue(kind, text string) any {
	switch kind {
	case "bool", "int", "uint64", "float", "float64":
		if text == "" {
			return nil
		}
		if json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
	}
	return text
}

package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"simtool/internal/batch"
	"simtool/internal/verb/setting"
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

// forManifest is a setting as manifests and checkpoints have it.
func (a *app) forManifest(s effective) batch.Setting {
	declared := a.declared[s.flag]
	return batch.Setting{
		Name: s.flag.Name, Text: s.flag.Value.String(), Value: setting.JSON(s.flag.Value),
		Chosen: s.chosen && declared != nil && declared.Machine, Set: s.origin != "default" && !s.chosen,
	}
}

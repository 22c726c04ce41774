package figure

import (
	"maps"
	"slices"

	"simtool/internal/data"
)

// This file finds settings that change nothing: a reader of a figure does not see that a
// range of colours, an order or names were asked for and had nothing to act on.

// Settings that only some figures have a use for.
const (
	rangeSetting     = "--range"
	symmetricSetting = "--symmetric"
	clusterSetting   = "--order cluster"
	legendSetting    = "--legend"
	orderSetting     = "--order"
	namesSetting     = "--names"
)

// heed notes that a setting has changed the figure; of a list, one of its names.
func (s *Style) heed(setting, name string) {
	if s.heeded != nil {
		s.heeded[[2]string{setting, name}] = true
	}
}

// unheeded says which settings changed nothing. A list of names of which the results have
// none is an error.
func (s *Style) unheeded(results []*Result) (words []string, err error) {
	const noColours = "this figure has no scale of colours for values"
	for _, one := range []struct {
		asked        bool
		setting, why string
	}{
		{s.Range != nil, rangeSetting, noColours},
		{s.Symmetric, symmetricSetting, noColours},
		{s.Order == Cluster, clusterSetting, "this figure is no matrix of all pairs of systems, and no RDM"},
		{s.Legend != "", legendSetting, "this figure has no legend"},
	} {
		if one.asked && !s.heeded[[2]string{one.setting, ""}] {
			words = append(words, one.setting+" changes nothing: "+one.why)
		}
	}
	for _, of := range []struct {
		setting string
		names   []string
	}{{orderSetting, s.Listed}, {namesSetting, slices.Sorted(maps.Keys(s.Names))}} {
		var missing []string
		for _, name := range Distinct(of.names) {
			if !s.heeded[[2]string{of.setting, name}] {
				missing = append(missing, name)
			}
		}
		switch {
		case missing == nil:
		case len(missing) == len(Distinct(of.names)):
			return nil, &data.InputError{
				Path: results[0].Path, Found: "none of the names of " + of.setting + " (" + list(missing) + ")",
				Wanted: "want names of what the figure shows",
			}
		default:
			words = append(words, of.setting+": the figure has no "+list(missing))
		}
	}
	return words, nil
}

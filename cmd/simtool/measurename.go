package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/measures"
	"simtool/internal/verb/setting"
)

// measureCompletion completes one measure or a list of them.
func measureCompletion(how string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		words := listCompletions(typed)
		if how == setting.Measure {
			words = measureCompletions(typed, measures.FamilyNames())
		}
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// listCompletions completes the last element of a list of measures by what the
// list does not have yet.
func listCompletions(typed string) []string {
	at := strings.LastIndexByte(typed, ',') + 1
	there := strings.Split(typed[:at], ",")
	names := slices.DeleteFunc(append([]string{"default", "all"}, measures.FamilyNames()...), func(name string) bool {
		return slices.Contains(there, name)
	})
	words := measureCompletions(typed[at:], names)
	for i := range words {
		words[i] = typed[:at] + words[i]
	}
	return words
}

// measureCompletions completes a measure: one of the names, behind a colon its
// parameters, behind an equals sign their values.
func measureCompletions(word string, words []string) []string {
	before := ""
	if at := strings.LastIndexByte(word, ':'); at >= 0 {
		family, _, _ := strings.Cut(word, ":")
		before, word = word[:at+1], word[at+1:]
		words = parameterWords(family)
	}
	words = slices.DeleteFunc(words, func(w string) bool { return !strings.HasPrefix(w, word) })
	for i := range words {
		words[i] = before + words[i]
	}
	return words
}

// parameterWords lists what can stand behind a colon: key=value for parameters
// with a choice of words, key= for numbers.
func parameterWords(family string) []string {
	var words []string
	for _, f := range measures.Families() {
		if f.Card.Family != family {
			continue
		}
		for _, p := range f.Card.Params {
			if p.Choices == nil || p.Check != nil {
				words = append(words, p.Name+"=")
			}
			for _, c := range p.Choices {
				words = append(words, p.Name+"="+c)
			}
		}
	}
	return words
}

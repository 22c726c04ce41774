package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/measures"
)

// measureError makes a usage error of what is wrong with the name of a measure.
func measureError(err error) error {
	if name, ok := errors.AsType[*measures.NameError](err); ok {
		return &configError{msg: name.Error(), hint: name.Hint}
	}
	return err
}

// completeMeasures lets the shell complete the last of a list of measures.
func completeMeasures(cmd *cobra.Command, flag string) {
	must(cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return measureCompletions(typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}))
}

// measureCompletions completes the last element of a list of measures: the name
// of a family, behind a colon its parameters, behind an equals sign their
// values.
func measureCompletions(typed string) []string {
	before, word := "", typed
	if at := strings.LastIndexByte(typed, ','); at >= 0 {
		before, word = typed[:at+1], typed[at+1:]
	}
	var words []string
	if at := strings.LastIndexByte(word, ':'); at >= 0 {
		family, _, _ := strings.Cut(word, ":")
		before, word = before+word[:at+1], word[at+1:]
		words = parameterWords(family)
	} else {
		words = append([]string{"default", "all"}, measures.FamilyNames()...)
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

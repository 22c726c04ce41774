package main

import (
	"slices"
	"testing"

	"simtool/internal/measures"
)

func TestMeasureCompletions(t *testing.T) {
	all := listCompletions("")
	for _, want := range append([]string{"all", "default"}, measures.FamilyNames()...) {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not offered", want)
		}
	}
	for typed, want := range map[string][]string{
		"cka,proc":          {"cka,procrustes"},
		"nbs,cka:estimator": {"nbs,cka:estimator=biased", "nbs,cka:estimator=debiased", "nbs,cka:estimator=lange"},
		"frob":              {},
		"frob:":             {},
		"cka,ck":            {"cka,cka-neurons", "cka,cknna"}, // what is there already is not offered again
	} {
		if got := listCompletions(typed); !slices.Equal(got, want) {
			t.Errorf("%q completes to %q, want %q", typed, got, want)
		}
	}
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// allowance says which differences are intended, and why. One is allowed if its case
// and what it is in match, and each line of the diff that is not the same in both
// builds.
type allowance struct {
	Case   pattern // of the names of cases
	In     pattern // of what differs: "stdout of simtool score ...", "scores.csv after ..."
	Lines  pattern // of lines that begin with - or +
	Reason string
}

// pattern is a regular expression in yaml; without one everything matches.
type pattern struct{ *regexp.Regexp }

func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile(string(text))
	return err
}

func (p pattern) matches(s string) bool { return p.Regexp == nil || p.MatchString(s) }

// readAllowed reads a list of allowances.
func readAllowed(path string) ([]allowance, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []allowance
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if len(bytes.TrimSpace(text)) > 0 {
		if err := d.Decode(&list); err != nil && err.Error() != "EOF" {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	for i, a := range list {
		if a.Reason == "" {
			return nil, fmt.Errorf("%s: entry %d has no reason", path, i+1)
		}
	}
	return list, nil
}

// allows reports whether a difference of a case is intended.
func (a *allowance) allows(name string, d difference) bool {
	if !a.Case.matches(name) || !a.In.matches(d.in) {
		return false
	}
	for _, line := range d.lines {
		if !a.Lines.matches(line) {
			return false
		}
	}
	return true
}

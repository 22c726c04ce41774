package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// allowance is an entry of the list of differences that are intended. It is of one of
// three forms, each with a reason:
//
//   - case, in, lines, apart: a difference is allowed if its case and what it is in
//     match, and each line of the diff that is not the same in both builds; with apart
//     if nothing but numbers differs, and by no more than that;
//   - column, tables: a column of CSV and TSV tables is looked past in rows of tables
//     whose header matches, provided that it is empty in all of them;
//   - replace, by: whatever matches in any text is replaced.
//
// The last two hold for both builds, so that a build that has the change is compared
// with another one that has it, and checksums of such files are those without it. The
// rest of a line is compared all the same.
//
// An entry holds while the old build is of a revision from before the given time: a
// later one has the change.
type allowance struct {
	Case  pattern // of the names of cases
	In    pattern // of what differs: "stdout of simtool score ...", "scores.csv after ..."
	Lines pattern // of lines that begin with - or +
	Apart float64 // relative to the larger number, or to 1

	Column string
	Tables pattern

	Replace pattern
	By      string

	Before time.Time
	Reason string
}

// rewrites reports whether texts are compared after a change by the entry.
func (a *allowance) rewrites() bool { return a.Column != "" || a.Replace.Regexp != nil }

// rewrite returns a text without the intended change.
func (a *allowance) rewrite(content []byte) []byte {
	if a.Column != "" {
		content = editColumn(content, a.Column, a.Tables.Regexp, true)
	}
	if a.Replace.Regexp != nil {
		content = a.Replace.ReplaceAll(content, []byte(a.By))
	}
	return content
}

// pattern is a regular expression in yaml; without one everything matches.
type pattern struct{ *regexp.Regexp }

func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile(string(text))
	return err
}

func (p pattern) matches(s string) bool { return p.Regexp == nil || p.MatchString(s) }

// readAllowed reads a list of allowances and returns those that hold for an old build
// of the given time, or for one of unknown time if that is zero.
func readAllowed(path string, old time.Time) ([]allowance, error) {
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
		if a.Column != "" && a.Tables.Regexp == nil {
			return nil, fmt.Errorf("%s: entry %d has a column, but no tables", path, i+1)
		}
	}
	return slices.DeleteFunc(list, func(a allowance) bool {
		return !old.IsZero() && !a.Before.IsZero() && !old.Before(a.Before)
	}), nil
}

// allows reports whether a difference of a case is intended.
func (a *allowance) allows(name string, d difference) bool {
	if a.rewrites() || !a.Case.matches(name) || !a.In.matches(d.in) {
		return false
	}
	if a.Apart > 0 && d.apart > a.Apart {
		return false
	}
	for _, line := range d.lines {
		if !a.Lines.matches(line) {
			return false
		}
	}
	return true
}

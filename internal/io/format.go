package dataio

import (
	"fmt"
	"io"
	"strings"
)

// Format names a format of result tables.
type Format string

// The formats of result tables.
const (
	CSV   Format = "csv"   // comma-separated, RFC 4180, one header line
	TSV   Format = "tsv"   // the same with tabs
	JSON  Format = "json"  // one object {"schema":…,"rows":[…]}
	JSONL Format = "jsonl" // one object a line, each with its schema
	Text  Format = "table" // aligned columns for a terminal, rounded: not for programs
)

// outputFormats lists every format of result tables, in the order in which
// help texts and messages name them.
var outputFormats = []struct {
	format   Format
	suffixes []string
	open     func(w io.Writer, schema string, o TableOptions) TableWriter
}{
	{CSV, []string{".csv"}, newCSVWriter},
	{TSV, []string{".tsv", ".tab"}, newTSVWriter},
	{JSON, []string{".json"}, newJSONWriter},
	{JSONL, []string{".jsonl", ".ndjson"}, newJSONLWriter},
	{Text, []string{".txt"}, newTextWriter},
}

// Formats returns the names of the formats of result tables.
func Formats() []string {
	names := make([]string, len(outputFormats))
	for i, f := range outputFormats {
		names[i] = string(f.format)
	}
	return names
}

// FormatSuffixes returns the suffix of each format of result tables.
func FormatSuffixes() []string {
	suffixes := make([]string, len(outputFormats))
	for i, f := range outputFormats {
		suffixes[i] = f.suffixes[0]
	}
	return suffixes
}

// ParseFormat returns the format of that name; the error lists the choices.
func ParseFormat(name string) (Format, error) {
	for _, f := range outputFormats {
		if name == string(f.format) {
			return f.format, nil
		}
	}
	return "", fmt.Errorf("unknown format %q, want %s", name, orList(Formats()))
}

// FormatFromPath returns the format that the suffix of path stands for, and
// whether it stands for one. Case is ignored.
func FormatFromPath(path string) (Format, bool) {
	lower := strings.ToLower(path)
	for _, f := range outputFormats {
		for _, suffix := range f.suffixes {
			if strings.HasSuffix(lower, suffix) {
				return f.format, true
			}
		}
	}
	return "", false
}

// orList joins names as "a, b or c".
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

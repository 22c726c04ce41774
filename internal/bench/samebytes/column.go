package main

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
)

// editColumn replaces what is in a column of a CSV or TSV table by its name in capital
// letters, where it is not empty; or it removes the column, if it is empty in every
// row. The header has to match, if that is asked for. No other byte is changed, and
// nothing in a text that is no such table.
func editColumn(content []byte, name string, headers *regexp.Regexp, remove bool) []byte {
	header, _, ok := bytes.Cut(content, []byte("\n"))
	if !ok || !bytes.Contains(header, []byte(name)) || headers != nil && !headers.Match(header) {
		return content
	}
	comma := byte(',')
	if bytes.Contains(header, []byte("\t")) {
		comma = '\t'
	}
	column := slices.Index(strings.Split(string(header), string(comma)), name)
	if column < 0 {
		return content
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma = rune(comma)
	lines := slices.Collect(bytes.Lines(content))
	var edited bytes.Buffer
	done := 0 // lines that are written
	for row := 0; ; row++ {
		cells, err := r.Read()
		if err != nil {
			break
		}
		line, at := r.FieldPos(column)
		for ; done < line-1; done++ {
			edited.Write(lines[done])
		}
		text, from, to := lines[line-1], at-1, at-1+len(cells[column])
		switch {
		case remove && row > 0 && cells[column] != "" || to > len(text) || string(text[from:to]) != cells[column]:
			return content
		case remove && column > 0:
			from--
		case remove:
			to = min(to+1, len(text))
		}
		edited.Write(text[:from])
		if !remove && row > 0 && cells[column] != "" {
			edited.WriteString(strings.ToUpper(name))
		} else if !remove {
			edited.Write(text[from:to])
		}
		edited.Write(text[to:])
		done = line
	}
	for ; done < len(lines); done++ {
		edited.Write(lines[done])
	}
	return edited.Bytes()
}

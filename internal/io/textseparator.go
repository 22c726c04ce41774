package dataio

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// checkSeparator refuses text whose fields are separated by semicolons, as
// spreadsheets write it where the comma is the decimal mark, and text of decimal
// commas in one column, which look like two columns. It returns how many bytes there
// are of a first line "sep=," that names the separator of the format.
func checkSeparator(name string, head []byte, comma rune) (skip int, err error) {
	file := name
	if file == "-" {
		file = "FILE"
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	sep, isSep := strings.CutPrefix(strings.ToLower(strings.TrimRight(string(first), "\r")), "sep=")
	switch {
	case isSep && sep == string(comma):
		return len(first) + 1, nil
	case isSep && sep == ";":
		return 0, &data.InputError{
			Found:  "a first line \"sep=;\", so fields that semicolons separate",
			Wanted: "want commas or tabs",
			Hint:   "sed 1d '" + file + "' | " + translate(head[len(first):]) + " > with_commas.csv makes such a file",
		}
	case isSep:
		return 0, &data.InputError{
			Found:  "a first line \"sep=" + sep + "\" for spreadsheets",
			Wanted: "want a separator that the format has: commas in .csv, tabs in .tsv",
			Hint:   "remove the line: sed 1d '" + file + "'",
		}
	}
	lines := wholeLines(head)
	switch {
	case bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0:
		return 0, &data.InputError{
			Found:  "lines that a carriage return alone ends",
			Wanted: "want line feeds",
			Hint:   "tr '\\r' '\\n' < '" + file + "' > with_lines.csv makes such a file",
		}
	case commentAbove(lines, comma):
		return 0, &data.InputError{
			Found:  "a comment above the table",
			Wanted: "want the names of the columns or data in the first line",
			Hint:   "grep -v '^#' '" + file + "' > without_comments.csv makes such a file",
		}
	case comma == ',' && oneColumnBut(lines, ',', '\t'):
		return 0, misnamed(file, "tabs", ".tsv", "commas")
	case comma == '\t' && oneColumnBut(lines, '\t', ','):
		return 0, misnamed(file, "commas", ".csv", "tabs")
	case comma == ',' && semicolons(lines):
		return 0, &data.InputError{
			Found:  "fields that semicolons separate" + decimalCommas(head),
			Wanted: "want commas or tabs",
			Hint:   translate(head) + " < '" + file + "' > with_commas.csv makes such a file",
		}
	case comma == ',' && splitByDecimalCommas(lines) != "":
		return 0, &data.InputError{
			Found:  "two columns of whole numbers, " + splitByDecimalCommas(lines) + ": decimal commas, as in \"" + string(lines[len(lines)-1]) + "\"",
			Wanted: "want points, as in 0.5",
			Hint:   "tr , . < '" + file + "' > with_points.csv makes such a file",
		}
	}
	return 0, nil
}

// commentAbove reports whether the first line begins with #, as the second does, or with
// another number of fields: numpy.savetxt puts # before the names of the columns.
func commentAbove(lines [][]byte, comma rune) bool {
	if len(lines) < 2 || lines[0][0] != '#' {
		return false
	}
	separator := []byte(string(comma))
	return lines[1][0] == '#' || bytes.Count(lines[0], separator) != bytes.Count(lines[1], separator)
}

// translate is the command that makes commas of the semicolons, and before that
// points of decimal commas.
func translate(text []byte) string {
	if bytes.IndexByte(text, ',') >= 0 {
		return "tr ',;' '.,'"
	}
	return "tr ';' ','"
}

func decimalCommas(text []byte) string {
	if bytes.IndexByte(text, ',') >= 0 {
		return ", with decimal commas"
	}
	return ""
}

// wholeLines returns the lines of the beginning of a file that are complete and not
// empty, or the only one.
func wholeLines(head []byte) [][]byte {
	var lines [][]byte
	rest := head
	for len(rest) > 0 {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if !found && (len(lines) > 0 && len(head) >= sniffLength-3) {
			break
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
		rest = after
	}
	return lines
}

// misnamed is the error of a file whose fields are separated as those of a file with another
// suffix are.
func misnamed(file, found, suffix, wanted string) error {
	return &data.InputError{
		Found:  "fields that " + found + " separate",
		Wanted: "want " + wanted + ", or the name of a " + suffix,
		Hint:   "cp '" + file + "' with_" + found + suffix + " makes such a file",
	}
}

// oneColumnBut reports whether the first line has no comma, and all have the same number of
// fields, at least two, by another separator: read with comma they would be one column, of
// categories. The first line may have one field less, for the names of rows.
func oneColumnBut(lines [][]byte, comma, separator rune) bool {
	if len(lines) == 0 || bytes.ContainsRune(lines[0], comma) {
		return false
	}
	fields := 0
	for i, line := range slices.Backward(lines) {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma, r.LazyQuotes = separator, true
		record, err := r.Read()
		first := i == 0 && len(record) == fields-1 && len(record) > 1
		if err != nil || len(record) < 2 || fields > 0 && len(record) != fields && !first {
			return false
		}
		fields = len(record)
	}
	return true
}

// semicolons reports whether every line has the same number of semicolons outside of
// quotation marks, at least one.
func semicolons(lines [][]byte) bool {
	fields := 0
	for _, line := range lines {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma, r.LazyQuotes = ';', true
		record, err := r.Read()
		if err != nil || len(record) < 2 || fields > 0 && len(record) != fields {
			return false
		}
		fields = len(record)
	}
	return fields > 1
}

// splitByDecimalCommas says why lines are numbers with decimal commas, "" if they are not
// certain to be: all are two whole numbers, the second without a sign, and the second of
// some has zeros in front (0,056) or the first of some is −0, as no two whole numbers are
// written; or there is one name above them, and the first numbers do not count the rows
// as the row names of R do. A first line without digits is a header.
func splitByDecimalCommas(lines [][]byte) string {
	zeros, named, counts, rows := false, false, true, 0
	for i, line := range lines {
		whole, fraction, ok := strings.Cut(string(line), ",")
		if i == 0 && !ok && !bytes.ContainsAny(line, "0123456789") {
			named = true
			continue
		}
		if !ok || !isWhole(whole) || !isCount(fraction) {
			return ""
		}
		rows++
		counts = counts && whole == strconv.Itoa(rows)
		zeros = zeros || len(fraction) > 1 && fraction[0] == '0' || whole == "-0"
	}
	switch {
	case zeros:
		return "of which the second has zeros in front"
	case named && !counts && rows > 0:
		return "and one name"
	}
	return ""
}

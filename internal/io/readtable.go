package dataio

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// ReadTable reads a result table that a TableWriter wrote as csv, tsv, json or
// jsonl, gzipped or not, so that plotting and merging work on files. Writing it
// again in the same format gives the same bytes.
//
// A column of csv and tsv is numeric when all its cells that are not empty are
// numbers, and none has a sign or zeros in front that a number would lose: 007
// is a label. Whole numbers are int, others float64.
//
// Errors are *data.InputError.
func ReadTable(path string, o Options) (*Table, error) {
	in, err := openInput(path, o)
	if err != nil {
		return nil, err
	}
	defer in.close()
	t, err := readTable(in, o)
	if err != nil {
		return nil, in.fail(err)
	}
	return t, nil
}

func readTable(in *input, o Options) (*Table, error) {
	base := strings.TrimSuffix(strings.ToLower(in.name), ".gz")
	format, known := FormatFromPath(base)
	if !known {
		head, err := in.r.Peek(sniffLength)
		switch {
		case len(head) == 0 && !errors.Is(err, io.EOF):
			return nil, err
		case bytes.HasPrefix(head, []byte(`{"schema":`)) && bytes.Contains(head, []byte(`"rows":[`)):
			format = JSON
		case bytes.HasPrefix(head, []byte("{")):
			format = JSONL
		case tabFirst(head):
			format = TSV
		default:
			format = CSV
		}
	}
	switch format {
	case CSV:
		return readTextTable(in, ',', o)
	case TSV:
		return readTextTable(in, '\t', o)
	case JSON:
		return readJSONTable(in.r)
	case JSONL:
		return readJSONLines(in.r)
	}
	return nil, &data.InputError{Found: "a table in format " + string(format), Wanted: "want csv, tsv, json or jsonl"}
}

func readTextTable(in *input, comma rune, o Options) (*Table, error) {
	o.Header = HeaderYes
	f, err := openText(in, comma, o, true)
	if err != nil {
		return nil, err
	}
	t := &Table{Columns: f.names}
	text := make([]bool, f.width)
	for {
		record, err := f.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		row := make([]any, f.width)
		for i, field := range record {
			if field != "" {
				row[i] = field
				text[i] = text[i] || parseCell(field) == nil
			}
		}
		t.Rows = append(t.Rows, row)
	}
	for _, row := range t.Rows {
		for i, cell := range row {
			if cell != nil && !text[i] {
				row[i] = parseCell(cell.(string))
			}
		}
	}
	return t, nil
}

// parseCell returns the number that field spells, or nil: an int if that is how
// an int is written, else a float64, the three undefined ones included.
func parseCell(field string) any {
	if n, err := strconv.Atoi(field); err == nil && strconv.Itoa(n) == field {
		return n
	}
	switch field {
	case "NaN":
		return math.NaN()
	case "inf":
		return math.Inf(1)
	case "-inf":
		return math.Inf(-1)
	}
	padded := len(field) > 1 && field[0] == '0' && field[1] >= '0' && field[1] <= '9'
	if v, ok := parseNumber(field); ok && !math.IsInf(v, 0) && !padded && field[0] != '+' {
		return v
	}
	return nil
}

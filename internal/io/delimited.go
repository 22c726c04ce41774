package dataio

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
)

// delimitedWriter writes csv and tsv. Empty cells are empty fields; NaN and
// infinities are spelt NaN, inf and -inf, which NumPy, pandas and R read.
type delimitedWriter struct {
	csv     *csv.Writer
	columns []string
	fields  []string
}

func newCSVWriter(w io.Writer, _ string, _ TableOptions) TableWriter {
	return &delimitedWriter{csv: csv.NewWriter(w)}
}

func newTSVWriter(w io.Writer, _ string, _ TableOptions) TableWriter {
	d := &delimitedWriter{csv: csv.NewWriter(w)}
	d.csv.Comma = '\t'
	return d
}

func (d *delimitedWriter) Begin(columns []string) error {
	d.columns = columns
	d.fields = make([]string, len(columns))
	return d.put(columns)
}

func (d *delimitedWriter) Row(cells ...any) error {
	checkRow(cells, d.columns)
	for i, c := range cells {
		d.fields[i] = cellText(c)
	}
	return d.put(d.fields)
}

func (d *delimitedWriter) put(fields []string) error {
	if err := d.csv.Write(fields); err != nil {
		return err
	}
	d.csv.Flush()
	return d.csv.Error()
}

func (d *delimitedWriter) Close() error { return nil }

// cellText renders a cell so that reading it gives the same value back.
func cellText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return floatText(v)
	}
	panic(fmt.Sprintf("dataio: cell of type %T", cell))
}

// floatText is the shortest decimal that parses to v.
func floatText(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

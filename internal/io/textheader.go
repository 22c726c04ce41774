package dataio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// isHeader decides whether the first record names the columns, as HeaderAuto
// documents. Numbers may be names: those of units, or 0, 1, 2, … of pandas. Where the
// records after it do not settle that, the file is refused.
func (t *textFile) isHeader(first []string, o Options) (bool, error) {
	if o.Header != HeaderAuto {
		return o.Header == HeaderYes, nil
	}
	fields := make([]string, len(first))
	var text, numbers []int // columns
	counts := true
	for i, field := range first {
		field = strings.TrimSpace(field)
		fields[i] = field
		_, isNumber := parseNumber(field)
		switch {
		case isNumber:
			numbers = append(numbers, i)
		case !o.isMissing(field):
			text = append(text, i)
		}
		counts = counts && field == strconv.Itoa(i)
	}
	switch {
	case counts && len(first) > 2:
		return false, t.headerDoubt(fmt.Sprintf("a first line that counts 0, 1, 2, … %d", len(first)-1))
	case len(numbers) == 0 && len(text) > 0:
		return true, nil
	case len(numbers) > 0 && len(numbers)+len(text) == len(fields) && len(text) > 0 && t.numericBody(text, o),
		len(fields) > 1 && fields[0] == "" && len(numbers) == len(fields)-1:
		// Text above numbers is a name, and so is nothing above an index.
		names := pickFields(fields, numbers)
		if fields[0] == "" && countsFrom0(names) || distinctCounts(names) && t.measured(numbers, o) {
			return true, nil
		}
		if distinctCounts(names) {
			return false, t.headerDoubt("a first line of numbers and names (" + firstOf(fields) + ")")
		}
	case t.numberedUnits(pickFields(fields, numbers), numbers, o):
		return false, t.headerDoubt("a first line of whole numbers (" + firstOf(fields) + ") above measured values")
	case len(numbers) == len(fields) && t.shortNumbers(fields):
		return false, t.headerDoubt("a first line of numbers that rise (" + firstOf(fields) + ") above numbers with more digits")
	}
	if t.use == asFeatures {
		return false, t.headerDoubt("a first line that holds data")
	}
	return false, nil
}

// headerDoubt refuses a file whose first line may be either.
func (t *textFile) headerDoubt(found string) error {
	if t.use == asFeatures {
		return &data.InputError{
			Found:  found,
			Wanted: "want the names of the columns",
			Hint:   "begin the file with a line of names that are not numbers, one for each column",
		}
	}
	e := &data.InputError{
		Found:  found,
		Wanted: "want to know whether those are column names or data",
		Hint:   "say --header yes if the first line names the columns, --header no if it is data; --header FILE=yes says it of one file alone",
	}
	if t.bare {
		e.Hint = "begin the file with a line of names that are not numbers"
	}
	return e
}

// numericBody reports whether some columns hold numbers alone in the records that
// were read ahead.
func (t *textFile) numericBody(columns []int, o Options) bool {
	some := false
	for _, record := range t.body() {
		for _, i := range columns {
			field := strings.TrimSpace(record[i])
			_, ok := parseNumber(field)
			if !ok && !o.isMissing(field) {
				return false
			}
			some = some || ok
		}
	}
	return some
}

// measured reports whether some columns hold numbers with a point or an exponent
// alone in the records that were read ahead.
func (t *textFile) measured(columns []int, o Options) bool {
	some := false
	for _, record := range t.body() {
		for _, i := range columns {
			field := strings.TrimSpace(record[i])
			if !hasPoint(field) && !o.isMissing(field) {
				return false
			}
			some = some || hasPoint(field)
		}
	}
	return some
}

// numberedUnits reports whether the numbers of a first line look like those of units
// rather than like data: distinct counts above values that all have a point or an
// exponent, or many that rise where the counts below them do not.
func (t *textFile) numberedUnits(names []string, columns []int, o Options) bool {
	if !distinctCounts(names) || len(names) == 1 && names[0] != "0" {
		return false
	}
	if t.measured(columns, o) {
		return true
	}
	// By chance, 1 of 120 sequences of five different numbers rises.
	const many, rows = 5, 3
	body := t.body()
	if len(names) < many || !rises(names) || len(body) < rows {
		return false
	}
	return !slices.ContainsFunc(body, func(record []string) bool { return rises(pickFields(record, columns)) })
}

// shortNumbers reports whether the numbers of a first line look like those of units, of
// depths or of frequencies rather than like data: they rise, and every record below has a
// number with at least three digits more than any of them. One record of two numbers does
// not by chance but once in two million times.
func (t *textFile) shortNumbers(first []string) bool {
	const more, rows = 3, 3
	body := t.body()
	if len(first) < 2 || len(body) < rows || !rises(first) {
		return false
	}
	most := func(record []string) int {
		p := data.Precision{Stored: data.Integer}
		for _, field := range record {
			p = p.WithText(strings.TrimSpace(field))
		}
		return p.Digits
	}
	own := most(first)
	return !slices.ContainsFunc(body, func(record []string) bool { return most(record) < own+more })
}

// countsFrom0 reports whether names are 0, 1, 2, ….
func countsFrom0(names []string) bool {
	for i, name := range names {
		if name != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// distinctCounts reports whether names are whole numbers without signs, each
// different.
func distinctCounts(names []string) bool {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if !isCount(name) || seen[name] {
			return false
		}
		seen[name] = true
	}
	return len(names) > 0
}

// rises reports whether fields are numbers of which each is greater than that
// before.
func rises(fields []string) bool {
	last := 0.
	for i, field := range fields {
		v, ok := parseNumber(strings.TrimSpace(field))
		if !ok || i > 0 && v <= last {
			return false
		}
		last = v
	}
	return true
}

// pickFields returns the fields of some columns.
func pickFields(record []string, columns []int) []string {
	fields := make([]string, len(columns))
	for k, i := range columns {
		fields[k] = record[i]
	}
	return fields
}

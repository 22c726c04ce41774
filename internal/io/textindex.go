package dataio

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/data"
)

// settleIndex decides which column names the rows and is no data: the one of
// Options.IDs; a first column without a name, which is the index of pandas and the
// row names of R; or, where the columns of data are chosen, a first column of text
// that is not among them.
func (t *textFile) settleIndex(o Options) error {
	if o.IDs != "" && (!isNamesFile(o.IDs) || slices.Contains(t.names, o.IDs)) {
		if _, err := t.choose(o.Columns); err != nil {
			return err
		}
		at, to, err := t.resolve(o.IDs)
		if err != nil || at != to {
			e := t.unknown(o.IDs)
			e.Hint = perFile
			return e
		}
		t.ids = at + 1
		for _, record := range t.body() {
			if field := strings.TrimSpace(record[at]); hasPoint(field) {
				return &data.InputError{
					Found:  fmt.Sprintf("%s: %.40q", t.name(at), field),
					Wanted: "want names of samples, not measured values",
					Hint:   perFile,
				}
			}
		}
		return nil
	}
	if t.width < 2 {
		return nil
	}
	if o.Columns != nil {
		chosen, err := t.choose(o.Columns)
		if err != nil {
			return err
		}
		if slices.Contains(chosen, 0) {
			return nil
		}
	}
	body := t.body()
	if len(body) == 0 {
		return nil
	}
	switch {
	case t.unnamedIndex():
		t.ids = 1
	case t.use == asRecording && o.Columns != nil && t.isText(body[0][0], o):
		t.ids = 1
	case t.use == asRecording && o.Columns == nil && t.suspicious(body):
		t.suspect = 1
	}
	return nil
}

// perFile is the remedy where a column of names is not in every file.
const perFile = "--ids FILE=COLUMN names the column of one file alone"

// unnamedIndex reports whether the first column alone has no name and holds no
// measured values. pandas calls an index that it reads "Unnamed: 0".
func (t *textFile) unnamedIndex() bool {
	if t.names == nil || t.names[0] != "" && t.names[0] != "Unnamed: 0" || slices.Contains(t.names[1:], "") {
		return false
	}
	return !slices.ContainsFunc(t.body(), func(record []string) bool { return hasPoint(strings.TrimSpace(record[0])) })
}

// isText reports whether a field is neither a number nor missing.
func (t *textFile) isText(field string, o Options) bool {
	field = strings.TrimSpace(field)
	_, isNumber := parseNumber(field)
	return !isNumber && !o.isMissing(field)
}

// bookkeeping lists names of columns that say which sample a row is.
var bookkeeping = []string{
	"id", "ids", "idx", "index", "row", "rownames", "row.names", "sample", "stim", "stimulus", "image", "item", "trial", "file", "filename",
	"sample_id", "stim_id", "stimulus_id", "image_id", "item_id", "trial_id", "unnamed: 0",
}

// keeping lists names of columns that say what a row belongs to, beside those of
// bookkeeping.
var keeping = []string{
	"name", "names", "label", "labels", "cond", "condition", "conditions", "class", "category", "group", "subject", "subj", "subject_id", "participant",
	"session", "run", "block", "split", "fold", "cluster",
}

// keeps reports whether column i is called as one that says which sample a row is, or
// what it belongs to.
func (t *textFile) keeps(i int) bool {
	if t.names == nil {
		return false
	}
	name := strings.ToLower(t.names[i])
	return slices.Contains(bookkeeping, name) || slices.Contains(keeping, name)
}

// suspicious reports whether the first column may number samples although it does
// not count the rows: it holds different whole numbers beside measured values, and is
// called so or, without a header, rises.
func (t *textFile) suspicious(body [][]string) bool {
	const rows = 5 // of that many numbers in any order 1 of 120 rises
	var first []string
	for _, record := range body {
		first = append(first, strings.TrimSpace(record[0]))
		for _, field := range record[1:] {
			if !hasPoint(strings.TrimSpace(field)) {
				return false
			}
		}
	}
	if !distinctCounts(first) || len(first) < 3 {
		return false
	}
	if t.names != nil {
		return slices.Contains(bookkeeping, strings.ToLower(t.names[0]))
	}
	return len(first) >= rows && rises(first)
}

// indexWatch looks at the values of a text file for columns that number the rows, as
// they are read.
type indexWatch struct {
	file     *textFile
	chosen   []int
	rows     int
	counting []int // of the chosen columns, those that have counted 0, 1, … or 1, 2, … so far
	base     []float64
	measured bool             // all columns but the first hold measured values, as far as was read ahead
	seen     map[float64]bool // values of the suspect column, nil once it is above suspicion
	last     float64          // of them
	keeping  []keptColumn
}

// keptColumn is one of the chosen columns whose name says what its rows belong to, and
// whose values are whole numbers so far.
type keptColumn struct {
	at     int // among the chosen
	values map[float64]bool
	beside bool // measured values, as far as was read ahead
}

// watchIndex begins to watch. Nothing is watched where somebody has chosen the
// columns.
func (t *textFile) watchIndex(chosen []int, o Options) *indexWatch {
	w := &indexWatch{file: t, chosen: chosen}
	if o.Columns == nil && len(chosen) > 1 {
		w.counting = make([]int, len(chosen))
		w.base = make([]float64, len(chosen))
		for k := range chosen {
			w.counting[k] = k
		}
	}
	if body := t.body(); o.Columns == nil && len(body) > 0 {
		w.measured = t.measured(t.others(0), o)
	}
	if t.suspect > 0 {
		w.seen = map[float64]bool{}
	}
	if w.counting == nil {
		return w
	}
	var rest []int
	for k, i := range chosen {
		if t.keeps(i) {
			w.keeping = append(w.keeping, keptColumn{at: k, values: map[float64]bool{}})
		} else {
			rest = append(rest, i)
		}
	}
	if rest == nil {
		w.keeping = nil // no data would be left
	}
	for k := range w.keeping {
		w.keeping[k].beside = t.measured(rest, o)
	}
	return w
}

// look takes in the values of the next row, in the order of the chosen columns.
func (w *indexWatch) look(values []float64) {
	left := w.counting[:0]
	for _, k := range w.counting {
		if w.rows == 0 {
			w.base[k] = values[k]
		}
		if base := w.base[k]; (base == 0 || base == 1) && values[k] == base+float64(w.rows) {
			left = append(left, k)
		}
	}
	w.counting = left
	if w.seen != nil {
		v := values[w.file.suspect-1]
		if v < 0 || v != float64(int64(v)) || w.seen[v] || w.file.names == nil && w.rows > 0 && v <= w.last {
			w.seen = nil
		} else {
			w.seen[v], w.last = true, v
		}
	}
	w.keeping = slices.DeleteFunc(w.keeping, func(c keptColumn) bool {
		v := values[c.at]
		if len(c.values) <= 2 && v == v {
			c.values[v] = true
		}
		return v == v && v != math.Trunc(v)
	})
	w.rows++
}

// check refuses a file that has a column of numbers of rows or samples: it would be
// taken for a neuron.
func (w *indexWatch) check() error {
	// So many rows must count before it is no chance. Beside measured values fewer will
	// do for the first column than among small whole numbers.
	const beside, among = 3, 10
	t := w.file
	for _, k := range w.counting {
		if k == 0 && w.measured && w.rows >= beside || w.rows >= among {
			base := int(w.base[k])
			return t.isIndex(w.chosen[k], fmt.Sprintf("that counts the rows, %d, %d, … %d", base, base+1, base+w.rows-1))
		}
	}
	if w.seen != nil && w.rows >= beside {
		return t.isIndex(t.suspect-1, "of whole numbers, each different, beside measured values")
	}
	return w.checkKept(beside)
}

// checkKept refuses columns of whole numbers that are called as what rows belong to. Two
// values beside whole numbers may be an indicator, which is data.
func (w *indexWatch) checkKept(rows int) error {
	var kept []int
	for _, c := range w.keeping {
		if c.beside || len(c.values) > 2 {
			kept = append(kept, w.chosen[c.at])
		}
	}
	if kept == nil || w.rows < rows {
		return nil
	}
	t := w.file
	e := &data.InputError{
		Found:  t.name(kept[0]) + " of whole numbers, which its name calls no response",
		Wanted: "want data, or to know that it is",
	}
	if rest := slices.DeleteFunc(slices.Clone(w.chosen), func(i int) bool { return slices.Contains(kept, i) }); t.bare {
		e.Hint = t.without(kept)
	} else {
		mends(e, Choice{"columns", t.ranges(rest), "leaves it out"}, Choice{"columns", "1-", "reads it as data"})
	}
	return e
}

// isIndex refuses column i as bookkeeping and says how to read the file.
func (t *textFile) isIndex(i int, what string) error {
	e := &data.InputError{
		Found:  t.name(i) + " " + what,
		Wanted: "want data, or to know that it names the samples",
	}
	mends(e, Choice{"ids", t.shortName(i), "reads it as the names of the samples"}, Choice{"columns", "1-", "as data"})
	if t.bare {
		e.Hint = t.without([]int{i})
	}
	return e
}

// without is the command that makes a file without some columns, as cut takes their
// positions.
func (t *textFile) without(columns []int) string {
	delimiter := "-d, "
	if t.comma == '\t' {
		delimiter = ""
	}
	var kept []int
	for k := range t.width {
		if !slices.Contains(columns, k) {
			kept = append(kept, k)
		}
	}
	return "leave it out of the file: cut " + delimiter + "-f" + t.ranges(kept) + " FILE"
}

// quoted puts quotation marks about a word that a shell would take apart.
func quoted(word string) string {
	if strings.ContainsAny(word, " \t'\"$&|;<>()*?[]#~\\`!") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// rowName returns the name of the row of a record.
func (t *textFile) rowName(record []string) string {
	// A copy: the field is a part of its line, which would be kept with it.
	return strings.Clone(strings.TrimSpace(record[t.ids-1]))
}

// checkNames returns the names of rows if they tell rows apart. Names that do not are
// refused where somebody has chosen their column; those of an index are given up.
func (t *textFile) checkNames(names []string, o Options) ([]string, error) {
	seen := map[string]int{}
	for i, name := range names {
		before, twice := seen[name]
		seen[name] = i
		if name != "" && !twice {
			continue
		}
		if o.IDs == "" {
			return nil, nil
		}
		found := fmt.Sprintf("%s: two samples %q (rows %d and %d of data)", t.name(t.ids-1), name, before+1, i+1)
		if name == "" {
			found = fmt.Sprintf("%s: row %d of data has no name", t.name(t.ids-1), i+1)
		}
		return nil, &data.InputError{Found: found, Wanted: "want a name of its own for each sample"}
	}
	return names, nil
}

// others returns the columns but for one.
func (l columnList) others(i int) []int {
	var rest []int
	for k := range l.width {
		if k != i {
			rest = append(rest, k)
		}
	}
	return rest
}

package dataio

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// shown returns the columns that stand on a terminal, in their order there.
func (t *textWriter) shown() []int {
	var order []int
	for i, name := range t.columns {
		upper := slices.ContainsFunc(t.columns, func(lower string) bool { return t.o.Looks[lower].Range == name })
		if !t.isNote(name) && t.hasValue(i) && !upper && !t.o.Looks[name].Hidden {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return btoi(t.o.Looks[t.columns[a]].Last) - btoi(t.o.Looks[t.columns[b]].Last)
	})
	for _, i := range slices.Clone(order) {
		behind := slices.IndexFunc(order, func(k int) bool { return t.columns[k] == t.o.Looks[t.columns[i]].After })
		if behind < 0 {
			continue
		}
		at := slices.Index(order, i)
		order = slices.Insert(order, behind+1, i)
		if at > behind {
			at++
		}
		order = slices.Delete(order, at, at+1)
	}
	return order
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rounded writes a number with a few decimals, and one that these do not do justice to
// as it is.
func rounded(v float64, decimals int) string {
	a := math.Abs(v)
	switch {
	case notFinite(v):
		return floatText(v)
	case a >= 1e4:
		return strconv.FormatFloat(v, 'g', 6, 64)
	case a > 0 && a < 0.5*math.Pow10(-decimals):
		return strconv.FormatFloat(v, 'g', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// marked returns for each row whether a look marks its cell, nil where it marks none.
func (t *textWriter) marked(look Look) []bool {
	if look.Mark == "" {
		return nil
	}
	out := make([]bool, len(t.rows))
	for r, row := range t.rows {
		for i, name := range t.columns {
			if t.isNote(name) {
				out[r] = out[r] || slices.ContainsFunc(sentences(cellText(row[i])), func(s string) bool { return strings.HasPrefix(s, look.Marks) })
			}
		}
	}
	if !slices.Contains(out, true) {
		return nil
	}
	return out
}

// markOf returns the sign that a sentence of a note stands for, with a space, "" for
// none.
func (t *textWriter) markOf(sentence string) string {
	for _, name := range t.columns {
		if look := t.o.Looks[name]; look.Mark != "" && strings.HasPrefix(sentence, look.Marks) {
			return look.Mark + " "
		}
	}
	return ""
}

// sentences returns the sentences of a note.
func sentences(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "; ")
}

// kindOfNote is the sentences of one kind: they differ in nothing but their numbers.
type kindOfNote struct {
	first string
	rows  []int
	least []float64 // numbers in the sentences
	most  []float64
}

// grouped returns the lines that the notes of column i are below the table: each kind
// of sentence once, with the rows for which it holds. Sentences that follow each other
// and hold for the same rows are one line.
func (t *textWriter) grouped(i int) []string {
	var kinds []*kindOfNote
	at := map[string]*kindOfNote{}
	for r, row := range t.rows {
		for _, sentence := range sentences(oneLine(cellText(row[i]))) {
			shape, numbers := shapeOf(sentence)
			k, ok := at[shape]
			if !ok {
				k = &kindOfNote{first: sentence, least: slices.Clone(numbers), most: slices.Clone(numbers)}
				at[shape] = k
				kinds = append(kinds, k)
			}
			if n := len(k.rows); n == 0 || k.rows[n-1] != r {
				k.rows = append(k.rows, r)
			}
			for j, v := range numbers {
				k.least[j], k.most[j] = min(k.least[j], v), max(k.most[j], v)
			}
		}
	}
	var lines []string
	var last []int
	for _, k := range kinds {
		text := t.markOf(k.first) + k.text()
		if last != nil && slices.Equal(last, k.rows) && t.markOf(k.first) == "" {
			lines[len(lines)-1] += "; " + text
			continue
		}
		head := t.columns[i]
		if which := t.which(k.rows); which != "" {
			head += " (" + which + ")"
		}
		lines = append(lines, head+": "+text)
		last = k.rows
		if t.markOf(k.first) != "" {
			last = nil
		}
	}
	return lines
}

// shapeOf returns a sentence with a sign in place of each number, and the numbers.
// Numbers within words, such as names of files, are parts of these.
func shapeOf(sentence string) (shape string, numbers []float64) {
	words := strings.Split(sentence, " ")
	for i, word := range words {
		core := strings.TrimRight(word, ",:)%")
		if v, err := strconv.ParseFloat(strings.TrimPrefix(core, "("), 64); err == nil && !notFinite(v) {
			words[i] = strings.Replace(word, strings.TrimPrefix(core, "("), "#", 1)
			numbers = append(numbers, v)
		}
	}
	return strings.Join(words, " "), numbers
}

// text returns the sentence, with the range of each number that differs.
func (k *kindOfNote) text() string {
	words := strings.Split(k.first, " ")
	at := 0
	for i, word := range words {
		core := strings.TrimPrefix(strings.TrimRight(word, ",:)%"), "(")
		if v, err := strconv.ParseFloat(core, 64); err != nil || notFinite(v) {
			continue
		}
		if k.least[at] < k.most[at] {
			words[i] = strings.Replace(word, core, fmt.Sprintf("%.4g to %.4g", k.least[at], k.most[at]), 1)
		}
		at++
	}
	return strings.Join(words, " ")
}

// mostNamed is the number of cells of a key that a note names, mostRows that of rows.
const mostNamed, mostRows = 6, 3

// which says for which rows a note holds: the cells of the last key column whose other
// cells it does not concern, else the number of rows; "" for the one row there is.
func (t *textWriter) which(rows []int) string {
	if len(rows) == len(t.rows) {
		if len(rows) == 1 {
			return ""
		}
		return "all"
	}
	in := make([]bool, len(t.rows))
	for _, r := range rows {
		in[r] = true
	}
	for _, key := range slices.Backward(t.o.Keys) {
		i := slices.Index(t.columns, key)
		if i < 0 {
			continue
		}
		if named := t.wholly(i, in); len(named) > 0 && len(named) <= mostNamed {
			return strings.Join(named, ", ")
		}
	}
	if len(rows) <= mostRows {
		var names []string
		for _, r := range rows {
			names = append(names, t.name(r))
		}
		return strings.Join(names, "; ")
	}
	return fmt.Sprintf("%d of %d rows", len(rows), len(t.rows))
}

// wholly returns the cells of column i whose rows are all among some rows, if these are
// all rows of such cells.
func (t *textWriter) wholly(i int, in []bool) []string {
	var named []string
	for r, row := range t.rows {
		cell := cellText(row[i])
		if in[r] {
			if !slices.Contains(named, cell) {
				named = append(named, cell)
			}
		}
	}
	for r, row := range t.rows {
		if !in[r] && slices.Contains(named, cellText(row[i])) {
			return nil
		}
	}
	return named
}

// name names a row by those of its keys that are not the same in all rows.
func (t *textWriter) name(r int) string {
	var parts []string
	for _, key := range t.o.Keys {
		i := slices.Index(t.columns, key)
		if i >= 0 && slices.ContainsFunc(t.rows, func(row []any) bool { return row[i] != t.rows[0][i] }) {
			parts = append(parts, cellText(t.rows[r][i]))
		}
	}
	return strings.Join(parts, ", ")
}

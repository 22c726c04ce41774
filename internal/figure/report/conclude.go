package report

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"simtool/internal/figure"
	"simtool/internal/io"
	"simtool/internal/result"
)

// This file and its neighbours compute what a page opens with. Every conclusion is a
// sentence with the numbers that it rests on, their intervals, and the rows of the
// tables in which they stand.

// Conclusion is a sentence and what it rests on.
type Conclusion struct {
	Text     string
	Command  string // that would tell more, "" for none
	Evidence []Evidence
	More     int // of the same kind, which are left out

	key      string // of conclusions that are one but for their subject, "" for none
	subjects []string
	sentence func(subjects []string) string
}

// Evidence is a number with its interval, and the row of a table that has it.
type Evidence struct {
	Text string
	Row  string // "scores.csv, row 4"
	Link string // of the row on the page

	subject string // that it is about, where a conclusion has several
	of      *loaded
	row     int
}

// Topic is a question and what the results say about it.
type Topic struct {
	Title       string
	Conclusions []Conclusion
}

// clearP is the adjusted p value below which a difference is significant.
const clearP = 0.05

// mostEvidence is the largest number of rows that a conclusion names.
const mostEvidence = 8

// mostConclusions is the largest number of conclusions of one topic.
const mostConclusions = 12

// loaded is a result on its way to the page.
type loaded struct {
	*figure.Result
	name  string       // displayed name of the file
	also  []string     // those of its copies, which are not shown
	id    string       // of its table on the page
	cited map[int]bool // rows that conclusions rest on
	draws *fewDraws    // once they are known
}

// names are the displayed names of the file and its copies.
func (l *loaded) names() []string { return append([]string{l.name}, l.also...) }

// is reports whether the result is a table of a schema, or has the columns of it where it
// names none.
func (l *loaded) is(s *result.Schema, columns ...string) bool {
	if l.Table == nil {
		return false
	}
	for _, name := range columns {
		if l.Table.Index(name) < 0 {
			return false
		}
	}
	_, known := result.Lookup(l.Table.Schema)
	return !known || s.Is(l.Table.Schema)
}

// num returns the number in a cell, NaN where there is none.
func (l *loaded) num(row int, column string) float64 {
	if at := l.Table.Index(column); at >= 0 {
		if v, ok := dataio.Float(l.Table.Rows[row][at]); ok {
			return v
		}
	}
	return math.NaN()
}

// text returns the text in a cell, "" where there is none.
func (l *loaded) text(row int, column string) string {
	if at := l.Table.Index(column); at >= 0 && l.Table.Rows[row][at] != nil {
		return fmt.Sprint(l.Table.Rows[row][at])
	}
	return ""
}

// rows returns the rows for which keep is true.
func (l *loaded) rows(keep func(row int) bool) []int {
	var out []int
	for i := range l.Table.Rows {
		if keep(i) {
			out = append(out, i)
		}
	}
	return out
}

// evidence cites a row for a number.
func (l *loaded) evidence(row int, text string) Evidence {
	return Evidence{Text: text, Row: fmt.Sprintf("%s, row %d", filepath.Base(l.Path), row+1), Link: "#" + rowID(l.id, row), of: l, row: row}
}

func rowID(table string, row int) string { return fmt.Sprintf("%s-%d", table, row+1) }

// concluder collects the conclusions of all results.
type concluder struct {
	c       *Collection
	results []*loaded
	topics  []Topic
	said    map[string]bool
	alike   map[string]int // places of conclusions of several subjects in their topics
}

// conclude computes the conclusions of all results.
func (c *Collection) conclude(results []*loaded) {
	k := &concluder{c: c, results: results, said: map[string]bool{}, alike: map[string]int{}}
	for _, l := range results {
		switch {
		// Ranks have the columns of scores as well, and are told by those that scores lack.
		case l.is(result.ModelRanks.Schema, "y", "measure", "corrected", "rank", "group"):
			k.ranks(l)
		case l.is(result.Scores.Schema, "x", "y", "measure", "value"):
			k.scores(l)
		case l.is(result.Importances.Schema, "feature", "importance", "lo", "hi"):
			k.features(l)
		case l.is(result.FitScores.Schema, "split", "spearman"):
			k.fits(l)
		case l.is(result.Decodings.Schema, "label", "accuracy", "chance", "folds"):
			k.decoded(l)
		case l.is(result.OptimizeDecodings.Schema, "score", "label", "accuracy", "reference_accuracy", "chance"):
			k.optimised(l)
		}
	}
	for _, l := range results {
		if l.is(result.Contrasts.Schema, "y1", "y2", "measure", "diff", "p_adj") {
			k.contrasts(l)
		}
	}
	for i := range k.topics {
		for j := range k.topics[i].Conclusions {
			k.topics[i].Conclusions[j].complete()
		}
	}
	slices.SortStableFunc(k.topics, func(a, b Topic) int { return slices.Index(topics, a.Title) - slices.Index(topics, b.Title) })
	for i := range k.topics {
		t := &k.topics[i]
		if more := len(t.Conclusions) - mostConclusions; more > 0 {
			left := untested(t.Conclusions[mostConclusions:])
			t.Conclusions = slices.Clone(t.Conclusions[:mostConclusions])
			t.Conclusions[mostConclusions-1].More = more
			if left > 0 {
				t.Conclusions = append(t.Conclusions, Conclusion{Text: fmt.Sprintf("Of %s among these, the difference from the next was not tested either.", count(left, "closest system", "closest systems"))})
			}
		}
	}
	for _, t := range k.topics {
		for _, one := range t.Conclusions {
			for _, e := range one.Evidence {
				e.of.cited[e.row] = true
			}
		}
	}
	c.Page.Topics = k.topics
}

// Titles of topics.
const (
	mostSimilar = "Which systems are most similar?"
	differences = "Are the differences significant?"
	chance      = "Which scores say nothing?"
	disagree    = "Where do measures disagree, and what does it mean?"
	overTime    = "When are systems similar?"
	encoded     = "Which features are encoded?"
	decodable   = "What can be decoded?"
	guarantee   = "What does a high score guarantee?"
)

// topics lists them in the order of the page.
var topics = []string{mostSimilar, differences, chance, disagree, overTime, encoded, decodable, guarantee}

// say adds a conclusion to a topic, unless it has been said.
func (k *concluder) say(topic, text string, evidence []Evidence) {
	k.add(topic, Conclusion{Text: text, Evidence: evidence})
}

func (k *concluder) add(topic string, conclusion Conclusion) {
	said := conclusion.Text + conclusion.Command
	if k.said[said] {
		return
	}
	k.said[said] = true
	t := k.topic(topic)
	t.Conclusions = append(t.Conclusions, conclusion)
}

// topic returns the topic of a title, a new one if there is none yet.
func (k *concluder) topic(title string) *Topic {
	at := slices.IndexFunc(k.topics, func(t Topic) bool { return t.Title == title })
	if at < 0 {
		at = len(k.topics)
		k.topics = append(k.topics, Topic{Title: title})
	}
	return &k.topics[at]
}

// untested counts the conclusions that suggest a test.
func untested(conclusions []Conclusion) int {
	n := 0
	for _, c := range conclusions {
		if c.Command != "" {
			n++
		}
	}
	return n
}

// pOf formats a p value.
func pOf(name string, p float64) string {
	if !finite(p) {
		return ""
	}
	if p < 1e-4 {
		return name + " < 0.0001"
	}
	return name + " = " + significant(p, 2)
}

// few joins the first names of a list and counts the others.
func few(names []string) string {
	const most = 4
	if len(names) > most+1 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", len(names)-most))
	}
	return joined(names)
}

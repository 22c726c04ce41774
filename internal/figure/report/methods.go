package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/figure"
	"simtool/internal/io"
	"simtool/internal/result"
)

// This file writes the paragraph on methods that a paper with these results needs. All it
// says comes from the manifests of the results and the cards of the measures.

// Methods is that paragraph, the works that it cites, and these as BibTeX.
type Methods struct {
	Text   string
	Cited  []Reference // in the order of their numbers
	BibTeX string
}

// own is how simtool itself is cited.
const own = `@software{simtool,
  author = {{The simtool authors}},
  title = {{simtool: similarity of neural recordings and models, with gradients, intervals and encoding metrics}},
  version = {%s},
}
`

// methods writes the paragraph. It is nil where no result has a manifest and no measure is
// known.
func (c *Collection) methods(results []*loaded) *Methods {
	m := &Methods{}
	number := func(r Reference) int {
		at := slices.IndexFunc(m.Cited, func(other Reference) bool { return other.BibTeX == r.BibTeX && other.Text == r.Text })
		if at < 0 {
			at = len(m.Cited)
			m.Cited = append(m.Cited, r)
		}
		return at + 1
	}
	var words []string
	for _, name := range c.Measures {
		k, ok := c.known(name)
		if !ok {
			continue
		}
		text := name + " (" + k.Title
		var numbers []string
		for _, r := range k.References {
			numbers = append(numbers, fmt.Sprint(number(r)))
		}
		if numbers != nil {
			text += " [" + strings.Join(numbers, ", ") + "]"
		}
		if k.HeldOut > 0 {
			text += fmt.Sprintf(", held out in %d folds", k.HeldOut)
		}
		words = append(words, text+")")
	}
	var sentences []string
	if words != nil {
		sentences = append(sentences, "Similarity was measured by "+joined(words)+".")
	}
	versions, said := []string{}, map[string]bool{}
	for _, r := range results {
		if r.Manifest == nil {
			continue
		}
		version := r.Manifest.Version
		if commit := r.Manifest.Commit; commit != "" && commit != "unknown" {
			version += " (" + commit + ")"
		}
		versions = append(versions, version+", "+r.Manifest.Go)
		for _, s := range procedure(r) {
			if !said[s] {
				said[s] = true
				sentences = append(sentences, s)
			}
		}
	}
	if sentences == nil {
		return nil
	}
	version := c.Page.Version
	if versions = figure.Distinct(versions); len(versions) > 0 {
		sentences = append(sentences, "All was computed with simtool "+joined(versions)+".")
		version = versions[0]
	}
	m.Text = strings.Join(sentences, " ")
	var b strings.Builder
	for _, r := range m.Cited {
		b.WriteString(r.BibTeX)
	}
	fmt.Fprintf(&b, own, version)
	m.BibTeX = strings.TrimSpace(b.String())
	return m
}

// settings are those of a run, by their names.
type settings struct{ config map[string]any }

func (s settings) text(name string) string {
	switch v := s.config[name].(type) {
	case nil:
		return ""
	case []any:
		var words []string
		for _, w := range v {
			words = append(words, fmt.Sprint(w))
		}
		return strings.Join(words, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// number returns a setting above 0 as text, "" for any other.
func (s settings) number(name string) string {
	if t := s.text(name); t != "0" {
		return t
	}
	return ""
}

// percent returns the level of intervals.
func (s settings) percent() string {
	var level float64
	if _, err := fmt.Sscan(s.text("level"), &level); err != nil || !(level > 0 && level < 1) {
		return "95 %"
	}
	return significant(100*level, 4) + " %"
}

// procedure says how a result came about, in sentences.
func procedure(r *loaded) []string {
	m := r.Manifest
	s := settings{m.Config}
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if shapes := inputs(m); shapes != "" {
		add("The data were %s.", shapes)
	}
	words := commandOf(m)
	switch {
	case r.is(result.Scores.Schema, "x", "y", "measure", "value"):
		scoring(r, s, add)
	case r.is(result.Contrasts.Schema, "y1", "y2", "p_adj"), r.is(result.ModelRanks.Schema, "rank", "group"):
		method := "leaving out one independent unit after another for both systems at once (jackknife)"
		if s.text("method") == "schuett2023" {
			method = "the dual bootstrap of subjects and stimuli (Schütt et al., 2023)"
		}
		add("Differences of systems have %s intervals by %s; p_adj is the chance that the largest of all differences of the table is so large where none differ, q_bh the false discovery rate (Benjamini and Hochberg).", s.percent(), method)
		if n := s.number("permutations"); n != "" {
			add("The best system was compared with the best of %s random pairings.", n)
		}
	case words == "mlem fit" || words == "mlem layers":
		add("Features were related to representations by a metric over them (metric-learning encoding model): distances of pairs of stimuli (%s) were predicted from those of their features, which were fitted by %s.", either(s.text("distance"), "euclidean"), either(s.text("objective"), "pearson"))
		if n := s.number("folds"); n != "" {
			text := fmt.Sprintf("Scores (%s) are of pairs of stimuli that were held out in %s folds", either(s.text("score"), "spearman"), n)
			if repeats := s.number("repeats"); repeats != "" && repeats != "1" {
				text += ", the mean of " + repeats + " random divisions"
			}
			add("%s.", text)
		}
		if n := s.number("permutations"); n != "" {
			add("The importance of a feature is the loss of held-out score when it is permuted (%s permutations in each fold).", n)
		}
		if n := s.number("bootstrap"); n != "" {
			add("Weights have %s intervals from %s resampled sets of stimuli.", s.percent(), n)
		}
		if n := s.number("null"); n != "" {
			add("p values are from %s permutations of the stimuli.", n)
		}
	case words == "decode":
		add("Labels were decoded in each time bin by multinomial logistic regression (l2 penalty, C = %s) in %s stratified folds, numbers by ridge regression; intervals (%s) are over conditions.", either(s.text("strength"), "1"), s.text("folds"), s.percent())
		if n := s.number("permutations"); n != "" {
			add("p values are from %s shuffles of the labels over conditions, adjusted for all time bins by the best one of each.", n)
		}
	case words == "optimize":
		goal := "its best value"
		if t := s.text("target"); t != "" {
			goal = t
		}
		add("Random data were driven along the gradient of %s towards %s.", s.text("measure"), goal)
	}
	if out != nil && m.Seed != 0 {
		add("The seed of everything random was %d.", m.Seed)
	}
	return out
}

// scoring says how scores and what stands beside them were computed.
func scoring(r *loaded, s settings, add func(format string, args ...any)) {
	if s.text("inference") == "none" {
		add("Scores are of the samples at hand, without intervals.")
	} else {
		over := map[string]string{"neurons": "other neurons", "both": "other stimuli and neurons"}[s.text("over")]
		units := s.text("units")
		switch units {
		case "", "auto":
			units = "whole conditions of three-dimensional data, else rows or blocks of rows as they correlate"
		case "rows", "blocks", "conditions":
		default:
			units = "those labelled in " + filepath.Base(units)
		}
		add("Estimates (corrected) are without the bias of few samples, and have %s intervals for %s, from leaving out independent units (%s); the null is the value of samples that are paired at random, exact where it has a formula and else the mean of 20 pairings.", s.percent(), either(over, "other stimuli"), units)
	}
	if n := s.number("permutations"); n != "" {
		text := "p values are from " + n + " random pairings of samples"
		if r.Table.Index("p_adj") >= 0 {
			text += ", adjusted for all of them by the best one of each pairing"
		}
		add("%s.", text)
	}
	if h := s.text("halves") + s.text("repeat"); h != "" {
		add("The ceiling is the score of a perfect model, from repeats of the recording.")
	}
	if s.text("subject") != "" {
		add("The ceiling is from other subjects with the same samples.")
	}
	if g := s.text("groups"); g != "" {
		add("Samples of one group (%s) were permuted, and held out, together.", filepath.Base(g))
	}
}

// commandOf returns the words of the command of a manifest.
func commandOf(m *dataio.Manifest) string {
	if len(m.Argv) < 2 {
		return ""
	}
	if m.Argv[1] == "mlem" && len(m.Argv) > 2 {
		return "mlem " + m.Argv[2]
	}
	return m.Argv[1]
}

// inputs names the arrays of a run with their shapes; those of one shape together.
func inputs(m *dataio.Manifest) string {
	var shapes []string
	names := map[string][]string{}
	for _, in := range m.Inputs {
		if len(in.Shape) < 2 {
			continue
		}
		shape := shapeOf(in.Shape)
		if names[shape] == nil {
			shapes = append(shapes, shape)
		}
		names[shape] = append(names[shape], figure.ShortNames([]string{in.Path})[0])
	}
	for i, shape := range shapes {
		unit := " (samples × features)"
		if strings.Count(shape, "×") == 2 {
			unit = " (time × condition × neuron)"
		}
		shapes[i] = few(figure.Distinct(names[shape])) + ", " + shape + unit
	}
	return strings.Join(shapes, "; ")
}

func either(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

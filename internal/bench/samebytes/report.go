package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// report prints what differs and counts.
type report struct {
	out     io.Writer
	allowed []allowance
	whole   bool
	// places are where a diff was seen, by its lines; it is shown once.
	places map[string][]string

	cases, commands, files int
	broken, differences    int
	intended               []int // differences of each allowance, or texts that it has changed
}

func newReport(out io.Writer, allowed []allowance, whole bool) *report {
	return &report{out: out, allowed: allowed, whole: whole, places: map[string][]string{}, intended: make([]int, len(allowed))}
}

// add tells what came of a case, and reports whether there is something to look at.
func (r *report) add(o outcome) (differs bool) {
	r.cases++
	r.commands += o.commands
	r.files += o.files
	if o.err != nil {
		r.broken++
		fmt.Fprintf(r.out, "%s: cannot be compared: %v\n\n", o.name, o.err)
		return true
	}
	for i, n := range o.rewritten {
		r.intended[i] += n
	}
	for _, d := range o.differences {
		if i := slices.IndexFunc(r.allowed, func(a allowance) bool { return a.allows(o.name, d) }); i >= 0 {
			r.intended[i]++
			continue
		}
		differs = true
		r.differences++
		key := strings.Join(d.lines, "\n")
		r.places[key] = append(r.places[key], o.name+": "+d.in)
		if len(r.places[key]) == 1 {
			fmt.Fprintf(r.out, "%s: %s\n", o.name, d.in)
			if !math.IsInf(d.apart, 1) {
				fmt.Fprintf(r.out, "only numbers differ, by at most %.2g of the larger one or of 1\n", d.apart)
			}
			fmt.Fprintf(r.out, "%s\n", r.short(d.diff))
		}
	}
	return differs
}

// A diff is cut to so many lines, and a line to so many bytes.
const (
	shortDiff = 16
	shortLine = 200
)

func (r *report) short(text string) string {
	if r.whole {
		return text
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	var b strings.Builder
	for i, line := range lines {
		if i == shortDiff {
			fmt.Fprintf(&b, "... %d more lines", len(lines)-i)
			break
		}
		b.WriteString(shortened(line, counterpart(lines, i)))
	}
	return b.String() + "\n"
}

// counterpart returns the line of the other build that stands for a line of a diff,
// if there is one: of removed lines and the added ones that follow, the first for the
// first.
func counterpart(lines []string, i int) string {
	run := func(sign byte, from, step int) (n int) {
		for j := from; j >= 0 && j < len(lines) && lines[j] != "" && lines[j][0] == sign; j += step {
			n++
		}
		return n
	}
	at := -1
	switch {
	case lines[i] == "":
	case lines[i][0] == '-':
		place, rest := run('-', i, -1)-1, run('-', i, 1)
		if place < run('+', i+rest, 1) {
			at = i + rest + place
		}
	case lines[i][0] == '+':
		place := run('+', i, -1) - 1
		first := i - place
		if removed := run('-', first-1, -1); place < removed {
			at = first - removed + place
		}
	}
	if at < 0 {
		return ""
	}
	return lines[at]
}

// shortened cuts a long line, to where it differs from the other.
func shortened(line, other string) string {
	if len(line) <= shortLine {
		return line
	}
	end := strings.HasSuffix(line, "\n")
	line = strings.TrimSuffix(line, "\n")
	from := 1 // behind the sign
	for from < min(len(line), len(other)) && line[from] == other[from] {
		from++
	}
	from = max(1, from-shortLine/3)
	short := line[:1]
	if from > 1 {
		short += fmt.Sprintf("(%d bytes) ", from-1)
	}
	to := min(len(line), from+shortLine)
	short += line[from:to]
	if to < len(line) {
		short += fmt.Sprintf(" (%d bytes)", len(line)-to)
	}
	if end {
		short += "\n"
	}
	return short
}

// summary tells where diffs were seen again, what was allowed, and the numbers.
func (r *report) summary(everything bool) {
	keys := make([]string, 0, len(r.places))
	for key, places := range r.places {
		if len(places) > 1 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(r.places[a][0], r.places[b][0]) })
	for _, key := range keys {
		places := r.places[key]
		fmt.Fprintf(r.out, "as in %s:\n", places[0])
		for i, place := range places[1:] {
			if i == shortDiff && !r.whole {
				fmt.Fprintf(r.out, "  ... %d more\n", len(places)-1-i)
				break
			}
			fmt.Fprintf(r.out, "  %s\n", place)
		}
	}
	allowed := 0
	for i, a := range r.allowed {
		switch {
		case r.intended[i] == 0 && everything:
			fmt.Fprintf(r.out, "not needed: %s\n", a.Reason)
		case r.intended[i] == 0:
		case a.rewrites():
			fmt.Fprintf(r.out, "looked past in %d texts: %s\n", r.intended[i], a.Reason)
		default:
			allowed += r.intended[i]
			fmt.Fprintf(r.out, "allowed %d times: %s\n", r.intended[i], a.Reason)
		}
	}
	fmt.Fprintf(r.out, "%d cases, %d commands, %d files compared: %d differences in %d diffs", r.cases, r.commands, r.files, r.differences, len(r.places))
	if allowed > 0 {
		fmt.Fprintf(r.out, ", and %d that are allowed", allowed)
	}
	fmt.Fprintln(r.out)
}

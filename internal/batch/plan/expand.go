package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// Expansion is the items of a plan in their order: the files of the inputs sorted
// by path, those of the first input outermost, and for each combination of files
// the grid in the order written, the last flag fastest.
type Expansion struct {
	// Names are the parameters: the named parts of the patterns in the order in
	// which they come, then the flags of the grid.
	Names []string
	// Unmatched says, for each input with files that go with none of the other
	// inputs, how many they are.
	Unmatched []string

	plan  *Plan
	parts int        // how many of Names are parts of paths
	files []combined // a file for each input
	cells [][]any    // of the values of each axis
	texts [][]string // the values of each axis as texts
	total int
}

// combined is one file for each input, which agree on the parts they share.
type combined struct {
	paths  []string
	values []string // of the first names of the expansion
}

// mostItems bounds the items of a plan, for a slip of the pen in a range.
const mostItems = 10_000_000

// Expand finds the files of the inputs and combines them. Files of several inputs
// go together if they agree on the parts that their patterns share. All errors are
// *Error.
func (p *Plan) Expand() (*Expansion, error) {
	e := &Expansion{plan: p, files: []combined{{}}}
	for _, in := range p.Inputs {
		if err := e.join(in); err != nil {
			return nil, err
		}
	}
	e.parts = len(e.Names)
	e.total = len(e.files)
	for _, axis := range p.Grid {
		e.Names = append(e.Names, axis.Flag)
		texts := make([]string, len(axis.Values))
		seen := make(map[string]bool, len(axis.Values))
		for i, v := range axis.Values {
			texts[i] = v.plain()
			if seen[texts[i]] {
				return nil, p.Errorf(v.Line, "grid."+axis.Flag, "%q stands there twice", texts[i])
			}
			seen[texts[i]] = true
		}
		e.texts = append(e.texts, texts)
		e.cells = append(e.cells, cellsOf(texts))
		if e.total > mostItems/len(texts) {
			return nil, p.Errorf(axis.Line, "grid."+axis.Flag, "more than %d items, want fewer", mostItems)
		}
		e.total *= len(texts)
	}
	return e, nil
}

// join adds an input to the combinations.
func (e *Expansion) join(in Input) error {
	p, key := mustPattern(in.Pattern), "inputs."+in.Name
	files, err := p.files()
	if err != nil {
		return e.plan.Errorf(in.Line, key, "%s: %s", in.Pattern, err)
	}
	if len(files) == 0 {
		return e.plan.Errorf(in.Line, key, "no file matches %s", in.Pattern)
	}
	// Parts that are known already must agree; the others are new.
	old, where := []int{}, []int{} // indices into p.names, and of the same into e.Names
	var fresh []int
	for i, name := range p.names {
		if at := slices.Index(e.Names, name); at >= 0 {
			old, where = append(old, i), append(where, at)
		} else {
			fresh = append(fresh, i)
			e.Names = append(e.Names, name)
		}
	}
	for _, i := range fresh {
		if name, other := p.names[i], misspelt(p.names[i], e.Names[:len(e.Names)-len(fresh)], p.names); other != "" {
			return e.plan.Errorf(in.Line, key, "{%s} beside {%s} of the inputs before, so that each file would go with each: want one name for one part, or names that differ by more", name, other)
		}
	}
	byShared := map[string][]file{}
	first := map[string]string{} // path by all values
	for _, f := range files {
		all := joined(f.values, nil)
		if other, ok := first[all]; ok {
			return e.plan.Errorf(in.Line, key, "%s and %s have the same parameters, want a {name} for what differs", other, f.path)
		}
		first[all] = f.path
		shared := joined(f.values, old)
		byShared[shared] = append(byShared[shared], f)
	}
	used := map[string]bool{}
	var next []combined
	alone := 0
	for _, c := range e.files {
		shared := joined(c.values, where)
		matching := byShared[shared]
		used[shared] = true
		if len(matching) == 0 {
			alone++
		}
		for _, f := range matching {
			values := slices.Clone(c.values)
			for _, i := range fresh {
				values = append(values, f.values[i])
			}
			next = append(next, combined{append(slices.Clone(c.paths), f.path), values})
		}
		if len(next) > mostItems {
			return e.plan.Errorf(in.Line, key, "more than %d combinations of files, want fewer", mostItems)
		}
	}
	if len(next) == 0 {
		return e.plan.Errorf(in.Line, key, "no file of %s goes with one of the inputs before: want the same %s", in.Pattern, braced(p.names, old))
	}
	if alone > 0 {
		e.Unmatched = append(e.Unmatched, fmt.Sprintf("%d of %d combinations of the inputs before %s have no file %s", alone, len(e.files), in.Name, in.Pattern))
	}
	unused := 0
	for shared, files := range byShared {
		if !used[shared] {
			unused += len(files)
		}
	}
	if unused > 0 {
		e.Unmatched = append(e.Unmatched, fmt.Sprintf("%d of %d files of %s go with none of the inputs before it", unused, len(files), in.Name))
	}
	e.files = next
	return nil
}

// misspelt returns the part of the inputs before that a new part seems to be meant
// for, "" for none. Parts of one pattern may resemble each other: they are different.
func misspelt(name string, before, own []string) string {
	for _, other := range before {
		if !slices.Contains(own, other) && data.Misspelt(name, other) {
			return other
		}
	}
	return ""
}

// joined makes a key of some of the values, of all for nil.
func joined(values []string, which []int) string {
	if which == nil {
		return strings.Join(values, "\x00")
	}
	some := make([]string, len(which))
	for i, w := range which {
		some[i] = values[w]
	}
	return strings.Join(some, "\x00")
}

func braced(names []string, which []int) string {
	words := make([]string, len(which))
	for i, w := range which {
		words[i] = "{" + names[w] + "}"
	}
	return strings.Join(words, " and ")
}

// plain is the value as it stands in a table and in a key.
func (v Value) plain() string {
	words := make([]string, len(v.Words))
	for i, w := range v.Words {
		words[i] = w.fill(func(string) string { return "" })
	}
	return strings.Join(words, ",")
}

// cellsOf makes cells of values: all whole numbers, all numbers, or all texts.
func cellsOf(texts []string) []any {
	for _, convert := range []func(string) (any, bool){wholeNumber, number} {
		cells := make([]any, len(texts))
		all := true
		for i, text := range texts {
			var ok bool
			cells[i], ok = convert(text)
			all = all && ok
		}
		if all {
			return cells
		}
	}
	cells := make([]any, len(texts))
	for i, text := range texts {
		cells[i] = text
	}
	return cells
}

func wholeNumber(text string) (any, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && strconv.Itoa(n) == text
}

// numberForm is that of JSON: 01 is a name.
var numberForm = data.Pattern(`^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$`)

func number(text string) (any, bool) {
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && numberForm().MatchString(text)
}

// SpellOut replaces ranges such as 1-8 among the values of an axis, which takes
// whole numbers, by the numbers.
func (a *Axis) SpellOut() error {
	var values []Value
	for _, v := range a.Values {
		from, to, ok := numberRange(v.plain())
		if !ok || v.List {
			values = append(values, v)
			continue
		}
		if to < from || to-from >= mostItems {
			return fmt.Errorf("the range %s, want FIRST-LAST with at most %d numbers", v.plain(), mostItems)
		}
		for n := from; ; n++ {
			values = append(values, Value{Line: v.Line, Words: []Text{{parts: []part{{literal: strconv.FormatUint(n, 10)}}}}})
			if n == to {
				break
			}
		}
	}
	a.Values = values
	return nil
}

// numberRange reads FIRST-LAST.
func numberRange(text string) (from, to uint64, ok bool) {
	a, b, ok := strings.Cut(text, "-")
	from, err1 := strconv.ParseUint(a, 10, 64)
	to, err2 := strconv.ParseUint(b, 10, 64)
	return from, to, ok && err1 == nil && err2 == nil
}

package plan

import (
	"slices"
	"strconv"
	"strings"
)

// Item is one run of the command of a plan.
type Item struct {
	of     *Expansion
	files  combined
	choice []int // the value of each axis
}

// Len returns the number of items.
func (e *Expansion) Len() int { return e.total }

// Item returns item i, counted from 0.
func (e *Expansion) Item(i int) Item {
	it := Item{of: e, choice: make([]int, len(e.texts))}
	for a := len(e.texts) - 1; a >= 0; a-- {
		it.choice[a] = i % len(e.texts[a])
		i /= len(e.texts[a])
	}
	it.files = e.files[i]
	return it
}

// Variants returns items that differ from the first in one flag of the grid, the
// first among them: together they have every value of every flag but those to be
// left out.
func (e *Expansion) Variants(but ...string) []int {
	items := []int{0}
	step := 1
	for a := len(e.texts) - 1; a >= 0; a-- {
		if !slices.Contains(but, e.plan.Grid[a].Flag) {
			for v := 1; v < len(e.texts[a]); v++ {
				items = append(items, v*step)
			}
		}
		step *= len(e.texts[a])
	}
	slices.Sort(items)
	return items
}

// Key names the item among all items: its parameters.
func (it Item) Key() string {
	var b strings.Builder
	for i, name := range it.of.Names {
		if i > 0 {
			b.WriteByte('\t')
		}
		value := it.parameter(i)
		if strings.ContainsAny(value, "\t\n\"") {
			value = strconv.Quote(value)
		}
		b.WriteString(name + "=" + value)
	}
	return b.String()
}

// String is the key for people, quoted.
func (it Item) String() string { return strconv.Quote(strings.ReplaceAll(it.Key(), "\t", " ")) }

// parameter returns the value of a parameter as a text.
func (it Item) parameter(i int) string {
	if i < it.of.parts {
		return it.files.values[i]
	}
	a := i - it.of.parts
	return it.of.texts[a][it.choice[a]]
}

// Cells returns the parameters as cells of a table. Parts of paths are texts.
func (it Item) Cells() []any {
	cells := make([]any, len(it.of.Names))
	for i := range cells {
		if i < it.of.parts {
			cells[i] = it.files.values[i]
		} else {
			a := i - it.of.parts
			cells[i] = it.of.cells[a][it.choice[a]]
		}
	}
	return cells
}

// Inputs returns the files of the item, one for each input of the plan.
func (it Item) Inputs() []string { return it.files.paths }

// Grid calls visit for each flag of the grid with the item's value.
func (it Item) Grid(visit func(flag string, v Value)) {
	for a, axis := range it.of.plan.Grid {
		visit(axis.Flag, axis.Values[it.choice[a]])
	}
}

// Fill replaces the placeholders of a text by the item's parameters and files.
func (it Item) Fill(t Text) string { return t.fill(it.value) }

// FillPath is Fill for a path to be written: slashes in what the placeholders
// stand for become underscores, so that no value leads elsewhere.
func (it Item) FillPath(t Text) string {
	return t.fill(func(name string) string { return strings.ReplaceAll(it.value(name), "/", "_") })
}

func (it Item) value(name string) string {
	if i := slices.Index(it.of.Names, name); i >= 0 {
		return it.parameter(i)
	}
	i := slices.IndexFunc(it.of.plan.Inputs, func(in Input) bool { return in.Name == name })
	return it.files.paths[i]
}

// GridLen returns how many items, one behind the other, have the same files.
func (e *Expansion) GridLen() int { return e.total / len(e.files) }

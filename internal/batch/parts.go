package batch

import (
	"fmt"
	"slices"

	"simtool/internal/data"
	"simtool/internal/io"
)

// Part is one part of a batch: the path of its table and what its manifest says.
type Part struct {
	Path string
	*dataio.Batch
}

// SortParts orders parts by their shard. It refuses, with a *data.InputError that
// names the part, parts that are of different batches, that are given twice, that
// are missing, or whose numbers contradict each other.
func SortParts(parts []Part) error {
	first := parts[0]
	for _, p := range parts {
		if !p.valid() {
			return &data.InputError{Path: p.Path, Found: "a manifest whose numbers contradict each other", Wanted: "want the part as it was written"}
		}
	}
	for _, p := range parts[1:] {
		if err := sameBatch(first, p); err != nil {
			return err
		}
	}
	slices.SortStableFunc(parts, func(a, b Part) int { return a.Shard - b.Shard })
	for i, p := range parts {
		if i > 0 && p.Shard == parts[i-1].Shard {
			return &data.InputError{Path: p.Path, Found: fmt.Sprintf("part %d/%d", p.Shard, p.Shards), Wanted: "but so is " + parts[i-1].Path + ": want each part once"}
		}
	}
	var missing []int
	for i, at := 0, 0; i < first.Shards; i++ {
		if at < len(parts) && parts[at].Shard == i {
			at++
		} else {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		return &data.InputError{
			Path: first.Path, Found: fmt.Sprintf("a part of %d, of which %s", first.Shards, absent(missing)),
			Wanted: "want all parts", Hint: fmt.Sprintf("run what is missing with --shard %d/%d", missing[0], first.Shards),
		}
	}
	return nil
}

// valid reports whether the numbers of a part can be true.
func (p Part) valid() bool {
	items, _ := p.Rows.Totals()
	return p.Items >= 0 && 0 <= p.Shard && p.Shard < p.Shards && items == Shard{p.Shard, p.Shards}.Len(p.Items)
}

// sameBatch refuses two parts that do not belong together.
func sameBatch(a, b Part) error {
	differ := func(found, other string) error {
		return &data.InputError{Path: b.Path, Found: found, Wanted: "but " + a.Path + " " + other + ": want parts of one batch"}
	}
	switch {
	case a.Shards != b.Shards:
		return differ(fmt.Sprintf("one of %d parts", b.Shards), fmt.Sprintf("is one of %d", a.Shards))
	case a.Items != b.Items:
		return differ(fmt.Sprintf("a part of %s", data.Counted(b.Items, "item")), fmt.Sprintf("is of %d", a.Items))
	case a.Digest != b.Digest:
		return differ("a part of other items", "has as many but not the same")
	case a.Schema != b.Schema:
		return differ("a table of the schema "+b.Schema, "has "+a.Schema)
	case !slices.Equal(a.Columns, b.Columns):
		return differ(fmt.Sprintf("columns %q", b.Columns), fmt.Sprintf("has %q", a.Columns))
	}
	return nil
}

// absent words which parts are missing, naming some.
func absent(missing []int) string {
	const most = 5
	text := ""
	for i, m := range missing[:min(len(missing), most)] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(m)
	}
	if more := len(missing) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if len(missing) == 1 {
		return text + " is missing"
	}
	return text + " are missing"
}

// EachItem calls item(rows) for each item of the whole batch, in order, with its
// number of rows. The parts are sorted as by SortParts.
func EachItem(parts []Part, item func(rows int)) {
	_ = eachItem(parts, func(_, rows int) error { item(rows); return nil })
}

// Interleave calls row(part) once for each row of the whole batch, in the order of
// its items, with the part that the row is to be taken from, until that returns an
// error. The parts are sorted as by SortParts.
func Interleave(parts []Part, row func(part int) error) error {
	return eachItem(parts, func(part, rows int) error {
		for range rows {
			if err := row(part); err != nil {
				return err
			}
		}
		return nil
	})
}

func eachItem(parts []Part, visit func(part, rows int) error) error {
	type cursor struct{ run, item int }
	at := make([]cursor, len(parts))
	for item := range parts[0].Items {
		i := shardOf(item, len(parts))
		c, runs := &at[i], parts[i].Rows
		if err := visit(i, runs[c.run].Rows); err != nil {
			return err
		}
		if c.item++; c.item == runs[c.run].Items {
			*c = cursor{run: c.run + 1}
		}
	}
	return nil
}

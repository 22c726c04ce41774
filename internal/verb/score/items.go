package score

import (
	"fmt"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb"
)

// scoreItem is a unit of the work of score: a pair or, with --per, one view of it, or a
// band of the matrix of all pairs.
type scoreItem struct {
	pair Pair
	at   int    // index of the view; all of the pair where it is negative
	band []Pair // of one or more whole rows of the matrix, in place of pair
}

// pairs are those of the item.
func (it scoreItem) pairs() []Pair {
	if it.band != nil {
		return it.band
	}
	return []Pair{it.pair}
}

// items lists the work. Views are items where the shape of the reference can be
// told beforehand; else the pair is one item, which says what is wrong.
func (s *scorer) items() []scoreItem {
	if s.options.banded() {
		return bands(s.options.pairs)
	}
	counts := map[string]int{}
	var items []scoreItem
	for _, p := range s.options.pairs {
		n, ok := counts[p.X]
		if !ok {
			n = s.viewsIn(p.X)
			counts[p.X] = n
		}
		if n == 0 {
			items = append(items, scoreItem{pair: p, at: -1})
		}
		for k := range n {
			items = append(items, scoreItem{pair: p, at: k})
		}
	}
	return items
}

// viewsIn returns how many views --per makes of a file as items of their own, 0 if it has
// none, that cannot be told without reading it, or they are of one item.
func (s *scorer) viewsIn(path string) int {
	if s.options.Per == "" || s.options.joint() || batch.IsStdin(path) || verb.IsPipe(path) {
		return 0
	}
	r, err := dataio.OpenRows(path, s.options.Input.Options(path, false))
	if err != nil {
		return 0
	}
	defer r.Close()
	if shape := r.Shape(); len(shape) == 3 {
		return shape[axisNumber[s.options.Per]]
	}
	return 0
}

// keysOf names items: by their files and view and, for those given more than once,
// by which time it is.
func keysOf(items []scoreItem) []string {
	keys := make([]string, len(items))
	times := map[string]int{}
	for i, it := range items {
		key := it.pair.X + "\t" + it.pair.Y
		if last := len(it.band) - 1; last >= 0 {
			key = "rows\t" + it.band[0].X + "\t" + it.band[last].row() + "\t" + strconv.Itoa(last+1)
		}
		if it.at >= 0 {
			key += "\t" + strconv.Itoa(it.at)
		}
		if times[key]++; times[key] > 1 {
			key += fmt.Sprintf("\t#%d", times[key])
		}
		keys[i] = key
	}
	return keys
}

// views returns the views of a pair that an item is of.
func (it scoreItem) views(x, y *data.Dataset, axis string) ([]view, error) {
	n, err := countViews(x, y, axis)
	switch {
	case err != nil:
		return nil, err
	case axis == "":
		return []view{{}}, nil
	case it.at >= n:
		return nil, &data.InputError{Path: it.pair.X, Found: fmt.Sprintf("%d in place of at least %d views per %s", n, it.at+1, axis), Wanted: "want files that stay as they are"}
	case it.at >= 0:
		return []view{{axis, it.at}}, nil
	}
	views := make([]view, n)
	for i := range views {
		views[i] = view{axis, i}
	}
	return views, nil
}

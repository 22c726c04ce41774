package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Pairing says which rows of two systems belong together.
type Pairing int

// The pairings. Where one of two systems does not name its samples, and where both
// merely number them in their order, rows are paired by position in any case.
const (
	ByName     Pairing = iota // rows of one name; both systems have the same names
	ByCommon                  // rows of one name, without those that only one system has
	ByPosition                // the first row with the first, whatever the names are
)

// pairings holds the words that choose a pairing, the default first.
var pairings = []string{ByName: "name", ByCommon: "common", ByPosition: "position"}

// PairingNames returns the words that choose a pairing, the default first.
func PairingNames() []string { return pairings }

// PairingNamed returns the pairing of that name. The empty name is the default.
func PairingNamed(name string) Pairing { return Pairing(max(0, slices.Index(pairings, name))) }

// Joins reports whether the pairing goes by the names of two lists.
func (p Pairing) joins(x, y []string) bool {
	return p != ByPosition && x != nil && y != nil && (!Counts(x) || !Counts(y))
}

// Order returns which rows of two systems are kept, in the order of x: row xs[k] of x
// belongs to row ys[k] of y. Both are nil where all rows belong together as they
// stand. It fails, with an *InputError that has the first differences, where a row
// has no partner, and with ByCommon where none has.
func (p Pairing) Order(xPath string, x []string, yPath string, y []string) (xs, ys []int, err error) {
	if !p.joins(x, y) || slices.Equal(x, y) {
		return nil, nil, nil
	}
	at := make(map[string]int, len(y))
	for i, name := range y {
		at[name] = i
	}
	var alone []string // names of x that y does not have
	for i, name := range x {
		k, ok := at[name]
		if !ok {
			alone = append(alone, name)
			continue
		}
		delete(at, name)
		xs, ys = append(xs, i), append(ys, k)
	}
	switch {
	case len(alone) == 0 && len(at) == 0:
		return xs, ys, nil
	case len(xs) == 0 && (Counts(x) || Counts(y)) && len(x) == len(y):
		return nil, nil, nil // the index of a table that nobody gave one says nothing
	case len(xs) == 0:
		return nil, nil, &InputError{
			Path: yPath, Found: "samples " + quotedFirst(y),
			Wanted: fmt.Sprintf("but %s has %s, and no name is in both", xPath, quotedFirst(x)),
			Hint:   "--pair-by position pairs rows by their order, whatever they are called",
		}
	case p == ByCommon:
		return xs, ys, nil
	}
	var others []string // names of y that x does not have
	for _, name := range y {
		if _, ok := at[name]; ok {
			others = append(others, name)
		}
	}
	return nil, nil, &InputError{
		Path:   yPath,
		Found:  differences(xPath, alone, others),
		Wanted: "want the same samples in both, in any order",
		Hint:   fmt.Sprintf("--pair-by common keeps the %d that both have, --pair-by position pairs rows by their order", len(xs)),
	}
}

// differences says what only one of two systems has.
func differences(xPath string, alone, others []string) string {
	var parts []string
	if len(alone) > 0 {
		parts = append(parts, fmt.Sprintf("no sample %s, which %s has", quotedFirst(alone), xPath))
	}
	if len(others) > 0 {
		parts = append(parts, fmt.Sprintf("%s, which %s has not", quotedFirst(others), xPath))
	}
	return strings.Join(parts, "; ")
}

// quotedFirst lists names for a message: the first three.
func quotedFirst(names []string) string {
	const most = 3
	var list []string
	for _, name := range names[:min(most, len(names))] {
		list = append(list, strconv.Quote(name))
	}
	text := strings.Join(list, ", ")
	if len(names) > most {
		text += fmt.Sprintf(", … (%d)", len(names))
	}
	return text
}

// Counts reports whether names are 0, 1, 2, … or 1, 2, 3, …: the number of the row and
// no more.
func Counts(names []string) bool {
	if len(names) == 0 || names[0] != "0" && names[0] != "1" {
		return false
	}
	base := int(names[0][0] - '0')
	for i, name := range names {
		if name != strconv.Itoa(base+i) {
			return false
		}
	}
	return true
}

// Join returns two systems whose rows belong together: y, and with ByCommon also x,
// with its rows in another order where names ask for that. Rows are conditions where
// both systems are 3-d. It returns the systems themselves where nothing changes.
func (p Pairing) Join(x, y *Dataset) (xs, ys *Dataset, err error) {
	if x.Is3D() != y.Is3D() {
		return x, y, nil
	}
	atX, atY, err := p.Order(x.Source.Path, x.Names, y.Source.Path, y.Names)
	if err != nil || atX == nil {
		return x, y, err
	}
	return x.Arranged(atX), y.Arranged(atY), nil
}

// Arranged returns some samples, or conditions of 3-d data, in the order of their
// numbers. A labelled square matrix, whose features have the names of its samples,
// such as a matrix of dissimilarities, gets its features in that order too. It
// returns d itself where all stay in their order.
func (d *Dataset) Arranged(rows []int) *Dataset {
	if len(rows) == d.Shape[len(d.Shape)-2] && slices.IsSorted(rows) {
		return d
	}
	out := d.selected(rows)
	if !d.labelled() {
		return out
	}
	return out.columns(out.Names)
}

// labelled reports whether the dataset is a square matrix whose features have the
// names of its samples, in any order.
func (d *Dataset) labelled() bool {
	if d.Is3D() || d.Names == nil || d.Features == nil || d.Samples() != d.Width() {
		return false
	}
	a, b := slices.Sorted(slices.Values(d.Names)), slices.Sorted(slices.Values(d.Features))
	return slices.Equal(a, b) && len(slices.Compact(a)) == len(b)
}

// AlignLabels returns the dataset with its features in the order of its samples if it
// is a square matrix that has the same names for both, else the dataset itself. The
// samples of a matrix of dissimilarities that names its columns alone have these names.
func (d *Dataset) AlignLabels() *Dataset {
	if d.Names == nil && d.Features != nil && d.isRDM() {
		if d.Names = slices.Clone(d.Features); !d.labelled() {
			d.Names = nil
		}
	}
	if !d.labelled() || slices.Equal(d.Names, d.Features) {
		return d
	}
	return d.columns(d.Names)
}

// columns returns the features of those names, in that order.
func (d *Dataset) columns(names []string) *Dataset {
	at := make(map[string]int, len(d.Features))
	for j, name := range d.Features {
		at[name] = j
	}
	n, width := d.Samples(), d.Width()
	values := make([]float64, 0, n*len(names))
	for i := range n {
		for _, name := range names {
			values = append(values, d.Values[i*width+at[name]])
		}
	}
	out := d.derived(values, n, len(names))
	out.Features, out.Names = slices.Clone(names), d.Names
	return out
}

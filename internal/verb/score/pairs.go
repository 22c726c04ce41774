package score

import (
	"encoding/csv"
	"fmt"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
)

// Pair names the two sides of a comparison.
type Pair struct {
	X, Y     string
	mirrored bool // the same two files were compared the other way round before
	i, j     int  // places of both files among those of --all-pairs, i ≤ j
}

// allPairs returns each file with itself, and each pair of files once in each direction:
// {a,b}, then its mirror image {b,a}, for which only measures that are not symmetric are
// scored.
func allPairs(paths []string) []Pair {
	var pairs []Pair
	for i, x := range paths {
		pairs = append(pairs, Pair{X: x, Y: x, i: i, j: i})
		for k, y := range paths[i+1:] {
			j := i + 1 + k
			pairs = append(pairs, Pair{X: x, Y: y, i: i, j: j}, Pair{X: y, Y: x, mirrored: true, i: i, j: j})
		}
	}
	return pairs
}

// row is the file whose row of the matrix of all pairs the pair is in.
func (p Pair) row() string {
	if p.mirrored {
		return p.Y
	}
	return p.X
}

// mostBands is about the number of items that the matrix of all pairs is divided into.
const mostBands = 32

// bands divides the pairs of a matrix into items of about as many pairs: bands of whole
// rows, of which each holds the pairs of a file with itself and all later ones.
func bands(pairs []Pair) []scoreItem {
	least := (len(pairs) + mostBands - 1) / mostBands
	var items []scoreItem
	first := 0
	for k := range pairs {
		ends := k+1 == len(pairs) || pairs[k+1].i != pairs[k].i
		if size := k + 1 - first; ends && (size >= least || k+1 == len(pairs)) {
			items = append(items, scoreItem{pair: pairs[first], at: -1, band: pairs[first : k+1]})
			first = k + 1
		}
	}
	return items
}

// listedPairs reads the pairs of --list.
func listedPairs(e *batch.Env, path string) ([]Pair, error) {
	text, err := e.ReadSmall(path, "the list of pairs")
	if err != nil {
		return nil, err
	}
	pairs, err := parsePairs(path, string(text))
	if err == nil && len(pairs) == 0 {
		err = &data.InputError{Path: path, Found: "no pairs", Wanted: "want a line with two files for each"}
	}
	if err != nil {
		return nil, err
	}
	return expandPairs(pairs)
}

// parsePairs reads one pair a line. The separator of a line is a tab if it has
// one, else a comma (with the quotes of CSV), else white space. A first line
// "x y" is a header.
func parsePairs(path, text string) ([]Pair, error) {
	var pairs []Pair
	number, content := 0, 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		fields, err := splitPair(line)
		if err != nil || len(fields) != 2 || fields[0] == "" || fields[1] == "" {
			return nil, &data.InputError{
				Path:   fmt.Sprintf("%s:%d", path, number),
				Found:  fmt.Sprintf("%.60q", line),
				Wanted: "want two files",
				Hint:   "separate paths that contain spaces with a tab or a comma",
			}
		}
		content++
		if content == 1 && strings.EqualFold(fields[0], "x") && strings.EqualFold(fields[1], "y") {
			continue
		}
		pairs = append(pairs, Pair{X: fields[0], Y: fields[1]})
	}
	return pairs, nil
}

func splitPair(line string) ([]string, error) {
	switch {
	case strings.Contains(line, "\t"):
		fields := strings.Split(line, "\t")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		return fields, nil
	case strings.Contains(line, ","):
		r := csv.NewReader(strings.NewReader(line))
		r.TrimLeadingSpace = true
		return r.Read()
	default:
		return strings.Fields(line), nil
	}
}

// expandPairs replaces pairs of patterns by the pairs of the files that they
// match: each x with each y.
func expandPairs(pairs []Pair) ([]Pair, error) {
	var out []Pair
	for _, p := range pairs {
		xs, err := verb.ExpandPath(p.X)
		if err != nil {
			return nil, err
		}
		ys, err := verb.ExpandPath(p.Y)
		if err != nil {
			return nil, err
		}
		for _, x := range xs {
			for _, y := range ys {
				out = append(out, Pair{X: x, Y: y})
			}
		}
	}
	return out, nil
}

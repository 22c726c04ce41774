package figure

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// Orders of the systems, features and the like in a figure.
const (
	Natural = "natural" // layer2 before layer10
	Given   = "given"   // as in the results
	Cluster = "cluster" // alike ones beside each other; of a matrix of all pairs
)

// Orders lists them; the first is the default.
var Orders = []string{Natural, Given, Cluster}

// ordered returns names in the order that the style asks for. Listed names come first, in
// the order of the list; a listed name may leave out folders and suffix.
func (s *Style) ordered(names []string) []string {
	out := slices.Clone(names)
	if s.Order == "" || s.Order == Natural || s.Order == Cluster {
		slices.SortStableFunc(out, data.NaturalOrder)
	}
	if s.Listed != nil {
		short := map[string]string{}
		for i, name := range shortNames(names) {
			short[names[i]] = name
		}
		place := func(name string) int {
			for i, listed := range s.Listed {
				if listed == name || listed == short[name] {
					return i
				}
			}
			return len(s.Listed)
		}
		slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	}
	return out
}

var numberInName = regexp.MustCompile(`\d+(?:\.\d+)?`)

// ordinals finds the one number in which names differ, such as that of a layer, and the
// word before it. ok is false where they differ in anything else.
func ordinals(names []string) (word string, at []float64, ok bool) {
	var first []string
	varies := -1
	for _, name := range names {
		parts := numberInName.FindAllString(name, -1)
		if len(parts) == 0 || numberInName.ReplaceAllString(name, "#") != numberInName.ReplaceAllString(names[0], "#") {
			return "", nil, false
		}
		if first == nil {
			first = parts
		}
		for i, part := range parts {
			if part != first[i] {
				if varies >= 0 && varies != i {
					return "", nil, false
				}
				varies = i
			}
		}
	}
	if varies < 0 {
		return "", nil, false
	}
	for _, name := range names {
		v, err := strconv.ParseFloat(numberInName.FindAllString(name, -1)[varies], 64)
		if err != nil {
			return "", nil, false
		}
		at = append(at, v)
	}
	before := names[0][:numberInName.FindAllStringIndex(names[0], -1)[varies][0]]
	word = strings.TrimRight(before, " _-.")
	if cut := strings.LastIndexAny(word, `/\ _-.`); cut >= 0 {
		word = word[cut+1:]
	}
	return word, at, true
}

// clustered returns the order of n systems that average linkage of their dissimilarities
// gives: at each step the two clusters with the least mean dissimilarity between their
// members are joined (Sokal and Michener, 1958), the one that has the earlier system
// first. A missing dissimilarity counts as the largest.
func clustered(n int, dissimilarity func(i, j int) float64) []int {
	most := 0.0
	for i := range n {
		for j := range i {
			if v := dissimilarity(i, j); finite(v) {
				most = math.Max(most, v)
			}
		}
	}
	between := func(i, j int) float64 {
		if v := dissimilarity(i, j); finite(v) {
			return v
		}
		return most
	}
	// The mean of the union follows from those of its parts (Lance and Williams, 1967).
	clusters, distance := make([][]int, n), make([][]float64, n)
	for i := range n {
		clusters[i], distance[i] = []int{i}, make([]float64, n)
		for j := range n {
			distance[i][j] = between(max(i, j), min(i, j))
		}
	}
	for left := n; left > 1; left-- {
		a, b, least := -1, -1, math.Inf(1)
		for i := range n {
			for j := range i {
				if clusters[i] != nil && clusters[j] != nil && (a < 0 || distance[i][j] < least) {
					a, b, least = j, i, distance[i][j]
				}
			}
		}
		p, q := float64(len(clusters[a])), float64(len(clusters[b]))
		for k := range n {
			d := (p*distance[a][k] + q*distance[b][k]) / (p + q)
			distance[a][k], distance[k][a] = d, d
		}
		clusters[a], clusters[b] = append(clusters[a], clusters[b]...), nil
	}
	if n == 0 {
		return nil
	}
	return clusters[0]
}

// byLikeness orders systems by average linkage of the scores of all pairs by the first
// measure; of scores, what is missing to the largest is the dissimilarity.
func (t *scoreTable) byLikeness(systems []string, s *Style) []string {
	measure := t.measure[0]
	r, _ := s.rangeOf(measure)
	at := map[[2]string]float64{}
	most := math.Inf(-1)
	for i, v := range t.value {
		if t.measure[i] == measure && finite(v) {
			at[[2]string{t.x[i], t.y[i]}] = v
			most = math.Max(most, v)
		}
	}
	order := clustered(len(systems), func(i, j int) float64 {
		v, ok := at[[2]string{systems[i], systems[j]}]
		if !ok {
			v, ok = at[[2]string{systems[j], systems[i]}]
		}
		switch {
		case !ok:
			return nan
		case r.Distance:
			return v
		}
		return most - v
	})
	out := make([]string, len(order))
	for i, k := range order {
		out[i] = systems[k]
	}
	return out
}

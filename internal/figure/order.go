package figure

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// Orders of the systems, features and the like in a figure.
const (
	Natural = "natural" // layer2 before layer10
	Given   = "given"   // as in the results
	Cluster = "cluster" // alike ones beside each other; of a matrix of all pairs or an RDM
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
		place := s.listedPlaces(names)
		slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(place[a], place[b]) })
	}
	return out
}

// listedPlaces returns the place of each name in the list that the style has, behind it for
// those that it lacks. A listed name may leave out folders and suffix.
func (s *Style) listedPlaces(names []string) map[string]int {
	at := map[string]int{}
	for i, listed := range slices.Backward(s.Listed) {
		at[listed] = i
	}
	out := map[string]int{}
	for i, short := range shortNames(names) {
		place, ok := at[names[i]]
		if other, found := at[short]; found && (!ok || other < place) {
			place, ok = other, true
		}
		if !ok {
			place = len(s.Listed)
		} else {
			s.heed(orderSetting, s.Listed[place])
		}
		out[names[i]] = place
	}
	return out
}

var numberInName = data.Pattern(`\d+(?:\.\d+)?`)

// ordinals finds the one number in which names differ, such as that of a layer, and the
// word before it. ok is false where they differ in anything else.
func ordinals(names []string) (word string, at []float64, ok bool) {
	var first []string
	varies := -1
	for _, name := range names {
		parts := numberInName().FindAllString(name, -1)
		if len(parts) == 0 || numberInName().ReplaceAllString(name, "#") != numberInName().ReplaceAllString(names[0], "#") {
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
		v, err := strconv.ParseFloat(numberInName().FindAllString(name, -1)[varies], 64)
		if err != nil {
			return "", nil, false
		}
		at = append(at, v)
	}
	before := names[0][:numberInName().FindAllStringIndex(names[0], -1)[varies][0]]
	word = strings.TrimRight(before, " _-.")
	if cut := strings.LastIndexAny(word, `/\ _-.`); cut >= 0 {
		word = word[cut+1:]
	}
	return word, at, true
}

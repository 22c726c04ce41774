package figure

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"

	"gonum.org/v1/plot/vg"
)

// collectionPanels draws what the matrix of many systems says: their map, with lines through
// those that differ in a step of training or another number, and their tree.
func collectionPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	alt := "Systems in a plane in which distances are like those of their matrix, and the tree of average linkage."
	count := 0
	for _, r := range rs {
		c := collectionOf(r)
		if len(c.systems) == 0 {
			continue
		}
		count += len(c.systems)
		if s.Form != tree {
			p, words := c.mapPanel(s)
			alt += " " + words
			if len(rs) > 1 {
				p.title = strings.Trim(r.Label+", "+p.title, ", ")
			}
			panels = append(panels, p)
		}
		if s.Form != mapForm && len(c.joins) > 0 {
			p, words := c.treePanel(s)
			alt += " " + words
			if len(rs) > 1 {
				p.title = strings.Trim(r.Label+", "+p.title, ", ")
			}
			panels = append(panels, p)
		}
	}
	if panels == nil {
		return nil, "", "", noRows(rs)
	}
	return panels, fmt.Sprintf("How %d systems relate", count), alt, nil
}

// collected is a table of simtool collection.
type collected struct {
	measure string
	systems []string
	at      map[string]*[2]float64 // places on the map of least stress
	stress  float64
	cluster map[string]int // from 0
	joins   []joined
}

// joined is a step of the tree.
type joined struct {
	left, right     string // first systems of both clusters
	height, support float64
}

func collectionOf(r *Result) *collected {
	c := &collected{at: map[string]*[2]float64{}, cluster: map[string]int{}, stress: nan}
	measures, aspects := r.texts("measure"), r.texts("aspect")
	systems, others := r.texts("system"), r.texts("other")
	items, values, beside := r.floats("item"), r.floats("value"), r.floats("beside")
	for i, aspect := range aspects {
		c.measure = cmp.Or(c.measure, measures[i])
		switch aspect {
		case "metric":
			place := c.at[systems[i]]
			if place == nil {
				place = &[2]float64{}
				c.at[systems[i]] = place
				c.systems = append(c.systems, systems[i])
			}
			if k := items[i]; k == 1 || k == 2 {
				place[int(k)-1] = values[i]
			}
		case "stress":
			if others[i] == "metric" {
				c.stress = values[i]
			}
		case "cluster":
			c.cluster[systems[i]] = int(items[i]) - 1
		case "tree":
			c.joins = append(c.joins, joined{systems[i], others[i], values[i], beside[i]})
		}
	}
	return c
}

// mostNamedPlaces is the number of systems up to which each has its name on the map.
const mostNamedPlaces = 24

// mapPanel draws the map. Systems of one track are a line from a ring on, in a colour of its
// own; without tracks the colours are those of the clusters.
func (c *collected) mapPanel(s *Style) (*panel, string) {
	p := s.newPanel(strings.TrimSpace("axis 1"+stressText(c.stress)), "axis 2")
	p.title = "Map"
	if c.measure != "" {
		p.title += " by " + c.measure
	}
	full := shortNames(c.systems)
	names := slices.Clone(full)
	tracks, word := tracksOf(c.systems)
	for k, t := range tracks {
		var x, y []float64
		for _, i := range t.members {
			x, y = append(x, c.at[c.systems[i]][0]), append(y, c.at[c.systems[i]][1])
		}
		style := s.line(k)
		style.Width = 0.8
		p.line(x, y, style, t.name)
		start := s.glyph(k)
		start.Shape, start.Radius = glyphs[3], 2
		p.points(x[:1], y[:1], start, "first "+word+" of "+t.name)
		if len(tracks) > 1 && len(tracks) <= mostNamedPlaces {
			p.key(key{name: t.name, line: style})
		}
	}
	of := map[string]int{}
	for k, t := range tracks {
		for at, i := range t.members {
			of[c.systems[i]] = k
			if len(tracks) > 1 && t.at != nil { // the key says which line it is
				names[i] = number(t.at[at])
			}
		}
	}
	for i, system := range c.systems {
		k := c.cluster[system]
		if tracks != nil {
			k = of[system]
		}
		glyph := s.glyph(k)
		glyph.Radius = 1.6
		p.points([]float64{c.at[system][0]}, []float64{c.at[system][1]}, glyph, full[i])
	}
	if len(c.systems) <= mostNamedPlaces {
		p.plot.Add(placeNames{c, names, s})
	}
	widen(&p.plot.X)
	widen(&p.plot.Y)
	equalUnits(p)
	p.height = 70 * vg.Millimeter
	words := fmt.Sprintf("The map has %d systems%s.", len(c.systems), stressText(c.stress))
	if tracks != nil {
		words += fmt.Sprintf(" Lines go through %d runs by %s.", len(tracks), word)
	}
	return p, words
}

func stressText(stress float64) string {
	if !finite(stress) {
		return ""
	}
	return fmt.Sprintf(", stress %.2f", stress)
}

// track is systems that differ in one number, in its order.
type track struct {
	name    string
	members []int
	at      []float64 // the numbers
}

// stepWord is a word before the number of a step of training.
var stepWord = data.Pattern(`(?i)(step|epoch|iter|iteration|checkpoint|ckpt|time|day|session)[^A-Za-z0-9]*$`)

// tracksOf groups systems to lines along a number in their names: that of a step of
// training, or else the one number in which all differ. word is what stands before it. There
// are none where no line would have three systems.
func tracksOf(names []string) (tracks []track, word string) {
	if w, at, ok := ordinals(names); ok && len(names) > 2 {
		members := make([]int, len(names))
		for i := range members {
			members[i] = i
		}
		slices.SortStableFunc(members, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
		return []track{{"all", members, nil}}, cmp.Or(w, "number")
	}
	type member struct {
		of int
		at float64
	}
	groups := map[string][]member{}
	var order []string
	for i, name := range names {
		for _, span := range numberInName().FindAllStringIndex(name, -1) {
			found := stepWord().FindStringSubmatch(name[:span[0]])
			if found == nil {
				continue
			}
			v, err := strconv.ParseFloat(name[span[0]:span[1]], 64)
			if err != nil {
				break
			}
			word = strings.ToLower(found[1])
			rest := name[:span[0]] + "*" + name[span[1]:]
			if groups[rest] == nil {
				order = append(order, rest)
			}
			groups[rest] = append(groups[rest], member{i, v})
			break
		}
	}
	longest := 0
	for _, rest := range order {
		members := groups[rest]
		slices.SortStableFunc(members, func(a, b member) int { return cmp.Compare(a.at, b.at) })
		t := track{name: rest}
		for _, m := range members {
			t.members, t.at = append(t.members, m.of), append(t.at, m.at)
		}
		longest = max(longest, len(t.members))
		tracks = append(tracks, t)
	}
	if longest < 3 {
		return nil, ""
	}
	var rests []string
	for _, t := range tracks {
		rests = append(rests, t.name)
	}
	for k, name := range differences(rests) {
		tracks[k].name = name
	}
	return tracks, word
}

// differences leaves out of names the words, between slashes, dots, dashes and underscores,
// that all have.
func differences(names []string) []string {
	split := regexp.MustCompile(`[/\\._-]+`)
	words := make([][]string, len(names))
	for i, name := range names {
		words[i] = split.Split(name, -1)
	}
	out := slices.Clone(names)
	for i := range words {
		if len(words[i]) != len(words[0]) {
			return out
		}
	}
	for i := range words {
		var some []string
		for w, word := range words[i] {
			if slices.ContainsFunc(words, func(other []string) bool { return other[w] != word }) {
				some = append(some, word)
			}
		}
		if some != nil {
			out[i] = strings.Join(some, " ")
		} else {
			out[i] = "all"
		}
	}
	return out
}

// node is a cluster of the tree as it is drawn.
type node struct {
	leaves []string
	at     float64 // place among the leaves
	height float64
}

// treePanel draws the tree, its leaves from top to bottom. A join that at least half of the
// trees without a block of samples have is drawn in full, others dashed.
func (c *collected) treePanel(s *Style) (*panel, string) {
	p := s.newPanel(strings.TrimSpace("mean distance "+c.measure), "")
	p.title = "Tree"
	nodes := map[string]*node{}
	for _, system := range c.systems {
		nodes[system] = &node{leaves: []string{system}}
	}
	var order []string
	for _, j := range c.joins {
		a, b := nodes[j.left], nodes[j.right]
		if a == nil || b == nil {
			continue
		}
		a.leaves = slices.Concat(a.leaves, b.leaves)
		order = a.leaves
	}
	for i, leaf := range order {
		nodes[leaf] = &node{at: float64(len(order) - 1 - i)}
	}
	supported, known := 0, 0
	for _, j := range c.joins {
		a, b := nodes[j.left], nodes[j.right]
		if a == nil || b == nil {
			continue
		}
		style := s.line(0)
		style.Width = 0.8
		text := "joined"
		if finite(j.support) {
			known++
			text = fmt.Sprintf("support %.2f", j.support)
			if j.support < 0.5 {
				style.Dashes = dashes[1]
			} else {
				supported++
			}
		}
		p.line([]float64{a.height, j.height, j.height, b.height}, []float64{a.at, a.at, b.at, b.at}, style, text)
		nodes[j.left] = &node{at: (a.at + b.at) / 2, height: math.Max(j.height, 0)}
	}
	short := map[string]string{}
	for i, name := range shortNames(c.systems) {
		short[c.systems[i]] = name
	}
	var leaves []string
	for _, leaf := range order {
		leaves = append(leaves, short[leaf])
	}
	p.namedRows(leaves, 1)
	p.height = min(p.height, 180*vg.Millimeter)
	p.rangeX(0, 0)
	widen(&p.plot.X)
	words := fmt.Sprintf("The tree joins %d systems", len(order))
	if known > 0 {
		words += fmt.Sprintf("; %d of %d clusters are in at least half of the trees without a block of samples", supported, known)
	}
	return p, words + "."
}

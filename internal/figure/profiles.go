package figure

import (
	"fmt"
	"slices"
)

// profilePanels draws the distances of models by their profiles as a matrix, and the models
// as points on a map.
func profilePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	for _, r := range rs {
		kinds, models, others := r.texts("kind"), r.texts("model"), r.texts("other")
		value, item := r.floats("value"), r.floats("item")
		names := Distinct(r.where(func(i int) bool { return kinds[i] == "map" }).texts("model"))
		if len(names) == 0 {
			continue
		}
		distances := make([]float64, len(names)*len(names))
		xy, stress := [2][]float64{make([]float64, len(names)), make([]float64, len(names))}, nan
		nearest := -1
		for i, kind := range kinds {
			at, other := slices.Index(names, models[i]), slices.Index(names, others[i])
			switch {
			case kind == "distance" && at >= 0 && other >= 0:
				distances[at*len(names)+other], distances[other*len(names)+at] = value[i], value[i]
				if nearest < 0 || value[i] < value[nearest] {
					nearest = i
				}
			case kind == "map" && at >= 0 && (item[i] == 1 || item[i] == 2):
				xy[int(item[i])-1][at] = value[i]
			case kind == "stress":
				stress = value[i]
			}
		}
		short := shortNames(names)
		g := &grid{
			rows: len(names), columns: len(names), numbers: len(names) <= 8, bar: s.chosen(spread("distance of profiles", distances)),
			at: func(i, j int) float64 { return distances[i*len(names)+j] },
		}
		p := s.heatMap("", "", g, short, short)
		p.square = true
		plane := s.newPanel(fmt.Sprintf("dimension 1 (stress %.2f)", stress), "dimension 2")
		for k, name := range short {
			series := s.series(names[k])
			plane.points([]float64{xy[0][k]}, []float64{xy[1][k]}, s.glyph(series), name)
			plane.key(key{name: name, glyph: s.glyph(series)})
		}
		widen(&plane.plot.X)
		widen(&plane.plot.Y)
		equalUnits(plane)
		if len(rs) > 1 {
			p.title, plane.title = r.Label, r.Label
		}
		panels = append(panels, p, plane)
		if nearest >= 0 {
			found = append(found, fmt.Sprintf("%s and %s are nearest, at %s", models[nearest], others[nearest], number(value[nearest])))
		}
	}
	return panels, "Models by what they encode where", "Distances between the profiles of models, and a map of them by classical scaling." + sentence(found), nil
}

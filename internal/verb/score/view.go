package score

import (
	"fmt"

	"simtool/internal/data"
	"simtool/internal/verb"
)

// A view is what is scored of a dataset: all samples pooled (the zero view),
// one time bin, or one condition.
type view struct {
	axis  string // "", "time" or "condition"
	index int
}

// of returns the view of a dataset. Pooled samples keep their times and
// conditions, which a few measures ask for.
func (v view) of(d *data.Dataset) *data.Dataset {
	switch v.axis {
	case "time":
		return d.Time(v.index)
	case "condition":
		return d.Condition(v.index)
	default:
		return d
	}
}

// labelsOf returns the labels of the samples of the view, from those of all samples of
// a dataset.
func (v view) labelsOf(all verb.SampleLabels, x *data.Dataset) verb.SampleLabels {
	if v.axis == "" {
		return all
	}
	times, conditions := x.Shape[0], x.Shape[1]
	var rows []int
	if v.axis == "time" {
		for c := range conditions {
			rows = append(rows, v.index*conditions+c)
		}
	} else {
		for t := range times {
			rows = append(rows, t*conditions+v.index)
		}
	}
	return all.Select(rows)
}

// axisNumber is the position of the view's axis in a shape.
var axisNumber = map[string]int{"time": 0, "condition": 1}

// countViews returns how many views of a pair are scored along an axis, 1 for no
// axis. It refuses datasets without that axis and pairs whose axes disagree.
func countViews(x, y *data.Dataset, axis string) (int, error) {
	if axis == "" {
		return 1, nil
	}
	for _, d := range []*data.Dataset{x, y} {
		if !d.Is3D() {
			return 0, &data.InputError{
				Path:   d.Source.Path,
				Found:  data.ShapeString(d.Shape),
				Wanted: "want time × condition × neuron for --per " + axis,
			}
		}
	}
	if !sameGrid(x, y) {
		return 0, &data.InputError{
			Path:   y.Source.Path,
			Found:  fmt.Sprintf("%s times × conditions", data.ShapeString(y.Shape[:2])),
			Wanted: fmt.Sprintf("but %s has %s, and --per compares them one by one", x.Source.Path, data.ShapeString(x.Shape[:2])),
		}
	}
	return x.Shape[axisNumber[axis]], nil
}

// sameGrid reports whether two 3-d datasets agree in times and conditions.
func sameGrid(x, y *data.Dataset) bool {
	return x.Shape[0] == y.Shape[0] && x.Shape[1] == y.Shape[1]
}

package influence

import (
	"fmt"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
)

// given are two systems whose samples correspond, without missing values, and what is
// known of their units.
type given struct {
	x, y    *data.Dataset
	places  []place // of the samples
	times   int     // of the grid of the samples, 0 for samples without one
	neurons [2][]unit
	labels  verb.SampleLabels
	sources []data.Source
}

// place is where a sample stands in its file.
type place struct{ sample, time, condition unit }

// unit is a unit by its number in its file and its name, "" for none.
type unit struct {
	number int
	name   string
}

// String names a unit in a sentence.
func (u unit) String() string {
	if u.name == "" {
		return fmt.Sprint(u.number)
	}
	return fmt.Sprintf("%d, %q", u.number, u.name)
}

// read reads both systems, joins their rows, and leaves missing values out.
func (o *Options) read(e *batch.Env, paths []string) (*given, error) {
	read := o.Input.Reader(e, o.Output.ToFile())
	var files [2]*data.Dataset
	for i, path := range paths {
		d, err := read(path)
		if err != nil {
			return nil, err
		}
		verb.Doubt(e, d, o.takesDistances())
		files[i] = d
	}
	x, y, err := o.Input.Join(e, files[0], files[1])
	if err != nil {
		return nil, err
	}
	if warning := verb.GridWarning(x, y); warning != "" {
		e.Warn("%s", warning)
	}
	o.named = verb.HoldOutConditions(o.named, x, y, e.Seed)
	g := &given{}
	g.placed(o.Input.Pairing(), files, x, y)
	if g.labels, err = o.Units.Labels(files[0], x, y); err != nil {
		return nil, err
	}
	along := append(g.labels.Along(), data.AlongSlice(paths[0], "samples", &g.places))
	kept, err := o.Input.Keep(e, data.Samples, []*data.Dataset{x, y}, along...)
	if err != nil {
		return nil, err
	}
	g.x, g.y, g.sources = kept.Systems[0], kept.Systems[1], append(kept.Sources(), o.Units.Sources()...)
	for side, before := range []*data.Dataset{x, y} {
		for _, j := range kept.Columns(kept.Systems[side], before) {
			u := unit{number: j}
			if before.Features != nil {
				u.name = before.Features[j]
			}
			g.neurons[side] = append(g.neurons[side], u)
		}
	}
	return g, nil
}

// placed numbers the samples of systems whose rows have been joined by their places in
// the file of X. The grid of times and conditions is that of X, or of Y where X has none;
// there is none where both have another.
func (g *given) placed(by data.Pairing, files [2]*data.Dataset, x, y *data.Dataset) {
	rows, _, _ := by.Order("", files[0].Names, "", files[1].Names)
	names := x.Names
	switch {
	case x.Is3D() != y.Is3D():
		rows = nil // and only one of them has a grid, with its names
		if y.Is3D() {
			files[0], x, names = y, y, y.Names
		}
	case names == nil:
		names = y.Names
	}
	per, all := x.Shape[len(x.Shape)-2], files[0].Shape[len(files[0].Shape)-2]
	gridded := x.Is3D() && verb.GridWarning(x, y) == ""
	if gridded {
		g.times = x.Shape[0]
	} else if x.Is3D() {
		per, names, rows = x.Samples(), nil, nil
	}
	for i := range x.Samples() {
		u := unit{number: i % per}
		if rows != nil {
			u.number = rows[i%per]
		}
		if len(names) == per {
			u.name = names[i%per]
		}
		if !gridded {
			g.places = append(g.places, place{sample: u})
			continue
		}
		t := unit{number: i / per}
		s := unit{number: t.number*all + u.number, name: fmt.Sprintf("time %d, condition %d", t.number, u.number)}
		if u.name != "" {
			s.name = fmt.Sprintf("time %d, %s", t.number, u.name)
		}
		g.places = append(g.places, place{sample: s, time: t, condition: u})
	}
}

// groups returns the units of a kind of samples, with the samples of each.
func (g *given) groups(kind string) (units []unit, samples [][]int) {
	of := func(p place) unit { return p.sample }
	switch kind {
	case byConditions:
		of = func(p place) unit { return p.condition }
	case byTimes:
		of = func(p place) unit { return p.time }
	}
	at := map[int]int{}
	for i, p := range g.places {
		u := of(p)
		k, ok := at[u.number]
		if !ok {
			k = len(units)
			at[u.number] = k
			units, samples = append(units, u), append(samples, nil)
		}
		samples[k] = append(samples[k], i)
	}
	return units, samples
}

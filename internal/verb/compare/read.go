package compare

import (
	"fmt"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
)

// given is the recording and its models, whose rows belong together: the samples that all
// of them have, without missing values.
type given struct {
	systems []*data.Dataset
	labels  verb.SampleLabels
	sources []data.Source
}

// read reads the files.
func (o *Options) read(e *batch.Env) (*given, error) {
	read := o.Input.Reader(e, o.Output.ToFile())
	files := o.files()
	systems := make([]*data.Dataset, len(files))
	var err error
	for i, path := range files {
		if systems[i], err = read(path); err != nil {
			return nil, err
		}
		verb.Doubt(e, systems[i], o.takesDistances())
	}
	file := systems[0]
	// Each model may leave less of the recording, and all models go by what is left.
	for i := range systems[1:] {
		if systems[0], _, err = o.Input.Join(e, systems[0], systems[i+1]); err != nil {
			return nil, err
		}
	}
	for i, y := range systems[1:] {
		if _, systems[i+1], err = o.Input.Join(e, systems[0], y); err != nil {
			return nil, err
		}
	}
	g := &given{}
	if systems[0].Samples() == systems[1].Samples() { // which is refused elsewhere
		if g.labels, err = o.Units.Labels(file, systems[0], systems[1]); err != nil {
			return nil, err
		}
	}
	kept, err := o.Input.Keep(e, data.Samples, systems, g.labels.Along()...)
	if err != nil {
		return nil, err
	}
	g.systems, g.sources = kept.Systems, append(kept.Sources(), o.Units.Sources()...)
	return g, nil
}

// takesDistances reports whether all measures take dissimilarities.
func (o *Options) takesDistances() bool {
	for _, m := range o.named {
		if !data.TakesDistances(m.Name) {
			return false
		}
	}
	return true
}

// views returns the parts of the systems that are compared by themselves: all samples, or
// each time bin.
func (o *Options) views(systems []*data.Dataset) ([][]*data.Dataset, error) {
	if o.Per == "" {
		return [][]*data.Dataset{systems}, nil
	}
	x := systems[0]
	for _, d := range systems {
		if !d.Is3D() {
			return nil, &data.InputError{Path: d.Source.Path, Found: data.ShapeString(d.Shape), Wanted: "want time × condition × neuron for --per time"}
		}
		if d.Shape[0] != x.Shape[0] || d.Shape[1] != x.Shape[1] {
			return nil, &data.InputError{
				Path:   d.Source.Path,
				Found:  data.ShapeString(d.Shape[:2]) + " times × conditions",
				Wanted: fmt.Sprintf("but %s has %s, and --per compares them one by one", x.Source.Path, data.ShapeString(x.Shape[:2])),
			}
		}
	}
	out := make([][]*data.Dataset, x.Shape[0])
	for t := range out {
		for _, d := range systems {
			out[t] = append(out[t], d.Time(t))
		}
	}
	return out, nil
}

package score

import (
	"fmt"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Repeats are files that say how much of the recording X is noise, or how much of it
// other subjects share.
type Repeats struct {
	Halves   []string // parts of X, which is their mean
	More     []string // further repeats; X becomes the mean of X and these
	Subjects []string // other subjects with the samples of X

	paths []string // of Halves, More or Subjects, without patterns
}

// register declares the settings.
func (o *Repeats) register(s *setting.Set) {
	s.Rarely(func() {
		s.Strings(&o.Halves, "halves", "", "`FILES` of two halves of the repeats of X, separated by a comma: X is their mean, and they tell its noise ceiling")
	})
	s.Strings(&o.More, "repeat", "", "`FILES` of further repeats of X: models are scored against the mean of X and these, which tell its noise ceiling")
	s.Rarely(func() {
		s.Strings(&o.Subjects, "subject", "", "`FILES` of other subjects that were shown the samples of X: what they say about X is its ceiling")
	})
}

// complete checks the settings against those of the command.
func (o *Repeats) complete(of *Options) error {
	o.paths = nil
	given := slices.DeleteFunc([][]string{o.Halves, o.More, o.Subjects}, func(files []string) bool { return len(files) == 0 })
	if len(given) == 0 {
		return nil
	}
	var err error
	if o.paths, err = verb.ExpandPaths(given[0]); err != nil {
		return err
	}
	switch {
	case len(given) > 1:
		return batch.Usagef("--halves, --repeat and --subject exclude each other")
	case len(o.Halves) > 0 && len(o.paths) < 2:
		return batch.Usagef("--halves %s: want two files, separated by a comma", o.Halves[0])
	case of.List != "" || of.AllPairs || of.Moments:
		return batch.Usagef("--halves, --repeat and --subject are of one recording X, want neither --list, --all-pairs nor --moments")
	case of.Inference.Mode == string(inference.None):
		return batch.Usagef("--halves, --repeat and --subject go with --inference auto or full")
	case slices.ContainsFunc(o.paths, batch.IsStdin):
		return batch.Usagef("--halves, --repeat and --subject name files, not standard input")
	}
	return nil
}

// inputPaths returns the distinct files that are read, in the order in which they come up.
func (o *Options) inputPaths() []string {
	paths := inputPaths(o.pairs)
	for _, path := range o.Repeats.paths {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// recording returns the recording and its repeats, from what the file of X holds. The
// repeats have the samples of X in its order.
func (s *scorer) recording(x *data.Dataset) (mean *data.Dataset, repeats []*data.Dataset, err error) {
	o := s.options.Repeats
	for _, path := range o.paths {
		d, err := s.inputs.read(path)
		if err != nil {
			return nil, nil, err
		}
		s.inputs.note(path, d.Source)
		if d, err = s.sameSamples(x, d); err != nil {
			return nil, nil, err
		}
		repeats = append(repeats, d)
	}
	switch {
	case len(o.Halves) > 0:
		return x, repeats, isMean(x, repeats)
	case len(o.Subjects) > 0:
		return x, repeats, nil
	}
	repeats = append([]*data.Dataset{x}, repeats...)
	return meanOf(x, repeats), repeats, nil
}

// sameSamples returns a repeat with the samples of X in its order, and their names.
func (s *scorer) sameSamples(x, d *data.Dataset) (*data.Dataset, error) {
	xs, d, err := s.options.Input.Join(s.env, x, d)
	if err != nil {
		return nil, err
	}
	subject := len(s.options.Repeats.Subjects) > 0
	last := len(x.Shape) - 1
	switch {
	case xs == x && slices.Equal(d.Shape, x.Shape):
	case xs == x && subject && len(d.Shape) == len(x.Shape) && slices.Equal(d.Shape[:last], x.Shape[:last]):
	default:
		what := "samples and neurons"
		if subject {
			what = "samples"
		}
		return nil, &data.InputError{
			Path: d.Source.Path, Found: data.ShapeString(d.Shape), Wanted: fmt.Sprintf("want the %s of %s, %s", what, x.Source.Path, data.ShapeString(x.Shape)),
		}
	}
	out := *d
	out.Names = x.Names
	return &out, nil
}

// meanOf returns the mean of repeats as a dataset like x.
func meanOf(x *data.Dataset, repeats []*data.Dataset) *data.Dataset {
	out := *x
	out.Values = make([]float64, len(x.Values))
	for _, d := range repeats {
		for i, v := range d.Values {
			out.Values[i] += v / float64(len(repeats))
		}
	}
	return &out
}

// isMean refuses a recording that is not the mean of its halves: its ceiling is another.
func isMean(x *data.Dataset, halves []*data.Dataset) error {
	mean := meanOf(x, halves)
	most, off := 0.0, 0.0
	for i, v := range x.Values {
		// A missing value is no difference: comparisons with NaN are false.
		if size := math.Abs(v); size > most {
			most = size
		}
		if by := math.Abs(v - mean.Values[i]); by > off {
			off = by
		}
	}
	if off <= 1e-5*most { // halves may have been written as float32
		return nil
	}
	return &data.InputError{
		Path: x.Source.Path, Found: fmt.Sprintf("values up to %.2g from the mean of its halves", off), Wanted: "want that mean, whose ceiling the halves tell",
		Hint: "--repeat names further repeats of X, and takes the mean itself",
	}
}

// others are what is known of X besides itself: its repeats, or other subjects.
type others struct {
	repeats  *measures.Repeats
	subjects *inference.Subjects
}

// othersOf returns the repeats, or the other subjects, of a view whose system is known.
func (s *scorer) othersOf(in *input, v view, x *measures.System) (others, error) {
	if in.repeats == nil {
		return others{}, nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if r, ok := in.repeated[x]; ok {
		return r, nil
	}
	var parts []*data.Dataset
	for _, d := range in.repeats {
		parts = append(parts, v.of(d))
	}
	r, err := s.newOthers(x, parts)
	if err == nil && in.shared {
		in.repeated[x] = r
	}
	return r, err
}

// newOthers makes repeats, or other subjects, of a system.
func (s *scorer) newOthers(x *measures.System, parts []*data.Dataset) (others, error) {
	if len(parts) == 0 {
		return others{}, nil
	}
	var systems []*measures.System
	for _, d := range parts {
		one, err := measures.NewSystem(d)
		if err != nil {
			return others{}, err
		}
		systems = append(systems, one)
	}
	if len(s.options.Repeats.Subjects) > 0 {
		return others{subjects: &inference.Subjects{Others: systems}}, nil
	}
	return others{repeats: measures.NewRepeats(x, systems)}, nil
}

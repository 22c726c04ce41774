package verbmlem

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/verb/setting"
)

// Windows is the options of recordings over time, each window of which is a
// representation of the stimuli, its conditions.
type Windows struct {
	Per    string // "" or perTime
	Length int    // time bins whose mean is a pattern
}

// perTime says that each time bin is a representation.
const perTime = "time"

// Register declares the options.
func (o *Windows) Register(s *setting.Set) {
	o.Length = 1
	s.Choice(&o.Per, "per", "", "each time bin of files of time × stimulus × unit is a representation", perTime)
	s.Int(&o.Length, "window", "", "time bins with --per time whose mean is one representation")
}

// check refuses options that cannot be meant.
func (o *Windows) check(neural *Neural) error {
	switch {
	case o.Length < 1:
		return batch.Configf("", "--window: invalid value %d, want at least 1", o.Length)
	case o.Per == "" && o.Length > 1:
		return batch.Configf("leave it out", "--window has no use without --per time")
	case o.Per != "" && neural.DropMissing:
		return batch.Configf("leave it out", "--drop-missing-stimuli has no use with --per time")
	}
	return nil
}

// window is a representation of a file: the mean of some time bins, or all of it.
type window struct {
	path      string
	from, end int // time bins; end 0 for a file without time
}

// windowsOf lists the windows of files. A file that is not of time × stimulus × unit, or
// cannot be read, is one, whose error is that of reading it.
func (p *patterns) windowsOf(files []string, o *Windows) []window {
	var all []window
	for _, path := range files {
		if o.Per == "" {
			all = append(all, window{path: path})
			continue
		}
		d, err := p.overTime(path)
		if err != nil {
			all = append(all, window{path: path, end: 1})
			continue
		}
		for from := 0; from < d.Shape[0]; from += o.Length {
			all = append(all, window{path: path, from: from, end: min(from+o.Length, d.Shape[0])})
		}
	}
	return all
}

// name is that of the representation: the file, and the first time bin behind an @.
func (w window) name() string {
	if w.end == 0 {
		return w.path
	}
	return fmt.Sprintf("%s@%d", w.path, w.from)
}

// overTime reads a file of time × stimulus × unit, in the order of the features where both
// name the stimuli. It keeps the last one, whose windows are asked for one after the other.
func (p *patterns) overTime(path string) (*data.Dataset, error) {
	if p.last != nil && p.last.Source.Path == path {
		return p.last, nil
	}
	d, err := patternInput.Reader(p.env, true)(path)
	if err != nil {
		return nil, err
	}
	if !d.Is3D() {
		return nil, &data.InputError{Path: path, Found: data.ShapeString(d.Shape), Wanted: "want time × stimulus × unit for --per time"}
	}
	if d.Shape[1] != p.stimuli {
		return nil, &data.InputError{Path: path, Found: fmt.Sprintf("%d stimuli at each time", d.Shape[1]), Wanted: fmt.Sprintf("but the features are of %d", p.stimuli)}
	}
	p.last = d
	return d, nil
}

// readWindow reads stimuli × units of a window, and the recording that they are of.
func (p *patterns) readWindow(w window) (*mat.Dense, *data.Dataset, error) {
	if w.end == 0 {
		d, err := p.read(w.path)
		if err != nil {
			return nil, nil, err
		}
		return d.Matrix(), d, nil
	}
	d, err := p.overTime(w.path)
	if err != nil {
		return nil, nil, err
	}
	_, rows, err := data.ByName.Order(p.source, p.namesFor(d), d.Source.Path, d.Names)
	if err != nil {
		return nil, nil, err
	}
	mean := mat.NewDense(d.Shape[1], d.Shape[2], nil)
	for t := w.from; t < w.end; t++ {
		bin := d.Time(t)
		if rows != nil {
			bin = bin.Arranged(rows)
		}
		if err := bin.CheckFinite(); err != nil {
			return nil, nil, batch.Named(err, w.path)
		}
		mean.Add(mean, bin.Matrix())
	}
	mean.Scale(1/float64(w.end-w.from), mean)
	return mean, d, nil
}

// ofWindows makes an item of each file, or of each window of each.
func (f *fits) ofWindows(files []string) error {
	for i, path := range files {
		for _, other := range files[:i] {
			if path == other {
				return batch.Configf("", "%s: given twice", path)
			}
		}
	}
	options, noise, err := f.patterns.options.distances()
	if err != nil {
		return err
	}
	all := f.patterns.windowsOf(files, &f.Windows)
	f.windows = map[string]window{}
	for _, w := range all {
		f.names = append(f.names, w.name())
		f.windows[w.name()] = w
	}
	f.read = func(item int) (*mlem.Neural, []data.Source, error) {
		of := options
		of.Name = f.names[item]
		m, d, err := f.patterns.readWindow(all[item])
		if err != nil {
			return nil, nil, err
		}
		of.Precision = d.Precision
		y, err := mlem.TakeNeural(m, of)
		return y, append(noise[:len(noise):len(noise)], d.Origin()), batch.Named(err, of.Name)
	}
	return nil
}

package verbmlem

import (
	"fmt"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/verb"
)

// fits is the work of fitting a metric to each of some representations, its items.
type fits struct {
	*FitOptions
	env       *batch.Env
	control   batch.Control
	directory *batch.Directory
	inputs    []string // files that are never written over
	stimuli   *stimuli
	patterns  *patterns
	options   mlem.Options
	ceiling   *mlem.Ceiling // of the one representation, if it has repeats
	names     []string      // of the representations, all different
	windows   map[string]window

	// read reads a representation and says what it was read from.
	read func(item int) (*mlem.Neural, []data.Source, error)
}

// begin reads the stimuli and checks the settings; it reads the representation, too,
// where there is but one file.
func (o *FitOptions) begin(e *batch.Env, args []string, control batch.Control) (*fits, error) {
	if o.layers {
		files, err := verb.ExpandPaths(args)
		if err != nil {
			return nil, err
		}
		args = verb.InNaturalOrder(files)
	}
	neural := o.Neural
	neural.Files = slices.Concat(args, o.Neural.Files)
	f := &fits{
		FitOptions: o, env: e, control: control, directory: directoryAt(o.Directory),
		inputs: append([]string{o.Stimuli.File, o.Split.Train, o.Split.Test}, neural.Files...),
	}
	var err error
	if f.stimuli, f.patterns, err = readStimuli(e, &o.Stimuli, &neural, &o.Split, o.layers && len(neural.Files) > 1); err != nil {
		return nil, err
	}
	if f.options, err = o.fitting(e, f.stimuli); err != nil {
		return nil, err
	}
	switch {
	case o.layers:
		err = f.ofWindows(neural.Files)
	case o.EachUnit:
		err = f.ofUnits()
	default:
		err = f.ofOne()
	}
	return f, err
}

// several reports whether tables say of which representation a row is.
func (f *fits) several() bool { return len(f.names) > 1 }

// keys are the items, and what else makes the batch: stimuli are left out for all
// files, of which other parts have others.
func (f *fits) keys() []string {
	keys := slices.Clone(f.names)
	if f.patterns.kept != nil {
		stimuli := batch.Digest([]string{fmt.Sprint(f.patterns.kept.Units)})
		for i := range keys {
			keys[i] += "\tstimuli " + stimuli
		}
	}
	return keys
}

// ofOne makes the one item of a recording, which may have repeats.
func (f *fits) ofOne() error {
	r, y, err := f.patterns.readOne(false)
	if err != nil {
		return err
	}
	// Crossnobis distances are between repeats: one repeat alone has none.
	if len(r.repeats) > 1 && r.options.Distance != mlem.Crossnobis {
		c, err := mlem.NoiseCeiling(r.repeats, r.options)
		if err != nil {
			return err
		}
		f.ceiling = &c
	}
	f.names = []string{y.Name}
	sources := r.sources // the patterns of repeats are of no use any more
	f.read = func(int) (*mlem.Neural, []data.Source, error) { return y, sources, nil }
	return nil
}

// ofUnits makes an item of each unit of a recording.
func (f *fits) ofUnits() error {
	r, err := f.patterns.readFiles()
	if err != nil {
		return err
	}
	_, units := r.y.Dims()
	for k := range units {
		f.names = append(f.names, mlem.UnitName(k))
	}
	f.read = func(item int) (*mlem.Neural, []data.Source, error) {
		y, err := mlem.NewUnit(r.y, item, mlem.NeuralOptions{Name: f.names[item], Precision: r.options.Precision})
		return y, r.sources, err
	}
	return nil
}

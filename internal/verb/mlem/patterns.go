package verbmlem

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/verb"
)

// patternInput is how patterns are read: what is missing is dealt with afterwards.
var patternInput = verb.Input{Axes: "tcn", Header: "auto", Missing: data.DropMissing.Name, Bare: true}

// patterns reads the representations of the same stimuli.
type patterns struct {
	env     *batch.Env
	options *Neural
	stimuli int           // of the features, before any is left out
	names   []string      // of them, where the features are given distances; nil for none
	table   *data.Table   // of the features, nil where these are distances
	source  string        // of the features
	kept    *data.Kept    // nil for all
	last    *data.Dataset // the last that was read over time
}

// newPatterns prepares to read representations of the stimuli of some features. Where stimuli with
// missing values are left out, it looks for them in all files, one after the other,
// for there may be many, and warns once. several says that files are items of a
// batch: then one that cannot be read has no part in which stimuli are kept.
func (o *Neural) newPatterns(e *batch.Env, of *stimulusFiles, several bool) (*patterns, error) {
	p := &patterns{env: e, options: o, stimuli: of.count(), source: of.sources[0].Path}
	if of.table != nil {
		p.table = of.table
	} else {
		p.names = of.stimulusRows
	}
	policy := o.policy()
	if policy.Refuses() {
		return p, nil // when the patterns are used
	}
	if o.Given != "" || len(o.Files) == 0 {
		return nil, batch.Configf("", "--drop-missing-stimuli wants --neural FILE")
	}
	survey := policy.Survey(data.Stimuli)
	looked := false
	for _, path := range o.Files {
		d, err := p.inOrder(path, false)
		if err == nil {
			err = survey.Look(d)
		}
		switch {
		case err == nil:
			looked = true
		case !several || !batch.OfItem(err):
			return nil, err
		}
	}
	if !looked {
		return p, nil
	}
	var err error
	if p.kept, err = survey.Kept(); err != nil {
		return nil, withHint(err, "a unit without any value is of no use: leave its column out of the file")
	}
	verb.WarnMissing(e, p.kept)
	return p, nil
}

// checkStimuli refuses patterns of another number of stimuli than the features.
func (p *patterns) checkStimuli(path string, d *data.Dataset) error {
	if d.Samples() == p.stimuli {
		return nil
	}
	e := &data.InputError{Path: d.Source.Path, Found: fmt.Sprintf("%d stimuli", d.Samples()), Wanted: fmt.Sprintf("but the features are of %d", p.stimuli)}
	switch {
	case d.Is3D() && d.Shape[1] == p.stimuli:
		e.Found = data.ShapeString(d.Shape) + ", " + e.Found
		e.Hint = "where these are time × stimulus × unit, simtool mlem layers --per time fits each time"
	case path == p.options.Given && !d.Is3D() && d.Width() == 1 && mlem.StimuliOfPairs(d.Samples()) == p.stimuli:
		e.Hint = fmt.Sprintf("as the pairs of %d stimuli, make a matrix of them: scipy.spatial.distance.squareform(x)", p.stimuli)
	case !d.Is3D() && d.Width() == p.stimuli:
		e.Hint = "it has a column for each stimulus: transpose it"
	}
	return e
}

// inOrder reads patterns, or distances, of the stimuli of the features, in their order
// where both name them.
func (p *patterns) inOrder(path string, hash bool) (*data.Dataset, error) {
	d, err := p.readNamed(path, hash)
	if err != nil {
		return nil, err
	}
	p.env.Pairs(data.ByName)
	if like := d.Likeness(); like.Distances && path != p.options.Given {
		p.env.TellOnce(path + " looks like dissimilarities but is read as patterns; --neural-distances takes a matrix of distances")
	}
	_, rows, err := data.ByName.Order(p.source, p.namesFor(d), d.Source.Path, d.Names)
	if err != nil {
		return nil, otherStimuli(err)
	}
	if rows != nil {
		d = d.Arranged(rows)
	}
	return d, p.checkStimuli(path, d)
}

// readNamed reads patterns, or distances. A first column of a text file that cannot be a unit, a
// column of text or of numbers that count, holds the names of the stimuli where these are those
// of the features.
func (p *patterns) readNamed(path string, hash bool) (*data.Dataset, error) {
	d, err := patternInput.Reader(p.env, hash)(path)
	if err == nil || !batch.OfItem(err) || batch.IsStdin(path) || !dataio.HasColumns(dataio.FileOf(path)) {
		return d, err
	}
	named := patternInput
	named.IDs = []string{"1"}
	again, failed := named.Reader(p.env, hash)(path)
	if failed != nil || p.namesFor(again) == nil {
		return nil, err
	}
	return again, nil
}

// namesFor returns the names of the stimuli of the features by which the samples of some
// patterns go, nil for none.
func (p *patterns) namesFor(d *data.Dataset) []string {
	if p.table != nil {
		return p.table.NamesAmong(d.Names, d.Source.Names)
	}
	return p.names
}

// otherStimuli says what to do where two files name other stimuli.
func otherStimuli(err error) error {
	if e, ok := data.AsInputError(err); ok {
		e.Hint = "give both the same stimuli, or files without the names"
	}
	return err
}

// read reads stimuli × units, of the stimuli that are kept.
func (p *patterns) read(path string) (*data.Dataset, error) {
	d, err := p.inOrder(path, true)
	if err != nil {
		return nil, err
	}
	if d, err = p.kept.System(d); err != nil {
		return nil, err
	}
	if err := d.CheckFinite(); err != nil {
		if slices.ContainsFunc(d.Values, math.IsNaN) {
			err = withHint(err, "--drop-missing-stimuli leaves such stimuli out, of the features too")
		}
		return nil, err
	}
	return d, nil
}

// withHint replaces the remedy of an error of the policy for missing values, which
// names the settings of other commands.
func withHint(err error, hint string) error {
	if e, ok := data.AsInputError(err); ok && e.Hint != "" {
		e.Hint = hint
	}
	return err
}

// representation is one that was read, from a file or from several repeats.
type representation struct {
	repeats []*mat.Dense // patterns, nil for given distances
	y       *mat.Dense   // their mean, nil for given distances
	given   *mat.Dense   // distances, nil for patterns
	options mlem.NeuralOptions
	sources []data.Source
}

// readOne reads the one representation of the options and forms its distances, in the memory
// of y, its patterns, unless these are kept.
func (p *patterns) readOne(keep bool) (*representation, *mlem.Neural, error) {
	r, err := p.readFiles()
	if err != nil {
		return nil, nil, err
	}
	of := mlem.TakeNeural
	if keep {
		of = mlem.NewNeural
	}
	y, err := r.neural(of)
	if !keep {
		r.y = nil
	}
	return r, y, batch.Named(err, r.options.Name)
}

// readFiles reads the one representation of the options: a matrix of distances, or
// patterns, or several repeats of them, whose mean it is.
func (p *patterns) readFiles() (*representation, error) {
	o := p.options
	if (len(o.Files) == 0) == (o.Given == "") {
		return nil, batch.Usagef("want either --neural FILE or --neural-distances FILE")
	}
	if err := o.checkKind(); err != nil {
		return nil, err
	}
	if o.Given != "" {
		return p.readGiven()
	}
	r := &representation{}
	var err error
	if r.options, r.sources, err = o.distances(); err != nil {
		return nil, err
	}
	r.options.Name = o.Files[0]
	for _, path := range o.Files {
		d, err := p.read(path)
		if err != nil {
			return nil, err
		}
		m := d.Matrix()
		if units := m.RawMatrix().Cols; len(r.repeats) > 0 && units != r.repeats[0].RawMatrix().Cols {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("%d units", units), Wanted: fmt.Sprintf("but the repeat %s has %d", o.Files[0], r.repeats[0].RawMatrix().Cols)}
		}
		r.repeats = append(r.repeats, m)
		r.sources = append(r.sources, d.Origin())
		if d.Precision.Eps() > r.options.Precision.Eps() || len(r.repeats) == 1 {
			r.options.Precision = d.Precision // of the least precise
		}
	}
	r.y = meanOf(r.repeats)
	return r, nil
}

// readGiven reads the matrix of --neural-distances.
func (p *patterns) readGiven() (*representation, error) {
	o := p.options
	if err := refuseSet(p.env, "has no use with --neural-distances", "distance", "noise"); err != nil {
		return nil, err
	}
	r := &representation{options: o.givenOptions()}
	if err := r.options.Check(); err != nil {
		return nil, verb.SettingError(err)
	}
	d, err := p.read(o.Given)
	if err != nil {
		return nil, err
	}
	m := d.Matrix()
	r.given, r.sources, r.options.Precision = m, []data.Source{d.Origin()}, d.Precision
	r.options.Power, err = o.powerOf(p.env, m, d.Precision)
	return r, err
}

// neural forms the distances, those of one pattern for each stimulus by a function.
func (r *representation) neural(of func(*mat.Dense, mlem.NeuralOptions) (*mlem.Neural, error)) (*mlem.Neural, error) {
	switch {
	case r.given != nil:
		return mlem.NewGiven(r.given, r.options)
	case r.options.Distance != mlem.Crossnobis:
		return of(r.y, r.options)
	case len(r.repeats) < 2:
		return nil, batch.Configf("", "--distance crossnobis: want at least two repeats, --neural A.npy --neural B.npy")
	}
	return mlem.NewCrossnobis(r.repeats, r.options)
}

func meanOf(repeats []*mat.Dense) *mat.Dense {
	if len(repeats) == 1 {
		return repeats[0]
	}
	mean := mat.DenseCopyOf(repeats[0])
	for _, r := range repeats[1:] {
		mean.Add(mean, r)
	}
	mean.Scale(1/float64(len(repeats)), mean)
	return mean
}

// readStimuli reads the features and the given split, nil for none, and says which stimuli
// have patterns in all files.
func readStimuli(e *batch.Env, o *Stimuli, neural *Neural, split *Split, several bool) (*stimuli, *patterns, error) {
	files, err := o.read(e)
	if err != nil {
		return nil, nil, err
	}
	roles, err := split.roles(e, files)
	if err != nil {
		return nil, nil, err
	}
	p, err := neural.newPatterns(e, files, several)
	if err != nil {
		return nil, nil, err
	}
	if err := files.leaveOut(p.kept); err != nil {
		return nil, nil, err
	}
	if roles != nil {
		if err := p.kept.Along(data.AlongSlice("", "stimuli", &roles)); err != nil {
			return nil, nil, err
		}
	}
	s, err := o.encode(files, roles)
	return s, p, err
}

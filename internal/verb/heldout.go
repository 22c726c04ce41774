package verb

import (
	"fmt"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/verb/setting"
)

// HeldOut are the options of a given split: which samples are fitted to, and which are
// scored, by measures that hold samples out.
type HeldOut struct {
	Train string // file of samples, "" for all that are not in Test
	Test  string // file of samples, "" for all that are not in Train

	lists [2]*SampleList // train and test, nil where not given
}

// Register declares the options.
func (o *HeldOut) Register(s *setting.Set) {
	s.Rarely(func() {
		s.String(&o.Train, "train", "", "samples (conditions of 3-d data) to fit to in place of folds, a number from 0 or a name a line, or an array of numbers, `FILE` (default: those not in --test)")
		s.String(&o.Test, "test", "", "samples (conditions) to score in place of folds, `FILE` (default: those not in --train)")
	})
}

// Given reports whether there is a split.
func (o *HeldOut) Given() bool { return o.Train+o.Test != "" }

// Check refuses measures that hold nothing out.
func (o *HeldOut) Check(named []measures.Named) error {
	for _, m := range named {
		if o.Given() && measures.HeldOutFolds(m) == 0 {
			return batch.Usagef("--train and --test go with measures that hold samples out, such as linreg:cv=5, but %s holds out none", m.Name)
		}
	}
	return nil
}

// Read reads the files, once.
func (o *HeldOut) Read(e *batch.Env) error {
	for k, path := range []string{o.Train, o.Test} {
		if path == "" || o.lists[k] != nil {
			continue
		}
		var err error
		if o.lists[k], err = ReadSampleList(e, path, data.Samples); err != nil {
			return err
		}
	}
	return nil
}

// Files returns the files of the options.
func (o *HeldOut) Files() []string {
	var out []string
	for _, path := range []string{o.Train, o.Test} {
		if path != "" {
			out = append(out, path)
		}
	}
	return out
}

// Sources describes the files.
func (o *HeldOut) Sources() []data.Source {
	var out []data.Source
	for _, l := range o.lists {
		if l != nil {
			out = append(out, l.Source)
		}
	}
	return out
}

// Roles says of each sample of a pair what it is for in a given split, nil without one.
type Roles []Role

// Roles returns the roles of the samples of two systems whose rows belong together. The
// files speak of the reference as it is in its file, of which x may have lost rows.
func (o *HeldOut) Roles(file, x, y *data.Dataset) (Roles, error) {
	if !o.Given() {
		return nil, nil
	}
	units := func(d *data.Dataset) int {
		if !d.Is3D() && y.Is3D() && d.Samples() == y.Samples() {
			d = y
		}
		return d.Shape[len(d.Shape)-2]
	}
	n := units(file)
	names := file.Names
	if names == nil && file.Samples() == y.Samples() {
		names = y.Names
	}
	roles, err := RolesOf(o.lists[0], o.lists[1], [][]string{names}, n)
	if err != nil {
		return nil, err
	}
	return Roles(roles).along(file, x, units(x)), nil
}

// along returns the roles of the samples of x, which are those of the file by their names
// where x has lost some, at each time.
func (r Roles) along(file, x *data.Dataset, units int) Roles {
	if units != len(r) {
		at := make(map[string]Role, len(r))
		for i, name := range file.Names {
			at[name] = r[i]
		}
		r = r[:0:0]
		for _, name := range x.Names {
			r = append(r, at[name])
		}
	}
	out := make(Roles, 0, x.Samples())
	for range x.Samples() / units {
		out = append(out, r...)
	}
	return out
}

// split returns the numbers of the samples for training and for the test.
func (r Roles) split() (train, held []int) {
	for i, is := range r {
		switch is {
		case Training:
			train = append(train, i)
		case Test:
			held = append(held, i)
		}
	}
	return train, held
}

// HoldOut makes measures of a pair hold out the samples of the test, before it is scored.
// Without roles it does nothing.
func (r Roles) HoldOut(p *measures.Pair) {
	if r != nil {
		p.HoldOut(r.split())
	}
}

// Note says what was done, "" without roles.
func (r Roles) Note() string {
	if r == nil {
		return ""
	}
	train, held := r.split()
	return fmt.Sprintf("fitted to %d samples and scored on %d others as --train and --test say, in place of folds: no interval, null or p value for one given split", len(train), len(held))
}

package verbmlem

import (
	"context"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/stats"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// EncodeOptions say which patterns are predicted from which bands of features.
type EncodeOptions struct {
	Stimuli    Stimuli
	Neural     Neural
	Bands      []string // NAME=a,b
	Folds      int
	InnerFolds int
	Draws      int
	Penalties  []float64
	Choose     string
	Level      float64
	EachUnit   bool
	Output     batch.Output
}

// NewEncode returns the command with its defaults.
func NewEncode() *EncodeOptions {
	d := mlem.DefaultBandedOptions()
	return &EncodeOptions{Folds: d.Folds, InnerFolds: d.InnerFolds, Draws: d.Draws, Choose: string(d.Choice), Level: d.Level}
}

// Settings implements verb.Command.
func (o *EncodeOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Stimuli.Register(s)
	o.Neural.Register(s, repeatsUsage)
	s.Texts(&o.Bands, "band", "", "features that have one penalty together, as in `NAME`=a,b; a feature in no band is one by itself")
	s.Int(&o.Folds, "folds", "", "parts of the stimuli that are held out in turn")
	s.Int(&o.InnerFolds, "inner-folds", "", "parts of the other stimuli, to choose penalties by")
	s.Int(&o.Draws, "draws", "", "random divisions of the weight among the bands that are tried, beside equal ones and each band alone")
	s.Floats(&o.Penalties, "penalties", "", "penalties that are tried with each of them, a `LIST` (default: 0.001 to 100000 by powers of ten)")
	s.Choice(&o.Choose, "choose", "", "choose penalties for each unit, or shared by all; auto is what the inner folds favour, of few stimuli shared", mlem.BandedChoices()...)
	s.Float(&o.Level, "level", "", "level of the intervals")
	s.Bool(&o.EachUnit, "each-unit", "", "add the rows of each unit, in a column unit")
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *EncodeOptions) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	return o.table().Schema, o.check(args)
}

func (o *EncodeOptions) table() result.Of[result.Encoding] {
	if o.EachUnit {
		return result.Encodings.With("unit")
	}
	return result.Encodings
}

func (o *EncodeOptions) check(args []string) error {
	switch {
	case len(args) > 0:
		return batch.Usagef("%s, want them behind --features and --neural", data.Counted(len(args), "file"))
	case o.Neural.Given != "":
		return batch.Configf("leave it out", "--neural-distances has no use here: want patterns, with --neural")
	}
	return nil
}

// Run implements verb.Command.
func (o *EncodeOptions) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	if err := refuseSet(e, "has no use here: no distances are formed", "distance", "noise", "power", "split-by", "stratify"); err != nil {
		return err
	}
	options := mlem.DefaultBandedOptions()
	options.Folds, options.InnerFolds, options.Draws, options.Penalties, options.Level = o.Folds, o.InnerFolds, o.Draws, o.Penalties, o.Level
	options.Choice, options.Seed, options.Jobs = mlem.BandedChoice(o.Choose), e.Seed, e.Jobs
	var err error
	if options.Bands, err = featureGroups("band", o.Bands); err != nil {
		return err
	}
	table := o.table()
	out, err := e.OpenTable(&o.Output, table.Schema, append([]string{o.Stimuli.File}, o.Neural.Files...))
	if err != nil {
		return err
	}
	defer out.Abort()
	s, p, err := readStimuli(e, &o.Stimuli, &o.Neural, nil, false)
	if err != nil {
		return err
	}
	r, err := p.readFiles()
	if err != nil {
		return err
	}
	e.WarnAll(s.warnings)
	options.Groups = s.groups
	got, err := mlem.FitBanded(ctx, s.features, r.y, options)
	if err != nil {
		return verb.SettingError(batch.Named(err, r.options.Name))
	}
	for _, w := range got.Warnings {
		if options.Choice != mlem.ChoiceShared {
			w += " (--choose shared chooses penalties for all units together)"
		}
		e.Warn("%s", w)
	}
	units := []int{got.Units}
	if o.EachUnit {
		for u := range got.Units {
			units = append(units, u)
		}
	}
	for _, u := range units {
		for b := -1; b < len(got.Bands); b++ {
			if err := out.Row(table.Cells(encodingRow(got, u, b))...); err != nil {
				return err
			}
		}
	}
	return out.Commit(append(s.sources, r.sources...), nil)
}

// encodingRow is that of a unit, or of the mean over units, and a band, or all of them (−1).
func encodingRow(got *mlem.Banded, unit, band int) result.Encoding {
	row := result.Encoding{Penalty: math.NaN(), Units: got.Units, Stimuli: got.Stimuli}
	if unit < got.Units {
		row.Unit = mlem.UnitName(unit)
		row.Units = 1
	}
	of := got.Total[unit]
	if band >= 0 {
		of = got.Parts[band][unit]
		row.Band = got.Bands[band]
		if penalties := got.Penalty[band]; unit < got.Units {
			row.Penalty = penalties[unit]
		} else {
			row.Penalty = stats.Quantile(slices.Sorted(slices.Values(penalties)), 0.5)
		}
	}
	row.R2, row.SE, row.Note = of.R2, result.Positive(of.SE), of.Note
	row.Lo, row.Hi = bounds(of.Interval)
	return row
}

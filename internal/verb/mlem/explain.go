package verbmlem

import (
	"context"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// ExplainOptions say which dissimilarities are explained by which.
type ExplainOptions struct {
	Stimuli Stimuli
	Neural  Neural
	Score   string   // spearman or pearson
	Groups  []string // NAME=a,b: features that are one model
	Null    int
	Level   float64
	Output  batch.Output
}

// NewExplain returns the command with its defaults.
func NewExplain() *ExplainOptions {
	d := mlem.DefaultExplainOptions()
	return &ExplainOptions{Score: string(d.Score), Null: d.Null, Level: d.Level}
}

// Settings implements verb.Command.
func (o *ExplainOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Stimuli.Register(s)
	o.Neural.Register(s, repeatsUsage)
	s.Choice(&o.Score, "score", "", "compare ranks of dissimilarities (spearman), or the values (pearson)", string(mlem.ScoreSpearman), string(mlem.ScorePearson))
	s.Texts(&o.Groups, "group", "", "features that are one model together, as in `NAME`=a,b")
	s.Int(&o.Null, "null", "", "permutations of the stimuli for pvalue; 0 for none")
	s.Float(&o.Level, "level", "", "level of the intervals")
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *ExplainOptions) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	return result.Explanations.Schema, o.check(args)
}

func (o *ExplainOptions) check(args []string) error {
	if len(args) > 0 {
		return batch.Usagef("%s, want them behind --features or --feature-distances, and --neural", data.Counted(len(args), "file"))
	}
	return nil
}

// Run implements verb.Command.
func (o *ExplainOptions) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	if err := refuseSet(e, "has no use here: nothing is held out", "stratify"); err != nil {
		return err
	}
	options := mlem.DefaultExplainOptions()
	options.Score, options.Null, options.Level = mlem.Statistic(o.Score), o.Null, o.Level
	options.Seed, options.Jobs = e.Seed, e.Jobs
	var err error
	if options.FeatureGroups, err = featureGroups("group", o.Groups); err != nil {
		return err
	}
	out, err := e.OpenTable(&o.Output, result.Explanations.Schema, append([]string{o.Stimuli.File, o.Neural.Given}, o.Neural.Files...))
	if err != nil {
		return err
	}
	defer out.Abort()
	// Dissimilarities are explained as they are; ranks are the same for any power.
	neural := o.Neural
	if neural.Power == 0 {
		neural.Power = 1
	}
	s, p, err := readStimuli(e, &o.Stimuli, &neural, nil, false)
	if err != nil {
		return err
	}
	options.Groups, options.SplitBy = s.groups, s.splitBy
	r, y, err := p.readOne(false)
	if err != nil {
		return err
	}
	e.WarnAll(s.warnings)
	got, err := mlem.Explain(ctx, s.features, y, options)
	if err != nil {
		return verb.SettingError(batch.Named(err, strings.Join(o.Neural.Files, ", ")+o.Neural.Given))
	}
	e.WarnAll(got.Warnings)
	for _, share := range got.Shares {
		lo, hi := bounds(share.Interval)
		if err := out.Row(result.Explanations.Cells(result.Explanation{
			Quantity: string(share.Quantity), Model: share.Model, Value: share.Value, SE: share.SE, Lo: lo, Hi: hi,
			PValue: share.P, Stimuli: got.Stimuli, Pairs: got.Pairs, Note: share.Note,
		})...); err != nil {
			return err
		}
	}
	return out.Commit(append(s.sources, r.sources...), nil)
}

// featureGroups reads NAME=A,B of a setting.
func featureGroups(setting string, texts []string) ([]mlem.FeatureGroup, error) {
	var out []mlem.FeatureGroup
	for _, text := range texts {
		name, features, ok := strings.Cut(text, "=")
		if !ok {
			return nil, batch.Configf("", "--%s: invalid value %q, want NAME=A,B", setting, text)
		}
		out = append(out, mlem.FeatureGroup{Name: name, Features: strings.Split(features, ",")})
	}
	return out, nil
}

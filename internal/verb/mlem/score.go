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

// ScoreOptions say how a model is scored on other stimuli.
type ScoreOptions struct {
	Applied Applied
	Neural  Neural
	Level   float64 // coverage of the interval
	Score   string  // that the interval is of
	Output  batch.Output
}

// NewScore returns the command with its defaults.
func NewScore() *ScoreOptions { return &ScoreOptions{Level: 0.95, Score: string(mlem.ScoreSpearman)} }

// Settings implements verb.Command.
func (o *ScoreOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Applied.Register(s)
	o.Neural.Register(s, repeatsUsage)
	s.Float(&o.Level, "level", "", "coverage of the interval")
	s.Choice(&o.Score, "score", "", "score that the interval is of", mlem.Statistics()...)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *ScoreOptions) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	return result.ModelScores.Schema, o.check(args)
}

func (o *ScoreOptions) check(args []string) error {
	if err := wantModel(args); err != nil {
		return err
	}
	if !(o.Level > 0 && o.Level < 1) {
		return batch.Configf("", "--level: invalid value %g, want a value between 0 and 1, such as 0.95", o.Level)
	}
	return nil
}

// Run implements verb.Command.
func (o *ScoreOptions) Run(_ context.Context, e *batch.Env, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	path := args[0]
	out, err := e.OpenTable(&o.Output, result.ModelScores.Schema, append([]string{path, o.Applied.File}, o.Neural.Files...))
	if err != nil {
		return err
	}
	defer out.Abort()
	row, sources, err := o.score(e, path)
	if err != nil {
		return err
	}
	if err := out.Row(result.ModelScores.Cells(row)...); err != nil {
		return err
	}
	return out.Commit(sources, nil)
}

// score applies the model of a file.
func (o *ScoreOptions) score(e *batch.Env, path string) (row result.ModelScore, sources []data.Source, err error) {
	model, table, sources, err := o.Applied.read(e, path)
	if err != nil {
		return row, nil, err
	}
	p, err := o.Neural.newPatterns(e, &stimulusFiles{table: table, sources: []data.Source{table.Source}}, false)
	if err != nil {
		return row, nil, err
	}
	if err := p.kept.Along(data.AlongTable("stimuli", &table)); err != nil {
		return row, nil, err
	}
	features, err := o.Applied.encode(e, model, table)
	if err != nil {
		return row, nil, err
	}
	neural, err := o.Neural.following(e, model)
	if err != nil {
		return row, nil, err
	}
	p.options = &neural
	r, y, err := p.readOne(false)
	if err != nil {
		return row, nil, err
	}
	s, err := model.Score(features, y, mlem.Statistic(o.Score), o.Level)
	if err != nil {
		return row, nil, err
	}
	lo, hi := bounds(s.Interval)
	return result.ModelScore{
		Model: path, Features: o.Applied.File, Neural: strings.Join(o.Neural.Files, "") + o.Neural.Given,
		Spearman: s.Spearman, Pearson: s.Pearson, R2: s.R2, Stimuli: s.Stimuli, Pairs: s.Pairs, SE: result.Positive(s.SE), Lo: lo, Hi: hi,
	}, append(sources, r.sources...), nil
}

package verbmlem

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/stats"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// ProfilesOptions say how the importances of features over the layers of models are
// compared.
type ProfilesOptions struct {
	Warp      string // dtw or none
	Band      int
	Scale     bool
	Method    string // of the importances
	Order     string // of the layers: natural or given
	Names     []string
	Intervals bool
	Level     float64 // of the intervals in the tables, and of those of distances
	Output    batch.Output
}

// The words of --warp and --order.
const (
	warpDTW      = "dtw"
	warpNone     = "none"
	orderNatural = "natural"
	orderGiven   = "given"
)

// NewProfiles returns the command with its defaults.
func NewProfiles() *ProfilesOptions {
	return &ProfilesOptions{Warp: warpDTW, Method: string(mlem.Permutation), Order: orderNatural, Level: mlem.DefaultOptions().Level}
}

// Settings implements verb.Command.
func (o *ProfilesOptions) Settings() *setting.Set {
	s := &setting.Set{}
	s.Choice(&o.Warp, "warp", "", "match the layers of two models by dynamic time warping (dtw), or first with first, second with second (none)", warpDTW, warpNone)
	s.Int(&o.Band, "band", "", "largest difference of the numbers of two layers that are matched; 0 for any")
	s.Bool(&o.Scale, "scale", "", "divide each profile by its root mean square, to compare shapes")
	s.String(&o.Method, "method", "", "importances to compare, where a table has several: permutation, drop-one or shapley")
	s.Choice(&o.Order, "order", "", "order of the layers: by the numbers in their names (natural), or as in the tables (given)", orderNatural, orderGiven)
	s.Strings(&o.Names, "names", "", "names of the models, a `LIST` (default: the directories of the tables)")
	s.Bool(&o.Intervals, "intervals", "", "add the interval of each distance, from those of the importances, and what noise alone gives, in columns lo, hi and noise")
	s.Float(&o.Level, "level", "", "level of the intervals in the tables, and of those of the distances")
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *ProfilesOptions) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	return o.table().Schema, o.check(args)
}

func (o *ProfilesOptions) table() result.Of[result.Profile] {
	if o.Intervals {
		return result.Profiles.With("lo", "hi", "noise")
	}
	return result.Profiles
}

func (o *ProfilesOptions) check(args []string) error {
	switch {
	case len(args) < 2:
		return batch.Usagef("%s, want at least two importance.csv of simtool mlem layers, one of each model", data.Counted(len(args), "file"))
	case o.Band < 0:
		return batch.Configf("", "--band: invalid value %d, want 0 or more", o.Band)
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level: invalid value %g, want one between 0 and 1", o.Level)
	case o.Band > 0 && o.Warp == warpNone:
		return batch.Configf("leave it out", "--band has no use with --warp none")
	case len(o.Names) > 0 && len(o.Names) != len(args):
		return batch.Configf("", "--names: %s for %s, want one each", data.Counted(len(o.Names), "name"), data.Counted(len(args), "file"))
	}
	return nil
}

// Run implements verb.Command.
func (o *ProfilesOptions) Run(_ context.Context, e *batch.Env, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	out, err := e.OpenTable(&o.Output, o.table().Schema, args)
	if err != nil {
		return err
	}
	defer out.Abort()
	names := o.Names
	if len(names) == 0 {
		names = modelNames(args)
	}
	var profiles []mlem.Profile
	var sources []data.Source
	for k, path := range args {
		p, source, err := o.read(e, path)
		if err != nil {
			return err
		}
		p.Name = path
		profiles, sources = append(profiles, p), append(sources, source)
		if slices.Contains(names[:k], names[k]) {
			return batch.Configf("", "two models are called %q: want distinct --names", names[k])
		}
	}
	features, pairs, err := mlem.CompareProfiles(profiles, mlem.ProfileOptions{Warp: o.Warp == warpDTW, Band: o.Band, Scale: o.Scale, Errors: o.Intervals, Seed: e.Seed})
	if err != nil {
		return err
	}
	if most := len(profiles[0].Features); len(features) < most {
		e.Warn("%d of %d features are in all tables: %s", len(features), most, strings.Join(features, ", "))
	}
	rows, err := o.profileRows(names, profiles, pairs)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Row(o.table().Cells(row)...); err != nil {
			return err
		}
	}
	return out.Commit(sources, nil)
}

// modelNames are the directories of tables, or the tables where these are alike.
func modelNames(paths []string) []string {
	names := make([]string, len(paths))
	for k, path := range paths {
		names[k] = filepath.Base(filepath.Dir(path))
		if names[k] == "." || slices.Contains(names[:k], names[k]) {
			return slices.Clone(paths)
		}
	}
	return names
}

// read reads the importances of a table, layers × features.
func (o *ProfilesOptions) read(e *batch.Env, path string) (p mlem.Profile, source data.Source, err error) {
	var options dataio.Options
	if batch.IsStdin(path) {
		if options.Stdin, err = e.Stdin("a table"); err != nil {
			return p, source, err
		}
	}
	t, source, err := dataio.ReadTableAndSource(path, options)
	if err != nil {
		return p, source, err
	}
	column := func(name string) int { return t.Index(name) }
	feature, layer, value, method, group := column("feature"), column("representation"), column("importance"), column("method"), column("group")
	if feature < 0 || value < 0 || method < 0 || group < 0 {
		return p, source, &data.InputError{
			Path: path, Found: "a table without the columns feature, group, importance and method",
			Wanted: "want importance.csv of simtool mlem layers",
		}
	}
	type cell struct{ layer, feature string }
	values, widths := map[cell]float64{}, map[cell]float64{}
	lo, hi := column("lo"), column("hi")
	if o.Intervals && (lo < 0 || hi < 0) {
		return p, source, &data.InputError{Path: path, Found: "a table without the columns lo and hi", Wanted: "want intervals of the importances, or no --intervals"}
	}
	for _, row := range t.Rows {
		if fmt.Sprint(row[method]) != o.Method {
			continue
		}
		c := cell{path, fmt.Sprint(row[feature])} // a table of one representation does not name it
		if layer >= 0 {
			c.layer = fmt.Sprint(row[layer])
		}
		if row[feature] == nil || c.feature == "" {
			c.feature = fmt.Sprint(row[group])
		}
		if !slices.Contains(p.Layers, c.layer) {
			p.Layers = append(p.Layers, c.layer)
		}
		if !slices.Contains(p.Features, c.feature) {
			p.Features = append(p.Features, c.feature)
		}
		v, ok := dataio.Float(row[value])
		if !ok {
			v = math.NaN()
		}
		if _, twice := values[c]; twice {
			return p, source, &data.InputError{Path: path, Found: fmt.Sprintf("two importances of %q in %s", c.feature, c.layer), Wanted: "want one"}
		}
		values[c] = v
		if o.Intervals {
			low, known := dataio.Float(row[lo])
			high, also := dataio.Float(row[hi])
			if known && also {
				widths[c] = high - low
			}
		}
	}
	if len(p.Layers) == 0 {
		return p, source, &data.InputError{Path: path, Found: fmt.Sprintf("no importance by %s", o.Method), Wanted: "want some, of the method of --method"}
	}
	if o.Order == orderNatural {
		slices.SortStableFunc(p.Layers, data.NaturalOrder)
	}
	p.X = mat.NewDense(len(p.Layers), len(p.Features), nil)
	for l, one := range p.Layers {
		for f, name := range p.Features {
			v, ok := values[cell{one, name}]
			if !ok {
				v = math.NaN()
			}
			p.X.Set(l, f, v)
		}
	}
	if !o.Intervals {
		return p, source, nil
	}
	if len(widths) == 0 {
		return p, source, &data.InputError{Path: path, Found: "importances without intervals", Wanted: "want some, as mlem layers with --bootstrap gives them"}
	}
	unit := stats.NormalInterval(0, 1, o.Level) // of the standard error 1
	p.SE = mat.NewDense(len(p.Layers), len(p.Features), nil)
	for l, one := range p.Layers {
		for f, name := range p.Features {
			p.SE.Set(l, f, widths[cell{one, name}]/(unit.Hi-unit.Lo))
		}
	}
	return p, source, nil
}

// profileRows lists the distances, the places of the models in a plane, and which layers are
// matched.
func (o *ProfilesOptions) profileRows(names []string, profiles []mlem.Profile, pairs [][]mlem.ProfilePair) ([]result.Profile, error) {
	n := len(names)
	blank := result.Profile{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), Noise: math.NaN()}
	d := mat.NewDense(n, n, nil)
	var rows []result.Profile
	for i := range n {
		for j := range n {
			d.Set(i, j, pairs[i][j].Distance)
			if i < j {
				row := blank
				row.Kind, row.Model, row.Other, row.Value = "distance", names[i], names[j], pairs[i][j].Distance
				if o.Intervals {
					var own stats.Interval
					own, row.Note = pairs[i][j].Interval(o.Level)
					row.Lo, row.Hi, row.Noise = own.Lo, own.Hi, pairs[i][j].Noise
				}
				rows = append(rows, row)
			}
		}
	}
	dimensions := min(2, n-1)
	m, err := collection.Classical(d, dimensions)
	if err != nil {
		return nil, err
	}
	stress := blank
	stress.Kind, stress.Value = "stress", m.Stress
	stress.Note = "of the map: 0 where its distances are those of the models"
	rows = append(rows, stress)
	for i := range n {
		for k := range dimensions {
			row := blank
			row.Kind, row.Model, row.Item, row.Value = "map", names[i], k+1, m.Places.At(i, k)
			rows = append(rows, row)
		}
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			for k, step := range pairs[i][j].Path {
				row := blank
				row.Kind, row.Model, row.Other, row.Item = "match", names[i], names[j], k+1
				row.Layer, row.OtherLayer = profiles[i].Layers[step[0]], profiles[j].Layers[step[1]]
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

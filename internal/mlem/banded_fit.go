package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// BandedOptions say how patterns are predicted from bands of features.
type BandedOptions struct {
	Bands      []FeatureGroup // features that have one penalty; a feature in none is a band of its own
	Folds      int            // parts of the stimuli that are held out in turn
	InnerFolds int            // of each training set, to choose the penalties by
	Draws      int            // random points of the search over the shares of bands
	Penalties  []float64      // α to choose from; nil for 10⁻³ … 10⁵, relative to stimuli with bands of variance 1
	Choice     BandedChoice   // "": ChoiceUnit
	Groups     []string       // one label a stimulus; stimuli with the same label are held out together
	Level      float64        // coverage of the intervals
	Seed       uint64
	Jobs       int
}

// DefaultBandedOptions returns 5 folds, 5 inner ones, 100 draws and ChoiceAuto.
func DefaultBandedOptions() BandedOptions {
	return BandedOptions{Choice: ChoiceAuto, Folds: 5, InnerFolds: 5, Draws: 100, Level: 0.95, Seed: 1}
}

// Banded is a banded ridge regression of patterns on features.
type Banded struct {
	Bands    []string
	Units    int
	Stimuli  int
	Total    []Explains   // of each unit, and of their mean last: all bands together
	Parts    [][]Explains // by band, likewise
	Warnings []string
	Penalty  [][]float64 // log₁₀ of the penalty of each band and unit, fitted to all stimuli; +Inf for a band that is left out
}

// Explains is a held-out share of the variance.
type Explains struct {
	R2       float64 // 0 for a unit that does not vary
	SE       float64 // over stimuli, the choice of penalties included
	Interval stats.Interval
	Note     string // why there is no interval
}

// FitBanded predicts every unit of y, stimuli × units, by ridge regression from bands of
// features, each with a penalty of its own (Nunez-Elizalde, Huth and Gallant 2019,
// doi:10.1016/j.neuroimage.2019.04.012; Dupré la Tour et al. 2022,
// doi:10.1016/j.neuroimage.2022.119728). Columns are those of FitEncoding, of each band
// divided by the root of the sum of their variances. The penalties of a unit, or of all
// together (see BandedChoice), are those with the least squared error in InnerFolds folds of
// the training set, of a random search over shares of bands (see bandShares) and a grid of
// penalties.
//
// R² is 1 − Σ(y−ŷ)²/Σ(y−ȳ)² over all held-out stimuli, with ȳ the mean of the training
// stimuli. Its part by band b is the product measure Σ ŷ_b(2(y−ȳ) − ŷ)/Σ(y−ȳ)², ŷ_b what
// the band adds to the prediction and ŷ their sum: the parts add up to R².
//
// Errors are *data.InputError: another number of stimuli, given feature distances, too few
// stimuli to hold some out.
func FitBanded(ctx context.Context, features *Features, y *mat.Dense, o BandedOptions) (*Banded, error) {
	n, q := y.Dims()
	if n != features.Stimuli() {
		return nil, &data.InputError{Found: fmt.Sprintf("%d patterns", n), Wanted: fmt.Sprintf("want %d as in the features", features.Stimuli())}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := checkFinite(y); err != nil {
		return nil, err
	}
	players, err := o.players(features)
	if err != nil {
		return nil, err
	}
	x, owner, err := features.columnsOf()
	if err != nil {
		return nil, err
	}
	out := &Banded{Units: q, Stimuli: n, Parts: make([][]Explains, len(players))}
	bandOf := make([]int, len(features.columns))
	for b, p := range players {
		out.Bands = append(out.Bands, p.name+p.group)
		for _, f := range p.features {
			bandOf[f] = b
		}
	}
	design := &bandedDesign{x: x, y: y, band: pick(bandOf, owner)}
	group := numberLabels(o.Groups)
	if group == nil {
		group = seq(n)
	}
	if groups := slices.Max(group) + 1; groups < 2*o.Folds {
		return nil, &data.InputError{Found: fmt.Sprintf("%d stimuli in %d groups", n, groups), Wanted: fmt.Sprintf("want at least %d for %d folds", 2*o.Folds, o.Folds)}
	}
	o.settle()
	shares := bandShares(len(players), o.Draws, o.Seed)
	all := seq(n)
	tests := foldsOf(group, all, o.Folds, o.Seed, "mlem/banded/outer")
	sums := newBandedSums(len(players), n, q)
	// The last set is all stimuli, whose penalties are reported.
	sets := make(bandedSets, o.Folds+1)
	draws := bandedMultiplicities(group, o.Seed)
	err = forEach(ctx, o.Jobs, len(sets), func(_, k int) error {
		set := &sets[k]
		set.train = all
		if k < len(tests) {
			set.test = tests[k]
			set.train = slices.DeleteFunc(slices.Clone(all), func(i int) bool { return slices.Contains(set.test, i) })
		}
		set.design = &bandedDesign{pickRows(x, set.train), pickRows(y, set.train), design.band}
		set.scale = set.design.scaleBands(len(players))
		inner := foldsOf(pick(group, set.train), seq(len(set.train)), o.InnerFolds, o.Seed, fmt.Sprintf("mlem/banded/inner/%d", k))
		var own *mat.Dense // nothing is scored of all stimuli
		if k < len(tests) {
			own = pickColumns(draws, set.train)
		}
		found, err := set.design.bandedSearch(shares, o.Penalties, inner, own, ctx.Err)
		if err == nil {
			set.shared = !found.ofUnits(o.Choice)
			set.chosen, set.redrawn = found.chosen(o.Choice), found.redraws(o.Choice)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, set := range sets[:o.Folds] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		fits, err := set.design.fits(set.chosen)
		if err != nil {
			return nil, err
		}
		for _, fit := range fits {
			sums.add(&set, fit, x, y)
		}
	}
	squares := make([]float64, q)
	for u := range squares {
		squares[u] = mat.Sum(sums.squares.ColView(u))
	}
	choice, err := sets[:o.Folds].choiceVariance(ctx, len(players), x, y, squares, o.Jobs)
	if err != nil {
		return nil, err
	}
	out.Total = sums.explains(sums.total, sums.moved, choice.total, group, o.Level)
	for b := range players {
		out.Parts[b] = sums.explains(sums.parts[b], sums.partsMoved[b], choice.parts[b], group, o.Level)
		if slices.ContainsFunc(sets[:o.Folds], func(s bandedSet) bool { return s.shared }) {
			withhold(out.Parts[b])
		}
		logs := make([]float64, q)
		for u, c := range sets[o.Folds].chosen {
			logs[u] = math.Log10(c.alpha / c.shares[b])
		}
		out.Penalty = append(out.Penalty, logs)
	}
	if all := out.Total[q]; all.Interval.Hi < 0 {
		out.Warnings = append(out.Warnings, fmt.Sprintf("held-out R² is %.2g: the features predict new stimuli worse than the mean of the others does, as too free a fit to %d stimuli would; the parts of bands share in that", all.R2, n))
	}
	return out, nil
}

// settle sets the penalties to try, where none are given.
func (o *BandedOptions) settle() {
	if o.Choice == "" {
		o.Choice = ChoiceUnit
	}
	if o.Penalties == nil {
		for e := -3.; e <= 5; e++ {
			o.Penalties = append(o.Penalties, math.Pow(10, e))
		}
	}
}

func (o *BandedOptions) check() error {
	switch {
	case o.Folds < 2 || o.InnerFolds < 2:
		return &data.InputError{Found: fmt.Sprintf("%d folds with %d inner ones", o.Folds, o.InnerFolds), Wanted: "want at least 2 of each"}
	case o.Choice != "" && !slices.Contains(BandedChoices(), string(o.Choice)):
		return &data.InputError{Found: fmt.Sprintf("unknown choice %q", o.Choice), Wanted: "want " + data.WordList(BandedChoices())}
	case o.Draws < 0:
		return &data.InputError{Found: fmt.Sprintf("%d draws", o.Draws), Wanted: "want 0 or more"}
	case slices.ContainsFunc(o.Penalties, func(v float64) bool { return !(v > 0) || math.IsInf(v, 1) }):
		return &data.InputError{Found: fmt.Sprintf("the penalties %v", o.Penalties), Wanted: "want finite values above 0"}
	}
	return checkLevel(o.Level)
}

// players are the bands.
func (o *BandedOptions) players(features *Features) ([]player, error) {
	fit := Options{FeatureGroups: o.Bands, Shapley: false}
	if err := fit.checkGroups(features.Names()); err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, g := range o.Bands {
		for _, name := range g.Features {
			if other, taken := seen[name]; taken {
				return nil, &data.InputError{Found: fmt.Sprintf("feature %q in the bands %q and %q", name, other, g.Name), Wanted: "want it in one"}
			}
			seen[name] = g.Name
		}
	}
	return disjoint((&fitting{sample: &sample{features: features}, Options: fit}).players()), nil
}

// foldsOf deals groups at random to folds, and returns the members of each.
func foldsOf(group, members []int, folds int, seed uint64, key string) [][]int {
	l := newLayout(pick(group, members), nil, folds, folds, stats.Stream(seed, key))
	out := make([][]int, 0, folds)
	for k := range folds {
		if own := l.places(k); len(own) > 0 {
			test := pick(members, pick(l.order, own))
			slices.Sort(test)
			out = append(out, test)
		}
	}
	return out
}

// bandedUnits regresses every column of y on x with a penalty for each feature, chosen in
// five folds of the rows.
func bandedUnits(ctx context.Context, x, y *mat.Dense, owner []int, shares [][]float64, seed uint64, key string) (*mat.Dense, trainMeans, error) {
	n, p := x.Dims()
	_, q := y.Dims()
	d := &bandedDesign{x, y, owner}
	scale := d.scaleBands(len(shares[0]))
	o := DefaultBandedOptions()
	o.settle()
	found, err := d.bandedSearch(shares, o.Penalties, foldsOf(seq(n), seq(n), o.InnerFolds, seed, "mlem/banded/units/"+key), nil, ctx.Err)
	if err != nil {
		return nil, trainMeans{}, err
	}
	fits, err := d.fits(found.each)
	if err != nil {
		return nil, trainMeans{}, err
	}
	beta := mat.NewDense(p, q, nil)
	for _, f := range fits {
		for k, u := range f.units {
			for j := range p {
				beta.Set(j, u, f.w.At(j, k)/scale[j])
			}
		}
	}
	_, mx := linalg.Center(x)
	_, my := linalg.Center(y)
	return beta, trainMeans{mx, my}, nil
}

// bandedSet is a training set, the stimuli that it leaves out, and the choice for each unit.
type bandedSet struct {
	train, test []int
	design      *bandedDesign // of the training stimuli, its bands scaled
	scale       []float64     // divisors of the columns
	chosen      []bandedChoice
	redrawn     [][]bandedChoice // of resampled stimuli
	shared      bool             // whether all units have one choice
}

// bandedSums are, for each stimulus and unit, what the shares of the variance are sums of,
// and how these sums change through the fits when the stimulus is left out of them.
type bandedSums struct {
	squares    *mat.Dense   // (y−ȳ)²
	total      *mat.Dense   // (y−ȳ)² − (y−ŷ)²
	parts      []*mat.Dense // ŷ_b(2(y−ȳ)−ŷ)
	moved      *mat.Dense   // of total
	partsMoved []*mat.Dense // of parts
}

func newBandedSums(bands, n, q int) *bandedSums {
	empty := func() *mat.Dense { return mat.NewDense(n, q, nil) }
	s := &bandedSums{squares: empty(), total: empty(), moved: empty()}
	for range bands {
		s.parts, s.partsMoved = append(s.parts, empty()), append(s.partsMoved, empty())
	}
	return s
}

// add adds the units of a fit to a training set. Without stimulus i the coefficients change
// by −H_i·e_i/(1−h_i), with H the operator, e_i the residual of i and h_i = x_iᵀH_i its
// leverage, 1/n for the mean included: the predictions for the test set by δ, that of
// band b by δ_b, the sum of ŷ_b(2(y−ȳ)−ŷ) to first order by Σ δ_b(2(y−ȳ)−ŷ) − ŷ_b·δ.
func (s *bandedSums) add(set *bandedSet, fit bandedFit, x, y *mat.Dense) {
	band := set.design.band
	xt := centredBy(dividedBy(pickRows(x, set.test), set.scale), fit.means.x)
	yt := centredBy(pickColumns(pickRows(y, set.test), fit.units), pick(fit.means.y, fit.units))
	xc := centredBy(set.design.x, fit.means.x)
	yc := centredBy(pickColumns(set.design.y, fit.units), pick(fit.means.y, fit.units))
	var fitted, own mat.Dense
	fitted.Mul(xt, fit.w)
	own.Mul(xc, fit.w)
	n, p := xc.Dims()
	// scaledResidual is e_i/(1−h_i).
	scaledResidual := mat.NewDense(n, len(fit.units), nil)
	for i := range n {
		h := 1 / float64(n)
		for j, v := range xc.RawRowView(i) {
			h += v * fit.operator.At(j, i)
		}
		row, residual, of := scaledResidual.RawRowView(i), yc.RawRowView(i), own.RawRowView(i)
		for k := range row {
			row[k] = (residual[k] - of[k]) / max(1-h, 1e-12)
		}
	}
	sum, product := mat.NewDense(len(set.test), len(fit.units), nil), new(mat.Dense) // 2(y−ȳ)−ŷ
	sum.Apply(func(i, k int, v float64) float64 { return 2*yt.At(i, k) - v }, &fitted)
	product.MulElem(&fitted, sum)
	square := new(mat.Dense)
	square.MulElem(yt, yt)
	addAt(s.squares, set.test, fit.units, square)
	addAt(s.total, set.test, fit.units, product)
	for b := range s.parts {
		var columns []int
		for j := range p {
			if band[j] == b {
				columns = append(columns, j)
			}
		}
		operator := pickRows(fit.operator, columns)
		var part, contribution, direct, moved, through mat.Dense
		xb := pickColumns(xt, columns)
		part.Mul(xb, pickRows(fit.w, columns))
		contribution.MulElem(&part, sum)
		addAt(s.parts[b], set.test, fit.units, &contribution)
		// Σ_t sum·δ_b over the test set, and Σ_t ŷ_b·δ.
		direct.Mul(xb.T(), sum)
		through.Mul(operator.T(), &direct)
		direct.Reset()
		direct.Mul(xt.T(), &part)
		moved.Mul(fit.operator.T(), &direct)
		through.Sub(&through, &moved)
		through.MulElem(&through, scaledResidual)
		addAt(s.partsMoved[b], set.train, fit.units, &through)
		addAt(s.moved, set.train, fit.units, &through)
	}
}

// addAt adds a matrix to some rows and columns of another.
func addAt(to *mat.Dense, rows, columns []int, m *mat.Dense) {
	for i, at := range rows {
		row, from := to.RawRowView(at), m.RawRowView(i)
		for k, c := range columns {
			row[c] += from[k]
		}
	}
}

// explains returns Σ_i a_i/Σ_i t_i of each unit, and the mean over units last. To first order
// stimulus i moves it by (a_i − R²·t_i + m_i)/Σt, with m_i what a loses through the fits
// without it, less the mean over stimuli; the variance is the sum of squares over groups, or
// that of both parts as if they were independent where it is more. choice is the variance over
// choices of penalties by resampled stimuli, which is added.
func (s *bandedSums) explains(a, moved *mat.Dense, choice []float64, group []int, level float64) []Explains {
	n, q := a.Dims()
	out := make([]Explains, q+1)
	groups := slices.Max(group) + 1
	direct, fits := mat.NewDense(q+1, groups, nil), mat.NewDense(q+1, groups, nil)
	for u := range q {
		var sum, squares, through float64
		for i := range n {
			sum, squares = sum+a.At(i, u), squares+s.squares.At(i, u)
			through += moved.At(i, u) / float64(n)
		}
		if squares == 0 {
			continue
		}
		out[u].R2 = sum / squares
		out[q].R2 += out[u].R2 / float64(q)
		for i, g := range group {
			own, fit := (a.At(i, u)-out[u].R2*s.squares.At(i, u))/squares, (moved.At(i, u)-through)/squares
			direct.Set(u, g, direct.At(u, g)+own)
			direct.Set(q, g, direct.At(q, g)+own/float64(q))
			fits.Set(u, g, fits.At(u, g)+fit)
			fits.Set(q, g, fits.At(q, g)+fit/float64(q))
		}
	}
	for u := range out {
		v, w := direct.RawRowView(u), fits.RawRowView(u)
		variance := dot(v, v) + dot(w, w) + max(0, 2*dot(v, w))
		out[u].SE = math.Sqrt(variance*float64(groups)/float64(groups-1) + choice[u])
		if out[u].Interval = stats.NormalInterval(out[u].R2, out[u].SE, level); out[u].SE == 0 {
			out[u].Interval, out[u].Note = stats.Interval{}, "no interval: nothing varies"
		}
	}
	return out
}

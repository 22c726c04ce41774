package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// BandedChoice says for what penalties are chosen.
type BandedChoice string

// The choices.
const (
	// ChoiceAuto takes ChoiceUnit or ChoiceShared by cross-validation of the choice itself:
	// penalties chosen by all inner folds but one are judged by that one. Of few stimuli the
	// best of a hundred points for a unit is best by chance, and all units together know
	// better. They are shared unless the gain of units is more than twice its standard error.
	ChoiceAuto   BandedChoice = "auto"
	ChoiceUnit   BandedChoice = "unit"   // for each unit, as himalaya does
	ChoiceShared BandedChoice = "shared" // for all units together: the least sum of their errors, each in terms of its variance
)

// BandedChoices are the names of all.
func BandedChoices() []string {
	return []string{string(ChoiceAuto), string(ChoiceUnit), string(ChoiceShared)}
}

// bandedFound is what a search found.
type bandedFound struct {
	each   []bandedChoice // the best of each unit
	scores []float64      // minus the error of each unit with its best
	shared bandedChoice   // the best of all units together
	// gain is by how much the error in each fold of what the other folds choose is less for a
	// choice of the unit than for a shared one, in terms of the variance of the unit.
	gain    []float64
	redrawn []*bandedVote // of resampled stimuli
}

// favoursUnits reports whether the mean gain is more than twice its standard error over units,
// which have the stimuli in common and are less independent than that says.
func (f *bandedFound) favoursUnits() bool {
	mean, sd := meanSD(f.gain)
	return mean > 2*sd/math.Sqrt(float64(len(f.gain)))
}

// chosen returns the choice of every unit.
func (f *bandedFound) chosen(by BandedChoice) []bandedChoice {
	if f.ofUnits(by) {
		return f.each
	}
	return slices.Repeat([]bandedChoice{f.shared}, len(f.each))
}

// ofUnits reports whether units choose for themselves.
func (f *bandedFound) ofUnits(by BandedChoice) bool {
	return by == ChoiceUnit || by == ChoiceAuto && f.favoursUnits()
}

// redraws returns the choices of every unit of the resampled sets, for units as chosen does.
func (f *bandedFound) redraws(by BandedChoice) [][]bandedChoice {
	var out [][]bandedChoice
	for _, vote := range f.redrawn {
		if f.ofUnits(by) {
			out = append(out, vote.choice)
		} else {
			out = append(out, slices.Repeat([]bandedChoice{vote.shared}, len(f.each)))
		}
	}
	return out
}

// bandedVote keeps the best point of a search so far, of each unit and of all together, by
// some folds, and with it the error in the fold that has no vote.
type bandedVote struct {
	score, held []float64 // minus the errors
	choice      []bandedChoice
	sharedScore float64
	sharedHeld  []float64
	shared      bandedChoice
}

func newBandedVote(units int) *bandedVote {
	v := &bandedVote{
		score: make([]float64, units), held: make([]float64, units), choice: make([]bandedChoice, units),
		sharedScore: math.Inf(-1), sharedHeld: make([]float64, units),
	}
	for u := range v.score {
		v.score[u] = math.Inf(-1)
	}
	return v
}

// add takes a point if it is better: total are minus its errors over all folds, out those of
// the fold without a vote, nil for none. weight is 1/variance of each unit, 0 for those that
// do not vary.
func (v *bandedVote) add(c bandedChoice, total, out, weight []float64) {
	sum := 0.0
	for u, t := range total {
		own := 0.0
		if out != nil {
			own = out[u]
			t -= own
		}
		if t > v.score[u] {
			v.score[u], v.held[u], v.choice[u] = t, own, c
		}
		sum += weight[u] * t
	}
	if sum > v.sharedScore {
		v.sharedScore, v.shared = sum, c
		copy(v.sharedHeld, out)
	}
}

// unitWeights returns 1/variance of each unit, 0 for those that do not vary.
func (d *bandedDesign) unitWeights() []float64 {
	n, q := d.y.Dims()
	out := make([]float64, q)
	for u := range q {
		if _, sd := meanRMS(mat.Col(nil, u, d.y)); sd > 0 {
			out[u] = 1 / (sd * sd * float64(n))
		}
	}
	return out
}

// bandedDraws is the number of resampled sets of stimuli that choose penalties once more.
const bandedDraws = 25

// bandedMultiplicities draws how often each stimulus counts, those of a group alike.
func bandedMultiplicities(group []int, seed uint64) *mat.Dense {
	groups := slices.Max(group) + 1
	out := mat.NewDense(bandedDraws, len(group), nil)
	m := make([]float64, groups)
	for r := range bandedDraws {
		stats.Multiplicities(m, stats.Stream(seed, fmt.Sprintf("mlem/banded/choice/%d", r)))
		for i, g := range group {
			out.Set(r, i, m[g])
		}
	}
	return out
}

// choiceVariance is the variance of the shares of the variance, of each unit and their mean
// last, over choices of penalties by resampled stimuli: for all bands, and by band.
type choiceVariance struct {
	total []float64
	parts [][]float64
}

// choiceVariance fits every set with the choices of each draw and scores what it leaves out.
// Of squares it takes Σ(y−ȳ)² of each unit.
func (sets bandedSets) choiceVariance(ctx context.Context, bands int, x, y *mat.Dense, squares []float64, jobs int) (*choiceVariance, error) {
	q := len(squares)
	shares := make([][][]float64, bandedDraws) // by draw, band (all last) and unit
	for r := range shares {
		for range bands + 1 {
			shares[r] = append(shares[r], make([]float64, q+1))
		}
	}
	for s := range sets {
		set := &sets[s]
		bases, err := set.bases(ctx, q, jobs)
		if err != nil {
			return nil, err
		}
		err = forEach(ctx, jobs, bandedDraws, func(_, r int) error {
			return set.scoreParts(shares[r], set.redrawn[r], bases, x, y)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, sums := range shares {
		for b := range sums {
			for u, t := range squares {
				if t > 0 {
					sums[b][u] /= t
				}
				sums[b][q] += sums[b][u] / float64(q)
			}
		}
	}
	out := make([][]float64, bands+1)
	own := make([]float64, bandedDraws)
	for b := range out {
		out[b] = make([]float64, q+1)
		for u := range out[b] {
			for r := range own {
				own[r] = shares[r][b][u]
			}
			_, sd := meanSD(own)
			out[b][u] = sd * sd
		}
	}
	return &choiceVariance{out[bands], out[:bands]}, nil
}

// withhold takes the intervals of parts away where units share a choice. It moves the parts of
// all of them at once from one division among the bands to another that predicts about as
// well, and differs between recordings by more than it does between resampled stimuli of one:
// intervals with that error held the truth in 50 to 90 % of simulated recordings.
func withhold(parts []Explains) {
	for u := range parts {
		if p := &parts[u]; p.Interval != (stats.Interval{}) {
			p.Interval, p.SE, p.Note = stats.Interval{}, 0, "no interval: a choice of penalties that units share divides R² among the bands by chance, too; want --choose unit"
		}
	}
}

// bandedSets are the training sets.
type bandedSets []bandedSet

// bases returns the bases of all shares that the draws choose, by their first number; none of
// units and columns so many that they are better formed again.
func (set *bandedSet) bases(ctx context.Context, units, jobs int) (map[*float64]*bandedBasis, error) {
	const most = 32 << 20 // numbers
	seen := map[*float64]bool{}
	var shares [][]float64
	for _, chosen := range set.redrawn {
		for _, c := range chosen {
			if !seen[&c.shares[0]] {
				seen[&c.shares[0]], shares = true, append(shares, c.shares)
			}
		}
	}
	n, p := set.design.x.Dims()
	out := map[*float64]*bandedBasis{}
	if len(shares)*(min(n, p)*units+(n+p)*min(n, p)) > most {
		return out, nil
	}
	all := make([]*bandedBasis, len(shares))
	err := forEach(ctx, jobs, len(shares), func(_, k int) error {
		var err error
		all[k], err = set.design.basis(shares[k])
		return err
	})
	for k, s := range shares {
		out[&s[0]] = all[k]
	}
	return out, err
}

// scoreParts adds Σ ŷ_b(2(y−ȳ)−ŷ) over the test set of each band and unit, of all bands last.
func (set *bandedSet) scoreParts(sums [][]float64, chosen []bandedChoice, bases map[*float64]*bandedBasis, x, y *mat.Dense) error {
	own := map[*float64]*bandedBasis{}        // of this draw
	units := map[*float64]map[float64][]int{} // by shares and penalty
	var order []bandedChoice
	for u, c := range chosen {
		at := &c.shares[0]
		if units[at] == nil {
			units[at] = map[float64][]int{}
		}
		if units[at][c.alpha] == nil {
			order = append(order, c)
		}
		units[at][c.alpha] = append(units[at][c.alpha], u)
	}
	bands := len(sums) - 1
	scaledTest, test := dividedBy(pickRows(x, set.test), set.scale), pickRows(y, set.test)
	for _, c := range order {
		b := bases[&c.shares[0]]
		if b == nil {
			b = own[&c.shares[0]]
		}
		if b == nil {
			var err error
			if b, err = set.design.basis(c.shares); err != nil {
				return err
			}
			own[&c.shares[0]] = b
		}
		at := units[&c.shares[0]][c.alpha]
		w := b.coefficients(c.alpha, at)
		xt := centredBy(scaledTest, b.means.x)
		yt := centredBy(pickColumns(test, at), pick(b.means.y, at))
		var fitted mat.Dense
		fitted.Mul(xt, w)
		for band := range bands {
			var columns []int
			for j, of := range set.design.band {
				if of == band {
					columns = append(columns, j)
				}
			}
			var part mat.Dense
			part.Mul(pickColumns(xt, columns), pickRows(w, columns))
			for i := range set.test {
				for k, u := range at {
					v := part.At(i, k) * (2*yt.At(i, k) - fitted.At(i, k))
					sums[band][u] += v
					sums[bands][u] += v
				}
			}
		}
	}
	return nil
}

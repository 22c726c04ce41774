package mlem

import (
	"fmt"
	"math"
	"math/bits"
	"strings"

	"simtool/internal/stats"
)

// Quantity is what a number of an explanation is. R²(S) is the share of the variance of y
// that the regression on the models of S explains; all is the set of all models.
type Quantity string

// The quantities. Those of signs are of single features.
const (
	ShareCorrelation Quantity = "correlation" // of y with the model alone
	SharePartial     Quantity = "partial"     // correlation of what the other models leave of y and of the model
	ShareBeta        Quantity = "beta"        // coefficient of the model, all standardised
	ShareAlone       Quantity = "alone"       // R²(model)
	ShareUnique      Quantity = "unique"      // R²(all) − R²(all others)
	// ShareAverage is the gain of R² by the model, averaged over all orders of adding models
	// (Lindeman, Merenda and Gold; the Shapley value): these add up to R²(all).
	ShareAverage Quantity = "average"
	// ShareShared is what several models explain in common and no other (commonality
	// analysis): these and the unique parts add up to R²(all). It is negative where models
	// explain more together than by themselves. With more than five models it is that of a
	// model with all others, alone less unique.
	ShareShared Quantity = "shared"
	ShareTotal  Quantity = "total" // R²(all)
)

// tested is the quantity whose test is that of this one.
func (q Quantity) tested() Quantity {
	switch q {
	case SharePartial, ShareBeta:
		return ShareUnique
	case ShareCorrelation:
		return ShareAlone
	}
	return q
}

// Share is a number of an explanation.
type Share struct {
	Quantity Quantity
	Model    string // a feature or a group; several joined by & for shared; "" for all
	Value    float64
	SE       float64 // NaN where there is none
	Interval stats.Interval
	P        float64 // NaN where there is none
	Note     string  // why there is no interval, or no number
}

const (
	maxModels  = 60 // features
	maxOrdered = 12 // models of which all subsets are looked at
	maxShared  = 5  // models of which all subsets are told
)

// correlations are those of y, at 0, and of the features k, at k+1.
type correlations [][]float64

// dependent bounds the share of the variance of a model that the others leave, below which
// it is theirs but for rounding.
const dependent = 1e-9

// regress regresses y on features in turn. Of the last one it returns the correlation of y
// with what the others leave of it (semi-partial), and which share of its variance that is;
// r2 is what all explain.
func (c correlations) regress(features []int) (r2, semipartial, left float64) {
	var rows [][]float64 // of the Cholesky factor
	var used []int
	var y []float64
	for _, feature := range features {
		t := feature + 1
		row := make([]float64, len(used)+1)
		left, semipartial = 1, c[0][t]
		for k, u := range used {
			v := c[t][u]
			for m := range k {
				v -= row[m] * rows[k][m]
			}
			row[k] = v / rows[k][k]
			left -= row[k] * row[k]
			semipartial -= row[k] * y[k]
		}
		if left <= dependent {
			left, semipartial = 0, 0
			continue
		}
		row[len(used)] = math.Sqrt(left)
		semipartial /= math.Sqrt(left)
		rows, used, y = append(rows, row), append(used, t), append(y, semipartial)
		r2 += semipartial * semipartial
	}
	return min(r2, 1), semipartial, left
}

// subsets are the shares of the variance that sets of players explain, each computed once.
type subsets struct {
	correlations
	players []player
	known   map[uint64]float64
}

func (s *subsets) r2(set uint64) float64 {
	if v, ok := s.known[set]; ok {
		return v
	}
	var features []int
	for rest := set; rest != 0; rest &= rest - 1 {
		features = append(features, s.players[bits.TrailingZeros64(rest)].features...)
	}
	v, _, _ := s.regress(features)
	s.known[set] = v
	return v
}

// scale is that on which a number is about normal.
type scale int

const (
	plain  scale = iota
	fisher       // artanh of a correlation
	square       // of the root of a share, a correlation with a sign or without: artanh of it
)

func (s scale) forward(v float64) float64 {
	if s == plain {
		return v
	}
	const most = 1 - 1e-15
	return math.Atanh(max(-most, min(most, v)))
}

// asked is a number that is wanted of correlations.
type asked struct {
	quantity Quantity
	model    string
	note     string
	scale    scale
	single   bool                     // of one feature
	of       func(s *subsets) float64 // on the scale before forward: the root of a square
	players  []player
}

// value is the number that is reported.
func (a asked) value(v float64) float64 {
	if a.scale == square {
		return v * v
	}
	return v
}

// uncertain returns the standard error of a number and its interval, from that of the
// number on its scale. The interval of a share is the squares of that of its root, so
// that it reaches 0 where the correlation may have either sign.
func (a asked) uncertain(v, se, level float64) (float64, stats.Interval) {
	i := stats.NormalInterval(a.scale.forward(v), se, level)
	if a.scale == plain {
		return se, a.reported(i)
	}
	i = a.reported(stats.Interval{Lo: math.Tanh(i.Lo), Hi: math.Tanh(i.Hi)})
	se *= 1 - v*v
	if a.scale == fisher {
		return se, i
	}
	return 2 * math.Abs(v) * se, i
}

// reported returns the interval that is reported for one of a number, on the scale before
// forward.
func (a asked) reported(i stats.Interval) stats.Interval {
	switch {
	case a.quantity == ShareAverage: // between nothing and all
		return stats.Interval{Lo: max(0, i.Lo), Hi: min(1, i.Hi)}
	case a.scale != square:
		return i
	}
	lo, hi, least := i.Lo*i.Lo, i.Hi*i.Hi, 0.0
	if i.Lo > 0 || i.Hi < 0 {
		least = min(lo, hi)
	}
	return stats.Interval{Lo: least, Hi: max(lo, hi)}
}

// skewed reports whether a number is about a square or a product near 0: distances of
// features that are correlated a little correlate by about the square of that.
func (a asked) skewed() bool {
	switch a.quantity {
	case ShareCorrelation, ShareAlone, ShareAverage, ShareShared:
		return true
	}
	return false
}

// unresolved says why a part that models share has no interval, "" where it may have one.
// It is a product of several correlations: where one of them is small by chance so is the
// error of the product, however large the part is on average. The standard error is the
// larger one of the jackknife and of resampled stimuli.
func (a asked) unresolved(s Share, resampled float64) string {
	const least = 1.5 // standard errors
	if a.quantity == ShareShared && math.Abs(s.Value) < least*max(s.SE, resampled) {
		return "no interval: the part is not larger than its error, which is uncertain then"
	}
	return ""
}

// biased says why a share of the variance has no interval, "" where it may have one. In
// sample several features explain some variance by chance, c where they are unrelated to y
// and about (1 − R²)·c where they are not. An interval would be about the share with this
// bias: it is withheld where that is more than a quarter of the standard error.
func (a asked) biased(s Share, chance float64, permuted bool) string {
	const most = 0.25
	switch {
	case a.scale != square || a.single:
		return ""
	case !permuted:
		return "no interval: without permutations it is not known what such models explain by chance"
	case (1-s.Value)*chance > most*s.SE:
		return fmt.Sprintf("no interval: models that are unrelated would explain %.2g", chance)
	}
	return ""
}

// measure returns the numbers, on the scale before forward.
func measure(list []asked, c correlations) []float64 {
	out := make([]float64, len(list))
	if len(list) == 0 {
		return out
	}
	s := &subsets{c, list[0].players, map[uint64]float64{}}
	for i, a := range list {
		out[i] = a.of(s)
	}
	return out
}

// asked lists the numbers that are wanted.
func (x *explaining) asked(whole correlations) []asked {
	m := len(x.players)
	all := uint64(1)<<m - 1
	var out []asked
	single := false
	add := func(q Quantity, model, note string, s scale, of func(*subsets) float64) {
		out = append(out, asked{q, model, note, s, single, of, x.players})
	}
	root := func(r2 func(s *subsets) float64) func(*subsets) float64 {
		return func(s *subsets) float64 { return math.Sqrt(max(0, r2(s))) }
	}
	for k, p := range x.players {
		own := uint64(1) << k
		alone := root(func(s *subsets) float64 { return s.r2(own) })
		unique := root(func(s *subsets) float64 { return s.r2(all) - s.r2(all&^own) })
		name := p.name + p.group
		if single = p.group == ""; single {
			at := p.features[0] + 1
			alone = func(s *subsets) float64 { return s.correlations[0][at] }
			var features []int
			for j, other := range x.players {
				if j != k {
					features = append(features, other.features...)
				}
			}
			features = append(features, p.features...)
			unique = func(s *subsets) float64 { _, v, _ := s.regress(features); return v }
			note := ""
			if _, _, left := whole.regress(features); left == 0 {
				note = "the other models determine it: they cannot be told apart"
			}
			add(ShareCorrelation, name, "", fisher, alone)
			defined := func(of func(semipartial, left, others float64) float64) func(*subsets) float64 {
				return func(s *subsets) float64 {
					_, v, left := s.regress(features)
					if note != "" || left == 0 {
						return math.NaN()
					}
					return of(v, left, s.r2(all&^own))
				}
			}
			add(SharePartial, name, note, fisher, defined(func(v, _, others float64) float64 {
				return v / math.Sqrt(max(1-others, v*v))
			}))
			add(ShareBeta, name, note, plain, defined(func(v, left, _ float64) float64 { return v / math.Sqrt(left) }))
		}
		add(ShareAlone, name, "", square, alone)
		add(ShareUnique, name, "", square, unique)
		if m <= maxOrdered {
			add(ShareAverage, name, "", plain, func(s *subsets) float64 { return s.average(k) })
		}
	}
	single = m == 1 && single
	for _, set := range sharedSets(m) {
		var names []string
		for k, p := range x.players {
			if set>>k&1 == 1 {
				names = append(names, p.name+p.group)
			}
		}
		add(ShareShared, strings.Join(names, " & "), "", plain, func(s *subsets) float64 { return s.shared(set, all) })
	}
	if m > maxShared {
		for k, p := range x.players {
			own := uint64(1) << k
			add(ShareShared, p.name+p.group, "", plain, func(s *subsets) float64 { return s.r2(own) - (s.r2(all) - s.r2(all&^own)) })
		}
	}
	add(ShareTotal, "", "", square, root(func(s *subsets) float64 { return s.r2(all) }))
	return out
}

// sharedSets lists the sets of two or more of m models in the order of their sizes; none for
// more than maxShared.
func sharedSets(m int) []uint64 {
	if m > maxShared {
		return nil
	}
	var out []uint64
	for size := 2; size <= m; size++ {
		for set := range uint64(1) << m {
			if bits.OnesCount64(set) == size {
				out = append(out, set)
			}
		}
	}
	return out
}

// average returns the mean gain of R² by player k over all orders,
// Σ_{S∌k} |S|!(m−|S|−1)!/m!·(R²(S∪k) − R²(S)).
func (s *subsets) average(k int) float64 {
	m := len(s.players)
	chance := orderChances(m)
	sum := 0.0
	for set := range uint64(1) << m {
		if set>>k&1 == 0 {
			sum += chance[bits.OnesCount64(set)] * (s.r2(set|1<<k) - s.r2(set))
		}
	}
	return sum
}

// shared returns what all of a set explain in common and no other does,
// Σ_{T⊆S} (−1)^{|T|+1} R²((all∖S) ∪ T).
func (s *subsets) shared(set, all uint64) float64 {
	sum := 0.0
	for t := set; ; t = (t - 1) & set {
		v := s.r2(all&^set | t)
		if bits.OnesCount64(t)%2 == 0 {
			v = -v
		}
		sum += v
		if t == 0 {
			return sum
		}
	}
}

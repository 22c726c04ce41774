package measures

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

var refRaghu2017 = Reference{
	Key: "raghu2017svcca", Authors: "Raghu, Maithra and Gilmer, Justin and Yosinski, Jason and Sohl-Dickstein, Jascha",
	Title: "SVCCA: Singular vector canonical correlation analysis for deep learning dynamics and interpretability",
	Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2017, DOI: "10.48550/arXiv.1706.05806",
}

const defaultVariance = "0.99"

var svccaFamily = withForms(Family{
	Card: Card{
		Family:   "svcca",
		Title:    "Singular vector canonical correlation analysis",
		Question: "How much of the space of the main components of X and Y coincides?",
		Formula:  "ρ = singular values of U_XᵀU_Y, U the leading left singular vectors of Xc and of Yc; mean: Σρ/k; mean-squared: Σρ²/k; k the smaller number of components",
		Params: []Param{
			number("var", defaultVariance, 0, 1, "keep the fewest principal components of each system whose variances reach this part of its total; 1 keeps all of its numerical rank"),
			integer("dim", 0, 0, math.MaxInt32, "keep this many principal components of each system instead (at most its rank); 0 goes by var"),
			choice("stat", "the mean of the canonical correlations, or of their squares", "mean", "mean-squared"),
			moreForms(choice("as", "the statistic (score), or, for stat=mean, the angle θ whose cosine it is, in radians (angular)", asScore, asAngular),
				asAngularScore, asAngularDistance, asOneMinus, asNormalised, asEuclidean, asSquaredEuclidean),
			integer("cv", 0, 0, maxFolds, "held out in this many contiguous folds: components and canonical variates are found on the others, and the mean over folds reported; 0 for none"),
		},
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·(p² + q² + p·q) + p³ + q³",
		Pitfalls: []string{
			"all components that are kept count alike: the value jumps when one more passes the threshold",
			"features on larger scales decide which components are kept: standardise features with different units first",
		},
		References: []Reference{refRaghu2017, refHotelling1936, refKornblith2019},
	},
	Aliases: []Alias{
		{"svcca-score", "svcca"},
		{"svcca-squared_score", "svcca:stat=mean-squared"},
		{"svcca-var={}-score", "svcca:var={}"},
		{"svcca-var={}-squared_score", "svcca:var={}:stat=mean-squared"},
		{"svcca-dim={}-score", "svcca:dim={}"},
		{"svcca-dim={}-squared_score", "svcca:dim={}:stat=mean-squared"},
		{"svcca-var={}", "svcca:var={}"},
		{"svcca-var95", "svcca:var=0.95"},
		{"svcca-var99", "svcca:var=0.99"},
		{"svcca-dim={}", "svcca:dim={}"},
	},
	New: func(a Args) (Measure, error) {
		m := svcca{card: a.Card(), variance: a.Float("var"), dim: a.Int("dim"), squared: a.Text("stat") == "mean-squared"}
		switch {
		case m.dim > 0 && a.Text("var") != defaultVariance:
			return nil, errors.New("var and dim exclude each other")
		case m.dim == 0 && m.variance == 1:
			m.card.X, m.card.Y = Affine, Affine // all components: cca
		}
		if a.Int("cv") > 0 {
			if a.Text("as") != asScore && m.squared {
				return nil, errors.New(m.noAngle())
			}
			return newHeldOutAlignment(a, heldOutAlignment{card: m.card, reduce: m.reduce, norms: whitenedNorms, canonical: true, squared: m.squared})
		}
		return m, nil
	},
}, asScore, asScore)

type svcca struct {
	card     Card
	variance float64
	dim      int
	squared  bool
}

// Card implements Measure.
func (m svcca) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m svcca) NeuronError(Dims) string { return overstated }

// Score implements Measure.
func (m svcca) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, err := m.reduce(p.X)
	if err != nil {
		return Score{}, err
	}
	y, err := m.reduce(p.Y)
	if err != nil {
		return Score{}, err
	}
	n := p.crossOf(x.u, y.u)
	v, err := meanCorrelation(n, m.squared)
	warnings := saturated(p.Samples(), len(x.sigma), len(y.sigma))
	for _, side := range []struct {
		system *System
		kept   int
	}{{p.X, len(x.sigma)}, {p.Y, len(y.sigma)}} {
		w, err := m.doubtfulCut(side.system, side.kept)
		if err != nil {
			return Score{}, err
		}
		warnings = append(warnings, w...)
	}
	return Score{Value: v, Warnings: warnings}, err
}

// doubtfulCut warns where the component after the last that is kept has the same
// variance but for rounding: which directions of their common space are kept is then
// an accident. So is the number of components where their variance is that part of the
// total which is asked for, but for the few digits of the data.
func (m svcca) doubtfulCut(s *System, kept int) ([]string, error) {
	e, err := s.spectrum()
	if err != nil || kept == 0 {
		return nil, err
	}
	var warnings []string
	if kept < len(e.values) {
		own, next := e.values[kept-1], e.values[kept]
		equal := tiedVariance*e.values[0] + s.varianceDoubt(own)
		if own-next <= equal && next > equal {
			warnings = append(warnings, fmt.Sprintf("%s: components %d and %d have the same variance, so which of them is kept is not determined, nor is the value: keep all that are equal, by dim", s.label(), kept, kept+1))
		}
	}
	if m.dim > 0 || m.variance == 1 {
		return warnings, nil
	}
	total, cumulative := s.trace(), 0.0
	for i, v := range e.values {
		cumulative += v
		doubt := s.varianceDoubt(cumulative)
		if doubt > surelyTied*total && math.Abs(cumulative-m.variance*total) <= doubt {
			warnings = append(warnings, fmt.Sprintf("%s: whether %d components reach the part %g of the variance is not determined by the digits of its numbers, nor is the value: say how many to keep, by dim", s.label(), i+1, m.variance))
			break
		}
	}
	return warnings, nil
}

// tiedVariance is the difference of two variances, in relation to the largest, that
// rounding can make.
const tiedVariance = 1e-12

// surelyTied is the difference of two variances, in relation to their total, up to which
// they seldom come by accident. What rounding of the data explains and is no more than
// this is taken for equal without a word.
const surelyTied = 1e-6

// varianceDoubt returns how much of the variance v along some direction, as a sum of
// squares, the rounding of the data can make: an error e of the samples along it changes
// v = ‖Xu‖² by 2uᵀXᵀe, with ‖e‖ of one rounding for each sample, and of a size that goes
// with the shares of the features in all variance (see data.Precision.DistanceDoubt).
func (s *System) varianceDoubt(v float64) float64 {
	weighted, total := 0.0, 0.0
	rounding := s.rounding()
	for j, square := range s.columnSquares() {
		weighted += square * rounding[j] * rounding[j]
		total += square
	}
	if !(weighted > 0) || s.precision.Stored == data.Integer {
		return 0
	}
	e := s.precision.TieMargin() * math.Sqrt(weighted/total/float64(s.Samples()))
	return 2 * e * math.Sqrt(max(0, v))
}

// reduce returns the principal components of a system that the measure keeps.
func (m svcca) reduce(s *System) (principal, error) {
	if m.dim == 0 && m.variance < 1 {
		e, err := s.spectrum()
		if err != nil {
			return principal{}, err
		}
		count := m.leadingCount(e.values, s.trace(), s.varianceDoubt)
		if m.variance < 1-1e-6 {
			return s.components(count)
		}
		all, err := s.rankComponents()
		return all.leading(min(count, len(all.sigma))), err
	}
	// The rank may be the limit, and it needs singular values.
	all, err := s.rankComponents()
	if err != nil || m.dim == 0 {
		return all, err
	}
	return all.leading(min(m.dim, len(all.sigma))), nil
}

// leadingCount returns the number of leading values, at least one and at most all, whose
// sum is at least the part var of a total. A sum that falls short of it by no more than
// rounding reaches it: that of the sums, and of the data where that is small.
func (m svcca) leadingCount(values []float64, total float64, doubt func(v float64) float64) int {
	want, cumulative := m.variance*total, 0.0
	most := (1 - m.variance) / 2 * total // what is asked for is no rounding
	for i, v := range values {
		cumulative += v
		if cumulative >= want-min(tiedVariance*total+min(doubt(cumulative), surelyTied*total), most) {
			return i + 1
		}
	}
	return len(values)
}

// MomentFolds implements FromMoments.
func (svcca) MomentFolds() int { return 0 }

// Memory implements Memory: the components of both systems, and their cross products.
func (m svcca) Memory(d Dims) Need {
	p, q := d.compact()
	return together(d.needComponents(), work(d.N*(p+q)+p*q+linalg.NuclearNormMemory(p, q)))
}

// noAngle says why the measure is not the cosine of an angle, "" where it is.
func (m svcca) noAngle() string {
	if m.squared {
		return "as=score only goes with stat=mean-squared: a mean of squares is not the cosine of an angle"
	}
	return ""
}

// gap returns 1 − s as the residual of the k components of the narrower system after the
// best rotation to the others: with the polar factor P of N = UᵀV,
//
//	Σ(1−ρ)/k = ‖U − VPᵀ‖²/(2k).
func (m svcca) gap(p *Pair) (float64, error) {
	if p.identical() {
		return 0, nil
	}
	x, err := m.reduce(p.X)
	if err != nil {
		return 0, err
	}
	y, err := m.reduce(p.Y)
	if err != nil {
		return 0, err
	}
	return spanGap(x.u, y.u)
}

// spanGap is that of two orthonormal bases.
func spanGap(u, v *mat.Dense) (float64, error) {
	if u.RawMatrix().Cols > v.RawMatrix().Cols {
		u, v = v, u
	}
	polar, _, err := linalg.Polar(linalg.CrossGram(u, v))
	if err != nil {
		return 0, err
	}
	rest := mat.DenseCopyOf(u)
	gemmNT(-1, v, polar, 1, rest)
	_, k := u.Dims()
	return linalg.Dot(rest, rest) / float64(2*k), nil
}

// gapMemory is the need of gap beside that of the score.
func (m svcca) gapMemory(d Dims) Need {
	p, q := d.compact()
	return together(m.Memory(d), work(d.N*(p+q)+linalg.PolarMemory(p, q)+d.N*max(p, q)))
}

package inference

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// Extrapolation is a score as a function of how much was recorded.
type Extrapolation struct {
	Points   []Point // of increasing numbers
	Notes    []string
	Warnings []string
}

// Point is a score for some number of samples and neurons.
type Point struct {
	Kind    PointKind
	N, P, Q int // samples, neurons of X and of Y; Unlimited for infinitely many
	// Value is the score, or its mean over Draws subsets, which deviate by SD.
	Value, SD float64
	Draws     int
	// Corrected is the estimate for such numbers with its interval.
	Corrected, Lo, Hi, SE float64
	Missing               string // why there is no value, or no interval of a limit
}

// Unlimited stands for infinitely many samples or neurons.
const Unlimited = -1

// PointKind says where a point comes from.
type PointKind string

// The kinds of points.
const (
	Subsets PointKind = "subsets" // scores of random subsets
	All     PointKind = "all"     // the score of all data
	Curve   PointKind = "curve"   // the closed form for that many neurons
	Limit   PointKind = "limit"   // the estimate for infinitely many
)

// Extrapolate are the options of an extrapolation.
type Extrapolate struct {
	Design Design
	Draws  int // subsets of each size
	Level  float64
	Over   Over // what the intervals are about
	Seed   uint64
}

// subsetShares are the shares of the data that subsets have, curveShares those of the
// numbers of neurons at which a closed form is evaluated.
var (
	subsetShares = []float64{0.25, 0.5}
	curveShares  = []float64{0.25, 0.5, 1, 2, 4}
)

// leastSubset is the smallest number of units or neurons of a subset.
const leastSubset = 2

// point returns a point of so many samples and neurons without numbers.
func (s *Subject) point(kind PointKind, n, p, q int) Point {
	x := unknown()
	return Point{Kind: kind, N: n, P: p, Q: q, Value: x, SD: x, Corrected: x, Lo: x, Hi: x, SE: x}
}

// OverNeurons returns the score as a function of the number of neurons. A measure that
// has a closed form for that is extrapolated to infinitely many, with an interval; of
// others it has the scores of random subsets of the neurons of both systems, and says
// nothing of more neurons than there are.
func (s *Subject) OverNeurons(ctx context.Context, o Extrapolate) (Extrapolation, error) {
	out := Extrapolation{}
	if s.Distances {
		return out, &measures.UndefinedError{Reason: "dissimilarities have no neurons"}
	}
	all, err := s.all(ctx, o, &out)
	if err != nil {
		return out, err
	}
	if curve := s.closedForm(o); curve != nil {
		// What stands beside the score is the limit.
		all.Corrected, all.Lo, all.Hi, all.SE = unknown(), unknown(), unknown(), unknown()
		out.Points = append([]Point{all}, curve...)
		return out, nil
	}
	n, p, q := s.Pair.Samples(), s.X.Width(), s.Y.Width()
	for k, share := range subsetShares {
		size := func(width int) int { return min(width, max(leastSubset, int(math.Round(share*float64(width))))) }
		pt := s.point(Subsets, n, size(p), size(q))
		err := s.subsets(ctx, o, &pt, func(draw int) (*measures.Pair, error) {
			rng := rand.New(rand.NewPCG(o.Seed, 0x6e737562<<32|uint64(k)<<24|uint64(draw))) // "nsub"
			return s.Pair.WithNeurons(choose(rng, p, pt.P), choose(rng, q, pt.Q))
		})
		if err != nil {
			return out, err
		}
		out.Points = append(out.Points, pt)
	}
	out.Points = append(out.Points, all)
	if m, ok := measures.As[measures.NeuronLimit](s.Measure); ok && m.HasNeuronCurve() {
		out.Notes = append(out.Notes, "no value for more neurons than were recorded: these data have none, for the reason that there is no interval")
	} else {
		out.Notes = append(out.Notes, "no value for more neurons than were recorded: none is known for this measure; cka has one")
	}
	return out, nil
}

// all returns the point of all data. Its interval is what stands beside the score.
func (s *Subject) all(ctx context.Context, o Extrapolate, out *Extrapolation) (Point, error) {
	pt := s.point(All, s.Pair.Samples(), s.X.Width(), s.Y.Width())
	score, err := s.score(s.Pair)
	if err != nil {
		return pt, err
	}
	a, err := Assess(ctx, s.Pair, s.Measure, score.Value, o.Design, Options{Mode: Full, Level: o.Level, Seed: o.Seed, Over: o.Over})
	if err != nil {
		return pt, err
	}
	pt.Value, pt.Corrected, pt.Lo, pt.Hi, pt.SE = score.Value, a.Corrected, a.Lo, a.Hi, a.SE
	out.Notes = append(out.Notes, a.Notes...)
	out.Warnings = append(out.Warnings, score.Warnings...)
	out.Warnings = append(out.Warnings, a.Warnings...)
	s.advance(1)
	return pt, nil
}

// closedForm returns the points of a closed form over neurons, nil where there is none;
// the assessment of the score says why.
func (s *Subject) closedForm(o Extrapolate) []Point {
	m, ok := measures.As[measures.NeuronLimit](s.Measure)
	est, estimable := measures.As[measures.Estimable](s.Measure)
	if !ok || !m.HasNeuronCurve() || !estimable || o.Design.Refusal != "" {
		return nil
	}
	e, ok := est.Estimator()
	if !ok {
		return nil
	}
	form, err := m.NeuronCurve(s.Pair, o.Design.unitsFor(s.Pair, e))
	if err != nil {
		return nil
	}
	var points []Point
	for _, share := range append(slices.Clone(curveShares), math.Inf(1)) {
		size := func(width int) (float64, int) {
			if math.IsInf(share, 1) {
				return share, Unlimited
			}
			count := max(leastSubset, int(math.Round(share*float64(width))))
			return float64(count), count
		}
		p, countX := size(s.X.Width())
		q, countY := size(s.Y.Width())
		pt := s.point(Curve, s.Pair.Samples(), countX, countY)
		if math.IsInf(share, 1) {
			pt.Kind = Limit
		}
		d, err := form.At(p, q)
		if err != nil {
			return nil
		}
		i := estimateOver(d, o.Over, o.Level)
		if reason := i.refusal(); reason != "" {
			pt.Missing = "no value: " + reason
		} else {
			pt.Value, pt.Corrected, pt.Lo, pt.Hi, pt.SE = i.Value, i.Corrected, i.Lo, i.Hi, i.SE
			pt.reported(e.Report, s.Measure.Card())
		}
		points = append(points, pt)
	}
	return points
}

// reported turns the numbers of a point into the form that the measure reports, within
// its range.
func (pt *Point) reported(report func(float64) float64, card measures.Card) {
	if report != nil {
		slope := math.Abs(report(pt.Corrected+1e-6)-report(pt.Corrected-1e-6)) / 2e-6
		pt.Value, pt.Corrected, pt.Lo, pt.Hi, pt.SE = report(pt.Value), report(pt.Corrected), report(pt.Lo), report(pt.Hi), pt.SE*slope
		if pt.Lo > pt.Hi {
			pt.Lo, pt.Hi = pt.Hi, pt.Lo
		}
	}
	pt.Lo, pt.Hi = max(pt.Lo, card.Min), min(pt.Hi, card.Max)
}

// OverStimuli returns the score as a function of the number of samples: of random subsets
// of whole units, of all, and the estimate for infinitely many, which is the one that
// stands beside the score.
func (s *Subject) OverStimuli(ctx context.Context, o Extrapolate) (Extrapolation, error) {
	out := Extrapolation{}
	o.Over = Stimuli
	all, err := s.all(ctx, o, &out)
	if err != nil {
		return out, err
	}
	n, p, q := s.Pair.Samples(), s.X.Width(), s.Y.Width()
	units := o.Design.Units
	if units == nil {
		out.Notes = append(out.Notes, "no subsets of the samples: "+o.Design.Refusal)
	} else {
		for k, share := range subsetShares {
			count := max(leastSubset, int(math.Round(share*float64(units.Count()))))
			if count >= units.Count() {
				continue
			}
			pt := s.point(Subsets, int(math.Round(float64(count)/float64(units.Count())*float64(n))), p, q)
			err := s.subsets(ctx, o, &pt, func(draw int) (*measures.Pair, error) {
				rng := rand.New(rand.NewPCG(o.Seed, 0x73737562<<32|uint64(k)<<24|uint64(draw))) // "ssub"
				return s.part(units, choose(rng, units.Count(), count), o.Design.groups)
			})
			if err != nil {
				return out, err
			}
			out.Points = append(out.Points, pt)
		}
	}
	limit := s.point(Limit, Unlimited, p, q)
	limit.Corrected, limit.Lo, limit.Hi, limit.SE = all.Corrected, all.Lo, all.Hi, all.SE
	all.Corrected, all.Lo, all.Hi, all.SE = unknown(), unknown(), unknown(), unknown()
	if math.IsNaN(limit.Corrected) {
		limit.Missing = "no value: see the row of all samples"
	}
	out.Points = append(out.Points, all, limit)
	return out, nil
}

// part returns the pair of the samples of some units, whose groups stay together in folds.
func (s *Subject) part(units *measures.Units, some []int, groups [][]int) (*measures.Pair, error) {
	var rows []int
	for _, g := range some {
		rows = append(rows, units.Rows[g]...)
	}
	slices.Sort(rows)
	x, y := s.X.Subset(rows), s.Y.Subset(rows)
	if s.Distances {
		x, y = x.SelectFeatures(rows), y.SelectFeatures(rows)
	}
	rest, err := NewSubject(s.Measure, x, y)
	if err != nil {
		return nil, err
	}
	rest.Pair.KeepTogether(among(groups, rows))
	return rest.Pair, nil
}

// among returns the members of each group that are among some rows, by their places
// there; groups without any are left out.
func among(groups [][]int, rows []int) [][]int {
	var out [][]int
	for _, g := range groups {
		var left []int
		for _, i := range g {
			if k, ok := slices.BinarySearch(rows, i); ok {
				left = append(left, k)
			}
		}
		if left != nil {
			out = append(out, left)
		}
	}
	return out
}

// choose returns some of the numbers below n, in increasing order.
func choose(rng *rand.Rand, n, some int) []int {
	out := rng.Perm(n)[:some]
	slices.Sort(out)
	return out
}

// subsets sets the mean and deviation of the scores of random subsets.
func (s *Subject) subsets(ctx context.Context, o Extrapolate, pt *Point, draw func(draw int) (*measures.Pair, error)) error {
	scores := s.eachUnit(ctx, o.Draws, func(i int) (float64, error) {
		p, err := draw(i)
		if err != nil {
			return 0, err
		}
		score, err := s.score(p)
		return score.Value, err
	})
	values := make([]float64, len(scores))
	for i, one := range scores {
		if reason := one.undefined(); reason != "" {
			pt.Missing = fmt.Sprintf("no value: a subset has none: %s", reason)
			return nil
		}
		if one.err != nil {
			return one.err
		}
		values[i] = one.value
	}
	pt.Draws, pt.Value = len(values), stats.Mean(values)
	if len(values) > 1 {
		squares := 0.0
		for _, v := range values {
			squares += (v - pt.Value) * (v - pt.Value)
		}
		pt.SD = math.Sqrt(squares / float64(len(values)-1))
	}
	return nil
}

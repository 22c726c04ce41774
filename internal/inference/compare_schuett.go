package inference

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// dualDraws is the number of draws of each bootstrap, leastDrawn the number of different
// stimuli that a draw must have.
const dualDraws, leastDrawn = 1000, 3

// DualBootstrap compares models by how similar their dissimilarities are to those of
// several subjects, on average, and generalises to other subjects and other stimuli at
// once. With v_b, v_s and v_p the variances of a mean, or of a difference of two, over
// bootstrap draws of both, of the S subjects and of the N stimuli, its variance is
//
//	S/(S−1)·v_s + N/(N−1)·v_p − NS/((N−1)(S−1))·(v_b − v_s − v_p),
//
// at least S/(S−1)·v_s and N/(N−1)·v_p and at most v_b. The noise of a subject's response
// to a stimulus is once in v_s and in v_p, but thrice in v_b. Student's t has min(S,N) − 1
// degrees of freedom. Of one subject it is N/(N−1)·v_p with N − 1. Pairs of a stimulus
// with its own copy are left out of a draw.
//
// Schütt, H. H. et al. (2023). Statistical inference on representational geometries.
// eLife 12, e82566.
func DualBootstrap(ctx context.Context, subjects, models []*measures.System, m measures.Measure, level float64, seed uint64) (Panel, []Contrast, error) {
	d, err := newDual(subjects, models, m)
	if err != nil {
		return nil, nil, err
	}
	draws, err := d.run(ctx, seed)
	if err != nil {
		return nil, nil, err
	}
	higher := m.Card().HigherIsCloser
	t := distuv.StudentsT{Sigma: 1, Nu: float64(d.freedom())}
	panel := make(Panel, len(models))
	for j := range models {
		value := d.mean(d.plain, j)
		se := math.Sqrt(d.variance(draws, func(v []float64) float64 { return v[j] }))
		a := blank()
		reach := t.Quantile((1+level)/2) * se
		a.Corrected, a.SE, a.Units = value, se, min(d.subjects, d.items)
		if d.subjects == 1 {
			a.Units = d.items
		}
		a.Lo, a.Hi = max(value-reach, m.Card().Min), min(value+reach, m.Card().Max)
		panel[j] = &Estimate{Value: value, Assessment: a, closer: higher, main: replicates{z: value}}
	}
	var out []Contrast
	for i := range models {
		for j := i + 1; j < len(models); j++ {
			x := unknown()
			c := Contrast{First: i, Second: j, Diff: panel[i].Value - panel[j].Value, Lo: x, Hi: x, T: x, PValue: x, PAdj: x, QBH: x, DF: d.freedom()}
			se := math.Sqrt(d.variance(draws, func(v []float64) float64 { return v[i] - v[j] }))
			c.Notes = append(c.Notes, d.note())
			if se > 0 {
				reach := t.Quantile((1+level)/2) * se
				c.T, c.Lo, c.Hi = c.Diff/se, c.Diff-reach, c.Diff+reach
				c.PValue = 2 * t.CDF(-math.Abs(c.T))
			} else {
				c.Notes = append(c.Notes, "the difference is the same in all draws, so that it has no test")
			}
			out = append(out, c)
		}
	}
	return panel, out, nil
}

// Holm sets the p values of all contrasts together as Holm (1979) does, which needs no
// joint draws: with m p values in increasing order, max over j ≤ i of (m−j+1)·p₍j₎.
func Holm(contrasts []Contrast) {
	order := byPValue(contrasts)
	most := 0.0
	for i, k := range order {
		most = max(most, min(1, float64(len(order)-i)*contrasts[k].PValue))
		contrasts[k].PAdj = most
	}
	discover(contrasts)
}

// dual has the dissimilarities of subjects and models.
type dual struct {
	measure         measures.Dissimilar
	subjects, items int
	values          [][]float64 // of the subjects, then of the models
	plain           [][]float64 // score of each subject with each model
}

func newDual(subjects, models []*measures.System, m measures.Measure) (*dual, error) {
	of, ok := measures.As[measures.Dissimilar](m)
	if !ok {
		return nil, &measures.UndefinedError{Reason: "the dual bootstrap is for measures that compare dissimilarities"}
	}
	d := &dual{measure: of, subjects: len(subjects)}
	for k, s := range slices.Concat(subjects, models) {
		values, items, ok, err := of.Dissimilarities(s)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, &measures.UndefinedError{Reason: "the dual bootstrap leaves pairs of stimuli out, which this comparison needs"}
		case k > 0 && items != d.items:
			return nil, &measures.UndefinedError{Reason: fmt.Sprintf("%d stimuli in one system and %d in another", d.items, items)}
		}
		d.items = items
		d.values = append(d.values, values)
	}
	if d.items < leastSamples {
		return nil, &measures.UndefinedError{Reason: fmt.Sprintf("%d stimuli are too few for a bootstrap: want at least %d", d.items, leastSamples)}
	}
	all := make([]int, d.items)
	for i := range all {
		all[i] = i
	}
	var okay bool
	if d.plain, okay = d.scores(all); !okay {
		return nil, &measures.UndefinedError{Reason: "every two stimuli of a system are equally dissimilar"}
	}
	return d, nil
}

// freedom returns the degrees of freedom.
func (d *dual) freedom() int {
	if d.subjects == 1 {
		return d.items - 1
	}
	return min(d.subjects, d.items) - 1
}

// note says where the errors come from.
func (d *dual) note() string {
	if d.subjects == 1 {
		return fmt.Sprintf("the error is that of other stimuli, by bootstrap of %d; p_adj is Holm's", d.items)
	}
	return fmt.Sprintf("means over %d subjects; the error is that of other subjects and stimuli, by dual bootstrap; p_adj is Holm's", d.subjects)
}

// mean returns the mean score of a model over subjects.
func (d *dual) mean(scores [][]float64, model int) float64 {
	total := 0.0
	for _, row := range scores {
		total += row[model]
	}
	return total / float64(len(scores))
}

// scores returns the score of each subject with each model on drawn stimuli, in
// increasing order. ok is false where one is undefined.
func (d *dual) scores(drawn []int) (out [][]float64, ok bool) {
	lists := make([]measures.Comparable, len(d.values))
	for k, values := range d.values {
		lists[k] = d.measure.Comparable(d.selected(values, drawn))
	}
	out = make([][]float64, d.subjects)
	for s := range out {
		for _, model := range lists[d.subjects:] {
			v, ok := d.measure.Compared(lists[s], model)
			if !ok {
				return nil, false
			}
			out[s] = append(out[s], v)
		}
	}
	return out, true
}

// selected returns the dissimilarities of drawn stimuli, without those of a stimulus with
// itself.
func (d *dual) selected(values []float64, drawn []int) []float64 {
	out := make([]float64, 0, len(values))
	for a, i := range drawn {
		row := i*d.items - i*(i+1)/2 - i - 1 // of the pair i < j is at row + j
		for _, j := range drawn[a+1:] {
			if j > i {
				out = append(out, values[row+j])
			}
		}
	}
	return out
}

// dualDraw has the mean scores of all models in the draws of one number: of subjects and
// stimuli, of subjects, and of stimuli.
type dualDraw [3][]float64

func (d *dual) run(ctx context.Context, seed uint64) ([]dualDraw, error) {
	rng := stats.Stream(seed, "dual bootstrap")
	var out []dualDraw
	for range dualDraws {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		people, drawn := resampled(rng, d.subjects), resampled(rng, d.items)
		if len(slices.Compact(slices.Clone(drawn))) < leastDrawn {
			continue
		}
		scores, ok := d.scores(drawn)
		if !ok {
			continue
		}
		var both, plain [][]float64
		for _, s := range people {
			both, plain = append(both, scores[s]), append(plain, d.plain[s])
		}
		var one dualDraw
		for j := range d.plain[0] {
			one[0] = append(one[0], d.mean(both, j))
			one[1] = append(one[1], d.mean(plain, j))
			one[2] = append(one[2], d.mean(scores, j))
		}
		out = append(out, one)
	}
	if len(out) < dualDraws/2 {
		return nil, &measures.UndefinedError{Reason: "more than half of the bootstrap draws have no scores"}
	}
	return out, nil
}

// resampled returns n of the numbers below n, drawn with replacement, in increasing order.
func resampled(rng *rand.Rand, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = rng.IntN(n)
	}
	slices.Sort(out)
	return out
}

// variance returns the corrected variance of a function of the mean scores.
func (d *dual) variance(draws []dualDraw, of func(means []float64) float64) float64 {
	var v [3]float64
	for k := range v {
		mean, squares := 0.0, 0.0
		for _, one := range draws {
			mean += of(one[k]) / float64(len(draws))
		}
		for _, one := range draws {
			squares += (of(one[k]) - mean) * (of(one[k]) - mean)
		}
		v[k] = squares / float64(len(draws)-1)
	}
	n := float64(d.items) / float64(d.items-1)
	if d.subjects == 1 {
		return n * v[2]
	}
	s := float64(d.subjects) / float64(d.subjects-1)
	return dualVariance(v[0], v[1], v[2], s, n)
}

// dualVariance combines the variances of both, of subjects and of stimuli; s and n are
// S/(S−1) and N/(N−1).
func dualVariance(both, subjects, stimuli, s, n float64) float64 {
	v := s*subjects + n*stimuli - s*n*(both-subjects-stimuli)
	return min(max(v, s*subjects, n*stimuli), both)
}

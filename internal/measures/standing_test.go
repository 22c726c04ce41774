package measures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures/exacttest"
)

// lossy is the factor by which an error may exceed the change of a score that a change
// of the data by 2⁻⁵² makes.
const lossy = 1 << 10

// TestStandingReference compares every variant that owes an oracle, and its gradients,
// with 320 bits on the grid of stresses. A score may be off by as much as it changes with
// the last digits of the data, with some room, and a derivative likewise. With
// -args -digits the digits that agree become the tables of docs/validation.md.
func TestStandingReference(t *testing.T) {
	names, grid := standingNames(), stresses()
	cells := map[string][]string{}
	for _, name := range names {
		cells[name] = make([]string, len(grid))
	}
	t.Run("all", func(t *testing.T) {
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for i, c := range grid {
					cells[name][i] = standingCell(t, name, c)
				}
			})
		}
	})
	if *writeDigits && !t.Failed() {
		writeDigitTables(t, names, grid, cells)
	}
}

// standingNames are the variants that owe an oracle, but for those that differ from
// another one in the order of folds, which has a test of its own, for forms of an angle
// that the grid has already (of all of them nbs is there, and standingAngles), and for whitening that is held
// out, or a minimum over an amount of noise, of which 320 bits have no definition.
func standingNames() []string {
	names := registered()
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool {
		if m, err := Parse(name); err == nil {
			_, heldOut := m.(heldOutAlignment)
			_, derived := m.(inForm)
			if heldOut || derived && !strings.HasPrefix(name, "nbs:") && !slices.Contains(standingAngles, name) {
				return true
			}
		}
		return strings.Contains(name, "seed=") || strings.Contains(name, "folds=") || strings.Contains(name, "fit="+fitNoise)
	})
}

// standingAngles are angles that have their digits near identity by means of their own.
var standingAngles = []string{"svcca:as=angular", "rsa:as=angular", "rsa-geotopological:as=angular", "distance-correlation:as=angular", "wreath-cka:as=angular"}

// standingPair returns the pair of a stress in the form that a variant wants: as two
// repeats, or as the RDMs of the samples.
func standingPair(t *testing.T, name string, c stress) (*Pair, exacttest.Pair, bool) {
	t.Helper()
	switch {
	case strings.Contains(name, rdmCrossnobis):
		n, _ := c.x.Dims()
		if n%2 != 0 {
			return nil, exacttest.Pair{}, false
		}
		asRepeats := func(m *mat.Dense) *data.Dataset {
			d, err := data.New(mat.DenseCopyOf(m).RawMatrix().Data, 2, n/2, m.RawMatrix().Cols)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		return pairOf(t, asRepeats(c.x), asRepeats(c.y)), exacttest.Pair{X: exacttest.From(c.x), Y: exacttest.From(c.y), Repeats: 2}, true
	case strings.Contains(name, rdmPrecomputed):
		asRDM := func(m *mat.Dense) *mat.Dense { return square(linalg.SqDistances(m), m.RawMatrix().Rows) }
		c = stress{x: asRDM(c.x), y: asRDM(c.y)}
	}
	return pairOf(t, datasetOf(c.x), datasetOf(c.y)), exacttest.Pair{X: exacttest.From(c.x), Y: exacttest.From(c.y)}, true
}

// standingCell compares one variant on one pair, and returns the digits that agree.
func standingCell(t *testing.T, name string, c stress) string {
	t.Helper()
	m := measureOf(t, name)
	p, exactly, ok := standingPair(t, name, c)
	if !ok {
		return "–"
	}
	s, err := m.Score(p)
	exact, undefined := exacttest.Score(name, exactly)
	switch {
	case err != nil:
		return "refused"
	case undefined != nil:
		if len(s.Warnings) == 0 {
			t.Errorf("%s, %s: %.17g, where the mathematics has no value", name, c.name, s.Value)
		}
		return "–"
	}
	want := exacttest.Float(exact)
	rng := rand.New(rand.NewPCG(13, 12))
	cell := digits(s.Value, want)
	near := newNearby(rng, c, m.Card())
	allowed := 1e-13 * max(math.Abs(want), sizeOf(m))
	if !(math.Abs(s.Value-want) <= allowed) && !ranksPairs(name) {
		allowed += lossy * near.change(exact, func(p exacttest.Pair) (exacttest.Number, error) {
			p.Repeats = exactly.Repeats
			return exacttest.Score(name, p)
		})
	}
	if !(math.Abs(s.Value-want) <= allowed) {
		if len(s.Warnings) == 0 {
			t.Errorf("%s, %s: %.17g, want %.17g, within %.2g", name, c.name, s.Value, want, allowed)
		}
		cell += "!"
	}
	if slope, ok := standingSlope(t, name, c, near, rng); ok {
		cell += "/" + slope
	}
	return cell
}

// sizeOf is the size of a score below which its error is not relative: angles and
// distances keep their digits when they are small, similarities need not.
//
// The distance of graphs is a difference of mean exponentials, each up to 1, times up to
// e⁻⁴ in units of 1e6, which have their roundings.
func sizeOf(m Measure) float64 {
	if _, graphs := m.(imd); graphs {
		return 1e6 * math.Exp(-4)
	}
	if c := m.Card(); !c.HigherIsCloser && c.Identity == 0 {
		return 0.01
	}
	return 1
}

// ranksPairs reports whether a measure depends on the order of dissimilarities, so that
// small changes of ties make jumps.
func ranksPairs(name string) bool {
	for _, word := range []string{"spearman", "kendall", "rho-a", "tau-a", "knn"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// digits counts those that agree.
func digits(got, want float64) string {
	gap := math.Abs(got - want)
	if gap > 0 {
		gap /= math.Abs(want)
	}
	return fmt.Sprint(max(0, int(-math.Log10(max(1e-16, gap)))))
}

// nearby are pairs whose numbers differ from those of a stress in their last digits.
type nearby []exacttest.Pair

func newNearby(rng *rand.Rand, c stress, card Card) nearby {
	var out nearby
	for range 2 {
		last := exacttest.Step(-52)
		out = append(out, exacttest.Pair{X: newDirection(rng, c.x).nearby(c, c.x, last, !card.X.Has(Translation)), Y: newDirection(rng, c.y).nearby(c, c.y, last, !card.Y.Has(Translation))})
	}
	return out
}

// change returns the largest change of a function.
func (m nearby) change(at exacttest.Number, f func(exacttest.Pair) (exacttest.Number, error)) float64 {
	most := 0.0
	for _, p := range m {
		if v, err := f(p); err == nil {
			most = max(most, math.Abs(exacttest.Difference(v, at)))
		}
	}
	return most
}

// standingSlope holds the derivatives along a random direction to differences of 320
// bits, and returns the digits that agree of that with respect to Y, the fewer where
// the measure has one with respect to X.
func standingSlope(t *testing.T, name string, c stress, near nearby, rng *rand.Rand) (string, bool) {
	t.Helper()
	d, ok := AsDifferentiable(measureOf(t, name))
	if !ok {
		return "", false
	}
	cell, ok := slopeOf(t, name+" by Y", d, c.x, c.y, c, newDirection(rng, c.y), near, func(p exacttest.Pair) (exacttest.Number, error) {
		return exacttest.Score(name, p)
	})
	if !d.Card().Symmetric {
		var swapped nearby
		for _, p := range near {
			swapped = append(swapped, exacttest.Pair{X: p.Y, Y: p.X})
		}
		slopeOf(t, name+" by X", d.Flip(), c.y, c.x, c, newDirection(rng, c.x), swapped, func(p exacttest.Pair) (exacttest.Number, error) {
			return exacttest.Score(name, exacttest.Pair{X: p.Y, Y: p.X})
		})
	}
	return cell, ok
}

// slopeOf compares the derivative of d with respect to y with that of score.
func slopeOf(t *testing.T, what string, d Differentiable, x, y *mat.Dense, c stress, along direction, near nearby, score func(exacttest.Pair) (exacttest.Number, error)) (string, bool) {
	t.Helper()
	n, q := y.Dims()
	o, err := d.Bind(systemOf(t, datasetOf(x)), q)
	if err != nil {
		return "", false
	}
	g := mat.NewDense(n, q, nil)
	if _, err := o.Gradient(g, y); err != nil {
		return "", false
	}
	slope := func(p exacttest.Pair) (exacttest.Number, error) {
		return exacttest.Slope(func(step exacttest.Number) (exacttest.Number, error) {
			return score(exacttest.Pair{X: p.X, Y: along.from(c, p.Y, step)})
		})
	}
	exact, err := slope(exacttest.Pair{X: exacttest.From(x), Y: exacttest.From(y)})
	if err != nil {
		return "", false
	}
	want := exacttest.Float(exact)
	v := along.first(c, y)
	got := 0.0
	for i := range n {
		got += dot(g.RawRowView(i), v.RawRowView(i))
	}
	size := max(mat.Norm(g, 2)*mat.Norm(v, 2), math.Abs(want), 1/mat.Norm(y, 2))
	allowed := max(1e-11, c.lost) * size
	if !(math.Abs(got-want) <= allowed) {
		allowed += lossy * near.change(exact, slope)
	}
	if !(math.Abs(got-want) <= allowed) {
		t.Errorf("%s, %s: slope %.17g, want %.17g, within %.2g (gradient of %.3g)", what, c.name, got, want, allowed, mat.Norm(g, 2))
	}
	if math.Abs(want) < 1e-30 {
		return "", false // it is 0
	}
	return digits(got, want), true
}

package frontier

import (
	"math"
	"slices"
	"testing"

	"simtool/internal/synth/synthtest"
)

// TestBoundsByHand: X has the rank 2 and five samples, and Y the rank 4, that of
// centred samples, though it has six features.
func TestBoundsByHand(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(5, 2, 1.7))
	p.Width = 6
	b := &bound{Problem: p, rank: 2}
	const rx, ry = 2, 4
	for _, c := range []struct {
		from, to string
		level    float64
		want     [2]float64
	}{
		// CKA/√(r_X·r_Y) ≤ NBS² ≤ min(r_X, r_Y)·CKA
		{"cka", "nbs", 0.1, [2]float64{math.Sqrt(0.1 / math.Sqrt(rx*ry)), math.Sqrt(rx * 0.1)}},
		{"cka", "nbs", 0.9, [2]float64{math.Sqrt(0.9 / math.Sqrt(rx*ry)), 1}},
		{"nbs", "cka", 0.3, [2]float64{0.09 / rx, 0.09 * math.Sqrt(rx*ry)}},
		{"nbs", "cka", 0.9, [2]float64{0.81 / rx, 1}},
		{"cka:as=squared", "nbs:as=squared", 0.04, [2]float64{0.2 / math.Sqrt(rx*ry), rx * 0.2}},
		// NBS² ≤ R²
		{"linreg", "nbs", 0.25, [2]float64{0, 0.5}},
		{"nbs", "linreg", 0.5, [2]float64{0.25, 1}},
		{"linreg", "procrustes", 0.25, [2]float64{math.Pi / 3, math.Pi / 2}},
		{"procrustes:as=angular-score", "linreg", 1. / 3, [2]float64{0.25, 1}},
		{"nbs", "procrustes:as=normalised", 0.5, [2]float64{1, 1}},
		{"linreg", "linreg:direction=y-from-x", 0.5, [2]float64{0, 1}}, // not known
	} {
		got := b.bounds(named(t, c.from).Measure, named(t, c.to).Measure, c.level)
		for i := range got {
			synthtest.Near(t, c.from+" to "+c.to, got[i], c.want[i], 1e-12)
		}
	}
}

// TestBoundsOfBothFree: X may then have any rank that its size allows.
func TestBoundsOfBothFree(t *testing.T) {
	p := DefaultProblem(synthtest.Waves(5, 3, 1.7))
	p.Width, p.Both = 2, true
	b := &bound{Problem: p, rank: 1}
	got := b.bounds(named(t, "nbs").Measure, named(t, "cka").Measure, 0.3)
	synthtest.Near(t, "least", got[0], 0.09/2, 1e-12)
	synthtest.Near(t, "largest", got[1], 0.09*math.Sqrt(3*2), 1e-12)
}

// plane is a pair of scores A = v₀ and B = v₀ + s·v₁ whose directions all have one
// unit of data.
type plane struct{ slope float64 }

func (plane) size() int { return 2 }

func (plane) first(v, g []float64) (float64, error) {
	g[0], g[1] = 1, 0
	return v[0], nil
}

func (p plane) second(v, g []float64) (float64, error) {
	g[0], g[1] = 1, p.slope
	return v[0] + p.slope*v[1], nil
}

func (plane) spread(_, g []float64) []float64 { return append([]float64(nil), g...) }

// TestCertificate: along a level of A the score B changes at the rate s, relative
// to B where that is above 1, and off the level the gap counts too.
func TestCertificate(t *testing.T) {
	for _, c := range []struct {
		slope, sign float64
		v           []float64
		level, want float64
	}{
		{0.25, 1, []float64{0.5, 0}, 0.5, 0.25},
		{0.25, -1, []float64{0.5, 0}, 0.5, 0.25},
		{0.25, 1, []float64{4, 4}, 4, 0.25 / 5},
		{0.25, 1, []float64{0.5, 0}, 0.125, 0.375},
		{0, 1, []float64{0.5, 0}, 0.75, 0.25},
	} {
		w := newWalker(plane{c.slope}, c.sign)
		w.level = c.level
		copy(w.v, c.v)
		w.a, _ = w.first(w.v, w.alpha)
		w.b, _ = w.second(w.v, w.beta)
		synthtest.Near(t, "residual", w.residual(), c.want, 1e-15)
		if got, err := w.certificate(); err != nil || got != w.residual() {
			t.Errorf("certificate %v (%v), want the residual %v", got, err, w.residual())
		}
		// In a subspace without v₁ nothing seems to change; the certificate looks
		// outside of it.
		w.confine = func(g []float64) { g[1] = 0 }
		w.confine(w.beta)
		synthtest.Near(t, "residual within", w.residual(), math.Abs(w.a-w.level), 1e-15)
		got, err := w.certificate()
		if err != nil {
			t.Fatal(err)
		}
		synthtest.Near(t, "certificate", got, c.want, 1e-15)
	}
}

// TestRandomStartsDiffer from each other, and are the same for the same seed.
func TestRandomStartsDiffer(t *testing.T) {
	random := func(seed uint64) [][]float64 {
		m, err := newStartMaker(synthtest.Waves(12, 4, 1.7), 4, seed)
		if err != nil {
			t.Fatal(err)
		}
		starts, err := m.starts(2)
		if err != nil {
			t.Fatal(err)
		}
		k := len(starts) - 2
		return [][]float64{starts[k].near, starts[k+1].near}
	}
	a, again, other := random(1), random(1), random(2)
	if slices.Equal(a[0], a[1]) || slices.Equal(a[0], other[0]) || !slices.Equal(a[1], again[1]) {
		t.Error("random starts are the same, or not those of the seed")
	}
}

package measures

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// contractPair returns two correlated systems of unequal width, away from
// their means, that every measure can score.
func contractPair() (x, y *mat.Dense) {
	rng := rand.New(rand.NewPCG(7, 11))
	const n, p, q = 48, 7, 6
	x, y = gaussian(rng, n, p), mat.NewDense(n, q, nil)
	y.Mul(x, gaussian(rng, p, q))
	noise := gaussian(rng, n, q)
	noise.Scale(1.5, noise)
	y.Add(y, noise)
	for i := range n {
		for j := range p {
			x.Set(i, j, (1+float64(j))*x.At(i, j)+2+float64(j))
		}
		for j := range q {
			y.Set(i, j, y.At(i, j)-3)
		}
	}
	return x, y
}

func scoreOf(t *testing.T, m Measure, x, y *mat.Dense) float64 {
	t.Helper()
	s, err := m.Score(pairOf(t, datasetOf(x), datasetOf(y)))
	if err != nil {
		t.Fatalf("%s: %v", m.Card().Name, err)
	}
	if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
		t.Fatalf("%s = %v", m.Card().Name, s.Value)
	}
	return s.Value
}

// transformations are what the bits of an Invariance stand for.
func transformations(rng *rand.Rand, x *mat.Dense) map[Invariance]*mat.Dense {
	n, p := x.Dims()
	product := func(m *mat.Dense) *mat.Dense {
		var out mat.Dense
		out.Mul(x, m)
		return &out
	}
	shuffle := mat.NewDense(p, p, nil)
	for i, j := range rng.Perm(p) {
		shuffle.Set(i, j, 1)
	}
	rotation, _ := linalg.QR(gaussian(rng, p, p))
	scaled := mat.DenseCopyOf(x)
	scaled.Scale(0.23, scaled)
	moved := mat.DenseCopyOf(x)
	for i := range n {
		for j := range p {
			moved.Set(i, j, moved.At(i, j)+float64(3*j)-7)
		}
	}
	return map[Invariance]*mat.Dense{
		Permutation: product(shuffle),
		Orthogonal:  product(rotation),
		Linear:      product(gaussian(rng, p, p)),
		Scaling:     scaled,
		Translation: moved,
	}
}

// suit changes a contract pair for measures that see samples only at distances near 1,
// features only that have something in common, or rates only.
func suit(name string, pair ...*mat.Dense) {
	for _, m := range pair {
		switch {
		case strings.HasPrefix(name, "uniformity"):
			m.Scale(0.05, m)
		case strings.Contains(name, noisePoisson):
			m.Apply(func(_, _ int, v float64) float64 { return math.Abs(v) }, m)
		case strings.HasPrefix(name, "cka-neurons"):
			for i := range m.RawMatrix().Rows {
				row := m.RawRowView(i)
				for j := range row[1:] {
					row[1+j] += 2 * row[0]
				}
			}
		}
	}
}

// TestContract holds every measure to its own card.
func TestContract(t *testing.T) {
	for _, f := range families {
		for _, name := range variants(f) {
			t.Run(name, func(t *testing.T) {
				x, y := contractPair()
				suit(name, x, y)
				if reason := needsOtherData(name); reason != "" {
					t.Skip(reason)
				}
				m, err := Parse(name)
				if err != nil {
					t.Fatal(err)
				}
				card := m.Card()
				if card.Name != name {
					t.Errorf("canonical name %q", card.Name)
				}
				base := scoreOf(t, m, x, y)
				checkRange(t, card, base)
				checkIdentity(t, m, x)
				checkSymmetry(t, m, base, x, y)
				checkInvariances(t, m, base, x, y)
				checkPurity(t, m, base, x, y)
				checkRefusals(t, m, x, y)
			})
		}
	}
}

func checkRange(t *testing.T, card Card, v float64) {
	t.Helper()
	if v < card.Min || v > card.Max {
		t.Errorf("%v lies outside of [%v, %v]", v, card.Min, card.Max)
	}
}

func checkIdentity(t *testing.T, m Measure, x *mat.Dense) {
	t.Helper()
	want := m.Card().Identity
	if math.IsNaN(want) {
		return
	}
	got := scoreOf(t, m, x, mat.DenseCopyOf(x))
	if want == 0 && got != 0 && m.Card().Min == 0 && !heldOutName(m) {
		t.Errorf("identical systems: %v, want exactly 0", got)
	}
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("identical systems: %v, want %v", got, want)
	}
}

// heldOutName reports whether a measure fits on some samples and scores
// others, so that rounding reaches even identical data.
func heldOutName(m Measure) bool { return m.Card().MinSamples >= 5 }

func checkSymmetry(t *testing.T, m Measure, base float64, x, y *mat.Dense) {
	t.Helper()
	gap := math.Abs(scoreOf(t, m, y, x) - base)
	for n := x.RawMatrix().Rows - 6; !m.Card().Symmetric && gap < 1e-6 && n > x.RawMatrix().Rows/2; n -= 6 {
		// Counts may be equal by chance; those of fewer samples are then not.
		x, y := firstRows(x, n), firstRows(y, n)
		gap = math.Abs(scoreOf(t, m, y, x) - scoreOf(t, m, x, y))
	}
	if m.Card().Symmetric && gap > 1e-9*max(1, math.Abs(base)) {
		t.Errorf("claims symmetry, but exchanging the systems changes the score by %.2g", gap)
	}
	if !m.Card().Symmetric && gap < 1e-6 {
		t.Errorf("does not claim symmetry, but exchanging the systems changes the score by %.2g only", gap)
	}
}

func firstRows(m *mat.Dense, n int) *mat.Dense {
	_, p := m.Dims()
	return mat.DenseCopyOf(m.Slice(0, n, 0, p))
}

// checkInvariances holds invariances to what the card claims. A perfect fit stays one for any
// data, so that it does not show which are not claimed. It draws every transformation twice, and for values that are counts, which
// may stay the same under one by chance, more often and of fewer samples.
func checkInvariances(t *testing.T, m Measure, base float64, x, y *mat.Dense) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 5))
	type side struct {
		name string
		bit  Invariance
	}
	gaps := map[side]float64{}
	draw := func(x, y *mat.Dense, base float64) {
		tx, ty := transformations(rng, x), transformations(rng, y)
		for _, kind := range Invariances {
			gaps[side{"X", kind.Bit}] = max(gaps[side{"X", kind.Bit}], math.Abs(scoreOf(t, m, tx[kind.Bit], y)-base))
			gaps[side{"Y", kind.Bit}] = max(gaps[side{"Y", kind.Bit}], math.Abs(scoreOf(t, m, x, ty[kind.Bit])-base))
		}
	}
	draw(x, y, base)
	draw(x, y, base)
	if strings.Contains(m.Card().Family, "knn") { // values that are counts
		for less := range 3 {
			x, y := firstRows(x, x.RawMatrix().Rows-4*less), firstRows(y, y.RawMatrix().Rows-4*less)
			draw(x, y, scoreOf(t, m, x, y))
		}
	}
	for _, kind := range Invariances {
		for name, claimed := range map[string]Invariance{"X": m.Card().X, "Y": m.Card().Y} {
			gap := gaps[side{name, kind.Bit}]
			switch {
			case claimed.Has(kind.Bit) && gap > 1e-9*max(1, math.Abs(base)):
				t.Errorf("claims invariance of %s to %s, but the score changes by %.2g", name, kind.Name, gap)
			case !claimed.Has(kind.Bit) && gap < 1e-6 && math.Abs(1-base) > 1e-9:
				t.Errorf("does not claim invariance of %s to %s, but the score changes by %.2g only", name, kind.Name, gap)
			}
		}
	}
}

// checkPurity scores one pair from many goroutines at once: the same bits must
// come out, and the data must not change.
func checkPurity(t *testing.T, m Measure, base float64, x, y *mat.Dense) {
	t.Helper()
	dx, dy := datasetOf(x), datasetOf(y)
	p := pairOf(t, dx, dy)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := m.Score(p)
			if err != nil || s.Value != base {
				t.Errorf("concurrent score %v (%v), want %v", s.Value, err, base)
			}
		})
	}
	wg.Wait()
	if !slices.Equal(dx.Values, x.RawMatrix().Data) || !slices.Equal(dy.Values, y.RawMatrix().Data) {
		t.Error("the data were changed")
	}
}

// checkRefusals gives the measure data without a score.
func checkRefusals(t *testing.T, m Measure, x, y *mat.Dense) {
	t.Helper()
	n, p := x.Dims()
	constant := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			constant.Set(i, j, 0.1*float64(j+1))
		}
	}
	for _, pair := range [][2]*mat.Dense{{constant, y}, {x, constant}} {
		_, err := m.Score(pairOf(t, datasetOf(pair[0]), datasetOf(pair[1])))
		if undefined := (*UndefinedError)(nil); !errors.As(err, &undefined) {
			t.Errorf("constant data: error %v, want an UndefinedError", err)
		}
	}
	if short := m.Card().MinSamples - 1; short >= 2 {
		cut := func(m *mat.Dense) *data.Dataset {
			_, w := m.Dims()
			return datasetOf(m.Slice(0, short, 0, w))
		}
		_, err := m.Score(pairOf(t, cut(x), cut(y)))
		if undefined := (*UndefinedError)(nil); !errors.As(err, &undefined) {
			t.Errorf("%d samples: error %v, want an UndefinedError", short, err)
		}
	}
}

// TestSystemsRefuseUnusableData covers what no measure gets to see.
func TestSystemsRefuseUnusableData(t *testing.T) {
	for name, values := range map[string][]float64{
		"one sample": {1, 2, 3},
		"NaN":        {1, 2, 3, 4, math.NaN(), 6},
		"infinite":   {1, 2, 3, 4, math.Inf(-1), 6},
	} {
		d, err := data.New(values, len(values)/3, 3)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewSystem(d); err == nil {
			t.Errorf("%s: accepted", name)
		} else if _, ok := data.AsInputError(err); !ok {
			t.Errorf("%s: %v is not an InputError", name, err)
		}
	}
	x, y := contractPair()
	_, err := NewPair(systemOf(t, datasetOf(x)), systemOf(t, datasetOf(y.Slice(0, 40, 0, 5))))
	if in, ok := data.AsInputError(err); !ok || in.Found != "40 samples" {
		t.Errorf("unequal sample counts: %v", err)
	}
}

// TestCardsAreComplete keeps help texts and documentation from having holes.
func TestCardsAreComplete(t *testing.T) {
	for _, f := range families {
		m, err := Parse(f.Card.Family)
		if err != nil {
			t.Fatalf("%s: the defaults do not build: %v", f.Card.Family, err)
		}
		c := m.Card()
		for field, ok := range map[string]bool{
			"Title": c.Title != "", "Question": c.Question != "", "Formula": c.Formula != "",
			"Cost": c.Cost != "", "Pitfalls": len(c.Pitfalls) > 0, "References": len(c.References) > 0,
			"MinSamples": c.MinSamples >= 2, "Max": c.Max > c.Min,
		} {
			if !ok {
				t.Errorf("%s: no %s", c.Family, field)
			}
		}
		for _, r := range c.References {
			if r.Key == "" || r.Authors == "" || r.Title == "" || r.Venue == "" || r.Year == 0 || (r.DOI == "" && r.URL == "") {
				t.Errorf("%s: incomplete reference %+v", c.Family, r)
			}
		}
		for _, p := range c.Params {
			if p.Help == "" || p.Valid(p.Default) != nil {
				t.Errorf("%s: parameter %s: %v", c.Family, p.Name, fmt.Sprint(p.Help, p.Valid(p.Default)))
			}
		}
	}
}

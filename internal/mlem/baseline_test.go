package mlem

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// The weights must be nearly parallel to those of the frrsa package (5 outer folds,
// one repetition), which has other random splits.
func TestFRRSAMatchesThePackage(t *testing.T) {
	const name = "lin_n200_f10_h64_z1_s0"
	s := readSimulated(t, name)
	raw, err := os.ReadFile(shared(t, "mlem_sim", name, "out_frrsa_5x1.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		W        []float64 `json:"w"`
		Spearman float64   `json:"cv_spearman"`
	}
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	r, err := FitFRRSA(t.Context(), s.features, s.neural, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	want := mat.NewDense(len(ref.W), len(ref.W), nil)
	for a, w := range ref.W {
		want.Set(a, a, w)
	}
	if c := cosine(r.W, want); c < .9999 {
		t.Errorf("cosine with the package's weights %.6f", c)
	}
	if math.Abs(r.Spearman-ref.Spearman) > .015 {
		t.Errorf("held-out score %.4f, the package's is %.4f", r.Spearman, ref.Spearman)
	}
}

func TestFractionsOfTheNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 8))
	g, _ := newDesign(make([]string, 5), Interactions{})
	q := randomProblem(rng, g.terms, 9)
	size := func(w []float64) float64 {
		var ss float64
		for i, v := range w {
			ss += v * v * q.g.At(i, i)
		}
		return math.Sqrt(ss)
	}
	w, err := q.fraction([]float64{.1, .35, 1})
	if err != nil {
		t.Fatal(err)
	}
	free, err := q.solve(Unconstrained, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range w[2] {
		if math.Abs(v-free.w[i]) > 1e-9 {
			t.Errorf("fraction 1: coefficient %d is %g, of least squares %g", i, v, free.w[i])
		}
	}
	for i, want := range []float64{.1, .35} {
		if got := size(w[i]) / size(w[2]); math.Abs(got-want) > 1e-9 {
			t.Errorf("the norm is %.10f of that of least squares, want %g", got, want)
		}
	}
	// It is a ridge solution: (R + αI)β = r for one α.
	p := len(q.b)
	beta := w[1]
	var alpha float64
	for i := range p {
		rest := q.b[i]
		for j := range p {
			rest -= q.g.At(i, j) * beta[j]
		}
		a := rest / (beta[i] * q.g.At(i, i))
		if i > 0 && math.Abs(a-alpha) > 1e-7*math.Abs(alpha) {
			t.Errorf("penalty %g for coefficient %d, %g before", a, i, alpha)
		}
		alpha = a
	}
}

// TestRidgeUnits compares the chosen fit with explicit leave-one-out fits.
func TestRidgeUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	const n, p = 15, 3
	x, y := randomMatrix(rng, n, p), randomMatrix(rng, n, 1)
	for i := range n {
		y.Set(i, 0, y.At(i, 0)+x.At(i, 0))
	}
	got, _, err := ridgeUnits(x, y)
	if err != nil {
		t.Fatal(err)
	}
	ridge := func(x, y *mat.Dense, lambda float64) (beta *mat.Dense, mx []float64, my float64) {
		xc, mx := linalg.Center(x)
		yc, m := linalg.Center(y)
		g := linalg.Gram(xc)
		for j := range p {
			g.Set(j, j, g.At(j, j)+lambda)
		}
		beta, err := linalg.SolveSPD(g, linalg.CrossGram(xc, yc))
		if err != nil {
			t.Fatal(err)
		}
		return beta, mx, m[0]
	}
	best, chosen := math.Inf(1), 0.0
	for e := -3; e <= 5; e++ {
		lambda := math.Pow(10, float64(e))
		var loss float64
		for out := range n {
			var keep []int
			for i := range n {
				if i != out {
					keep = append(keep, i)
				}
			}
			beta, mx, my := ridge(pickRows(x, keep), pickRows(y, keep), lambda)
			prediction := my
			for j := range p {
				prediction += (x.At(out, j) - mx[j]) * beta.At(j, 0)
			}
			loss += math.Pow(y.At(out, 0)-prediction, 2)
		}
		if loss < best {
			best, chosen = loss, lambda
		}
	}
	want, _, _ := ridge(x, y, chosen)
	for j := range p {
		if math.Abs(got.At(j, 0)-want.At(j, 0)) > 1e-10 {
			t.Errorf("coefficient %d: %g, want %g of penalty %g", j, got.At(j, 0), want.At(j, 0), chosen)
		}
	}
}

func TestEncodingAndDecoding(t *testing.T) {
	x, f, y := simulate(t, func(s *Simulation) { s.Stimuli, s.Noise, s.Seed = 150, .2, 2 })
	o := DefaultOptions()
	e, err := FitEncoding(t.Context(), f, x.Y, y, o)
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := Recover(e.W, x.W); r.Cosine < .999 {
		t.Errorf("cosine of the implied metric with the truth %.5f", r.Cosine)
	}
	// Noise of .2 sd on patterns of sd 1 leaves 1/1.04 of the variance.
	if e.MeanR2 < .9 || e.MeanR2 > 1/1.04+.02 || e.Spearman < .9 {
		t.Errorf("mean r2 %.3f, rank correlation of distances %.3f", e.MeanR2, e.Spearman)
	}
	d, err := FitDecoding(t.Context(), f, x.Y, o)
	if err != nil {
		t.Fatal(err)
	}
	for a, r := range d {
		if x.W.At(a, a) > .1 && r.AUC < .95 {
			t.Errorf("%s of weight %.2f is read out with an area of %.3f", r.Feature, x.W.At(a, a), r.AUC)
		}
	}
	noise, err := FitDecoding(t.Context(), f, randomMatrix(rand.New(rand.NewPCG(1, 1)), 150, 200), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range noise {
		if math.Abs(r.AUC-.5) > .15 {
			t.Errorf("%s is read out of noise with an area of %.3f", r.Feature, r.AUC)
		}
	}
}

// TestCompatGradient checks the stochastic fit's gradient by central differences
// on one batch.
func TestCompatGradient(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 40 })
	for _, interactions := range []bool{false, true} {
		g, err := newDesign(f.Names(), Interactions{All: interactions})
		if err != nil {
			t.Fatal(err)
		}
		at := func(theta []float64) (float64, []float64) {
			c := &compat{features: f, design: g, n: 40, distances: y.condensed(), power: 2, rng: rand.New(rand.NewPCG(1, 2)), lo: 0, hi: 100, theta: theta}
			return c.ascend(500)
		}
		theta := make([]float64, len(g.terms))
		rng := rand.New(rand.NewPCG(6, 6))
		for i := range theta {
			theta[i] = rng.NormFloat64()
		}
		_, gradient := at(theta)
		for i := range theta {
			const h = 1e-5
			probe := append([]float64(nil), theta...)
			probe[i] += h
			up, _ := at(probe)
			probe[i] -= 2 * h
			down, _ := at(probe)
			if want := (up - down) / (2 * h); math.Abs(gradient[i]-want) > 1e-7 {
				t.Errorf("interactions %v, parameter %d: %g, want %g", interactions, i, gradient[i], want)
			}
		}
	}
}

// The stochastic procedure must end as near to the package's result as other runs of
// the package do.
func TestCompatAgreesWithThePackage(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of steps")
	}
	const name = "lin_n200_f10_h64_z1_s0"
	s := readSimulated(t, name)
	r, err := FitCompat(t.Context(), s.features, s.neural, false, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	ref := readReference(t, name, "out_mlem_i0_r0.json")
	want := mat.NewDense(10, 10, nil)
	for a, row := range ref.W {
		want.Set(a, a, row[a])
	}
	if c := cosine(r.W, want); c < .998 {
		t.Errorf("cosine with the package's weights %.5f", c)
	}
	if math.Abs(r.Score-ref.Spearman) > .015 {
		t.Errorf("score %.4f, the package's is %.4f", r.Score, ref.Spearman)
	}
	// The package chose 20,182 of the same ladder of sizes.
	if r.BatchSize < 12000 || r.BatchSize > 42000 {
		t.Errorf("batches of %d pairs", r.BatchSize)
	}
}

func TestCompare(t *testing.T) {
	x, f, y := simulate(t, func(s *Simulation) { s.Stimuli, s.Noise, s.Seed = 40, 3, 4 })
	all, err := Compare(t.Context(), f, x.Y, y, []string{"mlem", "rsa", "frrsa", "mlem-i", "frrsa-i", "encoding", "decoding"}, x.W, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Recovery == nil || (c.HeldOut == nil) != (c.Method == "decoding") || c.Seconds <= 0 {
			t.Errorf("%+v", c)
		}
	}
	without, err := Compare(t.Context(), f, nil, y, []string{"encoding", "decoding"}, x.W, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range without {
		if c.W != nil || c.Recovery != nil || c.HeldOut != nil || !strings.Contains(c.Detail, "needs patterns") {
			t.Errorf("without patterns: %+v", c)
		}
	}
	if _, err := Compare(t.Context(), f, x.Y, y, []string{"mlme"}, nil, DefaultOptions()); err == nil {
		t.Error("an unknown method is no error")
	}
	if _, err := Compare(t.Context(), f, x.Y, y, []string{"rsa"}, mat.NewDense(2, 2, nil), DefaultOptions()); err == nil {
		t.Error("a truth of other size is no error")
	}
}

func TestRecover(t *testing.T) {
	a := mat.NewDense(3, 3, []float64{2, 0, 0, 0, 1, 0, 0, 0, 2})
	if r, ok := Recover(scaled(5, a), a); !ok || math.Abs(r.Cosine-1) > 1e-15 || r.Spearman != 1 || r.WeightedTau != 1 || r.Frobenius > 1e-15 {
		t.Errorf("a metric recovers itself by %+v", r)
	}
	b := mat.NewDense(3, 3, []float64{1, 0, 0, 0, 2, 0, 0, 0, 2})
	if r, _ := Recover(b, a); math.Abs(r.Cosine-8./9) > 1e-15 || math.Abs(r.Frobenius-math.Sqrt(2)/3) > 1e-15 {
		t.Errorf("%+v, want cosine 8/9 and distance √2/3", r)
	}
	equal := mat.NewDense(2, 2, []float64{1, 0, 0, 1})
	if r, ok := Recover(equal, mat.NewDense(2, 2, []float64{2, 0, 0, 1})); !ok || !math.IsNaN(r.Spearman) || !math.IsNaN(r.WeightedTau) {
		t.Errorf("recovery %+v of equal weights", r)
	}
	if _, ok := Recover(mat.NewDense(3, 3, nil), a); ok {
		t.Error("a zero metric can be compared")
	}
}

func TestNoiseCeiling(t *testing.T) {
	x, _, _ := simulate(t, func(s *Simulation) { s.Stimuli, s.Noise = 60, 0 })
	rng := rand.New(rand.NewPCG(3, 3))
	repeat := func(noise float64) *mat.Dense {
		y := mat.DenseCopyOf(x.Y)
		for i := range 60 {
			row := y.RawRowView(i)
			for j := range row {
				row[j] += noise * rng.NormFloat64()
			}
		}
		return y
	}
	same, err := NoiseCeiling([]*mat.Dense{repeat(0), repeat(0)}, NeuralOptions{})
	if err != nil || math.Abs(same.Lower-1) > 1e-12 || math.Abs(same.Upper-1) > 1e-12 {
		t.Errorf("ceiling of equal repeats %+v, %v", same, err)
	}
	a, b := repeat(.15), repeat(.15)
	noisy, err := NoiseCeiling([]*mat.Dense{a, b}, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var mean mat.Dense
	mean.Add(a, b)
	clean, _ := NewNeural(x.Y, NeuralOptions{})
	both, _ := NewNeural(&mean, NeuralOptions{})
	rho, _ := stats.Spearman(both.condensed(), clean.condensed())
	if noisy.Lower >= rho || math.Abs(noisy.Upper-rho) > .05 {
		t.Errorf("ceiling %+v, the noiseless distances correlate by %.3f", noisy, rho)
	}
	if _, err := NoiseCeiling([]*mat.Dense{a, b}, NeuralOptions{Distance: Crossnobis}); err == nil {
		t.Error("crossnobis distances of single repeats")
	}
	if _, err := NoiseCeiling([]*mat.Dense{a}, NeuralOptions{}); err == nil {
		t.Error("one repeat has a ceiling")
	}
}

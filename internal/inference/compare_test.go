package inference

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/stats"
)

// recording draws a recording and models of it, all n×p with variances 1/i, of the
// population of INFERENCE: x = √λ∘z and y = √λ∘(ρz + √(1−ρ²)w). Models differ in w only,
// so that those of equal ρ are equally similar to the recording.
func recording(rng *rand.Rand, n, p int, rho ...float64) (x *mat.Dense, ys []*mat.Dense) {
	x = mat.NewDense(n, p, nil)
	z := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			z.Set(i, j, rng.NormFloat64())
			x.Set(i, j, z.At(i, j)/math.Sqrt(float64(j+1)))
		}
	}
	for _, r := range rho {
		y := mat.NewDense(n, p, nil)
		for i := range n {
			for j := range p {
				y.Set(i, j, (r*z.At(i, j)+math.Sqrt(1-r*r)*rng.NormFloat64())/math.Sqrt(float64(j+1)))
			}
		}
		ys = append(ys, y)
	}
	return x, ys
}

// systemOf makes a system of a matrix.
func systemOf(t *testing.T, m *mat.Dense) *measures.System {
	t.Helper()
	n, p := m.Dims()
	s, err := measures.NewSystem(&data.Dataset{Shape: []int{n, p}, Values: mat.DenseCopyOf(m).RawMatrix().Data})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// measureNamed returns a measure.
func measureNamed(t *testing.T, name string) measures.Named {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// panelOf estimates models of a recording by a measure.
func panelOf(t *testing.T, x *mat.Dense, ys []*mat.Dense, name string, kind Kind) Panel {
	t.Helper()
	m := measureNamed(t, name)
	xs := systemOf(t, x)
	var out Panel
	var d Design
	for k, y := range ys {
		p, err := measures.NewPair(xs, systemOf(t, y))
		if err != nil {
			t.Fatal(err)
		}
		if k == 0 {
			d = NewDesign(p, kind, nil)
		}
		s, err := m.Score(p)
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEstimate(context.Background(), p, m, s.Value, d, Options{Level: 0.95, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// rejected counts the runs in which two models differ at 5 %, and those in which the
// interval of their difference does not hold 0.
func rejected(t *testing.T, runs int, first, second float64) (share float64) {
	t.Helper()
	count := 0
	for run := range runs {
		x, ys := recording(rand.New(rand.NewPCG(7, uint64(run))), 50, 10, first, second)
		c := Compare([]Panel{panelOf(t, x, ys, "cka", Rows)}, 0.95, 1)[0]
		if c.PAdj != c.PValue || c.QBH != c.PValue {
			t.Fatalf("one difference alone has p %g, %g adjusted and q %g", c.PValue, c.PAdj, c.QBH)
		}
		if (c.PValue < 0.05) != (c.Lo > 0 || c.Hi < 0) {
			t.Fatalf("p is %g, but the interval is %g to %g", c.PValue, c.Lo, c.Hi)
		}
		if c.PValue < 0.05 {
			count++
		}
	}
	return float64(count) / float64(runs)
}

// TestPairedNull: models that are equally similar differ at 5 % in 5 % of recordings.
func TestPairedNull(t *testing.T) {
	if share := rejected(t, 2000, 0.7, 0.7); share < 0.03 || share > 0.07 {
		t.Errorf("equal models differ in %.1f %% of recordings, want 3 to 7", 100*share)
	}
}

// TestPairedPower: a difference of .15 in ρ is mostly found with 50 samples.
func TestPairedPower(t *testing.T) {
	if share := rejected(t, 400, 0.85, 0.7); share <= 0.65 {
		t.Errorf("models of ρ = .7 and .85 differ in %.1f %% of recordings, want more than 65", 100*share)
	}
}

// TestFamilyWise: the chance that any of six equal models differs from any other.
func TestFamilyWise(t *testing.T) {
	const runs = 1000
	count := 0
	for run := range runs {
		x, ys := recording(rand.New(rand.NewPCG(11, uint64(run))), 60, 6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6)
		for _, c := range Compare([]Panel{panelOf(t, x, ys, "cka", Rows)}, 0.95, 1) {
			if c.PAdj < 0.05 {
				count++
				break
			}
		}
	}
	if share := float64(count) / runs; share < 0.032 || share > 0.07 {
		t.Errorf("a difference among equal models in %.1f %% of recordings, want about 5 to 6", 100*share)
	}
}

// TestDifferencesOfRefits compares the jackknife of a difference with refits of Song's
// estimator, by its definition, without each sample.
func TestDifferencesOfRefits(t *testing.T) {
	x, ys := recording(rand.New(rand.NewPCG(3, 3)), 14, 4, 0.8, 0.5)
	c := Compare([]Panel{panelOf(t, x, ys, "cka:estimator=debiased", Rows)}, 0.95, 1)[0]
	all := make([]int, 14)
	for i := range all {
		all[i] = i
	}
	delta := func(rows []int) float64 {
		return math.Atanh(songCosine(x, ys[0], rows)) - math.Atanh(songCosine(x, ys[1], rows))
	}
	var left []float64
	total := 0.0
	for i := range all {
		rows := append(append([]int{}, all[:i]...), all[i+1:]...)
		left = append(left, delta(rows))
		total += left[i] / 14
	}
	squares := 0.0
	for _, v := range left {
		squares += (v - total) * (v - total)
	}
	near(t, "diff", c.Diff, songCosine(x, ys[0], all)-songCosine(x, ys[1], all))
	near(t, "t", c.T, delta(all)/math.Sqrt(13.0/14*squares))
	if c.DF != 13 {
		t.Errorf("%d degrees of freedom", c.DF)
	}
}

// songCosine is the unbiased CKA of some rows by the formula of HSIC with K and L without
// their diagonals: tr KL + 1ᵀK1·1ᵀL1/((n−1)(n−2)) − 2·1ᵀKL1/(n−2).
func songCosine(x, y *mat.Dense, rows []int) float64 {
	hsic := func(a, b *mat.Dense) float64 {
		n := len(rows)
		kernel := func(m *mat.Dense) *mat.Dense {
			k := mat.NewDense(n, n, nil)
			for i, r := range rows {
				for j, s := range rows {
					if i != j {
						k.Set(i, j, mat.Dot(m.RowView(r), m.RowView(s)))
					}
				}
			}
			return k
		}
		k, l := kernel(a), kernel(b)
		var kl mat.Dense
		kl.Mul(k, l)
		m := float64(n)
		return mat.Trace(&kl) + mat.Sum(k)*mat.Sum(l)/((m-1)*(m-2)) - 2*mat.Sum(&kl)/(m-2)
	}
	return hsic(x, y) / math.Sqrt(hsic(x, x)*hsic(y, y))
}

// made returns contrasts of models with given positions without each unit, and the p
// values of their differences from a model that is always at 0.
func made(units int, t []float64, direction func(k, u int) float64) []Contrast {
	u := measures.BlockUnits(units, units)
	zero := &replicates{units: u, without: make([]float64, units)}
	out := make([]Contrast, len(t))
	for k := range out {
		r := &replicates{units: u, without: make([]float64, units)}
		for i := range r.without {
			r.without[i] = direction(k, i)
		}
		r.mean = stats.Mean(r.without)
		se, _ := spread(r.without)
		r.z = t[k] * se
		out[k].take(r, zero, measures.Estimator{}, 0.95)
	}
	return out
}

// TestAdjustment: contrasts that are one and the same have the p value of one, and those
// that are independent, with many units, 1 − (1−p)^K.
func TestAdjustment(t *testing.T) {
	const units = 400
	same := made(units, []float64{2.2, 2.2, 2.2}, func(_, u int) float64 { return math.Sin(float64(u * u)) })
	adjust(measures.BlockUnits(units, units), same, 1)
	if p := same[0].PValue; math.Abs(same[2].PAdj-p) > 0.006 {
		t.Errorf("p is %g of one contrast and %g of three equal ones", p, same[2].PAdj)
	}
	// Rows of a Hadamard matrix are orthogonal and have mean 0.
	orthogonal := made(512, []float64{2.2, 2.9, 2.2, 1, 0.5, 2.2, 0.1, 2.2}, func(k, u int) float64 {
		sign := 1.0
		for bits := uint(k+1) & uint(u); bits > 0; bits &= bits - 1 {
			sign = -sign
		}
		return sign
	})
	adjust(measures.BlockUnits(512, 512), orthogonal, 1)
	for k, c := range orthogonal {
		want := 1 - math.Pow(1-c.PValue, float64(len(orthogonal)))
		if math.Abs(c.PAdj-want) > 4*math.Sqrt(want*(1-want)/multiplierDraws)+0.002 {
			t.Errorf("contrast %d: p is %g, adjusted %g, want %g", k, c.PValue, c.PAdj, want)
		}
	}
}

// TestAdjustmentOfFewUnits: with 8 units the draws have the tails of Student's t: of two
// equal contrasts the adjusted p value is that of one.
func TestAdjustmentOfFewUnits(t *testing.T) {
	same := made(8, []float64{3, 3}, func(_, u int) float64 { return float64(u*u) - 3 })
	adjust(measures.BlockUnits(8, 8), same, 1)
	if p := same[0].PValue; math.Abs(same[0].PAdj-p) > 4*math.Sqrt(p/multiplierDraws) {
		t.Errorf("p is %g of one contrast and %g of two equal ones", p, same[0].PAdj)
	}
}

// TestAdjustmentOfMixedUnits: a contrast that rests on single rows and one that rests on
// blocks of them are exceeded together.
func TestAdjustmentOfMixedUnits(t *testing.T) {
	const rows = 60
	fine := made(rows, []float64{2.5}, func(_, u int) float64 { return math.Floor(float64(u)/4) - 7 })
	coarse := made(15, []float64{2.5}, func(_, u int) float64 { return float64(u) - 7 })
	merged := measures.BlockUnits(rows, rows).Merged(15)
	for _, r := range coarse[0].parts {
		r.units = merged
	}
	both := []Contrast{fine[0], coarse[0]}
	adjust(measures.BlockUnits(rows, rows), both, 1)
	p := both[1].PValue
	if both[0].PValue >= p {
		t.Fatalf("%g with 59 degrees of freedom, %g with 14", both[0].PValue, p)
	}
	// Both are one normal number over roots of χ² of 14, and of these and 45 more, degrees
	// of freedom. Independent ones would have 1−(1−p)² = .05.
	t59 := distuv.StudentsT{Sigma: 1, Nu: 59}.Quantile(1 - p/2)
	rng := rand.New(rand.NewPCG(1, 2))
	count := 0
	const draws = 100000
	for range draws {
		z, c14 := math.Abs(rng.NormFloat64()), 0.0
		for range 14 {
			v := rng.NormFloat64()
			c14 += v * v
		}
		c59 := c14
		for range 45 {
			v := rng.NormFloat64()
			c59 += v * v
		}
		if z > 2.5*math.Sqrt(c14/14) || z > t59*math.Sqrt(c59/59) {
			count++
		}
	}
	want := float64(count) / draws
	if got := both[1].PAdj; math.Abs(got-want) > 4*math.Sqrt(want/multiplierDraws) {
		t.Errorf("p is %g, adjusted %g, want %g", p, got, want)
	}
}

// TestDiscovery compares q values with those of an example by hand.
func TestDiscovery(t *testing.T) {
	c := make([]Contrast, 5)
	for k, p := range []float64{0.04, 0.01, math.NaN(), 0.02, 0.9} {
		c[k].PValue = p
	}
	discover(c)
	for k, q := range []float64{0.16 / 3, 0.04, 0, 0.04, 0.9} {
		if math.Abs(c[k].QBH-q) > 1e-15 {
			t.Errorf("q of contrast %d is %g, want %g", k, c[k].QBH, q)
		}
	}
}

// A model that is X itself scores 1 whatever is left out: its score has no error, and its
// difference from another model no test.
func TestComparingXItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 14))
	x, y := normals(rng, 40*5), normals(rng, 40*5)
	shape := []int{40, 5}
	for _, name := range []string{"cka", "nbs", "linreg", "rsa:compare=pearson"} {
		list, err := measures.ParseList(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		var panel Panel
		for _, model := range [][]float64{x, y} {
			p := pairOf(t, x, model, shape, shape)
			s, err := list[0].Score(p)
			if err != nil {
				t.Fatal(err)
			}
			e, err := NewEstimate(context.Background(), p, list[0], s.Value, NewDesign(p, Rows, nil), Options{Level: 0.95, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			panel = append(panel, e)
		}
		c := Compare([]Panel{panel}, 0.95, 1)
		if len(c) != 1 || !math.IsNaN(c[0].PValue) || !math.IsNaN(c[0].Diff) || len(c[0].Warnings) != 1 || !strings.Contains(c[0].Warnings[0], "as X itself does") {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func randomMatrix(rng *rand.Rand, n, p int) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			m.Set(i, j, rng.NormFloat64()+3)
		}
	}
	return m
}

// Every distance must agree with its definition.
func TestNeuralDistances(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n, q = 40, 9
	y := randomMatrix(rng, n, q)
	copy(y.RawRowView(7), y.RawRowView(30)) // twins
	root := randomMatrix(rng, q, q)
	var noise, inverse mat.Dense
	noise.Mul(root.T(), root)
	if err := inverse.Inverse(&noise); err != nil {
		t.Fatal(err)
	}
	mahalanobis := func(a, b []float64, c, d []float64) float64 {
		x, z := mat.NewVecDense(q, nil), mat.NewVecDense(q, nil)
		for k := range q {
			x.SetVec(k, a[k]-b[k])
			z.SetVec(k, c[k]-d[k])
		}
		return mat.Inner(x, &inverse, z)
	}
	sum := func(a, b []float64, f func(x, y float64) float64) float64 {
		var s float64
		for k := range a {
			s += f(a[k], b[k])
		}
		return s
	}
	norm := func(a []float64) float64 { return math.Sqrt(dot(a, a)) }
	centred := func(a []float64) []float64 {
		mean, _ := meanSD(a)
		out := make([]float64, len(a))
		for k, v := range a {
			out[k] = v - mean
		}
		return out
	}
	cos := func(a, b []float64) float64 { return 1 - dot(a, b)/norm(a)/norm(b) }
	sq := func(x, y float64) float64 { return (x - y) * (x - y) }
	for _, c := range []struct {
		o    NeuralOptions
		want func(a, b []float64) float64
	}{
		{NeuralOptions{}, func(a, b []float64) float64 { return sum(a, b, sq) }},
		{NeuralOptions{Power: 1}, func(a, b []float64) float64 { return math.Sqrt(sum(a, b, sq)) }},
		{NeuralOptions{Distance: SqEuclidean}, func(a, b []float64) float64 { return sum(a, b, sq) }},
		{NeuralOptions{Distance: SqEuclidean, Power: 2}, func(a, b []float64) float64 { return math.Pow(sum(a, b, sq), 2) }},
		{NeuralOptions{Distance: Manhattan}, func(a, b []float64) float64 {
			return math.Pow(sum(a, b, func(x, y float64) float64 { return math.Abs(x - y) }), 2)
		}},
		{NeuralOptions{Distance: Cosine}, cos},
		{NeuralOptions{Distance: Correlation}, func(a, b []float64) float64 { return cos(centred(a), centred(b)) }},
		{NeuralOptions{Distance: Mahalanobis, Noise: &noise}, func(a, b []float64) float64 { return mahalanobis(a, b, a, b) }},
		{NeuralOptions{Distance: NormDiff}, func(a, b []float64) float64 { return math.Pow(norm(a)-norm(b), 2) }},
	} {
		d, err := NewNeural(y, c.o)
		if err != nil {
			t.Fatal(err)
		}
		first, second := allPairs(n)
		for p, got := range d.condensed() {
			want := c.want(y.RawRowView(int(first[p])), y.RawRowView(int(second[p])))
			if math.Abs(got-want) > 1e-9*(1+want) {
				t.Errorf("%s power %g, pair %d: %g, want %g", d.Distance, c.o.Power, p, got, want)
				break
			}
		}
	}
	repeats := []*mat.Dense{y, randomMatrix(rng, n, q), randomMatrix(rng, n, q)}
	d, err := NewCrossnobis(repeats, NeuralOptions{Noise: &noise})
	if err != nil {
		t.Fatal(err)
	}
	first, second := allPairs(n)
	for p, got := range d.condensed() {
		i, j := int(first[p]), int(second[p])
		var want float64
		for r, a := range repeats {
			for s, b := range repeats {
				if r != s {
					want += mahalanobis(a.RawRowView(i), a.RawRowView(j), b.RawRowView(i), b.RawRowView(j)) / 6
				}
			}
		}
		if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("crossnobis, pair %d: %g, want %g", p, got, want)
		}
	}
}

func TestEqualPatternsHaveEqualDistances(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 200
	y := randomMatrix(rng, n, 30)
	copy(y.RawRowView(3), y.RawRowView(150))
	d, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := make([]float64, n), make([]float64, n)
	d.block(a, 3, 4, 0, n)
	d.block(b, 150, 151, 0, n)
	for j := range a {
		if a[j] != b[j] {
			t.Fatalf("distances %g and %g of equal patterns from stimulus %d", a[j], b[j], j)
		}
	}
	if a[150] != 0 || a[3] != 0 {
		t.Errorf("equal patterns are %g apart", a[150])
	}
}

func TestNeuralRefuses(t *testing.T) {
	bad := mat.NewDense(3, 2, []float64{1, 2, math.Inf(1), 3, 4, 5})
	flat := mat.NewDense(3, 2, []float64{1, 1, 2, 3, 4, 5})
	for name, f := range map[string]func() (*Neural, error){
		"infinite value":       func() (*Neural, error) { return NewNeural(bad, NeuralOptions{}) },
		"no covariance":        func() (*Neural, error) { return NewNeural(flat, NeuralOptions{Distance: Mahalanobis}) },
		"constant pattern":     func() (*Neural, error) { return NewNeural(flat, NeuralOptions{Distance: Correlation}) },
		"unknown distance":     func() (*Neural, error) { return NewNeural(flat, NeuralOptions{Distance: "chebyshev"}) },
		"one repeat":           func() (*Neural, error) { return NewCrossnobis([]*mat.Dense{flat}, NeuralOptions{}) },
		"distances not square": func() (*Neural, error) { return NewGiven(flat, NeuralOptions{}) },
		"singular covariance": func() (*Neural, error) {
			return NewNeural(flat, NeuralOptions{Distance: Mahalanobis, Noise: mat.NewDense(2, 2, []float64{1, 1, 1, 1})})
		},
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

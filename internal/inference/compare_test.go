package inference

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
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

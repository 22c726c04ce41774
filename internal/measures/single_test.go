package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// singleMeasures have gradients by products of float32.
var singleMeasures = []string{
	"cka", "cka:as=angular-score", "nbs", "nbs:as=squared", "procrustes", "procrustes:as=angular-score", "procrustes:as=euclidean", "linreg",
}

// Objectives by products of float32 agree with those of float64 in score and gradient,
// for both roads of CKA, at every scale and beside every offset, and near identity they are
// those of float64.
func TestSingleObjectives(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 33))
	for _, c := range []struct {
		n, p, q       int
		scale, offset float64
		noise         float64 // of Y, which is near X with little
	}{
		{60, 7, 7, 1, 0, 10},
		{60, 7, 5, 1e-30, 0, 1},
		{60, 9, 12, 1e30, 1e33, 1},
		{20, 30, 9, 1, 100, 1},
		{300, 40, 40, 1, 0, 0.1},
		{60, 7, 7, 1, 0, 1e-3},
	} {
		x := gaussian(r, c.n, c.p)
		for i := range c.n {
			for j := range c.p {
				x.Set(i, j, x.At(i, j)/float64(1+j))
			}
		}
		y := gaussian(r, c.n, c.q)
		y.Scale(c.noise, y)
		for i := range c.n {
			for j := range c.q {
				if j < c.p {
					y.Set(i, j, y.At(i, j)+x.At(i, j))
				}
				y.Set(i, j, c.scale*y.At(i, j)+c.offset)
			}
		}
		for _, name := range singleMeasures {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			with, ok := As[SinglePrecision](m)
			if !ok {
				t.Fatalf("%s has no gradient by products of float32", name)
			}
			system := systemOf(t, datasetOf(x))
			single, ok, err := with.BindSingle(system, c.q)
			if err != nil {
				t.Fatal(err)
			}
			if !ok && name == "linreg" && c.n <= c.q+1 {
				continue
			} else if !ok {
				t.Fatalf("%s has no gradient by products of float32 for its defaults", name)
			}
			double, err := with.Bind(system, c.q)
			if err != nil {
				t.Fatal(err)
			}
			g, want := mat.NewDense(c.n, c.q, nil), mat.NewDense(c.n, c.q, nil)
			value, err := double.Gradient(want, y)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got, err := single.Gradient(g, y)
				if err != nil {
					t.Fatal(err)
				}
				var gap mat.Dense
				gap.Sub(g, want)
				if math.Abs(got-value) > 2e-6*max(1, math.Abs(value)) {
					t.Errorf("%s at noise %g: score %.9g, in float64 %.9g", name, c.noise, got, value)
				}
				if off := linalg.Norm(&gap) / linalg.Norm(want); off > 1e-4 {
					t.Errorf("%s at noise %g, scale %g: the gradient is off by %.1e", name, c.noise, c.scale, off)
				}
				if c.noise <= 1e-3 && linalg.Norm(&gap) != 0 {
					t.Errorf("%s near identity is not that of float64", name)
				}
			}
		}
	}
}

// A constant Y is refused as in float64.
func TestSingleObjectiveOfConstantData(t *testing.T) {
	x := gaussian(rand.New(rand.NewPCG(15, 34)), 20, 4)
	y := mat.NewDense(20, 3, nil)
	for _, name := range singleMeasures {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		with, _ := As[SinglePrecision](m)
		o, _, err := with.BindSingle(systemOf(t, datasetOf(x)), 3)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Gradient(mat.NewDense(20, 3, nil), y); err == nil {
			t.Errorf("%s has a score of constant data", name)
		}
	}
}

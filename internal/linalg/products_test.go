package linalg

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestCenterKeepsTheDigitsOfDataWithAnOffset(t *testing.T) {
	n, p := 500, 7
	base := gaussian(1, n, p)
	// The rounding of base+1e6 is undone first, so that the data are exactly
	// representable with and without the offset.
	shifted := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			v := base.At(i, j) + 1e6
			shifted.Set(i, j, v)
			base.Set(i, j, v-1e6)
		}
	}
	want, _ := Center(base)
	got, means := Center(shifted)
	within(t, "difference from the centred data without offset", maxDiff(t, got, want), 1e-15)
	for j := range p {
		var s float64
		for i := range n {
			s += got.At(i, j)
		}
		within(t, "mean of a centred column", math.Abs(s)/float64(n), 1e-15)
		within(t, "error of the mean", math.Abs(means[j]-1e6-mat.Sum(base.ColView(j))/float64(n)), 1e-9)
	}
}

func TestCenterOfAConstantColumnIsExactlyZero(t *testing.T) {
	for _, c := range []float64{0.1, 1e6 + 1.0/3, -1e-300, 1e150} {
		x := mat.NewDense(7, 2, nil)
		for i := range 7 {
			x.SetRow(i, []float64{c, float64(i)})
		}
		xc, means := Center(x)
		for i := range 7 {
			if xc.At(i, 0) != 0 || xc.At(i, 1) != float64(i)-3 {
				t.Fatalf("row %d of centred data is %v", i, xc.RawRowView(i))
			}
		}
		if means[0] != c || means[1] != 3 {
			t.Errorf("means %v, want %v and 3", means, c)
		}
	}
}

func TestCenterSurvivesAnOutlyingFirstRow(t *testing.T) {
	x := mat.NewDense(4, 1, []float64{4e10, 1.25, 1.5, 1.75})
	xc, _ := Center(x)
	within(t, "spacing error", math.Abs(xc.At(2, 0)-xc.At(1, 0)-0.25), 4e-6)
	if xc.At(3, 0) == xc.At(1, 0) {
		t.Error("rows that differ were made equal")
	}
}

func TestProductsAgainstTheirDefinition(t *testing.T) {
	for _, d := range [][3]int{{1, 1, 1}, {1, 5, 3}, {5, 1, 4}, {70, 65, 3}, {40, 130, 67}} {
		n, p, q := d[0], d[1], d[2]
		// Views with a stride larger than their width.
		x := gaussian(2, n+2, p+3).Slice(1, n+1, 2, p+2).(*mat.Dense)
		y := gaussian(3, n, q)
		dot := func(k int, a func(i int) float64, b func(i int) float64) (s float64) {
			for i := range k {
				s += a(i) * b(i)
			}
			return s
		}
		column := func(m mat.Matrix, j int) func(int) float64 { return func(i int) float64 { return m.At(i, j) } }
		row := func(m mat.Matrix, i int) func(int) float64 { return func(j int) float64 { return m.At(i, j) } }
		g, o, c := Gram(x), OuterGram(x), CrossGram(x, y)
		for i := range p {
			for j := range p {
				within(t, "error of XᵀX", math.Abs(g.At(i, j)-dot(n, column(x, i), column(x, j))), 1e-12)
			}
			for j := range q {
				within(t, "error of XᵀY", math.Abs(c.At(i, j)-dot(n, column(x, i), column(y, j))), 1e-12)
			}
		}
		for i := range n {
			for j := range n {
				within(t, "error of XXᵀ", math.Abs(o.At(i, j)-dot(p, row(x, i), row(x, j))), 1e-12)
				if o.At(i, j) != o.At(j, i) {
					t.Fatal("XXᵀ is not exactly symmetric")
				}
			}
		}
		within(t, "tr(XᵀX) against ‖X‖²", math.Abs(Trace(g)-Dot(x, x)), 1e-11)
	}
}

func TestNormAtTheEdgesOfTheRange(t *testing.T) {
	for _, f := range []float64{1, 1e-160, 1e-300, 5e-324, 1e150, 1e200, 1e307} {
		a := mat.NewDense(2, 2, []float64{3 * f, 0, 0, 4 * f})
		within(t, "relative error of a 3-4-5 norm", math.Abs(Norm(a)/(5*f)-1), 1e-15)
	}
	if Norm(mat.NewDense(2, 3, nil)) != 0 {
		t.Error("norm of zero is not zero")
	}
	if v := Norm(mat.NewDense(1, 2, []float64{math.NaN(), 1})); !math.IsNaN(v) {
		t.Errorf("norm with a NaN is %v", v)
	}
	if v := Norm(mat.NewDense(1, 2, []float64{math.Inf(-1), 1})); !math.IsInf(v, 1) {
		t.Errorf("norm with an infinity is %v", v)
	}
}

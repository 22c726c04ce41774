package linalg

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Products of panels are those of the centred copy, for shapes of one panel,
// of some with a remainder, and of several groups, and for views.
func TestCenteredIsCenter(t *testing.T) {
	for _, d := range [][3]int{{1, 1, 1}, {5, 3, 4}, {300, 70, 20}, {2600, 30, 130}, {4099, 90, 7}, {1100, 400, 390}} {
		t.Run(fmt.Sprint(d), func(t *testing.T) {
			n, p, q := d[0], d[1], d[2]
			x := gaussian(2, n+2, p+3).Slice(1, n+1, 2, p+2).(*mat.Dense)
			y := gaussian(3, n, q)
			y.Apply(func(_, j int, v float64) float64 { return v + float64(100*j) }, y)
			cx, cy := NewCentered(x), NewCentered(y)
			xc, mx := Center(x)
			yc, _ := Center(y)
			within(t, "difference of the rows", maxDiff(t, cx.Dense(), xc), 0)
			means := cx.MeansAbout(NewCentered(mat.NewDense(1, p, nil)))
			within(t, "difference of the means", maxDiff(t, row(means), row(mx)), 0)
			part := mat.NewDense(n/2+1, q, nil)
			cy.RowsTo(part, n-n/2-1)
			within(t, "difference of some rows", maxDiff(t, part, yc.Slice(n-n/2-1, n, 0, q)), 0)
			tol := 1e-14 * math.Sqrt(float64(n)) * 10
			within(t, "Gram matrix", maxDiff(t, cx.Gram(), Gram(xc)), tol*10)
			within(t, "cross product", maxDiff(t, cx.CrossGram(cy), CrossGram(xc, yc)), tol*10)
			columns, rows := mat.NewDense(1, p, nil), mat.NewDense(1, n, nil)
			for i := range n {
				for j, v := range xc.RawRowView(i) {
					columns.Set(0, j, columns.At(0, j)+v*v)
					rows.Set(0, i, rows.At(0, i)+v*v)
				}
			}
			within(t, "column squares", maxDiff(t, row(cx.ColumnSquares()), columns), tol*10)
			within(t, "row squares", maxDiff(t, row(cx.RowSquares()), rows), tol)
		})
	}
}

func TestCenteredNoticesWhatIsNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, i := range []int{0, 15, 16, 700} {
			x := gaussian(1, 701, 5)
			x.Set(i, 3, v)
			if NewCentered(x).Finite() {
				t.Errorf("%v in row %d passed", v, i)
			}
		}
	}
	if !NewCentered(gaussian(1, 50, 5)).Finite() {
		t.Error("finite data did not pass")
	}
}

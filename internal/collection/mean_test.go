package collection

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Rotated copies of one system, some with columns of zeros added, have it as their mean.
func TestMeanOfRotatedCopies(t *testing.T) {
	x := randomPoints(11, 20, 4)
	centred, _ := linalg.Center(x)
	var systems []*mat.Dense
	for k, d := range []int{4, 6, 5, 6} {
		padded := mat.NewDense(20, d, nil)
		padded.Slice(0, 20, 0, 4).(*mat.Dense).Copy(x)
		q, _ := linalg.QR(randomPoints(uint64(20+k), d, d))
		var one mat.Dense
		one.Mul(padded, q)
		systems = append(systems, &one)
	}
	m, err := Procrustes(systems, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	if m.Objective() > 1e-18*total(m.Squares) {
		t.Errorf("objective %g", m.Objective())
	}
	if !mat.EqualApprox(linalg.OuterGram(m.Mean), linalg.OuterGram(centred), 1e-10) {
		t.Error("the mean is another system")
	}
}

// Of two systems the mean lies half-way: the sum of squares is half of the squared
// Procrustes distance ‖X‖² + ‖Y‖² − 2‖XᵀY‖*.
func TestMeanOfTwoSystemsIsHalfWay(t *testing.T) {
	for _, sizes := range [][2]int{{5, 5}, {3, 7}, {12, 4}} {
		x, _ := linalg.Center(randomPoints(31, 25, sizes[0]))
		y, _ := linalg.Center(randomPoints(32, 25, sizes[1]))
		nuclear, err := linalg.NuclearNorm(linalg.CrossGram(x, y))
		if err != nil {
			t.Fatal(err)
		}
		want := (linalg.Dot(x, x) + linalg.Dot(y, y) - 2*nuclear) / 2
		m, err := Procrustes([]*mat.Dense{x, y}, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(m.Objective()-want) > 1e-9*want {
			t.Errorf("%v features: objective %.12g, want %.12g", sizes, m.Objective(), want)
		}
		if math.Abs(total(m.Stimuli)-m.Objective()) > 1e-9*want {
			t.Errorf("stimuli add up to %g, systems to %g", total(m.Stimuli), m.Objective())
		}
		for k, a := range m.Aligned {
			if of := []*mat.Dense{x, y}[k]; !mat.EqualApprox(linalg.OuterGram(a), linalg.OuterGram(of), 1e-9) {
				t.Errorf("%v features: aligned system %d is no rotation of it", sizes, k)
			}
		}
	}
}

// The tangent axes hold all of the deviations, and those of systems on a line about their
// middle are one.
func TestTangentAxes(t *testing.T) {
	x, y := randomPoints(41, 30, 4), randomPoints(42, 30, 4)
	var systems []*mat.Dense
	for k := range 5 {
		one := mat.DenseCopyOf(y)
		one.Scale(0.02*float64(k-2), one)
		one.Add(one, x)
		systems = append(systems, one)
	}
	m, err := Procrustes(systems, 2, false)
	if err != nil {
		t.Fatal(err)
	}
	places, shares, err := m.Tangent(5)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(linalg.Dot(places, places)-m.Objective()) > 1e-9*m.Objective() || math.Abs(total(shares)-1) > 1e-9 {
		t.Errorf("axes hold %g of %g, shares %v", linalg.Dot(places, places), m.Objective(), shares)
	}
	if shares[0] < 0.99 {
		t.Errorf("shares %v", shares)
	}
	unit, err := Procrustes(systems, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(total(unit.Squares)-5) > 1e-12 || !(unit.Explained() > 0.9) {
		t.Errorf("squares %v, explained %g", unit.Squares, unit.Explained())
	}
}

func TestMeanRDMCountsSystemsAlike(t *testing.T) {
	a := distancesOf(randomPoints(51, 6, 3))
	b := mat.DenseCopyOf(a)
	b.Scale(9, b)
	got := MeanRDM([]*mat.Dense{a, b})
	want := mat.DenseCopyOf(a)
	want.Scale(5, want)
	if !mat.EqualApprox(got, want, 1e-12) {
		t.Error("the mean of multiples of one matrix is no multiple of it")
	}
}

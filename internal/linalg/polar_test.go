package linalg

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// conditioned returns n values from 1 down to 1/cond, evenly in the logarithm.
func conditioned(n int, cond float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = math.Pow(cond, -float64(i)/float64(max(n-1, 1)))
	}
	return s
}

// checkPolar tests the definition of the polar factor: P is a partial isometry, PᵀA
// is symmetric and positive semidefinite, and its trace is the nuclear norm.
func checkPolar(t *testing.T, a *mat.Dense, s []float64) *mat.Dense {
	t.Helper()
	m, n := a.Dims()
	p, nuclear, err := Polar(a)
	if err != nil {
		t.Fatal(err)
	}
	norm := max(Norm(a), math.SmallestNonzeroFloat64)
	const tol = 1e-12
	within(t, "error of the nuclear norm", math.Abs(nuclear-sum(s)), tol*sum(s))
	other, err := NuclearNorm(a)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "error of the nuclear norm alone", math.Abs(other-sum(s)), tol*sum(s))
	within(t, "error of tr(PᵀA)", math.Abs(Dot(p, a)-nuclear), tol*sum(s))

	var ptp, back mat.Dense
	ptp.Mul(p.T(), p)
	back.Mul(p, &ptp)
	within(t, "P·PᵀP − P", maxDiff(t, &back, p), tol)
	rank := Rank(s, m, n)
	within(t, "tr(PᵀP) − rank", math.Abs(Trace(&ptp)-float64(rank)), tol*float64(n))
	h := CrossGram(p, a)
	within(t, "asymmetry of PᵀA", maxDiff(t, h, h.T())/norm, tol)
	eig, err := EigSymValues(h)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "negative part of PᵀA", -eig[len(eig)-1]/norm, tol)
	return p
}

func TestPolarForEveryCondition(t *testing.T) {
	for _, n := range []int{1, 2, 5, 24, 40, 64, 65, 130} {
		for _, cond := range []float64{1, 10, 1e2, 9e2, 1e3, 1.1e3, 1e6, 1e9, 1e12} {
			for _, shape := range shapes(n) {
				t.Run(fmt.Sprintf("%dx%d/%.1e", shape[0], shape[1], cond), func(t *testing.T) {
					s := conditioned(n, cond)
					a, u, v := withSpectrum(uint64(n), shape[0], shape[1], s)
					p := checkPolar(t, a, s)
					// P itself is as sensitive as A is ill-conditioned.
					var want mat.Dense
					want.Mul(u, v.T())
					within(t, "error of P", maxDiff(t, p, &want), 20*eps*cond*float64(max(shape[0], shape[1])))
				})
			}
		}
	}
}

func TestPolarOfKnownSpectra(t *testing.T) {
	for _, n := range []int{3, 31, 70} {
		for name, s := range spectra(n) {
			if name == "graded" || name == "tiny tail" || name == "clustered" {
				continue // the rank of the rounded matrix is not that of s
			}
			for _, shape := range shapes(n) {
				t.Run(fmt.Sprintf("%s/%dx%d", name, shape[0], shape[1]), func(t *testing.T) {
					a, u, v := withSpectrum(uint64(n), shape[0], shape[1], s)
					p := checkPolar(t, a, s)
					if name == "rank deficient" {
						var want mat.Dense
						r := Rank(s, shape[0], shape[1])
						want.Mul(leadingColumns(u, r), leadingColumns(v, r).T())
						within(t, "error of the subgradient of minimum norm", maxDiff(t, p, &want), 1e-12)
					}
				})
			}
		}
	}
}

func TestPolarAtTheEdgesOfTheRange(t *testing.T) {
	s := conditioned(40, 100)
	a, _, _ := withSpectrum(3, 50, 40, s)
	want, nuclear, err := Polar(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []float64{1e-290, 1e-150, 1e150, 1e290} {
		p, got, err := Polar(scaled(f, a))
		if err != nil {
			t.Fatal(err)
		}
		within(t, "change of P with the scale", maxDiff(t, p, want), 1e-13)
		within(t, "change of the nuclear norm with the scale", math.Abs(got/f/nuclear-1), 1e-14)
	}
	p, nuclear, err := Polar(mat.NewDense(4, 3, nil))
	if err != nil || nuclear != 0 || Norm(p) != 0 {
		t.Errorf("polar factor of zero: %v, %v, %v", p, nuclear, err)
	}
}

func TestPolarIsTheGradientOfTheNuclearNorm(t *testing.T) {
	for _, shape := range [][2]int{{6, 6}, {9, 4}, {4, 9}, {80, 80}} {
		a, direction := gaussian(1, shape[0], shape[1]), gaussian(2, shape[0], shape[1])
		p, _, err := Polar(a)
		if err != nil {
			t.Fatal(err)
		}
		at := func(step float64) float64 {
			var moved mat.Dense
			moved.Scale(step, direction)
			moved.Add(&moved, a)
			v, err := NuclearNorm(&moved)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		const h = 1e-4
		numeric := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
		within(t, "relative error of the gradient", math.Abs(numeric/Dot(p, direction)-1), 1e-8)
	}
}

// ‖B‖* ≥ ‖A‖* + ⟨P, B−A⟩ for every B, where A lacks rank too.
func TestPolarIsASubgradient(t *testing.T) {
	s := []float64{3, 2, 1e-3, 0, 0}
	a, _, _ := withSpectrum(1, 9, 5, s)
	p, nuclear, err := Polar(a)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(50) {
		var b mat.Dense
		b.Scale(math.Pow(10, float64(seed%7)-5), gaussian(seed, 9, 5))
		step := Dot(p, &b)
		b.Add(&b, a)
		other, err := NuclearNorm(&b)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "violation of the subgradient inequality", nuclear+step-other, 1e-14)
	}
}

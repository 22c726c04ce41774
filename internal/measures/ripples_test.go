package measures

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// ripples is an n×p matrix that other programs can reproduce:
// sin(s·(i+1)(j+1)) + cos(s·i + j²)/2 with i and j from 0.
func ripples(n, p int, s float64) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			m.Set(i, j, math.Sin(s*float64((i+1)*(j+1)))+math.Cos(s*float64(i)+float64(j*j))/2)
		}
	}
	return m
}

// ripplePair is X = ripples(n,p,0.7) and Y = ripples(n,q,1.3) plus column j mod p of
// X. The oracle values that tests compare with were computed from it in NumPy,
// SciPy and scikit-learn by the textbook formula of each measure, with explicit
// matrices and none of the shortcuts taken here.
func ripplePair(t *testing.T, n, p, q int) *Pair {
	t.Helper()
	x, y := ripples(n, p, 0.7), ripples(n, q, 1.3)
	for i := range n {
		for j := range q {
			y.Set(i, j, y.At(i, j)+x.At(i, j%p))
		}
	}
	return pairOf(t, datasetOf(x), datasetOf(y))
}

func tallPair(t *testing.T) *Pair { return ripplePair(t, 20, 5, 4) }

// widePair has fewer samples than features.
func widePair(t *testing.T) *Pair { return ripplePair(t, 8, 12, 9) }

// checkOracles compares the scores of a pair with values by name of measure.
func checkOracles(t *testing.T, p *Pair, oracles map[string]float64) {
	t.Helper()
	for name, want := range oracles {
		if got := valueOf(t, p, name); !(math.Abs(got-want) <= 1e-11*max(1, math.Abs(want))) {
			t.Errorf("%s = %.16g, want %.16g", name, got, want)
		}
	}
}

func valueOf(t *testing.T, p *Pair, name string) float64 {
	t.Helper()
	s, err := measureOf(t, name).Score(p)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s.Value
}

func measureOf(t *testing.T, name string) Measure {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// reason returns why a measure has no value for a pair.
func reason(t *testing.T, p *Pair, name string) string {
	t.Helper()
	s, err := measureOf(t, name).Score(p)
	if _, ok := errors.AsType[*UndefinedError](err); !ok {
		t.Fatalf("%s = %v, error %v, want an UndefinedError", name, s.Value, err)
	}
	return err.Error()
}

// checkAliases compares what foreign names stand for.
func checkAliases(t *testing.T, aliases map[string]string) {
	t.Helper()
	for alias, want := range aliases {
		if got := measureOf(t, alias).Card().Name; got != want {
			t.Errorf("%s is %s, want %s", alias, got, want)
		}
	}
}

package collection

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Rotated and moved copies of one system, of which each lacks some samples, have it as their
// mean, with all of its samples.
func TestMeanOfCopiesThatLackSamples(t *testing.T) {
	const n = 20
	x := randomPoints(41, n, 4)
	centred, _ := linalg.Center(x)
	var systems []*mat.Dense
	var rows [][]int
	for k, d := range []int{4, 6, 5, 4} {
		var of []int
		for i := range n {
			if (i+k)%4 != 0 && (k != 0 || i <= 14) {
				of = append(of, i)
			}
		}
		padded := mat.NewDense(n, d, nil)
		padded.Slice(0, n, 0, 4).(*mat.Dense).Copy(x)
		q, _ := linalg.QR(randomPoints(uint64(50+k), d, d))
		var one mat.Dense
		one.Mul(padded, q)
		moved := pick(&one, of)
		for r := range of {
			for j := range d {
				moved.Set(r, j, moved.At(r, j)+float64(3*k+j))
			}
		}
		systems, rows = append(systems, moved), append(rows, of)
	}
	m, err := ProcrustesPartial(systems, rows, n, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	if m.Objective() > 1e-18*total(m.Squares) {
		t.Errorf("objective %g", m.Objective())
	}
	if !mat.EqualApprox(linalg.OuterGram(m.Mean), linalg.OuterGram(centred), 1e-9) {
		t.Error("the mean is another system")
	}
	if v := m.Aligned[1].At(3, 0); !math.IsNaN(v) {
		t.Errorf("a sample that is missing has the value %g", v)
	}
}

// Where nothing is missing the mean is that of Procrustes; where something is, each turn
// makes the sum smaller, so that it is at most that of any other rotation.
func TestPartialMeanWithNothingMissing(t *testing.T) {
	const n = 15
	var systems []*mat.Dense
	var rows, some [][]int
	for k, d := range []int{3, 5, 4} {
		systems = append(systems, randomPoints(uint64(60+k), n, d))
		var all, few []int
		for i := range n {
			all = append(all, i)
			if i != 2*k {
				few = append(few, i)
			}
		}
		rows, some = append(rows, all), append(some, few)
	}
	want, err := Procrustes(systems, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ProcrustesPartial(systems, rows, n, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Objective()-want.Objective()) > 1e-9 {
		t.Errorf("objective %.12g, want %.12g", got.Objective(), want.Objective())
	}
	var fewer []*mat.Dense
	for k, x := range systems {
		fewer = append(fewer, pick(x, some[k]))
	}
	partial, err := ProcrustesPartial(fewer, some, n, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Procrustes(systems, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if partial.Objective() > whole.Objective() {
		t.Errorf("fewer samples leave more: %g, of all %g", partial.Objective(), whole.Objective())
	}
	sum := 0.0
	for _, v := range partial.Stimuli {
		sum += v
	}
	if math.Abs(sum-partial.Objective()) > 1e-9*sum {
		t.Errorf("stimuli add up to %g, systems to %g", sum, partial.Objective())
	}
}

func TestMeanOfSystemsThatShareNothing(t *testing.T) {
	a, b := randomPoints(71, 5, 2), randomPoints(72, 5, 2)
	if _, err := ProcrustesPartial([]*mat.Dense{a, b}, [][]int{{0, 1, 2, 3, 4}, {4, 5, 6, 7, 8}}, 9, 0, false); !errors.Is(err, ErrApart) {
		t.Errorf("%v, want that they share too little", err)
	}
}

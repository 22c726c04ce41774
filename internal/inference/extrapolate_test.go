package inference

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// followed returns a subject of two datasets with the options of an extrapolation.
func followed(t *testing.T, name string, x, y *data.Dataset) (*Subject, Extrapolate) {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSubject(list[0], x, y)
	if err != nil {
		t.Fatal(err)
	}
	return s, Extrapolate{Design: NewDesign(s.Pair, Auto, nil), Draws: 20, Level: 0.95, Over: Both, Seed: 1}
}

// alike returns datasets of n samples that share a signal, of p and q neurons.
func alike(t *testing.T, seed uint64, n, p, q int, shape ...int) (x, y *data.Dataset) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	values := [2][]float64{}
	for range n {
		signal := [2]float64{rng.NormFloat64(), rng.NormFloat64()}
		for side, width := range []int{p, q} {
			for j := range width {
				values[side] = append(values[side], signal[0]*float64(1+j%3)+signal[1]*float64(j%2)+rng.NormFloat64())
			}
		}
	}
	var out [2]*data.Dataset
	for side, width := range []int{p, q} {
		d, err := data.New(values[side], append(slices.Clone(shape), width)...)
		if err != nil {
			t.Fatal(err)
		}
		out[side] = d
	}
	return out[0], out[1]
}

// TestCurveOverNeurons: the limit is what stands beside the score over both, the row of
// all data has the score, and the curve at the recorded numbers is the debiased score.
func TestCurveOverNeurons(t *testing.T) {
	x, y := alike(t, 1, 40, 24, 20, 40)
	s, o := followed(t, "cka:estimator=debiased", x, y)
	f, err := s.OverNeurons(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	value, a := assessOver(t, s.Pair, "cka:estimator=debiased", Auto, Both)
	var kinds []string
	for _, pt := range f.Points {
		kinds = append(kinds, string(pt.Kind))
		switch {
		case pt.Kind == All:
			near(t, "all", pt.Value, value)
		case pt.Kind == Limit:
			near(t, "limit", pt.Corrected, a.Corrected)
			near(t, "lo", pt.Lo, a.Lo)
			near(t, "hi", pt.Hi, a.Hi)
			near(t, "se", pt.SE, a.SE)
			if pt.P != Unlimited || pt.Q != Unlimited {
				t.Errorf("the limit has %d and %d neurons", pt.P, pt.Q)
			}
		case pt.P == 24 && pt.Q == 20:
			near(t, "the curve at the recorded numbers", pt.Value, value)
		}
	}
	if got := strings.Join(kinds, " "); got != "all curve curve curve curve curve limit" {
		t.Errorf("points %s", got)
	}
	if !slices.IsSortedFunc(f.Points[1:6], func(a, b Point) int { return a.P - b.P }) || f.Points[1].P != 6 || f.Points[5].Q != 80 {
		t.Errorf("points %v", f.Points)
	}
}

// TestSubsetsOfNeurons compares the mean over random subsets with that over all of them,
// and says nothing of more neurons.
func TestSubsetsOfNeurons(t *testing.T) {
	x, y := alike(t, 2, 30, 4, 4, 30)
	s, o := followed(t, "nbs", x, y)
	o.Draws = 400
	f, err := s.OverNeurons(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sum, squares, count := 0.0, 0.0, 0.0
	for a := range 4 {
		for b := range a {
			for c := range 4 {
				for d := range c {
					score, err := s.Measure.Score(valuesPair(t, x.SelectFeatures([]int{b, a}).Values, 30, 2, y.SelectFeatures([]int{d, c}).Values, 2))
					if err != nil {
						t.Fatal(err)
					}
					sum += score.Value
					squares += score.Value * score.Value
					count++
				}
			}
		}
	}
	want := sum / count
	sd := math.Sqrt(squares/count - want*want)
	pt := f.Points[1] // half of the neurons
	if pt.P != 2 || pt.Q != 2 || pt.Draws != 400 || pt.Kind != Subsets {
		t.Fatalf("point %+v", pt)
	}
	if math.Abs(pt.Value-want) > 4*sd/20 || math.Abs(pt.SD/sd-1) > 0.2 {
		t.Errorf("mean %v ± %v over draws, %v ± %v over all subsets", pt.Value, pt.SD, want, sd)
	}
	if last := f.Points[len(f.Points)-1]; last.Kind != All || !strings.Contains(strings.Join(f.Notes, "; "), "no value for more neurons") {
		t.Errorf("last point %+v, notes %q", last, f.Notes)
	}
}

// TestPrincipalComponents: neurons that have nothing in common have no limit.
func TestPrincipalComponents(t *testing.T) {
	x, y := alike(t, 3, 40, 24, 20, 40)
	var svd mat.SVD
	centred := mat.DenseCopyOf(x.Matrix())
	for j := range 24 {
		total := 0.0
		for i := range 40 {
			total += centred.At(i, j) / 40
		}
		for i := range 40 {
			centred.Set(i, j, centred.At(i, j)-total)
		}
	}
	svd.Factorize(centred, mat.SVDThin)
	var u mat.Dense
	svd.UTo(&u)
	components, err := data.New(u.RawMatrix().Data, 40, 24)
	if err != nil {
		t.Fatal(err)
	}
	s, o := followed(t, "cka", components, y)
	f, err := s.OverNeurons(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(f.Warnings, "; "), "nothing in common") || slices.ContainsFunc(f.Points, func(p Point) bool { return p.Kind == Limit }) {
		t.Errorf("warnings %q, points %+v", f.Warnings, f.Points)
	}
}

// TestSubsetsOfConditions: subsets of 3-d data are of whole conditions, and the limit is
// what stands beside the score.
func TestSubsetsOfConditions(t *testing.T) {
	x, y := alike(t, 4, 48, 5, 4, 4, 12)
	s, o := followed(t, "cka", x, y)
	f, err := s.OverStimuli(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, pt := range f.Points {
		sizes = append(sizes, pt.N)
	}
	if !slices.Equal(sizes, []int{12, 24, 48, Unlimited}) {
		t.Errorf("samples %v", sizes)
	}
	rows := s.X.Subset([]int{1, 5, 13, 17, 25, 29, 37, 41}) // two conditions at four times
	part, err := s.part(o.Design.Units, []int{1, 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if part.Samples() != 8 || !rows.Is3D() || part.Dims().Times != 4 {
		t.Errorf("part of %d samples, %d times", part.Samples(), part.Dims().Times)
	}
	_, a := assessOver(t, s.Pair, "cka", Auto, Stimuli)
	limit := f.Points[3]
	near(t, "limit", limit.Corrected, a.Corrected)
	near(t, "hi", limit.Hi, a.Hi)
	// All choices of three of the twelve conditions.
	sum, squares, count := 0.0, 0.0, 0.0
	for a := range 12 {
		for b := range a {
			for c := range b {
				part, err := s.part(o.Design.Units, []int{a, b, c}, nil)
				if err != nil {
					t.Fatal(err)
				}
				score, err := s.Measure.Score(part)
				if err != nil {
					t.Fatal(err)
				}
				sum += score.Value
				squares += score.Value * score.Value
				count++
			}
		}
	}
	want := sum / count
	sd := math.Sqrt(squares/count - want*want)
	if pt := f.Points[0]; math.Abs(pt.Value-want) > 4*sd/math.Sqrt(20) || pt.Draws != 20 || pt.Kind != Subsets {
		t.Errorf("mean %v over draws, %v over all subsets", pt.Value, want)
	}
}

// TestDissimilaritiesHaveNoNeurons is about data that are matrices of dissimilarities.
func TestDissimilaritiesHaveNoNeurons(t *testing.T) {
	x, y := alike(t, 5, 6, 6, 6, 6)
	s, o := followed(t, "cka", x, y)
	s.Distances = true
	if _, err := s.OverNeurons(t.Context(), o); !errors.As(err, new(*measures.UndefinedError)) {
		t.Errorf("ended with %v", err)
	}
}

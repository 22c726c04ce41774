package data

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// likeness is that of values of a shape.
func likeness(t *testing.T, values []float64, shape ...int) Likeness {
	t.Helper()
	d, err := New(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return d.Likeness()
}

func TestLikeness(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 12
	points := make([]float64, 3*n)
	for i := range points {
		points[i] = r.NormFloat64()
	}
	distance := func(i, j int) float64 {
		return math.Hypot(math.Hypot(points[3*i]-points[3*j], points[3*i+1]-points[3*j+1]), points[3*i+2]-points[3*j+2])
	}
	var square, similar, condensed, stamped, identity, random []float64
	for i := range n {
		for j := range n {
			square = append(square, distance(i, j))
			similar = append(similar, math.Exp(-distance(min(i, j), max(i, j))))
			identity = append(identity, map[bool]float64{true: 1}[i == j])
			if i < j {
				condensed = append(condensed, distance(i, j))
				random = append(random, math.Abs(r.NormFloat64()))
			}
		}
		stamped = append(stamped, 0.1*float64(i), points[3*i], points[3*i+1])
	}
	random = random[:len(condensed)]
	rounded := append([]float64{}, square...)
	for i := range n {
		rounded[i*n+i] = 1e-7 * float64(i%3)
	}
	beside := func(value func(i int) float64, front bool) (values []float64) {
		for i := range n {
			row := append([]float64{}, points[3*i:3*i+3]...)
			if front {
				row = append([]float64{value(i)}, row...)
			} else {
				row = append(row, value(i))
			}
			values = append(values, row...)
		}
		return values
	}
	for name, c := range map[string]struct {
		got       Likeness
		says      string
		distances bool
	}{
		"dissimilarities":     {likeness(t, square, n, n), "a matrix of dissimilarities", true},
		"a rounded diagonal":  {likeness(t, rounded, n, n), "a matrix of dissimilarities", true},
		"similarities":        {likeness(t, similar, n, n), "a matrix of similarities", true},
		"a stack":             {likeness(t, append(append([]float64{}, square...), square...), 2, n, n), "2 matrices of dissimilarities", true},
		"condensed":           {likeness(t, condensed, len(condensed)), "66 distances between 12 items", true},
		"time stamps":         {likeness(t, stamped, n, 3), "feature 1 rises by equal steps", false},
		"labels in front":     {likeness(t, beside(func(i int) float64 { return float64(i / 3) }, true), n, 4), "feature 1 is whole numbers in blocks", false},
		"labels behind":       {likeness(t, beside(func(i int) float64 { return float64(2 * (i / 6)) }, false), n, 4), "feature 4 is whole numbers in blocks", false},
		"counts":              {likeness(t, beside(func(i int) float64 { return float64(i * 5 % 4) }, true), n, 4), "", false},
		"one spike":           {likeness(t, beside(func(i int) float64 { return float64(i / (n - 1)) }, true), n, 4), "", false},
		"a silent unit":       {likeness(t, beside(func(int) float64 { return 0 }, false), n, 4), "", false},
		"one-hot":             {likeness(t, identity, n, n), "", false},
		"responses":           {likeness(t, points, n, 3), "", false},
		"one positive unit":   {likeness(t, random, len(random)), "", false},
		"a square of numbers": {likeness(t, append([]float64{}, points...), 6, 6), "", false},
	} {
		if c.got.Distances != c.distances || (c.says == "") != (c.got.Text == "") || !strings.Contains(c.got.Text, c.says) {
			t.Errorf("%s: %+v, want %q", name, c.got, c.says)
		}
	}
}

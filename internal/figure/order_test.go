package figure

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestOrdinals looks for the number that names count.
func TestOrdinals(t *testing.T) {
	for _, c := range []struct {
		names string
		word  string
		at    []float64
	}{
		{"acts/layer2.npy acts/layer10.npy", "layer", []float64{2, 10}},
		{"m/epoch_01/fc.npy m/epoch_12/fc.npy", "epoch", []float64{1, 12}},
		{"net-3/seed1-lr0.1.npy net-3/seed1-lr0.25.npy", "lr", []float64{0.1, 0.25}},
		{"1.npy 2.npy", "", []float64{1, 2}},
		{"a.npy b.npy", "", nil},
		{"l1a2.npy l2a3.npy", "", nil}, // two numbers
		{"l1.npy m2.npy", "", nil},
		{"l1.npy l1.npy", "", nil},
		{"l1.npy l2", "", nil},
	} {
		word, at, ok := ordinals(strings.Fields(c.names))
		if ok != (c.at != nil) || word != c.word || !slices.Equal(at, c.at) {
			t.Errorf("%s: %q %v %v, want %q %v", c.names, word, at, ok, c.word, c.at)
		}
	}
}

// TestOrdered: names are in natural order, as given, or as listed.
func TestOrdered(t *testing.T) {
	names := []string{"x/layer10.npy", "x/layer9.npy", "x/input.npy"}
	for _, c := range []struct {
		style Style
		want  string
	}{
		{Style{}, "x/input.npy x/layer9.npy x/layer10.npy"},
		{Style{Order: Given}, "x/layer10.npy x/layer9.npy x/input.npy"},
		{Style{Listed: []string{"layer9", "other", "x/layer10.npy"}}, "x/layer9.npy x/layer10.npy x/input.npy"},
	} {
		if got := strings.Join(c.style.ordered(names), " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.style, got, c.want)
		}
	}
}

// TestScoreScale: matrices of a measure have the colours of its range, whatever their
// values; a few values below 0 lengthen the bar, many put 0 in its middle.
func TestScoreScale(t *testing.T) {
	s := light(t)
	s.Measures = func(name string) (Range, bool) {
		switch name {
		case "cka":
			return Range{Min: 0, Max: 1}, true
		case "r2":
			return Range{Min: math.Inf(-1), Max: 1}, true
		case "procrustes":
			return Range{Min: 0, Max: math.Pi / 2, Distance: true}, true
		}
		return Range{Min: 0, Max: math.Inf(1), Distance: true}, true
	}
	for _, c := range []struct {
		measure   string
		values    []float64
		symmetric bool
		scale     *[2]float64
		low, high float64
		diverging bool
	}{
		{measure: "cka", values: []float64{0.4, 0.6}, low: 0, high: 1},
		{measure: "r2", values: []float64{0.9, -0.07}, low: -0.07, high: 1},
		{measure: "r2", values: []float64{0.3, -0.6, nan}, low: -1, high: 1, diverging: true},
		{measure: "r2", values: []float64{-3, 0.2}, low: -3, high: 3, diverging: true},
		{measure: "cka", values: []float64{0.4}, symmetric: true, low: -1, high: 1, diverging: true},
		{measure: "cka", values: []float64{0.4}, scale: &[2]float64{0.2, 0.5}, low: 0.2, high: 0.5},
		{measure: "shape:as=euclidean", values: []float64{2, 5}, low: 0, high: 5},
		{measure: "procrustes", values: []float64{0.2, 0.5}, low: 0, high: math.Pi / 2},
		{measure: "r2", values: []float64{0.9, -1e-3}, low: -1e-3, high: 1},
	} {
		s.Symmetric, s.Range = c.symmetric, c.scale
		b := s.scoreScale(c.measure, c.values)
		if b.low != c.low || b.high != c.high || (b.ramp[0] == blueRed[0]) != c.diverging {
			t.Errorf("%s %v: from %g to %g, diverging %v; want %g, %g, %v", c.measure, c.values, b.low, b.high, b.ramp[0] == blueRed[0], c.low, c.high, c.diverging)
		}
	}
}

// TestShortened: long names lose their middle, and stay different.
func TestShortened(t *testing.T) {
	s := light(t)
	names := []string{"short", "transformer.encoder.block.11.attention.output", "transformer.encoder.block.12.attention.output"}
	got := s.shortened(names, 90)
	if got[0] != "short" || got[1] == names[1] && len(Distinct(got)) == 3 && s.longestWidth(got) <= 90 {
		t.Errorf("%q", got)
	}
	one := s.shortened(names[:2], 90)
	if s.longestWidth(one) > 90 || !strings.HasPrefix(one[1], "transf") || !strings.HasSuffix(one[1], "output") || !strings.Contains(one[1], "…") {
		t.Errorf("%q", one)
	}
}

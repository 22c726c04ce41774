package dataio

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersByOneGrammar(t *testing.T) {
	inf := math.Inf(1)
	for field, want := range map[string]float64{
		"0": 0, "-1": -1, "+2": 2, "007": 7, "1.": 1, ".5": .5, "-.5": -.5, "1e3": 1000, "1E-2": .01, "+1.5e+2": 150,
		"inf": inf, "-inf": -inf, "+Inf": inf, "Infinity": inf, "-infinity": -inf, "1e999": inf, "-1e999": -inf, "1e-999": 0,
	} {
		if v, ok := parseNumber(field); !ok || v != want {
			t.Errorf("%q: %v %v, want %v", field, v, ok, want)
		}
	}
	for _, field := range []string{
		"", "-", ".", "e3", "1e", "1e+", "1_1", "1_000.5", "0x1p-2", "0x10", "1p3", "0b1", "1,5", "1 5", " 1", "1 ", "--1", "+-1",
		"nan", "NaN", "NAN", "iNF", "INFinity", "infty", "in", "1f", "1d3", "1.2.3", "٣", "−1",
	} {
		if v, ok := parseNumber(field); ok {
			t.Errorf("%q is taken for %v", field, v)
		}
	}
}

// Every finite number comes back from every form in which one is written.
func TestNumbersComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		for _, form := range []byte("efgEG") {
			field := strconv.FormatFloat(v, form, -1, 64)
			got, ok := parseNumber(field)
			if !ok || got != v {
				t.Fatalf("%q: %v %v, want %v", field, got, ok, v)
			}
		}
	})
}

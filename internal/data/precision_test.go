package data

import (
	"math"
	"testing"
)

// The spacing of floats is that between 1 and the next number.
func TestEps(t *testing.T) {
	for dtype, want := range map[string]float64{
		"float64": math.Nextafter(1, 2) - 1,
		"float32": float64(math.Nextafter32(1, 2) - 1),
		"float16": 1.0 / 1024, // 10 bits after the first
		"int16":   0, "uint8": 0, "bool": 0,
		"text": math.Nextafter(1, 2) - 1,
	} {
		if got := PrecisionOf(dtype).Eps(); got != want {
			t.Errorf("%s: %g, want %g", dtype, got, want)
		}
	}
	for digits, want := range map[int]float64{1: 1, 3: 0.01, 17: math.Nextafter(1, 2) - 1, 0: math.Nextafter(1, 2) - 1} {
		if got := (Precision{Stored: Decimal, Digits: digits}).Eps(); math.Abs(got-want) > 1e-15*want {
			t.Errorf("%d digits: %g, want %g", digits, got, want)
		}
	}
}

func TestSignificantDigits(t *testing.T) {
	for field, want := range map[string]struct {
		digits int
		whole  bool
	}{
		"0": {0, true}, "7": {1, true}, "-120": {2, true}, "1203": {4, true},
		"0.0": {0, false}, "0.050": {2, false}, "-1.50": {3, false}, "+1200.5": {5, false}, "1200.": {4, false},
		"1e-3": {1, false}, "2.50E+10": {3, false}, "100e2": {3, false},
	} {
		if digits, whole := significantDigits(field); digits != want.digits || whole != want.whole {
			t.Errorf("%s: %d %v, want %v", field, digits, whole, want)
		}
	}
}

// The number with the most digits determines the precision. Whole numbers are exact
// unless some number has a point.
func TestPrecisionOfText(t *testing.T) {
	p := Precision{Stored: Integer}
	for _, step := range []struct {
		field string
		want  Precision
	}{
		{"12", Precision{Integer, 2}},
		{"-3", Precision{Integer, 2}},
		{"0.1234", Precision{Decimal, 4}},
		{"7", Precision{Decimal, 4}},
		{"1.5e-7", Precision{Decimal, 4}},
		{"-12.345", Precision{Decimal, 5}},
		{"0.1000000000000000055", Precision{Decimal, 19}},
		{"0.10000000000000000555", Precision{Decimal, 19}}, // of no more account
	} {
		if p = p.WithText(step.field); p != step.want {
			t.Errorf("%s: %v, want %v", step.field, p, step.want)
		}
	}
}

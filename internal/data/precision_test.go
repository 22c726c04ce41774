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
		{"12", Precision{Stored: Integer, Digits: 2}},
		{"-3", Precision{Stored: Integer, Digits: 2}},
		{"0.1234", Precision{Decimal, 4, 4}},
		{"7", Precision{Decimal, 4, 4}},
		{"1.5e-7", Precision{Decimal, 4, 8}},
		{"-12.345", Precision{Decimal, 5, 8}},
		{"0.1000000000000000055", Precision{Decimal, 19, 19}},
		{"0.10000000000000000555", Precision{Decimal, 19, 20}}, // of no more account
	} {
		if p = p.WithText(step.field); p != step.want {
			t.Errorf("%s: %v, want %v", step.field, p, step.want)
		}
	}
}

// Numbers of text lie as far apart as their last digits: by place where all have as many
// places, and by significant digit where each is rounded on its own.
func TestSpacing(t *testing.T) {
	read := func(fields ...string) Precision {
		p := Precision{Stored: Integer}
		for _, f := range fields {
			p = p.WithText(f)
		}
		return p
	}
	for name, c := range map[string]struct {
		p             Precision
		largest, want float64
	}{
		"float64":                   {Precision{}, 4, 0x1p-50},
		"float32":                   {Precision{Stored: Float32}, -2, 0x1p-22},
		"float16":                   {Precision{Stored: Float16}, 1, 0x1p-10},
		"integers":                  {Precision{Stored: Integer}, 1, 0x1p-52},
		"zero":                      {read("0.0"), 0, 0},
		"%.3f":                      {read("12.345", "0.500", "-3.141"), 12.345, 1e-3},
		"a small column of %.3f":    {read("12.345", "0.500", "-3.141"), 0.5, 1e-3},
		"%.4g":                      {read("1234", "0.001234", "5.2"), 1234, 1},
		"a small column of %.4g":    {read("1234", "0.001234", "5.2"), 0.001234, 1e-6},
		"levels":                    {read("0.5", "0.8", "1"), 1, 0.1},
		"a power of ten":            {read("1000.0"), 1000, 0.1},
		"exponents":                 {read("1.25e+03", "2.50e-01"), 1250, 10},
		"all digits of a float64":   {read("0.1", "3.141592653589793"), 3.141592653589793, 1e-15},
		"more digits than it holds": {read("0.1000000000000000055"), 0.1, 0.1 * 0x1p-52},
	} {
		if got := c.p.Spacing(c.largest); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

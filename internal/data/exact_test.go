package data

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Numbers that a type holds without rounding are told from rounded ones.
func TestExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 5))
	half := func(v float64) float64 {
		m, e := math.Frexp(v)
		return math.Ldexp(math.RoundToEven(math.Ldexp(m, 11)), e-11)
	}
	draw := func(f func() float64) []float64 {
		out := make([]float64, 60)
		for i := range out {
			out[i] = f()
		}
		return out
	}
	f16, f32 := Precision{Stored: Float16}, Precision{Stored: Float32}
	for name, c := range map[string]struct {
		p      Precision
		values []float64
		want   bool
	}{
		"categories":              {f16, draw(func() float64 { return float64(rng.IntN(2)) }), true},
		"counts":                  {f16, draw(func() float64 { return float64(rng.IntN(90)) }), true},
		"quarters below 0":        {f16, draw(func() float64 { return float64(rng.IntN(40)-20) / 4 }), true},
		"thirds":                  {f16, draw(func() float64 { return half(float64(rng.IntN(9)) / 3) }), false},
		"normal":                  {f16, draw(func() float64 { return half(rng.NormFloat64()) }), false},
		"normal with an offset":   {f16, draw(func() float64 { return half(1500 + rng.NormFloat64()) }), false},
		"counts beyond the type":  {f16, draw(func() float64 { return half(float64(rng.IntN(30000))) }), false},
		"counts as float32":       {f32, draw(func() float64 { return float64(rng.IntN(30000)) }), true},
		"normal as float32":       {f32, draw(func() float64 { return float64(float32(rng.NormFloat64())) }), false},
		"float16 read as float32": {f32, draw(func() float64 { return half(rng.NormFloat64()) }), false},
		"zeros":                   {f32, make([]float64, 5), true},
		"a ring far from 0":       {f32, draw(func() float64 { return float64(float32(100 + math.Cos(float64(rng.IntN(12))*math.Pi/6))) }), false},
		"infinite":                {f16, []float64{1, math.Inf(1)}, false},
		"integers":                {Precision{Stored: Integer}, []float64{1 << 40, 3}, true},
		"float64":                 {Precision{}, []float64{1, 2}, false},
	} {
		if got := c.p.Exact(c.values); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

package score

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures/exacttest"
)

// meant is a system before its numbers are stored: integers over one denominator, or
// float64 where that is 0.
type meant struct {
	values *mat.Dense
	over   float64
}

// exact returns the numbers that are meant.
func (m meant) exact() exacttest.Matrix {
	if m.over == 0 {
		return exacttest.From(m.values)
	}
	return exacttest.Quotients(m.values, m.over)
}

// nearest returns them as float64.
func (m meant) nearest() *mat.Dense {
	out := mat.DenseCopyOf(m.values)
	if m.over != 0 {
		out.Apply(func(_, _ int, v float64) float64 { return v / m.over }, out)
	}
	return out
}

func integers(rng *rand.Rand, n, p, levels int) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return float64(rng.IntN(levels)) }, m)
	return m
}

func normals(rng *rand.Rand, n, p int) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, m)
	return m
}

// turned multiplies integer points of the plane by a rotation of 3, 4 and 5, times 5.
func turned(x *mat.Dense) *mat.Dense {
	var out mat.Dense
	out.Mul(x, mat.NewDense(2, 2, []float64{3, -4, 4, 3}))
	return &out
}

// kinds are systems as people have them. They share a latent variable with each other.
var kinds = map[string]func(rng *rand.Rand, n int, latent *mat.Dense) meant{
	"gaussian": func(rng *rand.Rand, n int, latent *mat.Dense) meant {
		x := normals(rng, n, 1+rng.IntN(5))
		for i := range n {
			x.Set(i, 0, x.At(i, 0)+latent.At(i, 0))
		}
		return meant{values: x}
	},
	"wide": func(rng *rand.Rand, n int, latent *mat.Dense) meant {
		var x mat.Dense
		x.Mul(latent, normals(rng, 1, n+3))
		x.Add(&x, normals(rng, n, n+3))
		return meant{values: &x}
	},
	"counts": func(rng *rand.Rand, n int, _ *mat.Dense) meant {
		return meant{integers(rng, n, 1+rng.IntN(4), 2+rng.IntN(5)), 1}
	},
	"categories": func(rng *rand.Rand, n int, _ *mat.Dense) meant {
		k := 2 + rng.IntN(3)
		x := mat.NewDense(n, k, nil)
		for i := range n {
			x.Set(i, rng.IntN(k), 1)
		}
		return meant{x, 1}
	},
	"grid": func(rng *rand.Rand, n int, _ *mat.Dense) meant { return meant{turned(integers(rng, n, 2, 4)), 5} },
	"ring": func(rng *rand.Rand, n int, _ *mat.Dense) meant {
		x := mat.NewDense(n, 2, nil)
		for i := range n {
			x.SetRow(i, [][]float64{{5, 0}, {0, 5}, {-5, 0}, {0, -5}, {3, 4}, {-4, 3}}[rng.IntN(6)])
		}
		return meant{turned(x), 5 * 5}
	},
	"bottleneck": func(rng *rand.Rand, n int, _ *mat.Dense) meant {
		r := 1 + rng.IntN(2)
		var x mat.Dense
		x.Mul(integers(rng, n, r, 50), integers(rng, r, r+2, 9))
		return meant{&x, 3 * 7}
	},
	"copies": func(rng *rand.Rand, n int, latent *mat.Dense) meant {
		x := normals(rng, n, 3)
		for i := range n {
			x.Set(i, 2, x.At(i, 0))
			x.Set(i, 1, x.At(i, 1)+latent.At(i, 0))
		}
		return meant{values: x}
	},
	"repeated samples": func(rng *rand.Rand, n int, _ *mat.Dense) meant {
		x := normals(rng, n, 3)
		for i := n / 2; i < n; i++ {
			x.SetRow(i, x.RawRowView(i-n/2))
		}
		return meant{values: x}
	},
	"units": func(rng *rand.Rand, n int, latent *mat.Dense) meant {
		x := normals(rng, n, 3)
		for i := range n {
			x.SetRow(i, []float64{1e3 * (x.At(i, 0) + latent.At(i, 0)), x.At(i, 1), 1e-2 * x.At(i, 2)})
		}
		return meant{values: x}
	},
}

var kindNames = sortedKeys(kinds)

func sortedKeys[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// storage is a form in which numbers are stored: each is rounded, and written to an
// array, unless it is text.
type storage struct {
	name   string
	dtype  string
	format string  // of text
	eps    float64 // relative rounding
	place  float64 // of the last decimal, where it is one for all numbers
	round  func(v float64) float64
	put    func(b []byte, v float64) []byte
}

func same(v float64) float64 { return v }

// half rounds to float16, for numbers that are neither huge nor tiny.
func half(v float64) float64 {
	m, e := math.Frexp(v)
	return math.Ldexp(math.RoundToEven(math.Ldexp(m, 11)), e-11)
}

func halfBits(v float64) uint16 {
	bits := math.Float64bits(v)
	if v == 0 || v != v {
		return uint16(bits>>48)&0x8000 | map[bool]uint16{true: 0x7e00}[v != v]
	}
	exponent := int(bits>>52)&0x7ff - 1023
	if exponent < -14 {
		return uint16(bits>>48) & 0x8000
	}
	return uint16(bits>>48)&0x8000 | uint16(exponent+15)<<10 | uint16(bits>>42)&0x3ff
}

// reals are the forms for any numbers, wholes those for small whole numbers.
var reals = []storage{
	{"float64", "<f8", "", 0x1p-52, 0, same, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) }},
	{"float32", "<f4", "", 0x1p-23, 0, func(v float64) float64 { return float64(float32(v)) }, func(b []byte, v float64) []byte {
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}},
	{"float16", "<f2", "", 0x1p-10, 0, half, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint16(b, halfBits(v)) }},
	{"text", "", "%v", 0x1p-52, 0, same, nil},
	{"text of 6 digits", "", "%.6g", 1e-5, 0, parsed("%.6g"), nil},
	{"text of 4 decimals", "", "%.4f", 1e-4, 1e-4, parsed("%.4f"), nil},
}

var wholes = []storage{
	{"int8", "|i1", "", 0, 0, same, func(b []byte, v float64) []byte { return append(b, byte(int8(v))) }},
	{"int32", "<i4", "", 0, 0, same, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint32(b, uint32(int32(v))) }},
	{"uint16", "<u2", "", 0, 0, same, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint16(b, uint16(v)) }},
	{"text of integers", "", "%.0f", 0, 0, same, nil},
}

func parsed(format string) func(v float64) float64 {
	return func(v float64) float64 {
		v, _ = strconv.ParseFloat(fmt.Sprintf(format, v), 64)
		return v
	}
}

// writeArray writes an .npy file.
func (s storage) writeArray(t *testing.T, path string, values []float64, shape ...int) {
	t.Helper()
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", s.dtype, text)
	header += strings.Repeat(" ", 63-(len(header)+10)%64) + "\n"
	b := []byte("\x93NUMPY\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	b = append(b, header...)
	for _, v := range values {
		b = s.put(b, v)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeTable writes a table with names of its samples, if there are any, in the given
// order of rows. A missing number is an empty cell.
func (s storage) writeTable(t *testing.T, path string, x *mat.Dense, names []string, order []int) {
	t.Helper()
	n, p := x.Dims()
	var b strings.Builder
	var columns []string
	if names != nil {
		columns = append(columns, "name")
	}
	for j := range p {
		columns = append(columns, fmt.Sprintf("unit%c", 'a'+j))
	}
	b.WriteString(strings.Join(columns, ",") + "\n")
	for at := range n {
		i := order[at]
		var cells []string
		if names != nil {
			cells = append(cells, names[i])
		}
		for j := range p {
			cell := ""
			if v := x.At(i, j); v == v {
				cell = fmt.Sprintf(s.format, v)
			}
			cells = append(cells, cell)
		}
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

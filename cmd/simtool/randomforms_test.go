package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures"
	"simtool/internal/measures/exacttest"
)

// exactly is a matrix for exact arithmetic.
func exactly(rows [][]float64) exacttest.Matrix {
	return exacttest.From(mat.NewDense(len(rows), len(rows[0]), slices.Concat(rows...)))
}

// A form is a system in one of the forms in which files come.
type form struct {
	path  string
	flags []string // that this form wants
}

// eighths is a random matrix of multiples of 1/8, which every dtype holds exactly but the
// integers, which take whole numbers. Few values make ties.
func eighths(rng *rand.Rand, n, p, most int, whole bool) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		for range p {
			v := float64(rng.IntN(2*most+1)-most) / 8
			if whole {
				v *= 8
			}
			m[i] = append(m[i], v)
		}
	}
	return m
}

// half is the bits of a multiple of 1/8 below 128 as float16.
func half(v float64) uint16 {
	if math.IsNaN(v) {
		return 0x7e00
	}
	if v == 0 {
		return 0
	}
	fraction, exponent := math.Frexp(math.Abs(v)) // in [.5, 1)
	bits := uint16(exponent-1+15)<<10 | uint16((2*fraction-1)*1024)
	if v < 0 {
		bits |= 0x8000
	}
	return bits
}

// array is an array of a dtype, an order of bytes and an order of memory.
func array(rng *rand.Rand, values []float64, shape []int, integers, holes bool) string {
	kinds := []string{"f2", "f4", "f8"}
	if integers && !holes {
		kinds = append(kinds, "i1", "i2", "i4", "i8")
	}
	kind := kinds[rng.IntN(len(kinds))]
	order, mark := binary.ByteOrder(binary.LittleEndian), "<"
	if rng.IntN(3) == 0 {
		order, mark = binary.BigEndian, ">"
	}
	fortran := rng.IntN(3) == 0
	if fortran {
		values = firstAxisFastest(values, shape)
	}
	var body bytes.Buffer
	for _, v := range values {
		var one any
		switch kind {
		case "f2":
			one = half(v)
		case "f4":
			one = float32(v)
		case "f8":
			one = v
		case "i1":
			one = int8(v)
		case "i2":
			one = int16(v)
		case "i4":
			one = int32(v)
		case "i8":
			one = int64(v)
		}
		if err := binary.Write(&body, order, one); err != nil {
			panic(err)
		}
	}
	var sizes []string
	for _, n := range shape {
		sizes = append(sizes, strconv.Itoa(n))
	}
	text := strings.Join(sizes, ", ")
	if len(sizes) == 1 {
		text += ","
	}
	return npyText("'"+mark+kind+"'", "("+text+")", fortran, body.Bytes())
}

// firstAxisFastest puts row-major values into the order in which the first axis runs
// fastest.
func firstAxisFastest(values []float64, shape []int) []float64 {
	out := make([]float64, len(values))
	for at, v := range values {
		to, stride, rest := 0, 1, at
		index := make([]int, len(shape))
		for k := len(shape) - 1; k >= 0; k-- {
			index[k] = rest % shape[k]
			rest /= shape[k]
		}
		for k, n := range shape {
			to += index[k] * stride
			stride *= n
		}
		out[to] = v
	}
	return out
}

// written writes a system in a random form.
func written(t *testing.T, rng *rand.Rand, name string, m [][]float64, whole bool, times int, missing bool, names []string) form {
	t.Helper()
	n, p := len(m), len(m[0])
	values := flat(m)
	kinds := []string{"npy", "gz", "csv", "index", "bare", "tsv"}
	if times > 1 {
		kinds = []string{"axes"}
	} else if names != nil {
		kinds = []string{"index"}
	}
	missingCell := []string{"", "NA", "nan", "NaN", "null"}[rng.IntN(5)]
	if p == 1 && missingCell == "" {
		missingCell = "NA" // an empty line is a matter of its own
	}
	text := func(separator, header string, before func(i int) string) string {
		out := header
		for i, row := range m {
			cells := []string{}
			if before != nil {
				cells = append(cells, before(i))
			}
			for _, v := range row {
				cell := strconv.FormatFloat(v, 'f', 9, 64) // as many digits as tell all distances apart
				if math.IsNaN(v) {
					cell = missingCell
				}
				cells = append(cells, cell)
			}
			out += strings.Join(cells, separator) + "\n"
		}
		return out
	}
	var columns []string
	for j := range p {
		columns = append(columns, fmt.Sprintf("unit%c", 'a'+j))
	}
	switch kind := kinds[rng.IntN(len(kinds))]; kind {
	case "gz":
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(array(rng, values, []int{n, p}, whole, missing))); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, ".", name+".npy.gz", b.String())
		return form{path: name + ".npy.gz"}
	case "csv":
		writeFile(t, ".", name+".csv", text(",", strings.Join(columns, ",")+"\n", nil))
		return form{path: name + ".csv"}
	case "tsv":
		writeFile(t, ".", name+".tsv", text("\t", strings.Join(columns, "\t")+"\n", nil))
		return form{path: name + ".tsv"}
	case "bare":
		writeFile(t, ".", name+".csv", text(",", "", nil))
		return form{path: name + ".csv", flags: []string{"--header", "no"}}
	case "index":
		own := names
		if own == nil {
			for i := range n {
				own = append(own, strconv.Itoa(i)) // as pandas writes it
			}
		}
		writeFile(t, ".", name+".csv", text(",", ","+strings.Join(columns, ",")+"\n", func(i int) string { return own[i] }))
		return form{path: name + ".csv"}
	case "axes":
		// The file has the axes in another order.
		shape := []int{times, n / times, p}
		order := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}[rng.IntN(6)]
		var axes string
		var turned []int
		for _, k := range order {
			axes += string("tcn"[k])
			turned = append(turned, shape[k])
		}
		out := make([]float64, len(values))
		for at, v := range values {
			index := []int{at / (shape[1] * shape[2]), at / shape[2] % shape[1], at % shape[2]}
			to := 0
			for i, k := range order {
				to = to*turned[i] + index[k]
			}
			out[to] = v
		}
		writeFile(t, ".", name+".npy", array(rng, out, turned, whole, missing))
		return form{path: name + ".npy", flags: []string{"--axes", axes}}
	}
	writeFile(t, ".", name+".npy", array(rng, values, []int{n, p}, whole, missing))
	return form{path: name + ".npy"}
}

// TestRandomFormsHaveOneAnswer writes random systems with ties in random forms: dtypes and
// orders of bytes and axes, text with and without an index, samples in another order,
// missing values. Scores by the samples, and by moments where these can be, are those of
// exact arithmetic, or there is an error or a warning. Missing values are refused where
// nobody says what to do with them.
func TestRandomFormsHaveOneAnswer(t *testing.T) {
	t.Chdir(t.TempDir())
	rng := rand.New(rand.NewPCG(13, 31))
	names := append(slices.Clone(measures.Default), "rsa:compare=spearman", "rsa:rdm=euclidean:compare=kendall", "jaccard-knn:k=2")
	fromMoments := []string{"cka", "cka:estimator=debiased", "nbs", "procrustes:as=angular-score", "cca", "linreg"}
	// These have a value wherever the mathematics has one.
	alwaysDefined := []string{"cka", "linreg", "rsa:compare=spearman"}
	warned, refused, exact := 0, 0, 0
	for round := range 400 {
		whole := rng.IntN(2) == 0
		n, p, q, times := 5+rng.IntN(7), 1+rng.IntN(3), 1+rng.IntN(3), 1
		if rng.IntN(4) == 0 {
			times = 2
			n = 2 * (3 + rng.IntN(4))
		}
		most := []int{2, 5, 40}[rng.IntN(3)]
		x, y := eighths(rng, n, p, most, whole), eighths(rng, n, q, most, whole)
		missing := rng.IntN(4) == 0
		var out []int
		if missing {
			at := rng.IntN(n)
			m := [][][]float64{x, y}[rng.IntN(2)]
			m[at][rng.IntN(len(m[at]))] = math.NaN()
			out = []int{at}
		}
		var xNames, yNames []string
		fileY := y
		if times == 1 && rng.IntN(3) == 0 {
			// y has the same samples in another order.
			order := rng.Perm(n)
			fileY = nil
			for _, i := range order {
				fileY = append(fileY, y[i])
				yNames = append(yNames, fmt.Sprintf("s%d", i))
			}
			for i := range n {
				xNames = append(xNames, fmt.Sprintf("s%d", i))
			}
		}
		fx := written(t, rng, fmt.Sprintf("x%d", round), x, whole, times, missing, xNames)
		fy := written(t, rng, fmt.Sprintf("y%d", round), fileY, whole, times, missing, yNames)
		if len(fx.flags) > 0 && len(fy.flags) > 0 && !slices.Equal(fx.flags, fy.flags) || (len(fx.flags) > 0) != (len(fy.flags) > 0) {
			continue // one setting is for both files
		}
		words := append([]string{fx.path, fy.path, "--inference", "none", "--format", "csv"}, fx.flags...)
		if missing {
			s := newSession(streams{})
			if status := s.run(t, append([]string{"score", "-m", "cka"}, words...)...); status != exitInvalid {
				t.Errorf("%v: a missing value is not refused: exit status %d, %s", words, status, s.err.String())
			}
			words = append(words, "--missing", "drop")
		}
		pair := exacttest.Pair{X: exactly(withoutRows(x, out...)), Y: exactly(withoutRows(y, out...))}
		roads := [][]string{append([]string{"score", "-m", strings.Join(names, ",")}, words...)}
		if !missing && xNames == nil {
			m := fmt.Sprintf("m%d.npz", round)
			s := newSession(streams{})
			// Files that cannot be read block by block have no moments.
			if s.run(t, append([]string{"moments", fx.path, fy.path, "-o", m}, fx.flags...)...) == exitOK {
				roads = append(roads, []string{"score", "--moments", m, "-m", strings.Join(fromMoments, ","), "--inference", "none", "--format", "csv"})
			}
		}
		for _, road := range roads {
			status, table, stderr := answer(t, strings.Join(road, " "))
			if len(table) == 0 {
				t.Errorf("%v: exit status %d: %s", road, status, stderr)
				continue
			}
			for _, row := range table {
				want := math.NaN()
				if v, err := exacttest.Score(row["measure"], pair); err == nil {
					want = exacttest.Float(v)
				} else if !errors.Is(err, exacttest.ErrUndefined) {
					t.Fatal(err)
				}
				got := number(row["value"])
				switch {
				case math.Abs(got-want) < 1e-9:
					exact++
				case row["error"] != "":
					refused++
					if !math.IsNaN(want) && slices.Contains(alwaysDefined, row["measure"]) {
						t.Errorf("%v: %s is refused, %s, and has the value %v", road, row["measure"], row["error"], want)
					}
				case row["warning"] != "" && !strings.HasPrefix(row["warning"], "left out"):
					warned++
				default:
					t.Errorf("%v: %s is %v, want %v\nx %v\ny %v", road, row["measure"], got, want, x, y)
				}
			}
		}
	}
	if exact < 3000 || warned > exact/20 {
		t.Errorf("%d exact, %d refused, %d with a warning", exact, refused, warned)
	}
}

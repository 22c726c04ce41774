package verbtest_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/collection"
	"simtool/internal/verb/compare"
	"simtool/internal/verb/decode"
	verbmlem "simtool/internal/verb/mlem"
	"simtool/internal/verb/moments"
	"simtool/internal/verb/rdm"
	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

func array(t *testing.T, path string, p dataio.Precision, values []float64, n int) {
	t.Helper()
	if _, err := dataio.WriteFile(path, dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, p, values, n, len(values)/n)
	}); err != nil {
		t.Fatal(err)
	}
}

// rawArray writes an .npy file of two columns, each number by put.
func rawArray(t *testing.T, path, descr string, values []float64, put func(b []byte, v float64) []byte) {
	t.Helper()
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d, 2), }", descr, len(values)/2)
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0)
	b = append(b, header...)
	for _, v := range values {
		b = put(b, v)
	}
	verbtest.Write(t, path, string(b))
}

// halfBits is the float16 that is nearest to a normal number, or 0.
func halfBits(v float64) uint16 {
	if v == 0 {
		return 0
	}
	m, e := math.Frexp(math.Abs(v))
	bits := uint16(math.RoundToEven(math.Ldexp(m, 11))) + uint16(e+13)<<10 // a carry raises the exponent
	if v < 0 {
		bits |= 1 << 15
	}
	return bits
}

// TestFormsOfTiedData: places on a grid, turned by the angle of 3, 4 and 5, have the ties
// of the grid in every form of storage, for every command that ranks distances or
// classifies.
func TestFormsOfTiedData(t *testing.T) {
	t.Chdir(t.TempDir())
	const n = 32
	rng := rand.New(rand.NewPCG(13, 5))
	grid, turned := make([]float64, 0, 2*n), make([]float64, 0, 2*n)
	noisy := [3][]float64{}
	labels, features := "class\n", "place,other\n"
	for range n {
		a, b := float64(rng.IntN(4)), float64(rng.IntN(4))
		grid = append(grid, a, b)
		turned = append(turned, (3*a+4*b)/15, (3*b-4*a)/15)
		for k := range noisy {
			noisy[k] = append(noisy[k], a+float64(k)*rng.NormFloat64(), b+rng.NormFloat64())
		}
		labels += []string{"low\n", "high\n"}[int(a)/2]
		features += fmt.Sprintf("%g,%g\n", a, b+float64(rng.IntN(2)))
	}
	for k, values := range noisy {
		array(t, fmt.Sprintf("y%d.npy", k), dataio.Float64, values, n)
	}
	verbtest.Write(t, "labels.csv", labels)
	verbtest.Write(t, "features.csv", features)
	array(t, "grid.npy", dataio.Float64, grid, n)
	array(t, "turned64.npy", dataio.Float64, turned, n)
	array(t, "turned32.npy", dataio.Float32, turned, n)
	rawArray(t, "turned16.npy", "<f2", turned, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint16(b, halfBits(v)) })
	whole := make([]float64, len(turned))
	for k, v := range turned {
		whole[k] = math.Round(15 * v)
	}
	rawArray(t, "turned_int.npy", "|i1", whole, func(b []byte, v float64) []byte { return append(b, byte(int8(v))) })
	text := "a,b\n"
	for i := 0; i < len(turned); i += 2 {
		text += fmt.Sprintf("%.7g,%.7g\n", turned[i], turned[i+1])
	}
	verbtest.Write(t, "turned7.csv", text)
	text = "a,b\n"
	for i := 0; i < len(whole); i += 2 {
		text += fmt.Sprintf("%g,%g\n", whole[i], whole[i+1])
	}
	verbtest.Write(t, "turned_int.csv", text)

	const valued = -1 // by numbers, which are as precise as they are stored
	const ranks = "rsa:rdm=euclidean:compare=spearman"
	verbtest.Succeed(t, rdm.New(), "y0.npy", "--rdm", "euclidean", "-o", "r0.npy")
	for name, c := range map[string]struct {
		run    func(form string) string
		column string
		within float64
	}{
		"score": {func(form string) string {
			return said(t, score.New(), form+" y0.npy -m "+ranks+" --inference none")
		}, "value", 1e-12},
		"score in little memory": {func(form string) string {
			return said(t, score.New(), form+" y0.npy -m "+ranks+" --inference none --max-memory 100K")
		}, "value", 1e-12},
		"score by moments": {func(form string) string {
			verbtest.Succeed(t, moments.New(), form, "y0.npy", "-o", "m.npz", "--force", "--cv", "4")
			return said(t, score.New(), "--moments m.npz -m cca,svcca,linreg,linreg:cv=4 --inference none")
		}, "value", valued},
		"score by samples": {func(form string) string {
			return said(t, score.New(), form+" y0.npy -m cca,svcca,linreg,linreg:cv=4 --inference none")
		}, "value", valued},
		"rdm": {func(form string) string {
			verbtest.Succeed(t, rdm.New(), form, "--rdm", "euclidean", "-o", "r.npy", "--force")
			return said(t, score.New(), "r.npy r0.npy -m rsa:rdm=precomputed:compare=kendall --inference none")
		}, "value", 1e-12},
		"compare": {func(form string) string { return said(t, compare.New(), form+" y0.npy y1.npy -m "+ranks) }, "diff", 1e-12},
		"dual bootstrap": {func(form string) string {
			return said(t, compare.New(), form+" y0.npy y1.npy -m "+ranks+" --method schuett2023")
		}, "diff", 1e-12},
		"collection": {func(form string) string {
			return said(t, collection.New(), form+" y0.npy y1.npy y2.npy --measure "+ranks)
		}, "value", 1e-7},
		"decode": {func(form string) string { return said(t, decode.New(), form+" --labels labels.csv") }, "accuracy", 0},
		"mlem compare": {func(form string) string {
			return said(t, verbmlem.NewCompare(), "--features features.csv --neural "+form+" --methods frrsa,rsa,mlem")
		}, "held_out_spearman", 1e-5},
	} {
		want := numbers(t, c.run("grid.npy"), c.column)
		for form, eps := range map[string]float64{
			"turned64.npy": 0x1p-52, "turned32.npy": 0x1p-23, "turned16.npy": 0x1p-10, "turned7.csv": 1e-6, "turned_int.npy": 0, "turned_int.csv": 0,
		} {
			got := numbers(t, c.run(form), c.column)
			within := c.within
			if within == valued {
				within = 1e-9 + 4*eps
			}
			for i, v := range got {
				if len(got) != len(want) || math.Abs(v-want[i]) > within {
					t.Errorf("%s of %s: %v, want %v", name, form, got, want)
					break
				}
			}
		}
	}
}

// said is what a command writes.
func said(t *testing.T, v verb.Command, words string) string {
	t.Helper()
	return verbtest.Succeed(t, v, append(strings.Fields(words), "--format", "csv")...).Stdout
}

// numbers returns those of a column.
func numbers(t *testing.T, text, column string) []float64 {
	t.Helper()
	var out []float64
	for _, row := range verbtest.Rows(t, text) {
		if row[column] == "" {
			continue
		}
		v, err := strconv.ParseFloat(row[column], 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if out == nil {
		t.Fatalf("no %s in %s", column, text)
	}
	return out
}

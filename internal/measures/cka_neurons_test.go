package measures

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// TestNeuronSums compares the closed forms without a neuron and without a unit with those
// of data that never had it, for rows, blocks, and interleaved units of unequal sizes,
// with more samples than neurons and fewer.
func TestNeuronSums(t *testing.T) {
	const n = 24
	rng := rand.New(rand.NewPCG(5, 1))
	mixed := make([][]int, 6)
	for i := range n {
		g := []int{0, 1, 2, 3, 4, 5, 5, 2}[i%8]
		mixed[g] = append(mixed[g], i)
	}
	interleaved, err := NewUnits(mixed, n)
	if err != nil {
		t.Fatal(err)
	}
	for name, u := range map[string]*Units{"rows": BlockUnits(n, n), "blocks": BlockUnits(n, 5), "interleaved": interleaved} {
		for _, widths := range [][2]int{{5, 4}, {30, 7}} {
			x, y := gaussian(rng, n, widths[0]), gaussian(rng, n, widths[1])
			for i := range n { // a common signal, and means that are not 0
				for j := range widths[1] {
					y.Set(i, j, y.At(i, j)+x.At(i, j%widths[0])+2)
				}
			}
			p := pairOf(t, datasetOf(x), datasetOf(y))
			c, err := p.ckaNeurons(u)
			if err != nil {
				t.Fatal(err)
			}
			check := func(what string, got, want ckaTerms) {
				t.Helper()
				for k, pair := range [][2]float64{{got.xy, want.xy}, {got.xx, want.xx}, {got.yy, want.yy}, {got.ox, want.ox}, {got.oy, want.oy}, {got.p, want.p}, {got.q, want.q}} {
					if math.Abs(pair[0]-pair[1]) > 1e-10*math.Abs(c.all.xx) {
						t.Errorf("%s %v %s: term %d is %v, want %v", name, widths, what, k, pair[0], pair[1])
					}
				}
			}
			check("all", c.all, refitTerms(t, x, y, u))
			for j := range widths[0] {
				check("x", c.x[j], refitTerms(t, columnsOf(x, allIntsBut(widths[0], j)), y, u))
			}
			for j := range widths[1] {
				check("y", c.y[j], refitTerms(t, x, columnsOf(y, allIntsBut(widths[1], j)), u))
			}
			for g := range u.Rows {
				rows, rest := without(u, g)
				check("unit", c.units[g], refitTerms(t, rowsOf(x, rows), rowsOf(y, rows), rest))
			}
		}
	}
}

// refitTerms computes the terms from their definition: HSICs of whole systems, and of
// single columns.
func refitTerms(t *testing.T, x, y *mat.Dense, u *Units) ckaTerms {
	t.Helper()
	hsic := func(a, b *mat.Dense) float64 {
		h, err := pairOf(t, datasetOf(a), datasetOf(b)).unitHSICs(u)
		if err != nil {
			t.Fatal(err)
		}
		return h.xy.all
	}
	own := func(a *mat.Dense) (sum float64) {
		_, p := a.Dims()
		for j := range p {
			column := columnsOf(a, []int{j})
			sum += hsic(column, mat.DenseCopyOf(column))
		}
		return sum
	}
	_, p := x.Dims()
	_, q := y.Dims()
	return ckaTerms{hsic(x, y), hsic(x, mat.DenseCopyOf(x)), hsic(y, mat.DenseCopyOf(y)), own(x), own(y), float64(p), float64(q)}
}

// without returns the samples of all units but one, and those units among them.
func without(u *Units, g int) ([]int, *Units) {
	var rows []int
	for k, some := range u.Rows {
		if k != g {
			rows = append(rows, some...)
		}
	}
	slices.Sort(rows)
	out := &Units{n: len(rows)}
	for k, some := range u.Rows {
		if k == g {
			continue
		}
		var unit []int
		for _, i := range some {
			at, _ := slices.BinarySearch(rows, i)
			unit = append(unit, at)
		}
		out.Rows = append(out.Rows, unit)
	}
	return rows, out
}

func allIntsBut(n, leave int) []int {
	var out []int
	for i := range n {
		if i != leave {
			out = append(out, i)
		}
	}
	return out
}

// TestNeuronOffDiagonals has the means over pairs of neurons of an independent program,
// and the estimates that follow, where there are some.
func TestNeuronOffDiagonals(t *testing.T) {
	type numbers = map[string]*float64
	var file struct {
		Sets map[string]struct {
			Off       numbers  `json:"neuron_offdiagonal"`
			Corrected *float64 `json:"cka_neuron_corrected"`
			SE        numbers  `json:"cka_neuron_se"`
		}
	}
	dir := datatest.Shared(t, "inference")
	text, err := os.ReadFile(filepath.Join(dir, "oracles.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "NaN", "null")), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Sets) != 3 {
		t.Fatalf("%d sets", len(file.Sets))
	}
	for name, want := range file.Sets {
		p := pairOf(t, readNPY(t, filepath.Join(dir, name+"_x.npy")), readNPY(t, filepath.Join(dir, name+"_y.npy")))
		c, err := p.ckaNeurons(BlockUnits(p.Samples(), p.Samples()))
		if err != nil {
			t.Fatal(err)
		}
		same := func(what string, got float64, want *float64) {
			t.Helper()
			if want == nil {
				want = new(float64)
				*want = math.NaN()
			}
			if math.IsNaN(got) != math.IsNaN(*want) || math.Abs(got-*want) > 1e-9*max(1, math.Abs(*want)) {
				t.Errorf("%s: %s is %.12g, want %.12g", name, what, got, *want)
			}
		}
		a := c.all
		same("off x", (a.xx-a.ox)/(a.p*(a.p-1)), want.Off["x"])
		same("off y", (a.yy-a.oy)/(a.q*(a.q-1)), want.Off["y"])
		same("xy", a.xy/(a.p*a.q), want.Off["xy"])
		same("corrected", a.at(math.Inf(1), math.Inf(1)), want.Corrected)
		for side, terms := range map[string][]ckaTerms{"x": c.x, "y": c.y} {
			sum, squares, count := 0.0, 0.0, float64(len(terms))
			for _, one := range terms {
				v := one.at(math.Inf(1), math.Inf(1))
				sum += v
				squares += v * v
			}
			same("error over "+side, math.Sqrt((count-1)/count*(squares-sum*sum/count)), want.SE[side])
		}
	}
}

package measures

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// oracle is what a measure gives for a pair by other programs than this one.
// testdata/README.md says which.
type oracle struct {
	measure, pair string
	value         float64
	tolerance     float64 // absolute
	published     string  // the measure's name where the value comes from, if it has one
}

// gradientOracle is ∂score/∂Y at a pair, n×q by rows. The tolerance is relative
// to its norm, and that of the value to the larger of its size and 1.
type gradientOracle struct {
	oracle
	gradient []float64
}

// thirdParty names the pairs whose data others published. They are no part of
// the repository, and their values are checked where ../shared has them.
var thirdParty = []string{"wine", "iris"}

// oraclePair reads a pair that oracles are about.
func oraclePair(t *testing.T, name string) *Pair {
	t.Helper()
	dir := filepath.Join("testdata", "pairs")
	if slices.Contains(thirdParty, name) {
		dir = datatest.Shared(t, "reference", "pairs")
	}
	return readPair(t, dir, name)
}

// publishedValues are the values on which an independent program and public
// code agree.
func publishedValues(t *testing.T) []oracle {
	t.Helper()
	return readValues(t, "published", publishedTolerance)
}

// publishedTolerance is 1e-9 relative. It is 1e-6 for angles and distances near
// 0, which the public code takes from an arccos or as the difference of large
// squares (TestProcrustesNearZero has exact values), and 1e-5 for float32 data.
func publishedTolerance(o oracle) float64 {
	size := math.Abs(o.value)
	nearlyEqual := o.pair == "near" || o.pair == "rotated" || size < 1e-6
	distance := strings.HasPrefix(o.measure, "procrustes") || strings.HasPrefix(o.measure, "shape") || strings.Contains(o.measure, "as=angular")
	switch {
	case o.pair == "f32":
		return 1e-5 * max(1, size)
	case nearlyEqual && distance:
		return 1e-6
	default:
		return 1e-9 * size
	}
}

// independentValues are those of testdata/oracles, in float64 by the textbook.
func independentValues(t *testing.T) []oracle {
	t.Helper()
	return readValues(t, "independent", func(o oracle) float64 { return 1e-12 * max(1, math.Abs(o.value)) })
}

// readValues reads a table of measures × pairs. Where a pair gives a measure no
// value that is determined, the cell is empty.
func readValues(t *testing.T, from string, tolerance func(oracle) float64) []oracle {
	t.Helper()
	table := readOracles(t, from, "values.csv")
	var out []oracle
	for _, row := range table[1:] {
		for i, pair := range table[0][1:] {
			if row[i+1] == "" {
				continue
			}
			o := oracle{measure: row[0], pair: pair, value: number64(t, row[i+1])}
			o.tolerance = tolerance(o)
			out = append(out, o)
		}
	}
	return out
}

// publishedGradients are those of the reference code's autograd.
func publishedGradients(t *testing.T) []gradientOracle {
	t.Helper()
	values := readNPY(t, filepath.Join("testdata", "published", "gradients.npy")).Matrix()
	var out []gradientOracle
	for i, row := range readOracles(t, "published", "gradients.csv")[1:] {
		out = append(out, gradientOracle{
			oracle:   oracle{row[0], row[1], number64(t, row[2]), number64(t, row[3]), row[4]},
			gradient: mat.Row(nil, i, values),
		})
	}
	if n, _ := values.Dims(); n != len(out) {
		t.Fatalf("%d gradients, but %d rows that describe them", n, len(out))
	}
	return out
}

// independentGradients are autograd's of the formulas in testdata/oracles.
func independentGradients(t *testing.T) []gradientOracle {
	t.Helper()
	var out []gradientOracle
	for _, row := range readOracles(t, "independent", "gradients.csv")[1:] {
		o := gradientOracle{oracle: oracle{measure: row[0], pair: row[1], value: number64(t, row[2]), tolerance: 1e-10}}
		for _, v := range row[3:] {
			o.gradient = append(o.gradient, number64(t, v))
		}
		out = append(out, o)
	}
	return out
}

func readOracles(t *testing.T, from, file string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", from, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	table, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func number64(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// registered returns the names that owe an oracle: the variants of every family
// that set one parameter at most, and the core measures.
func registered() []string {
	names := slices.Clone(Default)
	for _, f := range families {
		for _, name := range variants(f) {
			if strings.Count(name, ":") <= 1 && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// TestContractHasOracles: every registered measure has a value that this program
// did not compute, and where it is differentiable a gradient; every family has
// three values at least.
func TestContractHasOracles(t *testing.T) {
	values, perFamily, gradients := map[string]int{}, map[string]int{}, map[string]int{}
	for _, o := range slices.Concat(publishedValues(t), independentValues(t)) {
		if slices.Contains(thirdParty, o.pair) {
			continue
		}
		values[o.measure]++
		perFamily[measureOf(t, o.measure).Card().Family]++
	}
	for _, o := range slices.Concat(publishedGradients(t), independentGradients(t)) {
		gradients[o.measure]++
	}
	for _, complaint := range missingOracles(registered(), values, perFamily, gradients) {
		t.Errorf("%s: testdata/README.md says how to add some", complaint)
	}
}

func missingOracles(names []string, values, perFamily, gradients map[string]int) []string {
	var out []string
	for _, name := range names {
		m, err := Parse(name)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		if values[name] == 0 {
			out = append(out, name+" has no reference value")
		}
		if _, differentiable := AsDifferentiable(m); differentiable && gradients[name] == 0 {
			out = append(out, name+" has no reference gradient")
		}
	}
	for _, f := range families {
		if n := perFamily[f.Card.Family]; n < 3 {
			out = append(out, fmt.Sprintf("%s has %d reference values, want 3", f.Card.Family, n))
		}
	}
	return out
}

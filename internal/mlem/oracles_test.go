package mlem

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	dataio "simtool/internal/io"
)

// TestFitOracles holds exact fits to those of testdata/oracles/make.py: SciPy's
// nonnegative least squares on all pairs of stimuli, numpy.linalg.lstsq, and
// projected gradients over W ⪰ 0.
func TestFitOracles(t *testing.T) {
	dir := filepath.Join("testdata", "oracles")
	features, warnings, err := NewFeatures(readTable(t, filepath.Join(dir, "features.csv"), dataio.Options{}), FeatureOptions{})
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	patterns := readMatrix(t, filepath.Join(dir, "patterns.npy"))
	rows := readFits(t, filepath.Join(dir, "fits.csv"))
	if len(rows) != 24 {
		t.Errorf("%d fits, want 24", len(rows))
	}
	for _, row := range rows {
		name := row.distance + " " + row.constraint
		y, err := NewNeural(patterns, NeuralOptions{Distance: Distance(row.distance)})
		if err != nil {
			t.Fatal(err)
		}
		r := fitOne(t, features, y, func(o *Options) {
			o.Bootstrap, o.Null, o.Permutations, o.Folds = 0, 0, 0, 0
			o.Constraint, o.Interactions.All = Constraint(row.constraint), row.interactions
			o.Ridge = []float64{row.ridge}
		})
		in := r.Scores[0]
		got := []float64{r.Model.Scale, r.Model.Intercept, in.Spearman, in.Pearson, in.R2}
		for _, w := range r.Weights {
			got = append(got, w.Weight)
		}
		if len(got) != len(row.values) {
			t.Fatalf("%s: %d values, want %d", name, len(got), len(row.values))
		}
		// The interior-point method ends a gap of 1e-10 above the minimum, which is
		// flat there: where W is singular, weights are off by the root of that.
		tolerance := 1e-11
		if row.constraint == string(PSD) {
			tolerance = 3e-6
		}
		for i, want := range row.values {
			if !(math.Abs(got[i]-want) <= tolerance*max(1, math.Abs(want))) {
				t.Errorf("%s, interactions %t, ridge %g: value %d is %.12g, want %.12g", name, row.interactions, row.ridge, i, got[i], want)
			}
		}
	}
}

// fitOracle is a fit by another program: settings, and scale, intercept, Spearman's
// ρ, Pearson's r, R² and the weights in the order of the terms.
type fitOracle struct {
	distance, constraint string
	interactions         bool
	ridge                float64
	values               []float64
}

func readFits(t *testing.T, path string) []fitOracle {
	t.Helper()
	f, err := os.Open(path)
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
	var out []fitOracle
	for _, row := range table[1:] {
		o := fitOracle{distance: row[0], constraint: row[1], interactions: row[2] == "true"}
		for i, text := range row[3:] {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				o.ridge = v
			} else {
				o.values = append(o.values, v)
			}
		}
		out = append(out, o)
	}
	return out
}

package mlem

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	dataio "simtool/internal/io"
)

// TestFitOracles holds exact fits to those of testdata/oracles/make.py: SciPy's
// nonnegative least squares on all pairs of stimuli, numpy.linalg.lstsq, and
// projected gradients over W ⪰ 0.
func TestFitOracles(t *testing.T) {
	features, patterns := readOracleData(t)
	rows := readFits(t)
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

func readFits(t *testing.T) []fitOracle {
	t.Helper()
	var out []fitOracle
	for _, row := range readOracles(t, "fits.csv") {
		values := numbers(t, row[3:])
		out = append(out, fitOracle{row[0], row[1], row[2] == "true", values[0], values[1:]})
	}
	return out
}

// readOracleData reads the simulation that the oracles are about.
func readOracleData(t *testing.T) (*Features, *mat.Dense) {
	t.Helper()
	dir := filepath.Join("testdata", "oracles")
	features, warnings, err := NewFeatures(readTable(t, filepath.Join(dir, "features.csv"), dataio.Options{}), FeatureOptions{})
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	return features, readMatrix(t, filepath.Join(dir, "patterns.npy"))
}

// readOracles returns the rows of a table below its header.
func readOracles(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "oracles", file))
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
	return table[1:]
}

func numbers(t *testing.T, row []string) []float64 {
	t.Helper()
	out := make([]float64, len(row))
	for i, text := range row {
		var err error
		if out[i], err = strconv.ParseFloat(text, 64); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestProcedureOracles compares procedures that draw random numbers with the same
// procedures in testdata/oracles/procedures.py, with the same streams.
func TestProcedureOracles(t *testing.T) {
	features, patterns := readOracleData(t)
	y, err := NewNeural(patterns, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := features.Names()
	for _, row := range readOracles(t, "procedures.csv") {
		values := numbers(t, row[2:])
		want := values[1:]
		o := DefaultOptions()
		o.Seed = uint64(values[0])
		o.Bootstrap, o.Null, o.Permutations = 0, 0, 0
		o.Interactions.All, o.Metric = row[1] == "true", Absolute
		g, err := newDesign(names, o.Interactions)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		var metric *mat.Dense
		tolerance := 1e-11
		switch row[0] {
		case "held-out":
			s := fitOne(t, features, y, func(p *Options) { *p = o }).Scores[1]
			got = []float64{s.Spearman, s.Pearson, s.R2}
		case "frrsa":
			r, err := FitFRRSA(t.Context(), features, y, o)
			if err != nil {
				t.Fatal(err)
			}
			got, metric = []float64{r.Spearman, r.Fraction}, r.W
		case "compat":
			r, err := FitCompat(t.Context(), features, y, o.Interactions.All, o)
			if err != nil {
				t.Fatal(err)
			}
			got, metric = []float64{float64(r.BatchSize), float64(r.Steps), r.Score}, r.W
			tolerance = 1e-9 // rounding grows over the steps
		}
		if metric != nil {
			for _, term := range g.terms {
				got = append(got, metric.At(term.A, term.B))
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d values, want %d", row[0], len(got), len(want))
		}
		for i, v := range want {
			if !(math.Abs(got[i]-v) <= tolerance*max(1, math.Abs(v))) {
				t.Errorf("%s, interactions %s: value %d is %.12g, want %.12g", row[0], row[1], i, got[i], v)
			}
		}
	}
}

package mlem

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
	dataio "simtool/internal/io"
	"simtool/internal/linalg"
)

// shared returns the path of a file of the shared data, or skips the test.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	return datatest.Shared(t, append([]string{"data"}, parts...)...)
}

func readTable(t testing.TB, path string, o dataio.Options) *data.Table {
	t.Helper()
	table, err := dataio.ReadFeatures(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func readMatrix(t testing.TB, path string) *mat.Dense {
	t.Helper()
	d, err := dataio.Read(path, dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d.Matrix()
}

// simulated is one of the shared simulated problems.
type simulated struct {
	features *Features
	neural   *Neural
	truth    *mat.Dense
	y        *mat.Dense
}

func readSimulated(t testing.TB, name string) simulated {
	t.Helper()
	features, warnings, err := NewFeatures(readTable(t, shared(t, "mlem_sim", name, "features.csv"), dataio.Options{}), FeatureOptions{})
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	s := simulated{features: features}
	s.y = readMatrix(t, shared(t, "mlem_sim", name, "Y.npy"))
	if s.neural, err = NewNeural(s.y, NeuralOptions{}); err != nil {
		t.Fatal(err)
	}
	d, err := dataio.Read(shared(t, "mlem_sim", name, "W_true.csv"), dataio.Options{Header: dataio.HeaderNo})
	if err != nil {
		t.Fatal(err)
	}
	s.truth = d.Matrix()
	return s
}

// reference is the result of the released package for a simulated problem.
type reference struct {
	W        [][]float64 `json:"W"`
	Spearman float64     `json:"spearman_exact"`
}

func readReference(t testing.TB, name, file string) reference {
	t.Helper()
	raw, err := os.ReadFile(shared(t, "mlem_sim", name, file))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func cosine(a, b *mat.Dense) float64 {
	return linalg.Dot(a, b) / linalg.Norm(a) / linalg.Norm(b)
}

func fitOne(t testing.TB, f *Features, y *Neural, change func(*Options)) *Result {
	t.Helper()
	o := DefaultOptions()
	o.Metric = Absolute // that of the published values
	if change != nil {
		change(&o)
	}
	r, err := Fit(t.Context(), f, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

func warned(r *Result, part string) bool {
	return strings.Contains(strings.Join(r.Warnings, "\n"), part)
}

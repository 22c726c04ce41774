package measures

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	dataio "simtool/internal/io"
	"simtool/internal/measures/exacttest"
)

// readPair reads one pair of the reference set.
func readPair(t *testing.T, dir, name string) *Pair {
	t.Helper()
	return pairOf(t, readNPY(t, filepath.Join(dir, name+"_X.npy")), readNPY(t, filepath.Join(dir, name+"_Y.npy")))
}

func readNPY(t testing.TB, path string) *data.Dataset {
	t.Helper()
	d, err := dataio.Read(path, dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func pairOf(t testing.TB, x, y *data.Dataset) *Pair {
	t.Helper()
	p, err := NewPair(systemOf(t, x), systemOf(t, y))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func systemOf(t testing.TB, d *data.Dataset) *System {
	t.Helper()
	s, err := NewSystem(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// datasetOf copies a matrix into a dataset.
func datasetOf(m mat.Matrix) *data.Dataset {
	n, p := m.Dims()
	d, err := data.New(mat.DenseCopyOf(m).RawMatrix().Data, n, p)
	if err != nil {
		panic(err)
	}
	return d
}

// gaussian returns an n×p matrix of independent standard normal numbers.
func gaussian(rng *rand.Rand, n, p int) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			m.Set(i, j, rng.NormFloat64())
		}
	}
	return m
}

// exactScore returns the score of 320 bits.
func exactScore(t testing.TB, name string, x, y *mat.Dense) float64 {
	t.Helper()
	v, err := exacttest.Score(name, exacttest.Pair{X: exacttest.From(x), Y: exacttest.From(y)})
	if err != nil {
		t.Fatal(err)
	}
	return exacttest.Float(v)
}

package measures

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// sharedDir returns a folder of the shared oracles, or skips the test when
// they are not on this machine.
func sharedDir(t *testing.T, sub string) string {
	t.Helper()
	root := os.Getenv("SIMTOOL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, sub)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no shared data (set SIMTOOL_SHARED): %v", err)
	}
	return dir
}

// readPair reads one pair of the reference set.
func readPair(t *testing.T, dir, name string) *Pair {
	t.Helper()
	return pairOf(t, readNPY(t, filepath.Join(dir, name+"_X.npy")), readNPY(t, filepath.Join(dir, name+"_Y.npy")))
}

// readNPY reads a well-formed float file in C order.
func readNPY(t *testing.T, path string) *data.Dataset {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npy.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	var values []float64
	if r.Header.Descr.Type == "<f4" {
		var small []float32
		err = r.Read(&small)
		for _, v := range small {
			values = append(values, float64(v))
		}
	} else {
		err = r.Read(&values)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	d, err := data.New(values, r.Header.Descr.Shape...)
	if err != nil {
		t.Fatal(err)
	}
	d.Source.Path = filepath.Base(path)
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

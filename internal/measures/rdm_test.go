package measures

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// wave returns the n×p matrix sin(a·i·(k+1) + b·k²) + c·cos(i + 0.31·i·k), which
// other programs can make too.
func wave(n, p int, a, b, c float64) *mat.Dense {
	m := mat.NewDense(n, p, nil)
	for i := range n {
		for k := range p {
			fi, fk := float64(i), float64(k)
			m.Set(i, k, math.Sin(a*fi*(fk+1)+b*fk*fk)+c*math.Cos(fi+fi*fk*0.31))
		}
	}
	return m
}

// waves returns the pair on which the oracles of this file were computed.
func waves() (x, y *mat.Dense) {
	x, y = wave(12, 5, 0.9, 0.7, 0.5), wave(12, 4, 0.4, 1.1, 0.8)
	for i := range 12 {
		for k := range 4 {
			y.Set(i, k, y.At(i, k)+0.3*x.At(i, k))
		}
	}
	return x, y
}

// near reports whether got is want to a relative or absolute tolerance.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// matrixOf returns a matrix of the given rows.
func matrixOf(rows ...[]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

// TestRDM compares two entries of each RDM with SciPy's pdist (sqeuclidean,
// euclidean, correlation, cosine, cityblock, mahalanobis with the inverse of
// numpy.cov; the Gaussian ones from sqeuclidean).
func TestRDM(t *testing.T) {
	x, _ := waves()
	s := systemOf(t, datasetOf(x))
	for _, c := range []struct {
		spec string
		d01  float64 // samples 0 and 1
		d37  float64 // samples 3 and 7
	}{
		{"sqeuclidean", 4.283756729686308, 5.704967121655061},
		{"euclidean", 2.0697238293275526, 2.3885072998957027},
		{"correlation", 0.7441378657085633, 1.6425184301360682},
		{"cosine", 0.7906877842473543, 1.4089075322527957},
		{"gaussian:sigma=1.5", 0.6140108195877726, 0.7185415576136776},
		{"gaussian", 0.2947123408747403, 0.3718560561908256},
		{"manhattan", 3.8624932982733986, 4.97274001728583},
		{"mahalanobis", 3.684321023861852, 6.025185726559083},
	} {
		d, err := RDM(s, c.spec)
		if err != nil {
			t.Errorf("%s: %v", c.spec, err)
			continue
		}
		if !near(d.At(0, 1), c.d01, 1e-12) || !near(d.At(7, 3), c.d37, 1e-12) {
			t.Errorf("%s: D[0,1] = %.16g, D[7,3] = %.16g, want %.16g and %.16g", c.spec, d.At(0, 1), d.At(7, 3), c.d01, c.d37)
		}
		if n, m := d.Dims(); n != 12 || m != 12 || !mat.Equal(d, d.T()) || mat.Trace(d) != 0 {
			t.Errorf("%s: %d × %d, want a symmetric 12 × 12 matrix with a zero diagonal", c.spec, n, m)
		}
	}
}

// TestRDMIsTheCallers checks that writing to an RDM leaves the system as it is.
func TestRDMIsTheCallers(t *testing.T) {
	for _, kind := range RDMKinds() {
		if kind == rdmCrossnobis {
			continue
		}
		x, _ := waves()
		suit(kind, x)
		s := systemOf(t, datasetOf(x))
		first, err := RDM(s, kind)
		if err != nil {
			t.Fatal(err)
		}
		keep := mat.DenseCopyOf(first)
		first.Zero()
		second, err := RDM(s, kind)
		if err != nil || !mat.Equal(second, keep) {
			t.Errorf("%s: the second RDM differs from the first (%v)", kind, err)
		}
	}
}

func TestRDMSpecErrors(t *testing.T) {
	x, _ := waves()
	s := systemOf(t, datasetOf(x))
	for spec, want := range map[string]string{
		"hamming":                      "want one of sqeuclidean",
		"correlation:sigma=2":          "sigma belongs to rdm=gaussian",
		"gaussian:noise=none":          "noise belongs to rdm=crossnobis",
		"gaussian:sigma=-1":            "positive number",
		"correlation:compare=spearman": "compare belongs to",
	} {
		_, err := RDM(s, spec)
		if nameErr, ok := errors.AsType[*NameError](err); !ok || nameErr.Name != spec || !strings.Contains(err.Error(), want) {
			t.Errorf("RDM(%q) = %v, want a NameError with %q", spec, err, want)
		}
	}
}

// TestUndefinedDissimilarities holds the messages for data that have no
// dissimilarities of a kind: they name the sample.
func TestUndefinedDissimilarities(t *testing.T) {
	for _, c := range []struct {
		name, spec string
		x          *mat.Dense
		want       string
	}{
		{"constant row", "correlation", matrixOf([]float64{1, 2, 3}, []float64{4, 4, 4}, []float64{0, 1, 0}), "sample 1 (counted from 0) has the same value in every feature"},
		{"constant up to rounding", "correlation", matrixOf([]float64{1, 2, 4}, []float64{0.1 + 0.2, 0.3, 0.3}, []float64{0, 1, 0}), "sample 1 (counted"},
		{"one feature", "correlation", matrixOf([]float64{1}, []float64{2}, []float64{4}), "sample 0 (counted"},
		{"multiples", "correlation", matrixOf([]float64{1, 2, 4}, []float64{3, 5, 9}, []float64{2, 4, 8}), "correlation 1"},
		{"zero row", "cosine", matrixOf([]float64{1, 2}, []float64{3, 4}, []float64{0, 0}), "sample 2 (counted from 0) is 0 in every feature"},
		{"saturated", "mahalanobis", wave(5, 4, 0.9, 0.7, 0.5), "same Mahalanobis distance"},
		{"2-d", "crossnobis", wave(5, 4, 0.9, 0.7, 0.5), "has no repeats"},
		{"mostly equal", "gaussian", matrixOf([]float64{1}, []float64{1}, []float64{1}, []float64{1}, []float64{2}), "median distance"},
		{"huge", "sqeuclidean", matrixOf([]float64{1e200}, []float64{-1e200}, []float64{0}), "overflow"},
		{"not square", "precomputed", wave(5, 4, 0.9, 0.7, 0.5), "5 × 4"},
		{"not symmetric", "precomputed", matrixOf([]float64{0, 1, 2}, []float64{1, 0, 3}, []float64{2, 4, 0}), "symmetric"},
		{"diagonal", "precomputed", matrixOf([]float64{0, 1, 2}, []float64{1, 0.5, 3}, []float64{2, 3, 0}), "0.5 on its diagonal (row 1)"},
	} {
		d := datasetOf(c.x)
		d.Source.Path = "x.npy"
		_, err := RDM(systemOf(t, d), c.spec)
		if _, ok := errors.AsType[*UndefinedError](err); !ok || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.npy") {
			t.Errorf("%s: %v, want an UndefinedError with %q that names the file", c.name, err, c.want)
		}
	}
}

// TestPrecomputedAllowsRounding reads an RDM as one that was stored in float32.
func TestPrecomputedAllowsRounding(t *testing.T) {
	x := matrixOf([]float64{1e-9, 1, 2}, []float64{1 + 2e-7, 0, 3}, []float64{2, 3, 0})
	d, err := RDM(systemOf(t, datasetOf(x)), rdmPrecomputed)
	if err != nil {
		t.Fatal(err)
	}
	if d.At(0, 0) != 0 || d.At(0, 1) != d.At(1, 0) || !near(d.At(0, 1), 1+1e-7, 1e-15) {
		t.Errorf("D[0,0] = %g, D[0,1] = %.10f, want 0 and the average", d.At(0, 0), d.At(0, 1))
	}
}

// TestEqualSamplesHaveNoDissimilarity checks that equal samples are at 0
// exactly and equally far from any third.
func TestEqualSamplesHaveNoDissimilarity(t *testing.T) {
	x := gaussian(rand.New(rand.NewPCG(1, 2)), 20, 7)
	x.SetRow(13, mat.Row(nil, 4, x))
	s := systemOf(t, datasetOf(x))
	for _, spec := range []string{"sqeuclidean", "euclidean", "correlation", "cosine", "gaussian", "manhattan"} {
		d, err := RDM(s, spec)
		if err != nil {
			t.Fatal(err)
		}
		if d.At(4, 13) != 0 {
			t.Errorf("%s: equal samples are at %g, want 0", spec, d.At(4, 13))
		}
		for k := range 20 {
			if d.At(4, k) != d.At(13, k) {
				t.Errorf("%s: equal samples are at %.17g and %.17g from sample %d", spec, d.At(4, k), d.At(13, k), k)
			}
		}
	}
}

// repeats stacks R recordings of C conditions and N neurons.
func repeats(t *testing.T, r, c, n int, one func(r int) *mat.Dense) *data.Dataset {
	t.Helper()
	var values []float64
	for i := range r {
		values = append(values, one(i).RawMatrix().Data...)
	}
	d, err := data.New(values, r, c, n)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

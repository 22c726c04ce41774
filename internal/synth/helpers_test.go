package synth

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// generate runs a generator that must not fail.
func generate(t *testing.T, c Config, seed uint64) *Output {
	t.Helper()
	out, err := c.Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// near fails unless |got − want| ≤ tol.
func near(t *testing.T, name string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s is %.12g, want %.12g ± %.3g", name, got, want, tol)
	}
}

// refused fails unless err is a *ParamError with this message.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	var param *ParamError
	if !errors.As(err, &param) {
		t.Errorf("error %v, want a ParamError: %s", err, want)
	} else if err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

// centered returns the samples × features matrix of the data without its means.
func centered(out *Output) *mat.Dense {
	xc, _ := linalg.Center(out.Data.Matrix())
	return xc
}

// signal returns Scores·diag(√Variances)·Loadingsᵀ.
func (truth *Truth) signal() *mat.Dense {
	scaled := mat.DenseCopyOf(truth.Scores)
	for k, v := range truth.Variances {
		column := scaled.ColView(k).(*mat.VecDense)
		column.ScaleVec(math.Sqrt(v), column)
	}
	n, _ := scaled.Dims()
	p, _ := truth.Loadings.Dims()
	x := mat.NewDense(n, p, nil)
	x.Mul(scaled, truth.Loadings.T())
	return x
}

// similarity returns CKA, the normalised Bures similarity and the R² of x
// predicted from y, by their definitions.
func similarity(t *testing.T, x, y *mat.Dense) (cka, nbs, r2 float64) {
	t.Helper()
	c := linalg.CrossGram(x, y)
	nuclear, err := linalg.NuclearNorm(c)
	if err != nil {
		t.Fatal(err)
	}
	basis, _, err := linalg.RangeBasis(y)
	if err != nil {
		t.Fatal(err)
	}
	cka = math.Pow(linalg.Norm(c), 2) / (linalg.Norm(linalg.Gram(x)) * linalg.Norm(linalg.Gram(y)))
	nbs = nuclear / (linalg.Norm(x) * linalg.Norm(y))
	r2 = math.Pow(linalg.Norm(linalg.CrossGram(basis, x))/linalg.Norm(x), 2)
	return cka, nbs, r2
}

// maxAbs returns the largest absolute difference of two matrices.
func maxAbs(a, b mat.Matrix) float64 {
	var difference mat.Dense
	difference.Sub(a, b)
	return math.Max(mat.Max(&difference), -mat.Min(&difference))
}

package measures

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// refused scores a pair that must have no score, and returns why.
func refused(t *testing.T, name string, x, y *mat.Dense) string {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Score(pairOf(t, datasetOf(x), datasetOf(y)))
	undefined := (*UndefinedError)(nil)
	if !errors.As(err, &undefined) {
		t.Errorf("%s = %v (%v), want an UndefinedError", name, s.Value, err)
		return ""
	}
	return undefined.Reason
}

// TestMagnitudesOutOfRange: where products of four values overflow or vanish,
// every measure says so; nothing that looks like a score comes out.
func TestMagnitudesOutOfRange(t *testing.T) {
	x, y := contractPair()
	for _, f := range families {
		if f.Card.Family == "rsa" {
			continue // held to it below, by its own dissimilarities
		}
		for scale, want := range map[float64]string{1e80: "so large", 1e155: "so large", 1e-80: "so small", 1e-170: "so small"} {
			var extreme mat.Dense
			extreme.Scale(scale, x)
			if why := refused(t, f.Card.Family, &extreme, y); !strings.Contains(why, want) {
				t.Errorf("%s of values times %g: %q, want %q", f.Card.Family, scale, why, want)
			}
		}
	}
	var large mat.Dense
	large.Scale(1e30, x)
	m, _ := Parse("cka")
	if a, b := scoreOf(t, m, &large, y), scoreOf(t, m, x, y); a-b > 1e-12 || b-a > 1e-12 {
		t.Errorf("cka of values times 1e30 is %v, want %v", a, b)
	}
}

// TestPWCCAWithoutDeterminedVariates: when the systems share directions for
// lack of samples, the weights of the shared ones depend on the basis.
func TestPWCCAWithoutDeterminedVariates(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	if why := refused(t, "pwcca", gaussian(rng, 40, 30), gaussian(rng, 40, 20)); !strings.Contains(why, "not determined") {
		t.Errorf("%q", why)
	}
}

func TestKernelThatSeesNothing(t *testing.T) {
	x, y := contractPair()
	for _, name := range []string{"cka:kernel=rbf:sigma=1e-9", "cka:kernel=laplace:sigma=1e-9", "cka:kernel=rbf:sigma=1e-9:estimator=debiased"} {
		if why := refused(t, name, x, y); !strings.Contains(why, "so small against the distances") {
			t.Errorf("%s: %q", name, why)
		}
	}
}

// TestRoundingErrorsAreNoDimensions: features that hold nothing but the
// rounding errors of others must not count, however independent they look.
func TestRoundingErrorsAreNoDimensions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	const n, p, rank = 60, 90, 12
	wide, y := mat.NewDense(n, p, nil), gaussian(rng, n, 5)
	scores := gaussian(rng, n, rank)
	wide.Mul(scores, gaussian(rng, rank, p))
	noisy := mat.NewDense(n, rank+3, nil)
	noisy.Slice(0, n, 0, rank).(*mat.Dense).Copy(scores)
	for i := range n {
		for j := range 3 {
			noisy.Set(i, rank+j, 1e-16*rng.NormFloat64())
		}
	}
	for _, name := range []string{"linreg:direction=y-from-x", "cca", "cca:stat=mean-squared"} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		want := scoreOf(t, m, scores, y)
		for what, x := range map[string]*mat.Dense{"wide": wide, "with noise at rounding level": noisy} {
			if got := scoreOf(t, m, x, y); got-want > 1e-9 || want-got > 1e-9 {
				t.Errorf("%s, %s: %v, want %v as for the %d dimensions there are", name, what, got, want, rank)
			}
		}
	}
}

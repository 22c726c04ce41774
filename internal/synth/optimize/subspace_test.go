package optimize

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/synth/synthtest"
)

// In the coordinates of the subspace the methods take the same steps as with all
// samples, up to rounding.
func TestSubspaceIsExact(t *testing.T) {
	x := synthtest.PowerLaw(t, 90, 8, 1)
	for _, goal := range []string{
		"cka", "cka:as=angular", "nbs", "procrustes", "procrustes:as=squared", "linreg", "ridge:lambda=5",
		"cca", "cca:stat=mean-squared", "ensd", "cka*0.5+nbs*0.5", "linreg:direction=symmetric",
	} {
		for _, method := range []Method{DefaultMomentum(), DefaultLBFGS()} {
			config := DefaultConfig(goalOf(t, goal))
			config.Method, config.Width, config.MaxIter = method, 6, 8
			reduced, less := runOne(t, x, config)
			config.FullCoordinates = true
			full, all := runOne(t, x, config)
			if !less.saved.Reduced || all.saved.Reduced {
				t.Errorf("%s: in a subspace: %v, want true, and %v, want false", goal, less.saved.Reduced, all.saved.Reduced)
				continue
			}
			if len(less.scores) != len(all.scores) {
				t.Errorf("%s by %s: %d iterates in the subspace, %d with all samples", goal, method, len(less.scores), len(all.scores))
				continue
			}
			for i := range less.scores {
				synthtest.Near(t, goal+" by "+method.String(), less.scores[i], all.scores[i], 1e-10)
				synthtest.Near(t, goal+" by "+method.String()+", gradient", less.points[i].GradNorm, all.points[i].GradNorm, 1e-9)
			}
			gap := mat.DenseCopyOf(full.Y)
			gap.Sub(gap, reduced.Y)
			synthtest.Near(t, goal+" by "+method.String()+", data", linalg.Norm(gap)/linalg.Norm(full.Y), 0, 1e-9)
		}
	}
}

// There is no subspace where a score depends on more than second moments, where the
// subspace would be no smaller, and for a method that is not invariant.
func TestSubspaceIsRefused(t *testing.T) {
	x := synthtest.PowerLaw(t, 40, 5, 1)
	for _, c := range []struct {
		goal   string
		method Method
		width  int
	}{
		{"cka:estimator=debiased", DefaultLBFGS(), 5},
		{"linreg:cv=4", DefaultLBFGS(), 5},
		{"ridge:cv=4", DefaultMomentum(), 5},
		{"cka:kernel=rbf", DefaultLBFGS(), 5},
		{"cka*0.5+cka:estimator=debiased*0.5", DefaultLBFGS(), 5},
		{"cka", DefaultLBFGS(), 35},
		{"cka", DefaultAdam(), 5},
	} {
		config := DefaultConfig(goalOf(t, c.goal))
		config.Method, config.Width, config.MaxIter = c.method, c.width, 2
		if _, l := runOne(t, x, config); l.saved.Reduced {
			t.Errorf("%s by %s with %d features runs in a subspace", c.goal, c.method, c.width)
		}
	}
}

// H has orthonormal columns that sum to zero, and uncentreTo is its transpose.
func TestHelmert(t *testing.T) {
	const k = 6
	unit := mat.NewDense(k, k, nil)
	for i := range k {
		unit.Set(i, i, 1)
	}
	h := centre(unit)
	gap := linalg.Gram(h)
	gap.Sub(gap, unit)
	synthtest.Near(t, "HᵀH − I", linalg.Norm(gap), 0, 1e-14)
	for j := range k {
		synthtest.Near(t, "sum of a column", mat.Sum(h.ColView(j)), 0, 1e-14)
	}
	a, got, want := synthtest.Waves(k+1, 3, 1.7), mat.NewDense(k, 3, nil), mat.NewDense(k, 3, nil)
	uncentreTo(got, a)
	want.Mul(h.T(), a)
	want.Sub(want, got)
	synthtest.Near(t, "Hᵀ·A", linalg.Norm(want), 0, 1e-14)
}

// Where the features of X or Y₀ are dependent, the coordinates come from another
// decomposition and are equally accurate.
func TestSubspaceOfDependentFeatures(t *testing.T) {
	x := synthtest.Waves(30, 4, 1.7)
	for i := range 30 {
		x.Set(i, 3, x.At(i, 0)-2*x.At(i, 1))
	}
	config := DefaultConfig(goalOf(t, "nbs"))
	config.Method, config.MaxIter = DefaultMomentum(), 10
	reduced, less := runOne(t, datasetOf(t, x), config)
	config.FullCoordinates = true
	full, all := runOne(t, datasetOf(t, x), config)
	if !less.saved.Reduced {
		t.Fatal("no subspace")
	}
	for i := range all.scores {
		synthtest.Near(t, "score", less.scores[i], all.scores[i], 1e-10)
	}
	gap := mat.DenseCopyOf(full.Y)
	gap.Sub(gap, reduced.Y)
	synthtest.Near(t, "data", linalg.Norm(gap)/linalg.Norm(full.Y), 0, 1e-9)
}

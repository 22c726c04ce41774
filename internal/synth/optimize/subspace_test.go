package optimize

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// TestSubspaceIsExact: in the coordinates of the subspace the methods take the same
// steps as with all samples, to rounding.
func TestSubspaceIsExact(t *testing.T) {
	x := powerLaw(t, 90, 8, 1)
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
				near(t, goal+" by "+method.String(), less.scores[i], all.scores[i], 1e-10)
				near(t, goal+" by "+method.String()+", gradient", less.points[i].GradNorm, all.points[i].GradNorm, 1e-9)
			}
			gap := mat.DenseCopyOf(full.Y)
			gap.Sub(gap, reduced.Y)
			near(t, goal+" by "+method.String()+", data", linalg.Norm(gap)/linalg.Norm(full.Y), 0, 1e-9)
		}
	}
}

// TestSubspaceIsRefused where a score depends on more than second moments, where
// it would be no smaller, and for a method that is not invariant.
func TestSubspaceIsRefused(t *testing.T) {
	x := powerLaw(t, 40, 5, 1)
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

// TestCentredCoordinates: B = Q·Hᵀ has BᵀB = H·Hᵀ, the projection onto vectors that
// sum to zero, and maps as Q does: B·Bᵀ = Q·Qᵀ.
func TestCentredCoordinates(t *testing.T) {
	q, _ := linalg.QR(waves(12, 4, 1.7))
	b := centredCoordinates(q)
	bb := linalg.Gram(b)
	for i := range 5 {
		for j := range 5 {
			want := -1. / 5
			if i == j {
				want += 1
			}
			near(t, "BᵀB", bb.At(i, j), want, 1e-14)
		}
	}
	gap := linalg.OuterGram(b)
	gap.Sub(gap, linalg.OuterGram(q))
	near(t, "BBᵀ − QQᵀ", linalg.Norm(gap), 0, 1e-14)
}

package measures

import (
	"math"
	"path/filepath"
	"testing"

	"simtool/internal/data/datatest"
)

// Brain-Score's number, as scikit-learn's PLSRegression(25, scale=False) and SciPy's
// pearsonr compute it: Y predicts each column of X on five contiguous folds; the median,
// or the mean, over columns; the mean over folds.
func TestBrainScoreNumber(t *testing.T) {
	dir := filepath.Join(datatest.Shared(t, "names", "brainscore"))
	x, y := readNPY(t, filepath.Join(dir, "x.npy")), readNPY(t, filepath.Join(dir, "y.npy"))
	p := pairOf(t, x, y)
	for name, want := range map[string]float64{
		"pls:components=25:as=correlation:pool=median": 0.9045,
		"pls:components=25:as=correlation:pool=mean":   0.8677,
		"pls:components=25:as=pearson:pool=columns":    0.8654,
	} {
		s, err := measureOf(t, name).Score(p)
		if err != nil || math.Abs(s.Value-want) > 5e-5 {
			t.Errorf("%s = %v (%v), want %v", name, s.Value, err, want)
		}
	}
}

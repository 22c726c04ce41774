package measures

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestEigenspaceOverlapOracles(t *testing.T) {
	// numpy.linalg.svd and matrix_rank.
	checkOracles(t, tallPair(t), map[string]float64{
		"eigenspace-overlap":             0.43372161162455247,
		"eigenspace-overlap:center=true": 0.43343949242244434,
	})
	// All of the sample space against 12 features: 8/12, or 7/12 when centred.
	checkOracles(t, widePair(t), map[string]float64{
		"eigenspace-overlap":             8.0 / 12,
		"eigenspace-overlap:center=true": 7.0 / 12,
	})
}

// TestEigenspaceOverlapOfSubspaces: of three coordinate directions two are
// shared, and a dependent feature adds to the count but not to the space.
func TestEigenspaceOverlapOfSubspaces(t *testing.T) {
	axes := func(columns ...[]float64) *System {
		m := mat.NewDense(6, len(columns), nil)
		for j, c := range columns {
			for i, v := range c {
				m.Set(i, j, v)
			}
		}
		return systemOf(t, datasetOf(m))
	}
	e1, e2, e3, e4 := []float64{1}, []float64{0, 1}, []float64{0, 0, 1}, []float64{0, 0, 0, 1}
	for want, pair := range map[float64][2]*System{
		2.0 / 3: {axes(e1, e2, e3), axes(e2, e1, e4)},
		1.0 / 3: {axes(e1, e2, []float64{1, 1}), axes(e2, e3)},
		0:       {axes(e1, e2), axes(e3, e4)},
	} {
		p, err := NewPair(pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		checkOracles(t, p, map[string]float64{"eigenspace-overlap": want})
	}
	checkAliases(t, map[string]string{"measure/resi/eigenspace_overlap_score": "eigenspace-overlap"})
}

func TestEigenspaceOverlapWarns(t *testing.T) {
	for _, name := range []string{"eigenspace-overlap", "eigenspace-overlap:center=true"} {
		s, err := measureOf(t, name).Score(widePair(t))
		if err != nil || len(s.Warnings) != 1 {
			t.Errorf("%s with as many dimensions as samples: warnings %v, error %v", name, s.Warnings, err)
		}
	}
}

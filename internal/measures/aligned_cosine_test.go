package measures

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// TestAlignedCosineWithoutRounding: samples along one direction have cosines of ±1 to
// those along another after the rotation, whatever rounding adds across. With 5 of 8 signs
// alike the mean is 1/4.
func TestAlignedCosineWithoutRounding(t *testing.T) {
	along := func(places []float64, direction ...float64) *mat.Dense {
		x := mat.NewDense(len(places), len(direction), nil)
		for i, v := range places {
			for j, d := range direction {
				x.Set(i, j, v*d/21)
			}
		}
		return x
	}
	x := along([]float64{-40, 31, -22, 13, -5, 6, 1, 16}, 5, 2, 3)
	y := along([]float64{-29, 37, -19, 11, 3, -2, -9, 8}, 3, 9, 12, 7)
	for name, store := range stored {
		for _, wide := range []bool{false, true} {
			given := y
			if wide { // more features than samples
				given = along([]float64{-29, 37, -19, 11, 3, -2, -9, 8}, 3, 9, 12, 7, 1, 4, 5, 13, 6, 2)
			}
			for _, sides := range [][2]*data.Dataset{{datasetOf(x), store(given)}, {store(x), store(given)}, {store(given), datasetOf(x)}} {
				t.Run(fmt.Sprintf("%s/%t", name, wide), func(t *testing.T) {
					p := pairOf(t, sides[0], sides[1])
					checkScore(t, p, "aligned-cosine", 0.25, 1e-13)
				})
			}
		}
	}
	// Not centred, Y may have another mean.
	raw := along([]float64{-30, 37, -19, 11, 3, -2, -9, 8}, 3, 9, 12, 7)
	for name, store := range stored {
		t.Run(name+"/not centred", func(t *testing.T) {
			checkScore(t, pairOf(t, datasetOf(x), store(raw)), "aligned-cosine:center=false", 0.25, 1e-13)
		})
	}
}

package data

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// A number that is not finite is found wherever it stands, and two that would cancel are.
func TestCheckFiniteFindsEachPosition(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for at := range n {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				values := make([]float64, n)
				for i := range values {
					values[i] = math.MaxFloat64
				}
				values[at] = bad
				if at > 0 {
					values[0] = -bad
				}
				d, err := New(values, n, 1)
				if err != nil {
					t.Fatal(err)
				}
				if err := d.CheckFinite(); err == nil || at == 0 && !strings.Contains(err.Error(), "at [0,0] (1 of "+strconv.Itoa(n)) {
					t.Errorf("%d values, %g at %d: %v", n, bad, at, err)
				}
				values[at], values[0] = 1, 1
				if err := d.CheckFinite(); err != nil {
					t.Errorf("finite values: %v", err)
				}
			}
		}
	}
}

package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// tiedData are data whose distances are equal in mathematics: categories, circles, grids
// and counts, the commonest models.
func tiedData(rng *rand.Rand, n int) map[string]*mat.Dense {
	oneHot, ring, ring3, grid, counts := mat.NewDense(n, 5, nil), mat.NewDense(n, 2, nil), mat.NewDense(n, 2, nil), mat.NewDense(n, 3, nil), mat.NewDense(n, 4, nil)
	for i := range n {
		oneHot.Set(i, rng.IntN(5), 1)
		for k, m := range map[int]*mat.Dense{12: ring, 3: ring3} {
			s, c := math.Sincos(2 * math.Pi * float64(rng.IntN(k)) / float64(k))
			m.Set(i, 0, c)
			m.Set(i, 1, s)
		}
		for j := range 3 {
			grid.Set(i, j, 0.1*float64(rng.IntN(4)))
		}
		for j := range 4 {
			counts.Set(i, j, float64(rng.IntN(6)))
		}
	}
	return map[string]*mat.Dense{"one-hot": oneHot, "ring of 12": ring, "ring of 3": ring3, "grid": grid, "counts": counts}
}

// exactRanks ranks squared distances that are computed twice, and rounded to a grid that
// is far coarser than rounding and far finer than their differences.
func exactRanks(x *mat.Dense) []float64 {
	n, _ := x.Dims()
	var d []float64
	for i := range n {
		for j := i + 1; j < n; j++ {
			d = append(d, math.Round(1e7*linalg.SqDistance(x.RawRowView(i), x.RawRowView(j))))
		}
	}
	out := make([]float64, len(d))
	new(linalg.Sorter).RanksWithin(out, d, 0)
	return out
}

// moved are the data rotated, shifted and scaled, all of which leave the order of
// distances as it is, in float64 and as they would be read from a file of float32.
func moved(rng *rand.Rand, x *mat.Dense) map[string]*data.Dataset {
	n, p := x.Dims()
	q, _ := linalg.QR(gaussian(rng, p, p))
	out := map[string]*data.Dataset{}
	for name, c := range map[string]struct{ offset, factor float64 }{
		"as they are": {0, 1}, "shifted": {100, 1}, "far": {1e4, 1}, "scaled": {0, 1e-3}, "by a third": {1, 1. / 3},
	} {
		for turn, rotate := range map[string]bool{"": false, " and rotated": true} {
			y := mat.DenseCopyOf(x)
			if rotate {
				y.Mul(x, q)
			}
			single := mat.NewDense(n, p, nil)
			for i := range n {
				row := y.RawRowView(i)
				for j := range row {
					row[j] = c.factor * (row[j] + c.offset*float64(j+1))
					single.Set(i, j, float64(float32(row[j])))
				}
			}
			out[name+turn] = datasetOf(y)
			if c.offset < 1e3 { // else float32 leaves three digits
				d := datasetOf(single)
				d.Precision = data.Precision{Stored: data.Float32}
				out[name+turn+" as float32"] = d
			}
		}
	}
	return out
}

// comparedAlone compares the dissimilarities of two systems as resamples of them are.
func comparedAlone(t *testing.T, m Measure, p *Pair) float64 {
	t.Helper()
	of, ok := As[Dissimilar](m)
	if !ok {
		t.Fatalf("%s has no dissimilarities", m.Card().Name)
	}
	var sides [2]Comparable
	for side, s := range []*System{p.X, p.Y} {
		values, _, _, err := of.Dissimilarities(s)
		if err != nil {
			t.Fatal(err)
		}
		sides[side] = of.Comparable(values)
	}
	v, ok := of.Compared(sides[0], sides[1])
	if !ok {
		t.Fatal("nothing varies")
	}
	return v
}

// No comparison of ranks changes when data with ties are rotated, shifted or scaled, or
// stored with fewer digits.
func TestRanksOfTiesAreInvariant(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 11))
	for _, n := range []int{14, 90} {
		other := systemOf(t, datasetOf(gaussian(rng, n, 3)))
		for name, x := range tiedData(rng, n) {
			want := exactRanks(x)
			for how, d := range moved(rng, x) {
				s := systemOf(t, d)
				for _, tiled := range []bool{false, true} {
					if tiled {
						defer func(n int) { tiledAbove = n }(tiledAbove)
						tiledAbove = 0
						s, other = systemOf(t, d), systemOf(t, datasetOf(other.raw))
					}
					r, err := (dissimilarity{kind: rdmEuclidean}).order(s, true)
					if err != nil {
						t.Fatal(err)
					}
					for i, w := range want {
						if float64(r.Twice[i]) != 2*w {
							t.Errorf("%s %s, n=%d: rank %g, want %g", name, how, n, float64(r.Twice[i])/2, w)
							break
						}
					}
				}
				tiledAbove = 4096
			}
			for _, compare := range []string{compareSpearman, compareKendall, compareRhoA, compareTauA} {
				m := measureOf(t, "rsa:rdm=euclidean:compare="+compare)
				var first float64
				for how, d := range moved(rng, x) {
					p, err := NewPair(systemOf(t, d), other)
					if err != nil {
						t.Fatal(err)
					}
					s, err := m.Score(p)
					if err != nil {
						t.Fatal(err)
					}
					if first == 0 {
						first = s.Value
					}
					if s.Value != first {
						t.Errorf("%s %s by %s, n=%d: %v, want %v", name, how, compare, n, s.Value, first)
					}
					if v := comparedAlone(t, m, p); math.Abs(v-first) > 1e-14 {
						t.Errorf("%s %s by %s, n=%d: %v of dissimilarities by themselves, want %v", name, how, compare, n, v, first)
					}
				}
			}
		}
	}
}

package measures

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// hsicByTuples averages
//
//	K_ij·L_ij + K_ij·L_qr − 2·K_ij·L_iq
//
// over all (i, j, q, r): of different samples, Hoeffding's form of the unbiased
// estimate of HSIC (Song et al. 2012, theorem 2), or of any, the biased one.
func hsicByTuples(k, l func(i, j int) float64, n int, different bool) float64 {
	total, count := 0.0, 0.0
	for i := range n {
		for j := range n {
			for q := range n {
				for r := range n {
					if different && (i == j || i == q || i == r || j == q || j == r || q == r) {
						continue
					}
					total += k(i, j)*l(i, j) + k(i, j)*l(q, r) - 2*k(i, j)*l(i, q)
					count++
				}
			}
		}
	}
	return total / count
}

// cosineByTuples normalises the estimates.
func cosineByTuples(k, l func(i, j int) float64, n int, different bool) float64 {
	return hsicByTuples(k, l, n, different) / math.Sqrt(hsicByTuples(k, k, n, different)*hsicByTuples(l, l, n, different))
}

// kernelOf returns a kernel of the rows of x by its definition; sigma is a multiple
// of the median distance if relative is set.
func kernelOf(x *mat.Dense, kind string, sigma float64, relative bool) func(i, j int) float64 {
	n, _ := x.Dims()
	distance := func(i, j int) float64 {
		var d mat.VecDense
		d.SubVec(x.RowView(i), x.RowView(j))
		return mat.Norm(&d, 2)
	}
	if relative {
		var all []float64
		for i := range n {
			for j := range i {
				all = append(all, distance(i, j))
			}
		}
		slices.Sort(all)
		sigma *= (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	}
	switch kind {
	case "linear":
		return func(i, j int) float64 { return mat.Dot(x.RowView(i), x.RowView(j)) }
	case "rbf":
		return func(i, j int) float64 { return math.Exp(-distance(i, j) * distance(i, j) / (2 * sigma * sigma)) }
	case "laplace":
		return func(i, j int) float64 { return math.Exp(-distance(i, j) / (sigma * math.Sqrt2)) }
	default:
		return distance
	}
}

// TestHSICAgainstEnumeration compares every estimator and kernel of cka with the
// average over all tuples of samples, of which there are an odd and an even number
// of pairs, with more features than samples and with fewer.
func TestHSICAgainstEnumeration(t *testing.T) {
	for _, n := range []int{5, 6, 7} {
		x, y := ripples(n, 3, 0.7), ripples(n, 9, 1.3)
		for i := range n {
			y.Set(i, 0, y.At(i, 0)+3*x.At(i, 0)+10)
		}
		p := pairOf(t, datasetOf(x), datasetOf(y))
		for _, c := range []struct {
			name, kind string
			sigma      float64
			relative   bool
		}{
			{"cka", "linear", 0, false},
			{"cka:kernel=rbf:sigma=2", "rbf", 2, false},
			{"cka:kernel=rbf", "rbf", 1, true},
			{"cka:kernel=rbf:sigma=0.5median", "rbf", 0.5, true},
			{"cka:kernel=laplace:sigma=2", "laplace", 2, false},
			{"cka:kernel=laplace", "laplace", 1, true},
			{"distance-correlation:squared=true", "distance", 0, false},
		} {
			k, l := kernelOf(x, c.kind, c.sigma, c.relative), kernelOf(y, c.kind, c.sigma, c.relative)
			checkScore(t, p, c.name, cosineByTuples(k, l, n, false), 1e-12)
			checkScore(t, p, c.name+":estimator=debiased", cosineByTuples(k, l, n, true), 1e-11)
		}
	}
}

// TestLangeLeavesTheDiagonalOut of the centred kernel matrices.
func TestLangeLeavesTheDiagonalOut(t *testing.T) {
	const n = 6
	x, y := ripples(n, 3, 0.7), ripples(n, 4, 1.3)
	p := pairOf(t, datasetOf(x), datasetOf(y))
	for name, kind := range map[string]string{"cka:estimator=lange": "linear", "cka:kernel=rbf:sigma=2:estimator=lange": "rbf"} {
		centred := func(m *mat.Dense) *mat.Dense {
			k := kernelOf(m, kind, 2, false)
			h, values := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
			for i := range n {
				for j := range n {
					values.Set(i, j, k(i, j))
					h.Set(i, j, -1./n)
				}
				h.Set(i, i, 1-1./n)
			}
			var out mat.Dense
			out.Product(h, values, h)
			return &out
		}
		kx, ky := centred(x), centred(y)
		var xy, xx, yy float64
		for i := range n {
			for j := range n {
				if i != j {
					xy += kx.At(i, j) * ky.At(i, j)
					xx += kx.At(i, j) * kx.At(i, j)
					yy += ky.At(i, j) * ky.At(i, j)
				}
			}
		}
		checkScore(t, p, name, xy/math.Sqrt(xx*yy), 1e-12)
	}
}

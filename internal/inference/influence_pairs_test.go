package inference

import (
	"math"
	"testing"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// Scores of weighted pairs, from their definitions and independent of package measures:
// pair (i,j) has the weight w_i·w_j.

// entries is a number for each pair of samples.
type entries [][]float64

func entriesOf(d *data.Dataset, of func(a, b []float64) float64) entries {
	p := d.Width()
	out := make(entries, d.Samples())
	for i := range out {
		out[i] = make([]float64, d.Samples())
		for j := range out[i] {
			out[i][j] = of(d.Values[i*p:(i+1)*p], d.Values[j*p:(j+1)*p])
		}
	}
	return out
}

func squared(a, b []float64) float64 {
	sum := 0.0
	for k := range a {
		sum += (a[k] - b[k]) * (a[k] - b[k])
	}
	return sum
}

func euclidean(a, b []float64) float64 { return math.Sqrt(squared(a, b)) }

func rbf(a, b []float64) float64 { return math.Exp(-squared(a, b) / (2 * 2 * 2)) }

func dot(a, b []float64) float64 {
	sum := 0.0
	for k := range a {
		sum += a[k] * b[k]
	}
	return sum
}

func cosineDistance(a, b []float64) float64 {
	return 1 - dot(a, b)/math.Sqrt(dot(a, a)*dot(b, b))
}

// weightedProduct normalises a weighted inner product.
func weightedProduct(x, y entries, of func(a, b entries) float64) float64 {
	return of(x, y) / math.Sqrt(of(x, x)*of(y, y))
}

func plainProduct(w []float64) func(x, y entries) float64 {
	return func(x, y entries) float64 {
		sum := 0.0
		for i := range x {
			for j := range x {
				if i != j {
					sum += w[i] * w[j] * x[i][j] * y[i][j]
				}
			}
		}
		return sum
	}
}

func pearsonProduct(w []float64) func(x, y entries) float64 {
	return func(x, y entries) float64 {
		var one, sx, sy, sum float64
		for i := range x {
			for j := range x {
				if i != j {
					v := w[i] * w[j]
					one, sx, sy, sum = one+v, sx+v*x[i][j], sy+v*y[i][j], sum+v*x[i][j]*y[i][j]
				}
			}
		}
		return sum - sx*sy/one
	}
}

// centredProduct is Σ w_iw_j·k_ij·l_ij of matrices that lack their weighted row means.
func centredProduct(w []float64) func(x, y entries) float64 {
	n := 0.0
	for _, v := range w {
		n += v
	}
	centre := func(m entries) entries {
		means, grand := make([]float64, len(m)), 0.0
		for i := range m {
			for j := range m {
				means[i] += w[j] * m[i][j] / n
			}
			grand += w[i] * means[i] / n
		}
		out := make(entries, len(m))
		for i := range m {
			for j := range m {
				out[i] = append(out[i], m[i][j]-means[i]-means[j]+grand)
			}
		}
		return out
	}
	return func(x, y entries) float64 {
		kx, ky := centre(x), centre(y)
		sum := 0.0
		for i := range kx {
			for j := range kx {
				sum += w[i] * w[j] * kx[i][j] * ky[i][j]
			}
		}
		return sum
	}
}

// uCentredProduct is the product of pairs of U-centred entries.
func uCentredProduct(w []float64) func(x, y entries) float64 {
	centre := func(m entries) entries {
		n, sums, grand := float64(len(m)), make([]float64, len(m)), 0.0
		for i := range m {
			for j := range m {
				if i != j {
					sums[i] += m[i][j]
					grand += m[i][j]
				}
			}
		}
		out := make(entries, len(m))
		for i := range m {
			for j := range m {
				out[i] = append(out[i], m[i][j]-(sums[i]+sums[j])/(n-2)+grand/((n-1)*(n-2)))
			}
		}
		return out
	}
	return func(x, y entries) float64 { return plainProduct(w)(centre(x), centre(y)) }
}

// rankedProduct correlates weighted mid-distributions of the pairs i < j.
func rankedProduct(w []float64) func(x, y entries) float64 {
	return func(x, y entries) float64 {
		var weights, xs, ys []float64
		for i := range x {
			for j := i + 1; j < len(x); j++ {
				weights, xs, ys = append(weights, w[i]*w[j]), append(xs, x[i][j]), append(ys, y[i][j])
			}
		}
		all := 0.0
		for _, v := range weights {
			all += v
		}
		ranks := func(values []float64) []float64 {
			out := make([]float64, len(values))
			for a := range values {
				for b := range values {
					switch {
					case values[b] == values[a]:
						out[a] += weights[b] / 2
					case values[b] < values[a]:
						out[a] += weights[b]
					}
				}
				out[a] = out[a]/all - 0.5
			}
			return out
		}
		u, v, sum := ranks(xs), ranks(ys), 0.0
		for a := range u {
			sum += weights[a] * u[a] * v[a] / all
		}
		return sum
	}
}

// kendallProduct counts concordant pairs of pairs.
func kendallProduct(w []float64) func(x, y entries) float64 {
	sign := func(v float64) float64 {
		switch {
		case v > 0:
			return 1
		case v < 0:
			return -1
		}
		return 0
	}
	return func(x, y entries) float64 {
		var weights, xs, ys []float64
		for i := range x {
			for j := i + 1; j < len(x); j++ {
				weights, xs, ys = append(weights, w[i]*w[j]), append(xs, x[i][j]), append(ys, y[i][j])
			}
		}
		sum := 0.0
		for a := range xs {
			for b := range xs {
				sum += weights[a] * weights[b] * sign(xs[a]-xs[b]) * sign(ys[a]-ys[b])
			}
		}
		return sum
	}
}

// nearest is 1 where a sample is one of the three nearest of another by inner products.
func nearest(d *data.Dataset) entries {
	k := entriesOf(d, dot)
	out := make(entries, len(k))
	for i := range k {
		out[i] = make([]float64, len(k))
		for range 3 {
			best := -1
			for j := range k {
				if j != i && out[i][j] == 0 && (best < 0 || k[i][j] > k[i][best]) {
					best = j
				}
			}
			out[i][best] = 1
		}
	}
	return out
}

// TestSlopesOfWeightedPairs holds the slopes of scores of pairs to differences of scores
// of weighted pairs. Data on a grid have ties.
func TestSlopesOfWeightedPairs(t *testing.T) {
	const n = 9
	x, y := samplesOf(1, n, 4, 0.5), samplesOf(2, n, 3, 0.5)
	grid := func(d *data.Dataset) *data.Dataset {
		values := append([]float64{}, d.Values...)
		for i := range values {
			values[i] = math.Round(values[i])
		}
		return dataset(values, d.Shape...)
	}
	by := func(of func(a, b []float64) float64) func(d *data.Dataset) entries {
		return func(d *data.Dataset) entries { return entriesOf(d, of) }
	}
	same := func(s float64) float64 { return s }
	for _, c := range []struct {
		measure string
		entries func(d *data.Dataset) entries
		product func(w []float64) func(x, y entries) float64
		form    func(s float64) float64
		grid    bool
	}{
		{"rsa", by(squared), plainProduct, same, false},
		{"rsa:rdm=euclidean", by(euclidean), plainProduct, same, false},
		{"rsa:rdm=cosine:compare=pearson", by(cosineDistance), pearsonProduct, same, false},
		{"rsa:compare=pearson", by(squared), pearsonProduct, same, true},
		{"rsa:rdm=euclidean:compare=cosine-cov", by(euclidean), centredProduct, same, false},
		{"distance-correlation", by(euclidean), centredProduct, math.Sqrt, false},
		{"distance-correlation:squared=true", by(euclidean), centredProduct, same, true},
		{"distance-correlation:squared=true:estimator=debiased", by(euclidean), uCentredProduct, same, false},
		{"cka:kernel=rbf:sigma=2", by(rbf), centredProduct, same, false},
		{"cka:kernel=rbf:sigma=2:as=angular", by(rbf), centredProduct, math.Acos, false},
		{"cka:kernel=rbf:sigma=2:estimator=debiased", by(rbf), uCentredProduct, same, false},
		{"cka:estimator=debiased", by(dot), uCentredProduct, same, false},
		{"cka:estimator=debiased:as=squared", by(dot), uCentredProduct, func(s float64) float64 { return s * s }, true},
		{"rsa:compare=spearman", by(squared), rankedProduct, same, false},
		{"rsa:compare=spearman", by(squared), rankedProduct, same, true},
		{"rsa:rdm=euclidean:compare=kendall", by(squared), kendallProduct, same, false},
		{"rsa:compare=kendall", by(squared), kendallProduct, same, true},
		{"mutual-knn:k=3", nearest, plainProduct, same, false},
	} {
		xs, ys := x, y
		if c.grid {
			xs, ys = grid(x), grid(y)
		}
		ex, ey := c.entries(xs), c.entries(ys)
		score := func(w []float64) float64 { return c.form(weightedProduct(ex, ey, c.product(w))) }
		f := influencesOf(t, subject(t, c.measure, xs, ys))
		if f.Method != ByPairs {
			t.Errorf("%s: slopes by %s", c.measure, f.Method)
		}
		if v := score(ones(n)); math.Abs(v-f.Value) > 1e-12 {
			t.Errorf("%s: value %v, of equal weights %v", c.measure, f.Value, v)
		}
		total := 0.0
		for i, u := range f.Units {
			total += u.Slope
			want := slopeOf(func(v float64) float64 {
				w := ones(n)
				w[i] = v
				return score(w)
			})
			if math.Abs(u.Slope-want) > 1e-9 {
				t.Errorf("%s: slope of sample %d %.12g, of weighted pairs %.12g", c.measure, i, u.Slope, want)
			}
		}
		if math.Abs(total) > 1e-12 {
			t.Errorf("%s: slopes add up to %v", c.measure, total)
		}
	}
}

// TestKendallInfluence holds counts by a tree to counts of all pairs, with ties.
func TestKendallInfluence(t *testing.T) {
	d := samplesOf(3, 60, 2, 1)
	x, y := make([]float64, 60), make([]float64, 60)
	for i := range x {
		x[i], y[i] = math.Round(2*d.Values[2*i]), math.Round(3*d.Values[2*i+1])
	}
	got := make([]float64, 60)
	kendallInfluence(got, linalg.Ranks(x), linalg.Ranks(y))
	score := func(w []float64) float64 {
		var xy, xx, yy float64
		for a := range x {
			for b := range x {
				sx, sy := 0.0, 0.0
				if x[a] != x[b] {
					sx = math.Copysign(1, x[a]-x[b])
				}
				if y[a] != y[b] {
					sy = math.Copysign(1, y[a]-y[b])
				}
				v := w[a] * w[b]
				xy, xx, yy = xy+v*sx*sy, xx+v*sx*sx, yy+v*sy*sy
			}
		}
		return xy / math.Sqrt(xx*yy)
	}
	for a := range x {
		want := 60 * slopeOf(func(v float64) float64 {
			w := ones(60)
			w[a] = v
			return score(w)
		})
		if math.Abs(got[a]-want) > 1e-8 {
			t.Errorf("influence of observation %d %.12g, of weighted ones %.12g", a, got[a], want)
		}
	}
}

// TestTiedRanksByHand: samples on a grid have many pairs that tie, of which the ranks
// without a sample or a group of samples are those of the others.
func TestTiedRanksByHand(t *testing.T) {
	x, y := samplesOf(1, 70, 3, 0.5), samplesOf(2, 70, 2, 0.5)
	for _, d := range []*data.Dataset{x, y} {
		for i := range d.Values {
			d.Values[i] = math.Round(d.Values[i])
		}
	}
	for _, name := range []string{"rsa:compare=spearman", "rsa:compare=kendall", "rsa:rdm=manhattan:compare=kendall"} {
		s := subject(t, name, x, y)
		m, err := s.pairMatrices()
		if err != nil {
			t.Fatal(err)
		}
		whole, err := s.Measure.Score(s.Pair)
		if err != nil {
			t.Fatal(err)
		}
		groups := [][]int{{3}, {0}, {69}, {4, 5, 40}, {1, 2}}
		out := s.ranksWithout(t.Context(), m, whole.Value, groups)
		if out == nil {
			t.Fatalf("%s: no scores from ranks", name)
		}
		for g, group := range groups {
			xs, ys := x, y
			for k := len(group) - 1; k >= 0; k-- {
				xs, ys = without(xs, group[k]), without(ys, group[k])
			}
			want, err := byHand(t, name, xs, ys)
			if err != nil || !agrees(out[g].value, want, 1e-13) {
				t.Errorf("%s without samples %v: %v, by hand %v (%v)", name, group, out[g].value, want, err)
			}
		}
	}
}

package collection

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Triangle says how far a matrix of distances is from one that keeps the triangle
// inequality d_ij ≤ d_ik + d_kj.
type Triangle struct {
	Triples, Broken int     // of three different systems, each in its three forms
	Worst           float64 // largest d_ij − d_ik − d_kj, 0 where none is broken
	I, J, K         int     // where
}

// CheckTriangles checks all triples. A distance may exceed a sum by rounding, 1e-9 of it.
func CheckTriangles(d *mat.Dense) Triangle {
	n, _ := d.Dims()
	t := Triangle{}
	for i := range n {
		for j := i + 1; j < n; j++ {
			direct := d.At(i, j)
			di, dj := d.RawRowView(i), d.RawRowView(j)
			for k := range n {
				if k == i || k == j {
					continue
				}
				t.Triples++
				if sum := di[k] + dj[k]; direct > sum*(1+1e-9) {
					t.Broken++
					if direct-sum > t.Worst {
						t.Worst, t.I, t.J, t.K = direct-sum, i, j, k
					}
				}
			}
		}
	}
	return t
}

// Map is a place for each system such that distances in the plane are like those of the
// matrix.
type Map struct {
	Places *mat.Dense // systems × dimensions, centred
	// Shares are those of the dimensions in the positive eigenvalues of −½H·D²·H, of a
	// classical map.
	Shares []float64
	// Negative is the share of negative eigenvalues in the sum of all magnitudes: 0 for
	// distances of a Euclidean space.
	Negative float64
	// Participation is (Σλ)²/Σλ² of the positive eigenvalues, a number of dimensions.
	Participation float64
	// Stress is √(Σ(d−δ)²/Σd²), Kruskal's stress-1 of unchanged distances.
	Stress float64
}

// Classical returns the classical map (Torgerson 1952; Gower 1966) in so many dimensions:
// the first eigenvectors of −½H·D²·H times the roots of their eigenvalues, with H the
// centring matrix. Each dimension points so that its largest coordinate is positive.
func Classical(d *mat.Dense, dimensions int) (Map, error) {
	n, _ := d.Dims()
	b := mat.NewDense(n, n, nil)
	b.Apply(func(_, _ int, v float64) float64 { return -v * v / 2 }, d)
	centreBoth(b)
	values, vectors, err := linalg.EigSym(b)
	if err != nil {
		return Map{}, err
	}
	m := Map{Places: mat.NewDense(n, dimensions, nil)}
	positive, squares, negative := 0.0, 0.0, 0.0
	// Rounding leaves eigenvalues that are 0.
	least := 1e-12 * math.Max(values[0], -values[n-1])
	for _, v := range values {
		switch {
		case v > least:
			positive += v
			squares += v * v
		case v < -least:
			negative -= v
		}
	}
	if positive+negative > 0 {
		m.Negative = negative / (positive + negative)
	}
	if squares > 0 {
		m.Participation = positive * positive / squares
	}
	for k := range dimensions {
		share := 0.0
		if k < n && values[k] > least {
			share = values[k] / positive
			root := math.Sqrt(values[k])
			largest := 0.0
			for i := range n {
				if v := vectors.At(i, k); math.Abs(v) > math.Abs(largest)*(1+1e-9) {
					largest = v
				}
			}
			for i := range n {
				m.Places.Set(i, k, math.Copysign(root, largest)*vectors.At(i, k))
			}
		}
		m.Shares = append(m.Shares, share)
	}
	m.Stress = stress(d, m.Places)
	return m, nil
}

// Metric returns the map of least stress that SMACOF finds from the classical one: each
// step X ← B(X)X/n with b_ij = −d_ij/δ_ij makes Σ(d−δ)² smaller (de Leeuw 1977). It ends
// when a step gains less than 1e-10 of it, after 2000 steps at most.
func Metric(d *mat.Dense, dimensions int) (Map, error) {
	m, err := Classical(d, dimensions)
	if err != nil {
		return m, err
	}
	n, _ := d.Dims()
	b := mat.NewDense(n, n, nil)
	next := mat.NewDense(n, dimensions, nil)
	const steps, gain = 2000, 1e-10
	for range steps {
		for i := range n {
			row := b.RawRowView(i)
			total := 0.0
			for j := range n {
				row[j] = 0
				if i != j {
					if apart := between(m.Places, i, j); apart > 0 {
						row[j] = -d.At(i, j) / apart
					}
					total -= row[j]
				}
			}
			row[i] = total
		}
		next.Mul(b, m.Places)
		next.Scale(1/float64(n), next)
		after := stress(d, next)
		if !(after < m.Stress) {
			break
		}
		done := m.Stress*m.Stress-after*after <= gain*m.Stress*m.Stress
		m.Places.Copy(next)
		m.Stress = after
		if done {
			break
		}
	}
	return m, nil
}

// centreBoth removes the means of rows and columns.
func centreBoth(b *mat.Dense) {
	n, _ := b.Dims()
	means := make([]float64, n)
	grand := 0.0
	for i := range n {
		for _, v := range b.RawRowView(i) {
			means[i] += v / float64(n)
		}
		grand += means[i] / float64(n)
	}
	for i := range n {
		row := b.RawRowView(i)
		for j := range row {
			row[j] += grand - means[i] - means[j]
		}
	}
}

// between is the distance of two rows.
func between(x *mat.Dense, i, j int) float64 {
	sum := 0.0
	b := x.RawRowView(j)
	for k, v := range x.RawRowView(i) {
		sum += (v - b[k]) * (v - b[k])
	}
	return math.Sqrt(sum)
}

func stress(d, places *mat.Dense) float64 {
	n, _ := d.Dims()
	off, all := 0.0, 0.0
	for i := range n {
		for j := i + 1; j < n; j++ {
			v := d.At(i, j)
			e := v - between(places, i, j)
			off += e * e
			all += v * v
		}
	}
	if all == 0 {
		return 0
	}
	return math.Sqrt(off / all)
}

// IntrinsicDimension estimates the dimension of a collection from the ratios of the
// distances to the second and the first neighbour of each system (Facco and others 2017):
// (n−1)/Σ log(r₂/r₁), without the bias of the maximum likelihood. ok is false for fewer
// than four systems with two neighbours at different distances above 0.
func IntrinsicDimension(d *mat.Dense) (dimension float64, ok bool) {
	n, _ := d.Dims()
	total, used := 0.0, 0
	for i := range n {
		order := Neighbours(d, i)
		if len(order) < 2 {
			continue
		}
		first, second := d.At(i, order[0]), d.At(i, order[1])
		if first > 0 {
			total += math.Log(second / first)
			used++
		}
	}
	if used < 4 || !(total > 0) {
		return math.NaN(), false
	}
	return float64(used-1) / total, true
}

// Neighbours returns the other systems by their distance from one, those that are equally
// far in their order.
func Neighbours(d *mat.Dense, i int) []int {
	row := d.RawRowView(i)
	var order []int
	for j := range row {
		if j != i {
			order = append(order, j)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case row[a] < row[b]:
			return -1
		case row[a] > row[b]:
			return 1
		}
		return 0
	})
	return order
}

// Medoid returns the system whose distances from some systems have the least mean, and all
// these means, each over the others.
func Medoid(d *mat.Dense, of []int) (medoid int, means []float64) {
	medoid = of[0]
	least := math.Inf(1)
	for _, i := range of {
		total := 0.0
		for _, j := range of {
			total += d.At(i, j)
		}
		mean := total / math.Max(1, float64(len(of)-1))
		means = append(means, mean)
		if mean < least {
			medoid, least = i, mean
		}
	}
	return medoid, means
}

// Outlying returns how far each value lies above the median, in robust standard
// deviations, 1.4826 times the median of |v − median|; 0 where that is 0.
func Outlying(values []float64) []float64 {
	centre := median(values)
	deviations := make([]float64, len(values))
	for i, v := range values {
		deviations[i] = math.Abs(v - centre)
	}
	unit := 1.4826 * median(deviations)
	out := make([]float64, len(values))
	for i, v := range values {
		if unit > 0 {
			out[i] = (v - centre) / unit
		}
	}
	return out
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

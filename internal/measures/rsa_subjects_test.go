package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"simtool/internal/data"
)

// distancesOf returns the squared distances of rows i < j.
func distancesOf(x *mat.Dense) []float64 {
	n, p := x.Dims()
	var out []float64
	for i := range n {
		for j := i + 1; j < n; j++ {
			d := 0.0
			for k := range p {
				d += (x.At(i, k) - x.At(j, k)) * (x.At(i, k) - x.At(j, k))
			}
			out = append(out, d)
		}
	}
	return out
}

// ranked returns the ranks of values, the mean rank for those that tie.
func ranked(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		for _, other := range values {
			switch {
			case other < v:
				out[i]++
			case other == v:
				out[i] += 0.5
			}
		}
	}
	return out
}

// standard returns values of mean 0 and variance 1.
func standard(values []float64) []float64 {
	mean, sd := stat.MeanStdDev(values, nil)
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = (v - mean) / sd
	}
	return out
}

// TestSubjectBounds compares the bounds with the definition, and no dissimilarities have a
// higher mean correlation with all subjects than the upper one.
func TestSubjectBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	const n, count = 9, 4
	var systems []*System
	var rdms [][]float64
	for s := range count {
		x := mat.NewDense(n, 3+s, nil)
		for i := range n {
			for k := range 3 + s {
				x.Set(i, k, math.Sin(float64(7*i+k))+rng.NormFloat64())
			}
		}
		system, err := NewSystem(&data.Dataset{Shape: []int{n, 3 + s}, Values: x.RawMatrix().Data})
		if err != nil {
			t.Fatal(err)
		}
		systems, rdms = append(systems, system), append(rdms, distancesOf(x))
	}
	for name, scale := range map[string]func([]float64) []float64{"pearson": standard, "spearman": ranked} {
		m, err := Parse("rsa:compare=" + name)
		if err != nil {
			t.Fatal(err)
		}
		// A correlation of scaled dissimilarities with a mean of them, which is ranked
		// where only ranks count.
		correlation := func(s int, mean []float64) float64 {
			if name == "spearman" {
				mean = ranked(mean)
			}
			return stat.Correlation(scale(rdms[s]), mean, nil)
		}
		meanUpper := 0.0
		for s := range count {
			others := append(append([]*System{}, systems[:s]...), systems[s+1:]...)
			lower, upper, err := m.(Pooled).SubjectBounds(systems[s], others)
			if err != nil {
				t.Fatal(err)
			}
			rest := make([]float64, len(rdms[0]))
			for k := range count {
				for i, v := range scale(rdms[k]) {
					if k != s {
						rest[i] += v
					}
				}
			}
			all := append([]float64{}, rest...)
			for i, v := range scale(rdms[s]) {
				all[i] += v
			}
			if a, b := correlation(s, rest), correlation(s, all); math.Abs(a-lower) > 1e-12 || math.Abs(b-upper) > 1e-12 {
				t.Errorf("%s of subject %d: bounds %.6g and %.6g, want %.6g and %.6g", name, s, lower, upper, a, b)
			}
			if lower >= upper {
				t.Errorf("%s of subject %d: %g is not below %g", name, s, lower, upper)
			}
			meanUpper += upper / count
		}
		if name != "pearson" {
			continue
		}
		for range 200 {
			guess := make([]float64, len(rdms[0]))
			for i := range guess {
				for s := range count {
					guess[i] += standard(rdms[s])[i] * (1 + 0.3*rng.NormFloat64())
				}
			}
			mean := 0.0
			for s := range count {
				mean += stat.Correlation(rdms[s], guess, nil) / count
			}
			if mean > meanUpper {
				t.Fatalf("dissimilarities have the mean correlation %g with all subjects, above the bound %g", mean, meanUpper)
			}
		}
	}
}

package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// Ceiling is the range of scores that noise leaves room for.
type Ceiling struct {
	Lower   float64 // ρ of the distances of a repeat with those of the mean of the others, averaged over repeats
	Upper   float64 // estimated ρ of the distances of the mean of all repeats with noiseless ones
	Repeats int
}

// NoiseCeiling estimates from two or more repeats, each stimuli × units, how well
// the distances of the mean of all repeats could be predicted at most. With the
// mean rank correlation r between the distances of two repeats, their mean over R
// has the reliability R·r/(1+(R−1)·r) (Spearman and Brown), whose root is Upper;
// both are 0 where r is negative. Noise adds to squared distances alike and so
// lowers their correlation, never their order: crossnobis distances have another
// ceiling.
func NoiseCeiling(repeats []*mat.Dense, o NeuralOptions) (Ceiling, error) {
	r := len(repeats)
	if r < 2 {
		return Ceiling{}, &data.InputError{Path: o.Name, Found: fmt.Sprintf("%d repeats", r), Wanted: "want at least two for a noise ceiling"}
	}
	n, q := repeats[0].Dims()
	total := mat.NewDense(n, q, nil)
	single := make([][]float64, r)
	for k, y := range repeats {
		if rows, cols := y.Dims(); rows != n || cols != q {
			return Ceiling{}, &data.InputError{Path: o.Name, Found: fmt.Sprintf("repeat %d is %d × %d", k+1, rows, cols), Wanted: fmt.Sprintf("want %d × %d as the first", n, q)}
		}
		d, err := NewNeural(y, o)
		if err != nil {
			return Ceiling{}, err
		}
		single[k] = d.condensed()
		total.Add(total, y)
	}
	c := Ceiling{Repeats: r}
	var between float64
	for k, y := range repeats {
		var others mat.Dense
		others.Sub(total, y)
		others.Scale(1/float64(r-1), &others)
		d, err := NewNeural(&others, o)
		if err != nil {
			return Ceiling{}, err
		}
		rho, _ := stats.Spearman(single[k], d.condensed())
		c.Lower += rho / float64(r)
		for j := range k {
			rho, _ := stats.Spearman(single[k], single[j])
			between += rho / float64(r*(r-1)/2)
		}
	}
	if between > 0 {
		c.Upper = spearmanBrown(between, r)
	}
	return c, nil
}

// spearmanBrown returns the root of the reliability of the mean of r repeats
// that correlate by rho.
func spearmanBrown(rho float64, r int) float64 {
	return math.Sqrt(float64(r) * rho / (1 + float64(r-1)*rho))
}

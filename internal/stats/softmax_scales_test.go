package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// counts returns n samples of p counts, whose means range over four orders of magnitude
// and depend on the class, and share a gain of the sample, as those of neurons do.
func counts(rng *rand.Rand, n, p, classes int) (*mat.Dense, []int) {
	x, labels := mat.NewDense(n, p, nil), make([]int, n)
	tuning := mat.NewDense(classes, p, nil)
	tuning.Apply(func(_, j int, _ float64) float64 {
		return math.Pow(10, 4*float64(j)/float64(p)) * math.Exp(0.3*rng.NormFloat64())
	}, tuning)
	for i := range n {
		labels[i] = i % classes
		gain := math.Exp(0.5 * rng.NormFloat64())
		for j := range p {
			mean := gain * tuning.At(labels[i], j)
			x.Set(i, j, math.Max(0, math.Round(mean+math.Sqrt(mean)*rng.NormFloat64())))
		}
	}
	return x, labels
}

// TestSoftmaxOfRawCounts: a fit of many unknowns ends at the optimum of the problem of the
// features as they are, also where their scales differ by factors of thousands: the
// derivative of the loss, summed sample by sample, vanishes.
func TestSoftmaxOfRawCounts(t *testing.T) {
	const n, p, classes = 240, 60, 20 // 1159 unknowns
	x, labels := counts(rand.New(rand.NewPCG(8, 1)), n, p, classes)
	s := &Softmax{C: 1}
	if err := s.Fit(x, all(n), labels, classes, nil); err != nil {
		t.Fatal(err)
	}
	w, b := weightsOf(s)
	slope := func(w *mat.Dense, b []float64) float64 {
		g, shift := mat.NewDense(classes, p, nil), make([]float64, classes)
		if w != nil {
			g.Copy(w)
		}
		for i := range n {
			odds, total := make([]float64, classes), 0.0
			for c := range odds {
				if w != nil {
					odds[c] = b[c] + dotOf(w.RawRowView(c), x.RawRowView(i))
				}
			}
			largest := odds[0]
			for _, v := range odds {
				largest = max(largest, v)
			}
			for c, v := range odds {
				odds[c] = math.Exp(v - largest)
				total += odds[c]
			}
			for c := range odds {
				e := odds[c] / total
				if c == labels[i] {
					e--
				}
				shift[c] += e
				for j, v := range x.RawRowView(i) {
					g.Set(c, j, g.At(c, j)+e*v)
				}
			}
		}
		// About the means, as the fit measures it: the derivative in the weights where
		// the intercept of centred features stays.
		for j := range p {
			mean := 0.0
			for i := range n {
				mean += x.At(i, j) / n
			}
			for c := range classes {
				g.Set(c, j, g.At(c, j)-mean*shift[c])
			}
		}
		return mat.Norm(g, 2) + norm(shift)
	}
	if got, start := slope(w, b), slope(nil, nil); !(got <= 3e-6*start) {
		t.Errorf("the derivative is %.3g, %.3g of that at 0", got, got/start)
	}
}

// TestSoftmaxDoesNotDependOnUnits: features divided by a power of two, with a penalty that
// goes with it, take the same steps to the same decoder.
func TestSoftmaxDoesNotDependOnUnits(t *testing.T) {
	const n, p, classes, unit = 120, 60, 20, 64
	x, labels := counts(rand.New(rand.NewPCG(8, 2)), n, p, classes)
	var small mat.Dense
	small.Scale(1./unit, x)
	raw, scaled := &Softmax{C: 1}, &Softmax{C: unit * unit}
	for _, fit := range []struct {
		s *Softmax
		x *mat.Dense
	}{{raw, x}, {scaled, &small}} {
		if err := fit.s.Fit(fit.x, all(n), labels, classes, nil); err != nil {
			t.Fatal(err)
		}
	}
	w, _ := weightsOf(raw)
	v, _ := weightsOf(scaled)
	v.Scale(1./unit, v)
	var gap mat.Dense
	gap.Sub(w, v)
	if d := mat.Norm(&gap, 2); d > 1e-4*mat.Norm(w, 2) {
		t.Errorf("the weights differ by %.3g of %.3g", d, mat.Norm(w, 2))
	}
	for i := range n {
		if a, b := raw.Predict(x.RawRowView(i)), scaled.Predict(small.RawRowView(i)); a != b {
			t.Errorf("sample %d is of class %d, or %d in other units", i, a, b)
		}
	}
}

func dotOf(a, b []float64) float64 {
	total := 0.0
	for i, v := range a {
		total += v * b[i]
	}
	return total
}

func norm(a []float64) float64 { return math.Sqrt(dotOf(a, a)) }

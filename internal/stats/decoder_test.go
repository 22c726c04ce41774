package stats

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestROCAUC(t *testing.T) {
	// sklearn.metrics.roc_auc_score
	labels := []bool{false, false, true, true, false, true, true, false}
	got, ok := ROCAUC(sampleX, labels)
	if !ok {
		t.Fatal("not defined")
	}
	near(t, "auc", got, 0.8125, 1e-15)
	if _, ok := ROCAUC(sampleX, make([]bool, 8)); ok {
		t.Error("one class has an area")
	}
}

// Expected: 50 steps of Newton's method in NumPy; scikit-learn's
// LogisticRegression(C=c, solver="newton-cg") stops within 2e-8 of it.
func TestFitLogistic(t *testing.T) {
	tall := mat.NewDense(8, 2, []float64{.5, 1, -1.2, .3, 3.1, -1, 2.2, .7, .5, -.4, -.7, 2, 1.9, 1.1, 0, -.6})
	wide := mat.NewDense(4, 5, []float64{1, 2, 0, 1, 3, 0, 1, 1, 0, 2, 2, 0, 1, 1, 1, 1, 1, 3, 0, 0})
	for _, c := range []struct {
		x         *mat.Dense
		labels    []bool
		c         float64
		weights   []float64
		intercept float64
	}{
		{tall, []bool{false, false, true, true, false, true, true, false}, 2, []float64{1.1705262698356063, 1.0940853944200704}, -1.3915920271084479},
		{wide, []bool{true, false, true, false}, 1, []float64{0.6294259348195226, -0.06132708188217148, -0.5487028410136834, 0.5076831913461837, 0.2641977043995058}, -0.5598068127420412},
	} {
		l, err := FitLogistic(c.x, c.labels, c.c)
		if err != nil {
			t.Fatal(err)
		}
		for j, w := range c.weights {
			near(t, "weight", l.Weights[j], w, 1e-11)
		}
		near(t, "intercept", l.Intercept, c.intercept, 1e-11)
	}
}

func TestFitLogisticSeparable(t *testing.T) {
	// With a penalty the optimum is finite even where a line separates the
	// classes. There the gradient vanishes: Σ e_i·x_i + w/c = 0, Σ e_i = 0.
	x := mat.NewDense(4, 1, []float64{-2, -1, 1, 2})
	labels := []bool{false, false, true, true}
	const c = 1e4
	l, err := FitLogistic(x, labels, c)
	if err != nil {
		t.Fatal(err)
	}
	g := l.Weights[0] / c
	for i := range 4 {
		e := 1 / (1 + math.Exp(-l.Score(x.RawRowView(i))))
		if labels[i] {
			e--
		}
		g += e * x.At(i, 0)
	}
	near(t, "gradient", g, 0, 1e-9)
}

func TestFitLogisticOneClass(t *testing.T) {
	if _, err := FitLogistic(mat.NewDense(2, 1, nil), []bool{true, true}, 1); !errors.Is(err, ErrOneClass) {
		t.Errorf("error %v, want %v", err, ErrOneClass)
	}
}

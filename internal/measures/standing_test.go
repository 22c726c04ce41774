package measures

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// stress is a pair of systems that strains arithmetic. The relative error of a score may
// be as large as the spacing of float64 times the loss: the condition of the problem with
// some room. Gradients may lose as much again, for they are steeper.
type stress struct {
	name string
	x, y *mat.Dense
	loss float64
	// deficient systems have a rank that grows along nearly every direction, so that
	// derivatives of measures that depend on it are those along the others.
	deficient bool
}

// stresses returns the grid on which every family is compared with 320 bits.
func stresses() []stress {
	rng := rand.New(rand.NewPCG(13, 11))
	const n, p, q = 14, 4, 3
	pair := func() (x, y *mat.Dense) {
		x, y = gaussian(rng, n, p), gaussian(rng, n, q)
		y.Add(y, x.Slice(0, n, 0, q))
		return x, y
	}
	changed := func(name string, loss float64, change func(x, y *mat.Dense)) stress {
		x, y := pair()
		change(x, y)
		return stress{name: name, x: x, y: y, loss: loss}
	}
	offset := func(by float64) func(x, y *mat.Dense) {
		return func(x, y *mat.Dense) {
			for _, m := range []*mat.Dense{x, y} {
				m.Apply(func(_, j int, v float64) float64 { return v + by*(1+float64(j)/7) }, m)
			}
		}
	}
	conditioned := func(by float64) func(x, y *mat.Dense) {
		return func(x, y *mat.Dense) {
			scaleColumns(y, []float64{1, 1 / math.Sqrt(by), 1 / by})
			var turned mat.Dense
			turned.Mul(y, rotation3())
			y.Copy(&turned)
		}
	}
	copied := func(jitter float64) func(x, y *mat.Dense) {
		return func(_, y *mat.Dense) {
			for i := range n {
				y.Set(i, 2, y.At(i, 0)*(1+jitter*rng.NormFloat64()))
			}
		}
	}
	levels := func(x, y *mat.Dense) {
		x.Apply(func(i, j int, _ float64) float64 { return float64((i*(j+2) + i*i/3) % (4 + j)) }, x)
		y.Apply(func(i, j int, _ float64) float64 { return float64((i*(j+3) + i/2) % 5) }, y)
	}
	all := []stress{
		changed("plain", 1e3, func(_, _ *mat.Dense) {}),
		changed("integers", 1e3, levels),
		changed("one-hot", 1e3, func(x, y *mat.Dense) {
			x.Apply(func(i, j int, _ float64) float64 { return hot(i%4 == j) }, x)
			y.Apply(func(i, j int, _ float64) float64 { return hot(i/2%3 == j) }, y)
		}),
		changed("offset 1e4", 1e4, offset(1e4)),
		changed("offset 1e8", 1e6, offset(1e8)),
		changed("units of 1e8 and 1e-8", 1e5, func(x, y *mat.Dense) {
			scaleColumns(x, []float64{1e8, 1, 1, 1e-4})
			scaleColumns(y, []float64{1, 1e-8, 1})
		}),
		changed("condition 1e6", 1e9, conditioned(1e6)),
		changed("condition 1e9", 1e12, conditioned(1e9)),
		changed("a copy with jitter 1e-6", 1e9, copied(1e-6)),
		changed("a copy with jitter 1e-8", 1e11, copied(1e-8)),
		changed("one sample of 1e6", 1e6, func(x, y *mat.Dense) {
			scale(x.RawRowView(3), 1e6)
			scale(y.RawRowView(3), 1e6)
		}),
	}
	all[2].deficient = true
	x, _ := pair()
	near := mat.DenseCopyOf(x)
	near.Apply(func(_, _ int, v float64) float64 { return v * (1 + 1e-10*rng.NormFloat64()) }, near)
	all = append(all, stress{name: "Y ≈ X to 1e-10", x: x, y: near, loss: 1e10})
	near = mat.DenseCopyOf(x)
	near.Apply(func(_, _ int, v float64) float64 { return v * (1 + 1e-12*rng.NormFloat64()) }, near)
	all = append(all, stress{name: "Y ≈ X to 1e-12", x: x, y: near, loss: 1e12})
	all = append(all, stress{name: "p ≫ n", x: gaussian(rng, 6, 40), y: gaussian(rng, 6, 2), loss: 1e4})
	for few := 2; few <= 6; few++ {
		all = append(all, stress{name: fmt.Sprintf("n = %d", few), x: gaussian(rng, few, 2), y: gaussian(rng, few, 1), loss: 1e4})
	}
	return all
}

func hot(set bool) float64 {
	if set {
		return 1
	}
	return 0
}

// rotation3 is an orthogonal matrix with no zeros.
func rotation3() *mat.Dense {
	return mat.NewDense(3, 3, []float64{2.0 / 3, -1.0 / 3, 2.0 / 3, 2.0 / 3, 2.0 / 3, -1.0 / 3, -1.0 / 3, 2.0 / 3, 2.0 / 3})
}

// standing are the variants that have a reference of 320 bits, by the definition.
var standing = map[string]func(x, y bigMatrix) *big.Float{
	"cka":                    func(x, y bigMatrix) *big.Float { return bigCosine(x.kernel(), y.kernel()) },
	"cka:as=angular":         func(x, y bigMatrix) *big.Float { return bigAngle(x.kernel(), y.kernel()) },
	"cka:estimator=debiased": func(x, y bigMatrix) *big.Float { return bigCosine(x.uCentred(), y.uCentred()) },
	"cka:estimator=debiased:as=angular": func(x, y bigMatrix) *big.Float {
		return bigAngle(x.uCentred(), y.uCentred())
	},
	"cca:stat=mean-squared": func(x, y bigMatrix) *big.Float {
		a, b := x.centred().basis(), y.centred().basis()
		c := a.transposed().times(b)
		return bigNew().Quo(c.dot(c), bigOf(float64(min(len(a[0]), len(b[0])))))
	},
	"eigenspace-overlap:center=true": func(x, y bigMatrix) *big.Float {
		c := x.centred().basis().transposed().times(y.centred().basis())
		return bigNew().Quo(c.dot(c), bigOf(float64(max(len(x[0]), len(y[0])))))
	},
	"gulp": func(x, y bigMatrix) *big.Float {
		gap := x.centred().basis().outer().minus(y.centred().basis().outer())
		return gap.dot(gap)
	},
	"linreg":         func(x, y bigMatrix) *big.Float { return bigLinreg(x, y) },
	"linreg:cv=2":    bigHeldOut(bigLeastSquares),
	"ridge:lambda=1": func(x, y bigMatrix) *big.Float { return bigRidge(x.centred(), y.centred()) },
	"ensd": func(x, y bigMatrix) *big.Float {
		kx, ky := x.kernel(), y.kernel()
		v := kx.dot(ky)
		v.Mul(v, kx.trace())
		v.Mul(v, ky.trace())
		return v.Quo(v, bigNew().Mul(kx.dot(kx), ky.dot(ky)))
	},
	"rsa:rdm=sqeuclidean:compare=cosine": func(x, y bigMatrix) *big.Float { return bigCosine(x.distances(false), y.distances(false)) },
	"rsa:rdm=euclidean:compare=cosine":   func(x, y bigMatrix) *big.Float { return bigCosine(x.distances(true), y.distances(true)) },
	"distance-correlation:squared=true": func(x, y bigMatrix) *big.Float {
		return bigCosine(x.distances(true).doublyCentred(), y.distances(true).doublyCentred())
	},
}

// TestStandingReference compares every variant of the list, and its gradient along a
// direction, with 320 bits on the grid of stresses. With -v it prints the digits kept,
// which are the table of docs/validation.md.
func TestStandingReference(t *testing.T) {
	names := make([]string, 0, len(standing))
	for name, f := range standing {
		if f != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	rng := rand.New(rand.NewPCG(13, 12))
	for _, name := range names {
		m := measureOf(t, name)
		row := []string{name}
		for _, c := range stresses() {
			bx, by := bigFrom(c.x), bigFrom(c.y)
			s, err := m.Score(pairOf(t, datasetOf(c.x), datasetOf(c.y)))
			if err != nil {
				row = append(row, "refused")
				continue
			}
			want, _ := standing[name](bx, by).Float64()
			if math.IsInf(want, 0) {
				row = append(row, "-")
				continue
			}
			cell := digits(s.Value, want)
			if !(math.Abs(s.Value-want) <= 0x1p-52*c.loss*max(math.Abs(want), threshold(name))+1e-15) {
				if len(s.Warnings) == 0 {
					t.Errorf("%s, %s: %.17g, want %.17g", name, c.name, s.Value, want)
				}
				cell += "!"
			}
			if slope, ok := standingSlope(t, name, m, c, rng); ok {
				cell += "/" + slope
			}
			row = append(row, cell)
		}
		t.Log(strings.Join(row, " | "))
	}
}

// threshold is the size of a score down to which its error is relative: angles and
// distances keep their digits when they are small, scores of similarity need not.
func threshold(name string) float64 {
	if strings.Contains(name, "angular") {
		return 0
	}
	return 1
}

// digits counts those that agree.
func digits(got, want float64) string {
	gap := max(1e-16, math.Abs(got-want)/math.Abs(want))
	return fmt.Sprint(max(0, int(-math.Log10(gap))))
}

// standingSlope holds the derivative along a random direction to a difference of 320
// bits, and returns the digits that agree in relation to the gradient's norm.
func standingSlope(t *testing.T, name string, m Measure, c stress, rng *rand.Rand) (string, bool) {
	d, ok := AsDifferentiable(m)
	if !ok || c.deficient {
		return "", false
	}
	n, q := c.y.Dims()
	o, err := d.Bind(systemOf(t, datasetOf(c.x)), q)
	if err != nil {
		return "", false
	}
	g := mat.NewDense(n, q, nil)
	if _, err := o.Gradient(g, c.y); err != nil {
		return "", false
	}
	v := gaussian(rng, n, q)
	at := func(step *big.Float) *big.Float {
		moved := bigFrom(c.y)
		for i := range moved {
			for j := range moved[i] {
				moved[i][j].Add(moved[i][j], bigNew().Mul(step, bigOf(v.At(i, j))))
			}
		}
		return standing[name](bigFrom(c.x), moved)
	}
	h := bigNew().SetMantExp(bigOf(1), -90)
	difference := bigNew().Sub(at(h), at(bigNew().Neg(h)))
	want, _ := difference.Quo(difference, bigNew().Mul(bigOf(2), h)).Float64()
	got := 0.0
	for i := range n {
		got += dot(g.RawRowView(i), v.RawRowView(i))
	}
	size := max(mat.Norm(g, 2), math.Abs(want), 1e-3/mat.Norm(c.y, 2))
	if !(math.Abs(got-want) <= 0x1p-52*c.loss*1e3*size) {
		t.Errorf("%s, %s: slope %.17g, want %.17g, norm of the gradient %.3g", name, c.name, got, want, mat.Norm(g, 2))
	}
	if math.Abs(want) < 1e-30 {
		return "", false // it is 0
	}
	return digits(got, want), true
}

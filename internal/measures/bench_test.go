package measures

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// benchSizes are samples × features of both systems.
var benchSizes = [][2]int{{360, 20}, {600, 100}, {1000, 300}, {3000, 500}, {10000, 200}}

// BenchmarkScore times one score of data that nothing is known of yet:
// BenchmarkScore/cka/3000x500.
func BenchmarkScore(b *testing.B) {
	for _, name := range append([]string{"procrustes", "linreg:as=pearson", "ridge:lambda=100:cv=5", "cca:stat=mean-squared", "ensd"}, Default...) {
		for _, size := range benchSizes {
			b.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(b *testing.B) {
				m, err := Parse(name)
				if err != nil {
					b.Fatal(err)
				}
				x, y := benchPair(size[0], size[1])
				b.ReportAllocs()
				for b.Loop() {
					if _, err := m.Score(pairOf(b, x, y)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkGradient times one score and gradient of a bound measure.
func BenchmarkGradient(b *testing.B) {
	for _, name := range []string{"cka", "nbs", "procrustes:as=angular-score", "linreg", "linreg:cv=5", "ridge:lambda=100:cv=5", "cca", "rsa", "cka:kernel=rbf"} {
		for _, size := range [][2]int{{360, 20}, {600, 100}, {1500, 200}, {3000, 500}} {
			b.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(b *testing.B) {
				m, err := Parse(name)
				if err != nil {
					b.Fatal(err)
				}
				d, ok := AsDifferentiable(m)
				if !ok {
					b.Skip("no gradient")
				}
				x, y := benchPair(size[0], size[1])
				o, err := d.Bind(systemOf(b, x), size[1])
				if err != nil {
					b.Fatal(err)
				}
				g := mat.NewDense(size[0], size[1], nil)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := o.Gradient(g, y.Matrix()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkStream times the moments of systems that are read once.
func BenchmarkStream(b *testing.B) {
	for _, size := range [][2]int{{500000, 10}, {100000, 100}, {10000, 1000}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			x := gaussian(rand.New(rand.NewPCG(1, 1)), size[0], size[1])
			b.ReportAllocs()
			for b.Loop() {
				s := &Stream{X: &matrixSource{m: x}, Y: &matrixSource{m: x}, Bounds: data.FoldBounds(size[0], 5), Workers: 1}
				if _, err := s.Run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchPair(n, p int) (x, y *data.Dataset) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	a := gaussian(rng, n, p)
	var b mat.Dense
	b.Mul(a, gaussian(rng, p, p))
	b.Add(&b, gaussian(rng, n, p))
	return datasetOf(a), datasetOf(&b)
}

package frontier

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// objective is one of the two scores of a pair, with a name for its errors.
type objective struct {
	name    string
	measure measures.Differentiable
}

func newObjective(m measures.Named) (objective, error) {
	d, ok := measures.AsDifferentiable(m.Measure)
	if !ok {
		return objective{}, &measures.NameError{Name: m.Name, Reason: "it has no gradient, so nothing can be optimised towards it"}
	}
	return objective{m.Name, d}, nil
}

// fixedPair holds two scores of Y, n×q, with X fixed.
type fixedPair struct {
	n, q int
	a, b measures.Objective
}

func bindFixed(x *measures.System, q int, a, b objective) (*fixedPair, error) {
	p := &fixedPair{n: x.Samples(), q: q}
	var err error
	if p.a, err = a.measure.Bind(x, q); err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	if p.b, err = b.measure.Bind(x, q); err != nil {
		return nil, fmt.Errorf("%s: %w", b.name, err)
	}
	return p, nil
}

func (p *fixedPair) size() int { return p.n * p.q }

func (p *fixedPair) first(v, g []float64) (float64, error) {
	return p.a.Gradient(mat.NewDense(p.n, p.q, g), mat.NewDense(p.n, p.q, v))
}

func (p *fixedPair) second(v, g []float64) (float64, error) {
	return p.b.Gradient(mat.NewDense(p.n, p.q, g), mat.NewDense(p.n, p.q, v))
}

func (p *fixedPair) spread(v, g []float64) []float64 { return spread(v, g, p.n, p.q) }

func spread(v, g []float64, n, q int) []float64 {
	var product mat.Dense
	product.Mul(mat.NewDense(n, q, g), mat.NewDense(n, q, v).T())
	return product.RawMatrix().Data
}

// freePair holds two scores of X, n×p, and Y, n×q, both free: v holds X and then Y.
type freePair struct {
	n, p, q int
	a, b    objective
}

func (f *freePair) size() int { return f.n * (f.p + f.q) }

func (f *freePair) first(v, g []float64) (float64, error)  { return f.gradient(f.a, v, g) }
func (f *freePair) second(v, g []float64) (float64, error) { return f.gradient(f.b, v, g) }

// spread implements pair for both sides.
func (f *freePair) spread(v, g []float64) []float64 {
	at := f.n * f.p
	return append(spread(v[:at], g[:at], f.n, f.p), spread(v[at:], g[at:], f.n, f.q)...)
}

// gradient binds the measure to either side to differentiate by the other.
func (f *freePair) gradient(o objective, v, g []float64) (float64, error) {
	at := f.n * f.p
	if _, err := f.side(o.measure.Flip(), v[at:], f.q, v[:at], g[:at], f.p); err != nil {
		return 0, err
	}
	return f.side(o.measure, v[:at], f.p, v[at:], g[at:], f.q)
}

func (f *freePair) side(m measures.Differentiable, reference []float64, p int, y, g []float64, q int) (float64, error) {
	x, err := systemOf(reference, f.n, p)
	if err != nil {
		return 0, err
	}
	bound, err := m.Bind(x, q)
	if err != nil {
		return 0, err
	}
	return bound.Gradient(mat.NewDense(f.n, q, g), mat.NewDense(f.n, q, y))
}

func systemOf(values []float64, n, p int) (*measures.System, error) {
	d, err := data.New(values, n, p)
	if err != nil {
		return nil, err
	}
	return measures.NewSystem(d)
}

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// defaultSet is the operation that scores all measures of measures.Default, as
// one call of simtool score does.
const defaultSet = "default"

// scoring returns the operation of a measure's name: one score of two n×p datasets in
// memory, with no quantity computed in advance.
func scoring(name string) (operation, error) {
	names := []string{name}
	if name == defaultSet {
		names = measures.Default
	}
	var set []measures.Measure
	for _, one := range names {
		m, err := measures.Parse(one)
		if err != nil {
			return operation{}, err
		}
		set = append(set, m)
	}
	return operation{2, func(n []int) func() {
		x, y := related(n[0], n[1])
		return func() {
			if err := score(set, x, y); err != nil {
				panic(fmt.Sprintf("%s of %d×%d: %v", strings.Join(names, ","), n[0], n[1], err))
			}
		}
	}}, nil
}

// score scores a pair with new systems.
func score(set []measures.Measure, x, y *data.Dataset) error {
	sx, err := measures.NewSystem(x)
	if err != nil {
		return err
	}
	sy, err := measures.NewSystem(y)
	if err != nil {
		return err
	}
	pair, err := measures.NewPair(sx, sy)
	if err != nil {
		return err
	}
	for _, m := range set {
		if _, err := m.Score(pair); err != nil {
			return err
		}
	}
	return nil
}

// related returns n samples of p normal features, and as many linear mixtures
// of them with noise, off the origin; scores.py makes data of the same kind.
func related(n, p int) (x, y *data.Dataset) {
	rng := rand.New(rand.NewPCG(2, uint64(n)))
	normal := func(r, c int) *mat.Dense {
		m := mat.NewDense(r, c, nil)
		for i := range m.RawMatrix().Data {
			m.RawMatrix().Data[i] = rng.NormFloat64()
		}
		return m
	}
	a, b := normal(n, p), mat.NewDense(n, p, nil)
	b.Mul(a, normal(p, p))
	b.Add(b, normal(n, p))
	b.Apply(func(_, j int, v float64) float64 { return v + 10*float64(j%3) }, b)
	return dataset(a), dataset(b)
}

// dataset wraps a matrix.
func dataset(m *mat.Dense) *data.Dataset {
	n, p := m.Dims()
	d, err := data.New(m.RawMatrix().Data, n, p)
	if err != nil {
		panic(err)
	}
	return d
}

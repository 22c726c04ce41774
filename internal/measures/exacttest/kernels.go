package exacttest

import (
	"slices"
	"strconv"
	"strings"
)

// median returns the mean of the two middle distances of the rows.
func (a Matrix) medianDistance() Number {
	d := a.sqDistances().roots().triangle()
	slices.SortFunc(d, func(a, b Number) int { return a.Cmp(b) })
	return quo(add(d[(len(d)-1)/2], d[len(d)/2]), Of(2))
}

// width returns σ.
func bandwidth(text string, x Matrix) Number {
	factor, relative := strings.CutSuffix(text, "median")
	v, err := strconv.ParseFloat(factor, 64)
	if err != nil {
		panic(err)
	}
	if !relative {
		return Of(v)
	}
	median := x.medianDistance()
	if median.Sign() == 0 {
		panic(undefined{})
	}
	return mul(Of(v), median)
}

// kernelOf returns the matrix of a kernel before it is centred.
func kernelOf(s settings, x Matrix) Matrix {
	kind := s.text("kernel", "linear")
	if kind == "linear" {
		return x.centred().outer() // centring changes nothing but the size
	}
	sigma := bandwidth(s.text("sigma", "1median"), x)
	d := x.sqDistances()
	if kind == "rbf" {
		return d.mapped(func(_, _ int, v Number) Number { return exponential(quo(v, mul(Of(2), mul(sigma, sigma)))) })
	}
	return d.mapped(func(_, _ int, v Number) Number { return exponential(quo(root(v), mul(sigma, root(Of(2))))) })
}

func centredFor(estimator string, k Matrix) Matrix {
	switch estimator {
	case "debiased":
		if len(k) < 4 {
			panic(undefined{})
		}
		return k.uCentred()
	case "lange":
		return k.doublyCentred().hollow()
	}
	return k.doublyCentred()
}

func cka(s settings, p Pair) Number {
	estimator := s.text("estimator", "biased")
	kx, ky := kernelOf(s, p.X), kernelOf(s, p.Y)
	c := cosine(centredFor(estimator, kx), centredFor(estimator, ky), kx, ky)
	return form(s.text("as", "score"), c)
}

func distanceCorrelation(s settings, p Pair) Number {
	estimator := s.text("estimator", "biased")
	dx, dy := p.X.sqDistances().roots(), p.Y.sqDistances().roots()
	c := cosine(centredFor(estimator, dx), centredFor(estimator, dy), dx, dy)
	if s.text("squared", "false") == "true" {
		return c
	}
	return root(c)
}

func ensd(s settings, p Pair) Number {
	kx, ky := p.X.centred().outer(), p.Y.centred().outer()
	if as := s.text("as", "score"); as != "score" { // by those of each system with itself
		return form(as, ratio(kx.dot(ky), root(mul(kx.squares(), ky.squares()))))
	}
	return ratio(mul(mul(kx.dot(ky), kx.trace()), ky.trace()), mul(kx.squares(), ky.squares()))
}

// hsic divides the inner product of both centred kernels by what each estimator does.
func hsic(s settings, p Pair) Number {
	estimator, n := s.text("estimator", "biased"), len(p.X)
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	if estimator == "lange" && n < 4 {
		panic(undefined{})
	}
	product := centredFor(estimator, kernelOf(s, p.X)).dot(centredFor(estimator, kernelOf(s, p.Y)))
	count := map[string]int{"biased": (n - 1) * (n - 1), "debiased": n * (n - 3), "lange": n * (n - 1)}[estimator]
	return quo(product, Whole(count))
}

// ckaNeurons takes the pairs of different neurons alone, one by one.
func ckaNeurons(_ settings, p Pair) Number {
	if len(p.X) < 4 || p.X.width() < 2 || p.Y.width() < 2 {
		panic(undefined{})
	}
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	kernels := func(x Matrix) []Matrix {
		var out []Matrix
		for j := range x.centred().transposed() {
			out = append(out, x.centred().column(j).outer().uCentred())
		}
		return out
	}
	x, y := kernels(p.X), kernels(p.Y)
	own := func(k []Matrix) Number {
		sum, whole := zero(), zero()
		for a := range k {
			whole.Add(whole, k[a].squares())
			for b := range k {
				if a != b {
					sum.Add(sum, k[a].dot(k[b]))
				}
			}
		}
		return quo(nonzero(sum, whole), Whole(len(k)*(len(k)-1)))
	}
	between := zero()
	for _, a := range x {
		for _, b := range y {
			between.Add(between, a.dot(b))
		}
	}
	return quo(quo(between, Whole(len(x)*len(y))), root(mul(own(x), own(y))))
}

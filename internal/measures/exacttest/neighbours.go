package exacttest

import (
	"math"
	"slices"
)

// alike returns the similarities of the samples.
func alike(x Matrix, metric string, centre bool) Matrix {
	if centre {
		x = x.centred()
	}
	switch metric {
	case "euclidean":
		return x.sqDistances().scaled(Of(-1))
	case "cosine":
		x = x.mapped(func(i, _ int, v Number) Number { return ratio(v, root(Matrix{x[i]}.squares())) })
	}
	return x.outer()
}

// nearest returns for each sample its k neighbours: of those that are equally near, the
// first.
func nearest(similarity Matrix, k int, open float64) [][]int {
	n := len(similarity)
	if n < k+2 {
		panic(undefined{})
	}
	largest := zero()
	for _, row := range similarity {
		for _, v := range row {
			largest = larger(largest, absolute(v))
		}
	}
	out := make([][]int, n)
	for i := range out {
		var away []Number
		for j := range n {
			if j != i {
				away = append(away, sub(zero(), similarity[i][j]))
			}
		}
		for _, j := range slices.Concat(order(away, slack(largest, open))...)[:k] {
			if j >= i {
				j++ // after the sample itself
			}
			out[i] = append(out[i], j)
		}
	}
	return out
}

func shared(a, b []int) int {
	count := 0
	for _, i := range a {
		if slices.Contains(b, i) {
			count++
		}
	}
	return count
}

// overlap returns the mean of a function of the number of neighbours in common.
func overlap(s settings, p Pair, metric, centre string, f func(common, k int) Number) Number {
	k := s.whole("k", 10)
	metric, centre = s.text("metric", metric), s.text("center", centre)
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	a := nearest(alike(p.X, metric, centre == "true"), k, p.Open[0])
	b := nearest(alike(p.Y, metric, centre == "true"), k, p.Open[1])
	sum := zero()
	for i := range a {
		sum.Add(sum, f(shared(a[i], b[i]), k))
	}
	return quo(sum, Whole(len(a)))
}

func mutualKNN(s settings, p Pair) Number {
	return overlap(s, p, "inner", "false", func(common, k int) Number { return quo(Whole(common), Whole(k)) })
}

func jaccardKNN(s settings, p Pair) Number {
	return overlap(s, p, "cosine", "true", func(common, k int) Number { return quo(Whole(common), Whole(2*k-common)) })
}

// cknna masks similarities by neighbourhoods and compares them by Song's estimate.
func cknna(s settings, p Pair) Number {
	k, metric, centre := s.whole("k", 10), s.text("metric", "inner"), s.text("center", "false") == "true"
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	kx, ky := alike(p.X, metric, centre), alike(p.Y, metric, centre)
	a, b := nearest(kx, k, p.Open[0]), nearest(ky, k, p.Open[1])
	n := len(a)
	masked := func(m Matrix, lists ...[][]int) Matrix {
		return m.mapped(func(i, j int, v Number) Number {
			for _, list := range lists {
				if !slices.Contains(list[i], j) {
					return zero()
				}
			}
			return v
		})
	}
	// tr(KL) + (1ᵀK1)(1ᵀL1)/((n−1)(n−2)) − 2/(n−2)·1ᵀKL1
	song := func(k, l Matrix) Number {
		kl := k.times(l)
		sum := func(m Matrix) Number {
			s := zero()
			for _, row := range m {
				s.Add(s, total(row))
			}
			return s
		}
		between := quo(mul(sum(k), sum(l)), Whole((n-1)*(n-2)))
		return sub(add(kl.trace(), between), quo(mul(Of(2), sum(kl)), Whole(n-2)))
	}
	xx := song(masked(kx, a), masked(kx, a))
	yy := song(masked(ky, b), masked(ky, b))
	for _, own := range []struct {
		v Number
		k Matrix
	}{{xx, kx}, {yy, ky}} {
		nonzero(own.v, own.k.squares())
	}
	return quo(song(masked(kx, a, b), masked(ky, a, b)), root(mul(xx, yy)))
}

// intrinsicDistance is the largest difference of the heat that stays on two graphs of
// neighbours, in the arithmetic of the name. The powers of 10 are those of float64.
func intrinsicDistance(s settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	spectrum := func(x Matrix, open float64) []Number {
		n := len(x)
		graph := NewMatrix(n, n)
		for i, others := range nearest(alike(x, "euclidean", false), s.whole("k", 5), open) {
			for _, j := range others {
				graph[i][j], graph[j][i] = Of(1), Of(1)
			}
		}
		degrees := make([]Number, n)
		for i := range n {
			degrees[i] = total(graph[i])
		}
		values, _ := identity(n).minus(graph.mapped(func(i, j int, v Number) Number {
			return quo(v, root(mul(degrees[i], degrees[j])))
		})).eigen()
		return values
	}
	x, y := spectrum(p.X, p.Open[0]), spectrum(p.Y, p.Open[1])
	largest := zero()
	for k := range 256 {
		t := Of(math.Pow(10, -1+2*float64(k)/255))
		gap := zero()
		for i := range x {
			gap.Add(gap, sub(exponential(mul(t, x[i])), exponential(mul(t, y[i]))))
		}
		weight := exponential(mul(Of(2), add(t, quo(Of(1), t))))
		largest = larger(largest, mul(weight, absolute(gap)))
	}
	return quo(mul(Of(1e6), largest), Whole(len(x)))
}

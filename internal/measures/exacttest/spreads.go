package exacttest

// between returns the size of the difference of a number of both systems.
func between(p Pair, f func(x Matrix) Number) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	return absolute(sub(f(p.X), f(p.Y)))
}

func magnitude(_ settings, p Pair) Number {
	return between(p, func(x Matrix) Number { return root(Matrix{x.means()}.squares()) })
}

func concentricity(_ settings, p Pair) Number {
	return between(p, func(x Matrix) Number {
		mean := Matrix{x.means()}
		size := nonzero(mean.squares(), x.squares())
		sum := zero()
		for _, row := range x {
			own := Matrix{row}
			sum.Add(sum, ratio(own.dot(mean), root(mul(own.squares(), size))))
		}
		return quo(sum, Whole(len(x)))
	})
}

// uniformity is the logarithm of the ratio of both sums: log b/a = 2·artanh((b−a)/(b+a)).
func uniformity(s settings, p Pair) Number {
	t := s.number("t", "2")
	sum := func(x Matrix) Number {
		out := zero()
		for _, row := range x.sqDistances() {
			for _, d := range row {
				out.Add(out, exponential(mul(t, d)))
			}
		}
		return out
	}
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	a, b := sum(p.X), sum(p.Y)
	return absolute(mul(Of(2), areaTangent(quo(sub(b, a), add(b, a)))))
}

// areaTangent returns artanh z, by its series after artanh z = 2·artanh(z/(1+√(1−z²))) has
// made z small.
func areaTangent(z Number) Number {
	const halvings, terms = 24, 24
	for range halvings {
		z = quo(z, add(Of(1), root(sub(Of(1), mul(z, z)))))
	}
	square, term, total := mul(z, z), z, z
	for k := 1; k < terms; k++ {
		term = mul(term, square)
		total = add(total, quo(term, Whole(2*k+1)))
	}
	return mul(total, power2(halvings))
}

// rsmNorm is the norm of the difference of two matrices of dissimilarities.
func rsmNorm(s settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	kind := settings{"rdm": s.text("rdm", "euclidean")}
	gap := rdm(kind, p.X, 1).minus(rdm(kind, p.Y, 1))
	if s.text("norm", "pairs") == "pairs" {
		return root(quo(gap.squares(), Of(2)))
	}
	values, _ := gap.eigen()
	return larger(absolute(values[0]), absolute(values[len(values)-1]))
}

// alignedCosine turns X by the polar factor of XᵀY and compares sample by sample.
func alignedCosine(s settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	x, y := p.X, p.Y
	if s.text("center", "true") == "true" {
		x, y = x.centred(), y.centred()
	}
	u, _, v := x.transposed().times(y).decomposedBeside(mul(x.squares(), y.squares()))
	if have := min(x.basis().width(), y.basis().width()); u.width() < have {
		panic(undefined{})
	}
	turned := x.times(u).times(v.transposed())
	sum := zero()
	for i := range x {
		own := mul(nonzero(Matrix{x[i]}.squares(), p.X.squares()), nonzero(Matrix{y[i]}.squares(), p.Y.squares()))
		sum.Add(sum, quo(Matrix{turned[i]}.dot(Matrix{y[i]}), root(own)))
	}
	return quo(sum, Whole(len(x)))
}

// secondOrder compares the cosines of each sample with its neighbours in either system.
func secondOrder(s settings, p Pair) Number {
	k, centre := s.whole("k", 10), s.text("center", "false") == "true"
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	a, b := alike(p.X, "cosine", centre), alike(p.Y, "cosine", centre)
	x, y := nearest(a, k, p.Open[0]), nearest(b, k, p.Open[1])
	sum := zero()
	for i := range x {
		either := map[int]bool{}
		for _, j := range append(append([]int{}, x[i]...), y[i]...) {
			either[j] = true
		}
		u, v := Matrix{nil}, Matrix{nil}
		for j := range a {
			if !either[j] {
				continue
			}
			left, right := a[i][j], b[i][j]
			if s.text("values", "similarity") == "distance" {
				left, right = sub(Of(1), left), sub(Of(1), right)
			}
			u[0], v[0] = append(u[0], left), append(v[0], right)
		}
		sum.Add(sum, quo(u.dot(v), root(mul(nonzero(u.squares(), Of(1)), nonzero(v.squares(), Of(1))))))
	}
	return quo(sum, Whole(len(x)))
}

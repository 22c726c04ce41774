package exacttest

// varying returns an orthonormal basis of the centred columns, undefined for none.
func varying(x Matrix) Matrix {
	q := x.centred().basis()
	if q.width() == 0 {
		panic(undefined{})
	}
	return q
}

// meanOf returns the mean of k correlations, of which those that are missing are 0, or
// of their squares.
func meanOf(rho []Number, k int, stat string) Number {
	sum := zero()
	for _, r := range rho {
		if stat == "mean-squared" {
			r = mul(r, r)
		}
		sum.Add(sum, r)
	}
	return quo(sum, Whole(k))
}

func cca(s settings, p Pair) Number {
	x, y := varying(p.X), varying(p.Y)
	rho := x.transposed().times(y).singularValues()
	if as := s.text("as", "score"); as != "score" {
		return form(as, quo(total(rho), root(Whole(x.width()*y.width()))))
	}
	return meanOf(rho, min(x.width(), y.width()), s.text("stat", "mean"))
}

func svcca(s settings, p Pair) Number {
	dim := s.whole("dim", 0)
	reduced := func(x Matrix) Matrix {
		u, sigma, _ := x.centred().decomposed()
		if len(sigma) == 0 {
			panic(undefined{})
		}
		if dim > 0 {
			return u.leading(min(dim, len(sigma)))
		}
		sum, cumulative := zero(), zero()
		for _, v := range sigma {
			sum.Add(sum, mul(v, v))
		}
		// A share that is reached but for rounding is reached.
		want := mul(mul(s.number("var", "0.99"), sum), sub(Of(1), vanishing))
		for i, v := range sigma {
			cumulative.Add(cumulative, mul(v, v))
			if !less(cumulative, want) {
				return u.leading(i + 1)
			}
		}
		return u
	}
	x, y := reduced(p.X), reduced(p.Y)
	mean := meanOf(x.transposed().times(y).singularValues(), min(x.width(), y.width()), s.text("stat", "mean"))
	return form(s.text("as", "score"), mean)
}

func pwcca(s settings, p Pair) Number {
	x, y := p.X, p.Y
	if s.text("weights", "x") == "y" {
		x, y = y, x
	}
	qx, qy := varying(x), varying(y)
	u, rho, _ := qx.transposed().times(qy).decomposedBeside(Of(1))
	if len(rho) == 0 { // all correlations are 0, however they weigh
		return form(s.text("as", "score"), zero())
	}
	u0 := qx.times(u) // the variates
	along := u.transposed().times(qx.transposed()).times(x.centred())
	weighted, weights := zero(), zero()
	for i, row := range along {
		alpha := zero()
		for _, v := range row {
			alpha.Add(alpha, absolute(v))
		}
		weighted.Add(weighted, mul(alpha, rho[i]))
		weights.Add(weights, alpha)
	}
	// A variate whose correlation is 0 weighs as well. If there are several such
	// directions, which of them are variates is not determined.
	if len(rho) < min(qx.width(), qy.width()) {
		rest, _, _ := qx.minus(u0.times(u0.transposed()).times(qx)).decomposedBeside(Of(1))
		if rest.width() > 1 {
			panic(undefined{})
		}
		for _, v := range rest.transposed().times(x.centred())[0] {
			weights.Add(weights, absolute(v))
		}
	}
	return form(s.text("as", "score"), ratio(weighted, weights))
}

func eigenspaceOverlap(s settings, p Pair) Number {
	x, y := p.X.basis(), p.Y.basis()
	if s.text("center", "false") == "true" {
		x, y = varying(p.X), varying(p.Y)
	}
	if x.width() == 0 || y.width() == 0 {
		panic(undefined{})
	}
	varying(p.X)
	varying(p.Y)
	return quo(x.transposed().times(y).squares(), Whole(max(p.X.width(), p.Y.width())))
}

// gulp is ‖Hx−Hy‖² of the hat matrices themselves.
func gulp(s settings, p Pair) Number {
	lambda := s.number("lambda", "0")
	hat := func(x Matrix) Matrix {
		q := varying(x)
		if lambda.Sign() == 0 {
			return q.outer()
		}
		k := x.centred().outer()
		penalty := mul(lambda, k.trace())
		return k.plus(identity(len(k)).scaled(penalty)).solve(k)
	}
	gap := hat(p.X).minus(hat(p.Y)).squares()
	if s.text("squared", "true") == "true" {
		return gap
	}
	return root(gap)
}

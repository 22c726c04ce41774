package exacttest

// aligned returns the forms of the distance of two configurations of which u is the inner
// product after the best alignment.
func aligned(as string, xx, yy, u Number) Number {
	squared := sub(add(xx, yy), mul(Of(2), u))
	switch as {
	case "squared-euclidean":
		return squared
	case "euclidean":
		return root(squared)
	}
	c := ratio(u, root(mul(xx, yy)))
	return form(as, c)
}

func nbs(s settings, p Pair) Number { return rotation(s.text("as", "score"), s.whole("cv", 0), p) }

func plsSV(_ settings, p Pair) Number {
	x, y := p.X.centred(), p.Y.centred()
	ratio(Of(1), mul(x.squares(), y.squares()))
	return quo(x.transposed().times(y).nuclear(), Whole((len(x)-1)*min(x.width(), y.width())))
}

// procrustes calls the squared distance squared, and not the squared cosine.
func procrustes(s settings, p Pair) Number {
	as := s.text("as", "angular")
	if as == "squared" {
		as = "squared-euclidean"
	}
	return rotation(as, s.whole("cv", 0), p)
}

func rotation(as string, k int, p Pair) Number {
	if k == 0 {
		x, y := p.X.centred(), p.Y.centred()
		ratio(Of(1), mul(x.squares(), y.squares()))
		return aligned(as, x.squares(), y.squares(), x.transposed().times(y).nuclear())
	}
	sum := zero()
	for _, f := range p.split(k) {
		size := mul(f.trainX.squares(), f.trainY.squares())
		u, _, v := f.trainX.transposed().times(f.trainY).decomposedBeside(size)
		turned := u.times(v.transposed()).dot(f.testX.transposed().times(f.testY))
		ratio(Of(1), mul(f.testX.squares(), f.testY.squares()))
		sum.Add(sum, aligned(as, f.testX.squares(), f.testY.squares(), turned))
	}
	return quo(sum, Whole(k))
}

// shape is Procrustes of c·XcZ with Z = V·diag(α+(1−α)λ^(−½))·Vᵀ, where c keeps the trace
// of all eigenvalues, those of the columns of zeros that pad the narrower system among
// them, raised to their floor.
func shape(s settings, p Pair) Number {
	alpha, as := s.number("alpha", "0.5"), s.text("as", "angular")
	width := max(p.X.width(), p.Y.width())
	whitened := func(x Matrix) Matrix {
		u, sigma, _ := x.centred().decomposed()
		if len(sigma) == 0 {
			panic(undefined{})
		}
		floor := Of(1e-7)
		if largest := mul(sigma[0], sigma[0]); less(largest, Of(1)) {
			floor = mul(floor, largest)
		}
		before, after := zero(), zero()
		norms := make([]Number, len(sigma))
		for i := range width {
			lambda := floor
			if i < len(sigma) {
				lambda = larger(floor, mul(sigma[i], sigma[i]))
			}
			d := add(alpha, quo(sub(Of(1), alpha), root(lambda)))
			before.Add(before, lambda)
			after.Add(after, mul(mul(d, d), lambda))
			if i < len(sigma) {
				norms[i] = mul(sigma[i], d)
			}
		}
		return u.scaledColumns(norms).scaled(root(quo(before, after)))
	}
	x, y := whitened(p.X), whitened(p.Y)
	return aligned(as, x.squares(), y.squares(), x.transposed().times(y).nuclear())
}

func permutation(s settings, p Pair) Number {
	x, y := p.X.centred(), p.Y.centred()
	ratio(Of(1), mul(x.squares(), y.squares()))
	if s.text("center", "true") == "false" {
		x, y = p.X, p.Y
	}
	return aligned(s.text("as", "angular"), x.squares(), y.squares(), bestAssignment(x.transposed().times(y)))
}

// unitColumns returns the centred columns that vary, scaled to norm 1.
func unitColumns(x Matrix) Matrix {
	x = x.centred()
	var keep []int
	var scales []Number
	for j, v := range x.columnSquares() {
		if v.Sign() > 0 {
			keep, scales = append(keep, j), append(scales, quo(Of(1), root(v)))
		}
	}
	if len(keep) == 0 {
		panic(undefined{})
	}
	return x.columns(keep).scaledColumns(scales)
}

func match(s settings, p Pair) Number {
	r := unitColumns(p.X).transposed().times(unitColumns(p.Y))
	if s.text("kind", "hard") == "hard" {
		return quo(bestAssignment(r), Whole(min(len(r), r.width())))
	}
	best := func(m Matrix) Number {
		sum := zero()
		for _, row := range m {
			most := row[0]
			for _, v := range row {
				most = larger(most, v)
			}
			sum.Add(sum, most)
		}
		return quo(sum, Whole(len(m)))
	}
	if s.text("kind", "hard") == "one-to-many" {
		return best(r)
	}
	return quo(add(best(r), best(r.transposed())), Of(2))
}

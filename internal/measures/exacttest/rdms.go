package exacttest

// rdm returns the dissimilarities of the samples.
func rdm(s settings, x Matrix, repeats int) Matrix {
	switch kind := s.text("rdm", "sqeuclidean"); kind {
	case "euclidean":
		return x.sqDistances().roots()
	case "correlation", "cosine":
		whole := make([]Number, len(x))
		for i := range x {
			whole[i] = Matrix{x[i]}.squares()
		}
		if kind == "correlation" {
			x = x.transposed().centred().transposed()
		}
		unit := x.mapped(func(i, _ int, v Number) Number {
			return quo(v, root(nonzero(Matrix{x[i]}.squares(), whole[i])))
		})
		return unit.sqDistances().scaled(Of(0.5))
	case "gaussian":
		sigma := bandwidth(s.text("sigma", "1median"), x)
		return x.sqDistances().mapped(func(_, _ int, v Number) Number {
			return sub(Of(1), exponential(quo(v, mul(Of(2), mul(sigma, sigma)))))
		})
	case "manhattan":
		out := NewMatrix(len(x), len(x))
		for i := range x {
			for j := range x {
				for k := range x[i] {
					out[i][j].Add(out[i][j], absolute(sub(x[i][k], x[j][k])))
				}
			}
		}
		return out
	case "mahalanobis":
		q := varying(x)
		if q.width() >= len(x)-1 {
			panic(undefined{}) // all distances are equal
		}
		return q.sqDistances().scaled(Whole(len(x) - 1))
	case "crossnobis":
		return crossnobis(s.text("noise", "shrinkage"), x, repeats)
	case "precomputed":
		return x.plus(x.transposed()).scaled(Of(0.5)).hollow()
	}
	return x.sqDistances()
}

// crossnobis returns the mean over ordered pairs of different repeats of δ_rᵀΣ⁻¹δ_r'.
func crossnobis(noise string, x Matrix, repeats int) Matrix {
	n, p := len(x), x.width()
	conditions := n / repeats
	residual := NewMatrix(n, p)
	for c := range conditions {
		var own []int
		for r := range repeats {
			own = append(own, r*conditions+c)
		}
		about := x.rows(own).centred()
		for r := range repeats {
			residual[r*conditions+c] = about[r]
		}
	}
	var inverse Matrix
	switch noise {
	case "none":
		inverse = identity(p)
	case "diagonal":
		inverse = NewMatrix(p, p)
		for j, v := range residual.columnSquares() {
			inverse[j][j] = ratio(Whole(n-conditions), v)
		}
	default:
		inverse = shrunk(residual, n-conditions).solve(identity(p))
	}
	out := NewMatrix(conditions, conditions)
	for i := range conditions {
		for j := range conditions {
			delta := NewMatrix(repeats, p)
			for r := range repeats {
				delta[r] = Matrix{x[r*conditions+i]}.minus(Matrix{x[r*conditions+j]})[0]
			}
			products := delta.times(inverse).times(delta.transposed())
			for r := range repeats {
				for q := range repeats {
					if q != r {
						out[i][j].Add(out[i][j], products[r][q])
					}
				}
			}
			out[i][j].Quo(out[i][j], Whole(repeats*(repeats-1)))
		}
	}
	return out
}

// shrunk returns Ledoit and Wolf's covariance of residuals with so many degrees of
// freedom.
func shrunk(e Matrix, freedom int) Matrix {
	n, p := len(e), e.width()
	s := e.gram().scaled(quo(Of(1), Whole(n)))
	mu := quo(s.trace(), Whole(p))
	target := identity(p).scaled(mu)
	distance := s.minus(target).squares()
	spread := zero()
	for _, row := range e {
		spread.Add(spread, Matrix{row}.gram().minus(s).squares())
	}
	spread.Quo(spread, Whole(n*n))
	rho := Of(1)
	if less(spread, distance) {
		rho = quo(spread, distance)
	}
	mixed := s.scaled(sub(Of(1), rho)).plus(target.scaled(rho))
	return mixed.scaled(quo(Whole(n), Whole(freedom)))
}

func rsa(s settings, p Pair) Number {
	x, y := rdm(s, p.X, p.Repeats), rdm(s, p.Y, p.Repeats)
	a, b := Matrix{x.triangle()}, Matrix{y.triangle()}
	how := s.text("compare", "cosine")
	switch how {
	case "cosine":
		return cosine(a, b, a, b)
	case "pearson":
		centre := func(m Matrix) Matrix { return m.transposed().centred() }
		return cosine(centre(a), centre(b), a, b)
	case "cosine-cov", "corr-cov":
		whiten := func(d, entries Matrix) Matrix {
			if how == "corr-cov" {
				mean := quo(total(entries[0]), Whole(len(entries[0])))
				d = d.mapped(func(_, _ int, v Number) Number { return sub(v, mean) }).hollow()
			}
			return d.doublyCentred()
		}
		// Equal dissimilarities have no pattern.
		if how == "corr-cov" {
			nonzero(a.transposed().centred().squares(), a.squares())
			nonzero(b.transposed().centred().squares(), b.squares())
		}
		return cosine(whiten(x, a), whiten(y, b), x, y)
	}
	v, defined := rankCorrelation(ranks(a[0]), ranks(b[0]), how)
	if !defined {
		panic(undefined{})
	}
	return v
}

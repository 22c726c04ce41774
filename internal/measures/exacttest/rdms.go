package exacttest

import "slices"

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
	case "poisson":
		r, l := rates(x)
		out := NewMatrix(len(x), len(x))
		for i := range x {
			for j := range x {
				out[i][j] = Matrix{r[i]}.minus(Matrix{r[j]}).dot(Matrix{l[i]}.minus(Matrix{l[j]}))
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
		if s.text("noise", "shrinkage") == "poisson" {
			return poissonRepeats(x, repeats)
		}
		return crossnobis(s.text("noise", "shrinkage"), x, repeats)
	case "precomputed":
		return x.plus(x.transposed()).scaled(Of(0.5)).hollow()
	}
	return x.sqDistances()
}

// rates returns (x+0.1)/1.1, with the float64 nearest to 0.1, and the logarithms.
func rates(x Matrix) (r, logs Matrix) {
	prior := Of(0.1)
	r = x.mapped(func(_, _ int, v Number) Number {
		if v.Sign() < 0 {
			panic(undefined{})
		}
		return quo(add(v, prior), add(Of(1), prior))
	})
	return r, r.mapped(func(_, _ int, v Number) Number { return logarithm(v) })
}

// poissonRepeats returns the mean over ordered pairs of different repeats.
func poissonRepeats(x Matrix, repeats int) Matrix {
	r, l := rates(x)
	conditions := len(x) / repeats
	out := NewMatrix(conditions, conditions)
	for i := range conditions {
		for j := range conditions {
			for a := range repeats {
				for b := range repeats {
					if a != b {
						delta := Matrix{r[a*conditions+i]}.minus(Matrix{r[a*conditions+j]})
						out[i][j].Add(out[i][j], delta.dot(Matrix{l[b*conditions+i]}.minus(Matrix{l[b*conditions+j]})))
					}
				}
			}
			out[i][j].Quo(out[i][j], Whole(repeats*(repeats-1)))
		}
	}
	return out
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
	v, defined := rankCorrelation(ranks(a[0], p.Open[0]), ranks(b[0], p.Open[1]), how)
	if !defined {
		panic(undefined{})
	}
	return v
}

// rdmBures compares what is positive of both matrices −½HDH: the nuclear norm of the
// product of their roots.
func rdmBures(s settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	if len(p.X) < 3 {
		panic(undefined{})
	}
	half := func(x Matrix) Matrix {
		d := rdm(s, x, 1)
		values, vectors := d.doublyCentred().scaled(Of(-0.5)).eigen()
		for i, v := range values {
			values[i] = root(v)
		}
		half := vectors.scaledColumns(values)
		nonzero(half.squares(), zero())
		return half
	}
	a, b := half(p.X), half(p.Y)
	f := a.transposed().times(b).nuclear()
	if s.text("as", "score") == "squared" {
		return sub(add(a.squares(), b.squares()), mul(Of(2), f))
	}
	return quo(f, root(mul(a.squares(), b.squares())))
}

// geotopological cuts the dissimilarities off at two of their quantiles.
func geotopological(s settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	if len(p.X) < 4 {
		panic(undefined{})
	}
	cut := func(x Matrix) Matrix {
		d := rdm(settings{"rdm": s.text("rdm", "euclidean")}, x, 1).triangle()
		sorted := slices.Clone(d)
		slices.SortFunc(sorted, func(a, b Number) int { return a.Cmp(b) })
		at := func(share Number) Number {
			place := mul(share, Whole(len(d)-1))
			k, _ := place.Int64()
			low := sorted[k]
			if int(k) == len(d)-1 {
				return low
			}
			return add(low, mul(sub(place, Whole(int(k))), sub(sorted[k+1], low)))
		}
		low, up := at(s.number("low", "0.2")), at(s.number("up", "0.8"))
		width := nonzero(sub(up, low), up)
		out := Matrix{nil}
		for _, v := range d {
			v = quo(sub(v, low), width)
			switch {
			case v.Sign() < 0:
				v = zero()
			case less(Of(1), v):
				v = Of(1)
			}
			out[0] = append(out[0], v)
		}
		return out
	}
	x, y := cut(p.X), cut(p.Y)
	if s.text("compare", "pearson") == "cosine" {
		return cosine(x, y, x, y)
	}
	return cosine(x.transposed().centred(), y.transposed().centred(), x, y)
}

// riemannian is the spread of the logarithms of the eigenvalues of A⁻¹B, those of L⁻¹BL⁻ᵀ
// for A = LLᵀ. The direction 1 along which neither varies gets the value 1 in both.
func riemannian(s settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	kind, share := settings{"rdm": s.text("rdm", "sqeuclidean")}, s.number("shrinkage", "0.1")
	n := len(p.X)
	moments := func(x Matrix) (Matrix, Number) {
		k := centredFor("biased", rdm(kind, x, 1)).scaled(Of(-0.5))
		mean := quo(nonzero(k.trace(), k.trace()), Whole(n-1))
		flat := k.mapped(func(_, _ int, _ Number) Number { return quo(Of(1), Whole(n)) })
		inner := identity(n).minus(flat)
		return k.scaled(sub(Of(1), share)).plus(inner.scaled(mul(share, mean))).plus(flat.scaled(mean)), mean
	}
	a, meanA := moments(p.X)
	b, meanB := moments(p.Y)
	l := a.lowerFactor()
	for i := range n {
		if l[i][i].Sign() == 0 {
			panic(undefined{})
		}
	}
	half := l.forward(b)
	values, _ := l.forward(half.transposed()).eigen()
	along := logarithm(quo(meanB, meanA)) // of the direction 1
	var logs []Number
	for _, v := range values {
		if v.Sign() <= 0 {
			panic(undefined{})
		}
		logs = append(logs, logarithm(v))
	}
	mean := zero()
	if s.text("fit", "scale") == "scale" {
		mean = quo(sub(total(logs), along), Whole(n-1))
	}
	sum := zero()
	for _, v := range logs {
		sum.Add(sum, mul(sub(v, mean), sub(v, mean)))
	}
	return root(sub(sum, mul(sub(along, mean), sub(along, mean))))
}

// forward returns L⁻¹B of a lower triangular matrix.
func (m Matrix) forward(b Matrix) Matrix {
	out := NewMatrix(len(b), b.width())
	for i := range b {
		for j := range b[i] {
			v := b[i][j]
			for k := range i {
				v = sub(v, mul(m[i][k], out[k][j]))
			}
			out[i][j] = quo(v, m[i][i])
		}
	}
	return out
}

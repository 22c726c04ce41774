package exacttest

// softMatching is a one-to-one matching of so many copies of each feature that both
// systems have as many: the best plan of transport between uniform masses (Birkhoff).
func softMatching(s settings, p Pair) Number {
	r := unitColumns(p.X).transposed().times(unitColumns(p.Y))
	width, height := r.width(), len(r)
	all := width * height // copies of features of each system, with repeats
	for d := min(width, height); d > 1; d-- {
		if width%d == 0 && height%d == 0 {
			all /= d
			break
		}
	}
	copies := make(Matrix, all)
	for i := range copies {
		copies[i] = make([]Number, all)
		for j := range copies[i] {
			copies[i][j] = r[i*height/all][j*width/all]
		}
	}
	mean := quo(bestAssignment(copies), Whole(all))
	if s.text("as", "score") == "euclidean" {
		return root(mul(Of(2), sub(Of(1), mean)))
	}
	return mean
}

// wreathProcrustes pads the narrower system with features of zeros.
func wreathProcrustes(_ settings, p Pair) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	unit := func(x Matrix) Matrix {
		return x.mapped(func(_, j int, v Number) Number {
			if norm := x.column(j).squares(); norm.Sign() > 0 {
				return quo(v, root(norm))
			}
			return v
		})
	}
	x, y := unit(p.X), unit(p.Y)
	gap := sub(add(x.squares(), y.squares()), mul(Of(2), bestAssignment(x.transposed().times(y))))
	return sub(Of(1), root(quo(gap, Whole(4*max(x.width(), y.width())))))
}

// wreathCKA compares the largest products of samples over features.
func wreathCKA(_ settings, p Pair) Number {
	if len(p.X) < 4 {
		panic(undefined{})
	}
	largest := func(x Matrix) Matrix {
		out := NewMatrix(len(x), len(x))
		for i := range x {
			for j := range x {
				var most Number
				for k := range x[i] {
					if v := mul(x[i][k], x[j][k]); most == nil || less(most, v) {
						most = v
					}
				}
				out[i][j] = most
			}
		}
		return out.hollow()
	}
	k, l := largest(unitColumns(p.X)), largest(unitColumns(p.Y))
	return cosine(k.uCentred(), l.uCentred(), k, l)
}

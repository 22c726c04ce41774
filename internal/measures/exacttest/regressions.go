package exacttest

import (
	"slices"
	"strings"
)

// fold is the samples of one fold and of the others, about the means of the others.
type fold struct{ trainX, trainY, testX, testY Matrix }

// split returns k folds, contiguous unless the pair has others.
func (p Pair) split(k int) []fold {
	n := len(p.X)
	if n < k {
		panic(undefined{})
	}
	var tests [][]int
	if p.Folds != nil {
		tests = p.Folds(k)
	} else {
		at := 0
		for i := range k {
			size := n / k
			if i < n%k {
				size++
			}
			var test []int
			for range size {
				test = append(test, at)
				at++
			}
			tests = append(tests, test)
		}
	}
	var out []fold
	for _, test := range tests {
		held := make([]bool, n)
		for _, i := range test {
			held[i] = true
		}
		var train []int
		for i := range n {
			if !held[i] {
				train = append(train, i)
			}
		}
		f := fold{p.X.rows(train), p.Y.rows(train), p.X.rows(test), p.Y.rows(test)}
		mx, my := f.trainX.means(), f.trainY.means()
		out = append(out, fold{f.trainX.about(mx), f.trainY.about(my), f.testX.about(mx), f.testY.about(my)})
	}
	return out
}

// fit returns W, of centred samples.
type fit func(x, y Matrix) Matrix

// regress scores the predictions of a fit.
func regress(s settings, p Pair, k int, f fit) Number {
	switch s.text("direction", "x-from-y") {
	case "y-from-x":
		p.X, p.Y = p.Y, p.X
	case "symmetric":
		there := regressOneWay(s, p, k, f)
		p.X, p.Y = p.Y, p.X
		return quo(add(there, regressOneWay(s, p, k, f)), Of(2))
	}
	return regressOneWay(s, p, k, f)
}

func regressOneWay(s settings, p Pair, k int, f fit) Number {
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	if k == 0 {
		x, y := p.X.centred(), p.Y.centred()
		return predicted(s, x, y.times(f(x, y)))
	}
	sum := zero()
	for _, part := range p.split(k) {
		x, prediction := part.testX, part.testY.times(f(part.trainX, part.trainY))
		if strings.HasPrefix(s.text("as", "r2"), "correlation") {
			x, prediction = x.centred(), prediction.centred()
		}
		sum.Add(sum, predicted(s, x, prediction))
	}
	return quo(sum, Whole(k))
}

// predicted returns R², its angle, or the uncentred correlation or its square, over all
// entries or as the mean or the median over the features that vary.
func predicted(s settings, x, prediction Matrix) Number {
	one := func(x, prediction Matrix) Number {
		switch s.text("as", "r2") {
		case "pearson", "correlation", "correlation-squared":
			if !less(mul(x.squares(), mul(vanishing, vanishing)), prediction.squares()) {
				return zero() // the prediction is the mean
			}
			r := quo(x.dot(prediction), root(mul(x.squares(), prediction.squares())))
			if s.text("as", "r2") == "correlation-squared" {
				return mul(r, r)
			}
			return r
		}
		return sub(Of(1), ratio(x.minus(prediction).squares(), x.squares()))
	}
	var v Number
	if s.text("pool", "all") == "all" {
		ratio(Of(1), x.squares())
		v = one(x, prediction)
	} else {
		var values []Number
		for j, square := range x.columnSquares() {
			if square.Sign() > 0 {
				values = append(values, one(x.column(j), prediction.column(j)))
			}
		}
		if len(values) == 0 {
			panic(undefined{})
		}
		v = quo(total(values), Whole(len(values)))
		if s.text("pool", "all") == "median" {
			slices.SortFunc(values, Number.Cmp)
			v = quo(add(values[(len(values)-1)/2], values[len(values)/2]), Of(2))
		}
	}
	if s.text("as", "r2") == "angular" {
		return angleOf(v)
	}
	return v
}

// leastSquares is the fit of least norm.
func leastSquares(x, y Matrix) Matrix {
	u, sigma, v := y.decomposed()
	inverse := make([]Number, len(sigma))
	for i, s := range sigma {
		inverse[i] = quo(Of(1), s)
	}
	if len(sigma) == 0 {
		return NewMatrix(y.width(), x.width())
	}
	return v.scaledColumns(inverse).times(u.transposed().times(x))
}

func linreg(s settings, p Pair) Number { return regress(s, p, s.whole("cv", 0), leastSquares) }

// penalised is the fit with the penalty λ.
func penalised(lambda Number) fit {
	return func(x, y Matrix) Matrix {
		if y.width() > len(y) {
			return y.transposed().times(y.outer().plus(identity(len(y)).scaled(lambda)).solve(x))
		}
		return y.gram().plus(identity(y.width()).scaled(lambda)).solve(y.transposed().times(x))
	}
}

func ridge(s settings, p Pair) Number {
	f := fit(func(x, y Matrix) Matrix { return penalised(bestPenalty(x, y))(x, y) })
	if s.text("lambda", "1") != "auto" {
		f = penalised(s.number("lambda", "1"))
	}
	return regress(s, p, s.whole("cv", 0), f)
}

// kernelRidge is ridge regression in the space of a kernel: with the kernel of all
// samples, of which folds take rows and columns. A sample is its row of the Cholesky factor
// of the kernel.
func kernelRidge(s settings, p Pair) Number {
	f := fit(func(x, y Matrix) Matrix { return penalised(bestPenalty(x, y))(x, y) })
	if s.text("lambda", "1") != "auto" {
		f = penalised(s.number("lambda", "1"))
	}
	from := func(p Pair) Number {
		kind := settings{"kernel": s.text("kernel", "rbf"), "sigma": s.text("sigma", "1median")}
		p.Y = kernelOf(kind, p.Y).lowerFactor()
		return regressOneWay(s, p, s.whole("cv", 0), f)
	}
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	back := p
	back.X, back.Y = p.Y, p.X
	switch s.text("direction", "x-from-y") {
	case "y-from-x":
		return from(back)
	case "symmetric":
		return quo(add(from(p), from(back)), Of(2))
	}
	return from(p)
}

// lowerFactor returns L with LLᵀ of a positive semidefinite matrix.
func (m Matrix) lowerFactor() Matrix {
	n := len(m)
	l := NewMatrix(n, n)
	for j := range n {
		pivot := sub(m[j][j], Matrix{l[j]}.squares())
		if !less(mul(m[j][j], vanishing), pivot) {
			continue // the rest of the column is 0 too
		}
		l[j][j] = root(pivot)
		for i := j + 1; i < n; i++ {
			l[i][j] = quo(sub(m[i][j], Matrix{l[i][:j]}.dot(Matrix{l[j][:j]})), l[j][j])
		}
	}
	return l
}

// bestPenalty leaves each sample out, about the mean of the others, for each λ of the
// grid, and prefers the larger among equals.
func bestPenalty(x, y Matrix) Number {
	sigma := y.singularValues()
	if len(sigma) == 0 {
		panic(undefined{})
	}
	mean := zero()
	for _, v := range sigma {
		mean.Add(mean, quo(mul(v, v), Whole(len(sigma))))
	}
	n := len(y)
	var best, lambda Number
	for power := 6; power >= -6; power-- {
		candidate := mean
		for range max(power, -power) {
			if power > 0 {
				candidate = mul(candidate, Of(10))
			} else {
				candidate = quo(candidate, Of(10))
			}
		}
		// The hat matrix, with that of the mean.
		hat := y.times(penalised(candidate)(identity(n), y))
		fitted := hat.times(x)
		loss := zero()
		for i := range n {
			free := sub(sub(Of(1), quo(Of(1), Whole(n))), hat[i][i])
			e := Matrix{x[i]}.minus(Matrix{fitted[i]}).squares()
			loss.Add(loss, quo(e, mul(free, free)))
		}
		if best == nil || less(loss, best) {
			best, lambda = loss, candidate
		}
	}
	return lambda
}

// pls fits components by NIPALS with both systems deflated.
func pls(s settings, p Pair) Number {
	components := s.whole("components", 2)
	return regress(s, p, s.whole("cv", 5), func(x, y Matrix) Matrix {
		left, target := y, x
		size := mul(y.squares(), x.squares())
		var rotations, loadings Matrix
		w := NewMatrix(y.width(), x.width())
		for range min(components, y.width()) {
			c := left.transposed().times(target)
			if !less(mul(size, vanishing), c.squares()) {
				break
			}
			u, _, _ := c.decomposed()
			weight := u.leading(1)
			t := left.times(weight)
			square := t.squares()
			load := left.transposed().times(t).scaled(quo(Of(1), square)).transposed()
			share := target.transposed().times(t).scaled(quo(Of(1), square)).transposed()
			r := weight
			for i := range loadings {
				along := Matrix{loadings[i]}.times(weight)[0][0]
				r = r.minus(Matrix{rotations[i]}.transposed().scaled(along))
			}
			w = w.plus(r.times(share))
			left, target = left.minus(t.times(load)), target.minus(t.times(share))
			rotations, loadings = append(rotations, r.transposed()[0]), append(loadings, load[0])
		}
		return w
	})
}

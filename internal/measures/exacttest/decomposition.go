package exacttest

import "slices"

// vanishing is the share of a number below which it is a rounding error of 320 bits.
// Singular values come as roots, which halves the bits.
var vanishing = power2(-200)

// eigen returns the eigenvalues of a symmetric matrix in descending order, and its
// eigenvectors as columns, by Jacobi's rotations.
func (a Matrix) eigen() (values []Number, vectors Matrix) {
	n := len(a)
	m := a.mapped(func(_, _ int, v Number) Number { return add(v, zero()) })
	v := identity(n)
	turn := newTurn()
	size := m.squares()
	enough := mul(size, power2(-2*Precision+20))
	for range 60 {
		off := zero()
		for i := range m {
			for j := range i {
				off.Add(off, mul(m[i][j], m[i][j]))
			}
		}
		if !less(enough, off) {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(m, v, p, q, turn)
			}
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return m[j][j].Cmp(m[i][i]) })
	for _, i := range order {
		values = append(values, m[i][i])
	}
	return values, v.columns(order)
}

// rotate makes m_pq zero, in the memory of m and v: most of the time of the exact scores
// goes here.
func rotate(m, v Matrix, p, q int, turn func(c, s, x, y Number)) {
	a := m[p][q]
	if a.Sign() == 0 {
		return
	}
	tau := quo(sub(m[q][q], m[p][p]), mul(Of(2), a))
	t := quo(Of(1), add(absolute(tau), root(add(mul(tau, tau), Of(1)))))
	if tau.Sign() < 0 {
		t.Neg(t)
	}
	c := quo(Of(1), root(add(mul(t, t), Of(1))))
	s := mul(t, c)
	for k := range m {
		turn(c, s, m[p][k], m[q][k])
	}
	for k := range m {
		turn(c, s, m[k][p], m[k][q])
		turn(c, s, v[k][p], v[k][q])
	}
}

// newTurn returns a function that overwrites x and y with cx − sy and sx + cy.
func newTurn() func(c, s, x, y Number) {
	cx, sy, sx, cy := zero(), zero(), zero(), zero()
	return func(c, s, x, y Number) {
		cx.Mul(c, x)
		sy.Mul(s, y)
		sx.Mul(s, x)
		cy.Mul(c, y)
		x.Sub(cx, sy)
		y.Add(sx, cy)
	}
}

// decomposed returns the singular value decomposition a = U·diag(s)·Vᵀ up to the rank,
// with descending values.
func (a Matrix) decomposed() (u Matrix, s []Number, v Matrix) { return a.decomposedBeside(zero()) }

// decomposedBeside is decomposed for a matrix that was computed from numbers whose
// squares add up to size, and is 0 beside them.
func (a Matrix) decomposedBeside(size Number) (u Matrix, s []Number, v Matrix) {
	if len(a) < a.width() {
		v, s, u = a.transposed().decomposedBeside(size)
		return u, s, v
	}
	values, vectors := a.gram().eigen()
	floor := mul(mul(vanishing, Of(0x1p-60)), larger(values[0], size))
	r := 0
	for r < len(values) && less(floor, values[r]) {
		s = append(s, root(values[r]))
		r++
	}
	v = vectors.leading(r)
	inverse := make([]Number, r)
	for i := range s {
		inverse[i] = quo(Of(1), s[i])
	}
	return a.times(v).scaledColumns(inverse), s, v
}

// singularValues returns those that are not 0.
func (a Matrix) singularValues() []Number {
	if len(a) == 0 || a.width() == 0 {
		return nil
	}
	_, s, _ := a.decomposed()
	return s
}

// nuclear returns the sum of the singular values.
func (a Matrix) nuclear() Number { return total(a.singularValues()) }

// basis returns an orthonormal basis of the columns by Gram and Schmidt, twice. What is
// less than 2⁻²⁰⁰ of a column shows that it depends on those before.
func (a Matrix) basis() Matrix {
	var q Matrix // by columns
	for _, column := range a.transposed() {
		v := Matrix{column}
		before := v.squares()
		for range 2 {
			for _, u := range q {
				v = v.minus(Matrix{u}.scaled(v.dot(Matrix{u})))
			}
		}
		left := v.squares()
		if before.Sign() == 0 || !less(mul(before, mul(vanishing, vanishing)), left) {
			continue
		}
		q = append(q, v.scaled(quo(Of(1), root(left)))[0])
	}
	if len(q) == 0 {
		return NewMatrix(len(a), 0)
	}
	return q.transposed()
}

// solve returns a⁻¹b by elimination with pivots, undefined for a singular a.
func (a Matrix) solve(b Matrix) Matrix {
	duplicate := func(_, _ int, v Number) Number { return add(v, zero()) }
	a, b = a.mapped(duplicate), b.mapped(duplicate)
	t, largest := zero(), zero()
	for _, row := range a {
		for _, v := range row {
			largest = larger(largest, absolute(v))
		}
	}
	for i := range a {
		pivot := i
		for r := i + 1; r < len(a); r++ {
			if less(absolute(a[pivot][i]), absolute(a[r][i])) {
				pivot = r
			}
		}
		nonzero(absolute(a[pivot][i]), largest)
		a[i], a[pivot], b[i], b[pivot] = a[pivot], a[i], b[pivot], b[i]
		for r := range a {
			if r == i {
				continue
			}
			f := quo(a[r][i], a[i][i])
			for j := range a[r] {
				a[r][j].Sub(a[r][j], t.Mul(f, a[i][j]))
			}
			for j := range b[r] {
				b[r][j].Sub(b[r][j], t.Mul(f, b[i][j]))
			}
		}
	}
	return b.mapped(func(i, _ int, v Number) Number { return quo(v, a[i][i]) })
}

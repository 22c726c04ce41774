package exacttest

import "gonum.org/v1/gonum/mat"

// Matrix is a matrix by rows.
type Matrix [][]Number

// NewMatrix returns a matrix of zeros.
func NewMatrix(n, p int) Matrix {
	m := make(Matrix, n)
	for i := range m {
		m[i] = make([]Number, p)
		for j := range m[i] {
			m[i][j] = zero()
		}
	}
	return m
}

// From returns the float64 numbers of a matrix as they are.
func From(x mat.Matrix) Matrix {
	n, p := x.Dims()
	m := NewMatrix(n, p)
	for i := range n {
		for j := range p {
			m[i][j].SetFloat64(x.At(i, j))
		}
	}
	return m
}

// width returns the number of columns.
func (a Matrix) width() int {
	if len(a) == 0 {
		return 0
	}
	return len(a[0])
}

// mapped returns f of every entry.
func (a Matrix) mapped(f func(i, j int, v Number) Number) Matrix {
	out := make(Matrix, len(a))
	for i, row := range a {
		out[i] = make([]Number, len(row))
		for j, v := range row {
			out[i][j] = f(i, j, v)
		}
	}
	return out
}

func (a Matrix) minus(b Matrix) Matrix {
	return a.mapped(func(i, j int, v Number) Number { return sub(v, b[i][j]) })
}

func (a Matrix) plus(b Matrix) Matrix {
	return a.mapped(func(i, j int, v Number) Number { return add(v, b[i][j]) })
}

func (a Matrix) scaled(by Number) Matrix {
	return a.mapped(func(_, _ int, v Number) Number { return mul(v, by) })
}

// scaledColumns multiplies each column by a factor.
func (a Matrix) scaledColumns(by []Number) Matrix {
	return a.mapped(func(_, j int, v Number) Number { return mul(v, by[j]) })
}

// times returns a·b.
func (a Matrix) times(b Matrix) Matrix {
	out := NewMatrix(len(a), b.width())
	t := zero()
	for i := range a {
		for k := range b {
			if a[i][k].Sign() == 0 {
				continue
			}
			for j := range b[k] {
				out[i][j].Add(out[i][j], t.Mul(a[i][k], b[k][j]))
			}
		}
	}
	return out
}

// transposed returns aᵀ.
func (a Matrix) transposed() Matrix {
	out := make(Matrix, a.width())
	for j := range out {
		out[j] = make([]Number, len(a))
		for i := range a {
			out[j][i] = a[i][j]
		}
	}
	return out
}

// outer returns aaᵀ.
func (a Matrix) outer() Matrix { return a.times(a.transposed()) }

// gram returns aᵀa.
func (a Matrix) gram() Matrix { return a.transposed().times(a) }

// dot returns Σ a_ij·b_ij.
func (a Matrix) dot(b Matrix) Number {
	s, t := zero(), zero()
	for i := range a {
		for j := range a[i] {
			s.Add(s, t.Mul(a[i][j], b[i][j]))
		}
	}
	return s
}

// squares returns ‖a‖².
func (a Matrix) squares() Number { return a.dot(a) }

func (a Matrix) trace() Number {
	s := zero()
	for i := range a {
		s.Add(s, a[i][i])
	}
	return s
}

// column returns column j as n×1.
func (a Matrix) column(j int) Matrix {
	out := make(Matrix, len(a))
	for i := range a {
		out[i] = []Number{a[i][j]}
	}
	return out
}

// columns returns those with the given numbers.
func (a Matrix) columns(keep []int) Matrix {
	out := make(Matrix, len(a))
	for i := range a {
		out[i] = make([]Number, len(keep))
		for at, j := range keep {
			out[i][at] = a[i][j]
		}
	}
	return out
}

// leading returns the first k columns.
func (a Matrix) leading(k int) Matrix {
	out := make(Matrix, len(a))
	for i := range a {
		out[i] = a[i][:k]
	}
	return out
}

// rows returns those with the given numbers.
func (a Matrix) rows(keep []int) Matrix {
	out := make(Matrix, len(keep))
	for at, i := range keep {
		out[at] = a[i]
	}
	return out
}

// means returns those of the columns.
func (a Matrix) means() []Number {
	out := make([]Number, a.width())
	for j := range out {
		out[j] = zero()
		for i := range a {
			out[j].Add(out[j], a[i][j])
		}
		out[j].Quo(out[j], Whole(len(a)))
	}
	return out
}

// about subtracts a mean from each column.
func (a Matrix) about(means []Number) Matrix {
	return a.mapped(func(_, j int, v Number) Number { return sub(v, means[j]) })
}

// centred removes the column means.
func (a Matrix) centred() Matrix { return a.about(a.means()) }

// doublyCentred removes the means of columns and of rows.
func (a Matrix) doublyCentred() Matrix { return a.centred().transposed().centred().transposed() }

// hollow sets the diagonal to 0.
func (a Matrix) hollow() Matrix {
	return a.mapped(func(i, j int, v Number) Number {
		if i == j {
			return zero()
		}
		return v
	})
}

// uCentred sets the diagonal to 0 and removes the means of rows and columns in Székely
// and Rizzo's way.
func (a Matrix) uCentred() Matrix {
	h := a.hollow()
	n := len(h)
	rows, total := make([]Number, n), zero()
	for i := range h {
		rows[i] = zero()
		for _, v := range h[i] {
			rows[i].Add(rows[i], v)
		}
		total.Add(total, rows[i])
		rows[i].Quo(rows[i], Whole(n-2))
	}
	total.Quo(total, Whole((n-1)*(n-2)))
	return h.mapped(func(i, j int, v Number) Number { return add(sub(sub(v, rows[i]), rows[j]), total) }).hollow()
}

// triangle returns the entries above the diagonal, row by row.
func (a Matrix) triangle() []Number {
	var out []Number
	for i := range a {
		out = append(out, a[i][i+1:]...)
	}
	return out
}

// sqDistances returns the squared Euclidean distances of the rows.
func (a Matrix) sqDistances() Matrix {
	out := NewMatrix(len(a), len(a))
	for i := range a {
		for j := range i {
			d := Matrix{a[i]}.minus(Matrix{a[j]}).squares()
			out[i][j], out[j][i] = d, d
		}
	}
	return out
}

func (a Matrix) roots() Matrix {
	return a.mapped(func(_, _ int, v Number) Number { return root(v) })
}

// columnSquares returns the squared norms of the columns.
func (a Matrix) columnSquares() []Number {
	out := make([]Number, a.width())
	for j := range out {
		out[j] = a.column(j).squares()
	}
	return out
}

func identity(n int) Matrix {
	m := NewMatrix(n, n)
	for i := range m {
		m[i][i].SetInt64(1)
	}
	return m
}

func total(values []Number) Number {
	s := zero()
	for _, v := range values {
		s.Add(s, v)
	}
	return s
}

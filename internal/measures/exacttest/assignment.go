package exacttest

// enumerated is the number of rows up to which all assignments are tried.
const enumerated = 4

// bestAssignment returns the largest sum of entries of which no two share a row or a
// column, as many as the smaller dimension: by trying all, or, of many, by shortest
// augmenting paths with potentials (Kuhn 1955, doi 10.1002/nav.3800020109).
func bestAssignment(a Matrix) Number {
	if len(a) > a.width() {
		a = a.transposed()
	}
	if len(a) > enumerated {
		return assigned(a)
	}
	taken := make([]bool, a.width())
	var best func(i int) Number
	best = func(i int) Number {
		if i == len(a) {
			return zero()
		}
		var most Number
		for j, v := range a[i] {
			if taken[j] {
				continue
			}
			taken[j] = true
			if sum := add(v, best(i+1)); most == nil || less(most, sum) {
				most = sum
			}
			taken[j] = false
		}
		return most
	}
	return best(0)
}

// assigned minimises the sum of the negative entries. Row and column 0 stand for none.
func assigned(a Matrix) Number {
	n, m := len(a), a.width()
	u, v := zeros(n+1), zeros(m+1)
	row := make([]int, m+1) // of each column
	for i := 1; i <= n; i++ {
		row[0] = i
		at := 0
		least, from, done := make([]Number, m+1), make([]int, m+1), make([]bool, m+1)
		for row[at] != 0 {
			done[at] = true
			next := 0
			var delta Number
			for j := 1; j <= m; j++ {
				if done[j] {
					continue
				}
				cost := sub(sub(sub(zero(), a[row[at]-1][j-1]), u[row[at]]), v[j])
				if least[j] == nil || less(cost, least[j]) {
					least[j], from[j] = cost, at
				}
				if delta == nil || less(least[j], delta) {
					delta, next = least[j], j
				}
			}
			for j := range done {
				switch {
				case done[j]:
					u[row[j]], v[j] = add(u[row[j]], delta), sub(v[j], delta)
				case least[j] != nil:
					least[j] = sub(least[j], delta)
				}
			}
			at = next
		}
		for at != 0 {
			row[at], at = row[from[at]], from[at]
		}
	}
	sum := zero()
	for j := 1; j <= m; j++ {
		if row[j] != 0 {
			sum.Add(sum, a[row[j]-1][j-1])
		}
	}
	return sum
}

func zeros(n int) []Number {
	out := make([]Number, n)
	for i := range out {
		out[i] = zero()
	}
	return out
}

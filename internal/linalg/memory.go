package linalg

// This file says what decompositions take: the numbers of 8 bytes that they allocate
// at most for an m×n matrix, their results among them. Callers who announce their
// own memory then need not know the algorithms.

// QRMemory is that of QR.
func QRMemory(m, n int64) int64 {
	k := min(m, n)
	return m*n + UpperFactorMemory(m, n) + m*k + qrWidth*(qrWidth+k)
}

// UpperFactorMemory is that of UpperFactor, beside the matrix.
func UpperFactorMemory(m, n int64) int64 {
	k := min(m, n)
	return k*m + k*n + qrWidth*(qrWidth+max(n, qrWidth))
}

// SVDMemory is that of SVD.
func SVDMemory(m, n int64) int64 {
	if m < n {
		return m*n + SVDMemory(n, m)
	}
	outer := int64(0) // the QR decomposition of a tall matrix, and U
	if m > n {
		outer = m*n + UpperFactorMemory(m, n)
	}
	vectors := 4*n*n + 3*panelWidth*(panelWidth+n) // once by rows in any order, and once by columns in theirs
	if n > leafSize {
		vectors += 3 * n * n
	}
	return m*n + outer + reductionMemory(n) + vectors
}

// reductionMemory is that of bidiagonalize, beside the matrix.
func reductionMemory(n int64) int64 { return n*n + 2*panelWidth*n + 8*n }

// SingularValuesMemory is that of SingularValues.
func SingularValuesMemory(m, n int64) int64 {
	if m < n {
		return m*n + SingularValuesMemory(n, m)
	}
	total := m*n + reductionMemory(n)
	if m > n {
		total += UpperFactorMemory(m, n)
	}
	return total
}

// EigSymMemory is that of EigSym for an n×n matrix.
func EigSymMemory(n int64) int64 {
	total := 3*n*n + 3*panelWidth*(panelWidth+n)
	if n > leafSize {
		total += 2 * n * n
	}
	return total
}

// PolarMemory is that of Polar: by iteration, and, where that fails, by the singular
// value decomposition.
func PolarMemory(m, n int64) int64 {
	k := min(m, n)
	total := SVDMemory(m, n) + m*n
	if k <= factorByIteration {
		total += 2*m*n + 2*k*k
	}
	return total
}

// NuclearNormMemory is that of NuclearNorm: from the eigenvalues of AᵀA, and, where
// these do not suffice, from singular values.
func NuclearNormMemory(m, n int64) int64 {
	k := min(m, n)
	if k <= valueByIteration {
		return PolarMemory(m, n)
	}
	return 3*k*k + panelWidth*k + SingularValuesMemory(m, n)
}

// RangeBasisMemory is that of RangeBasis: by QR decomposition, and, where the rank is
// not full, by the singular value decomposition of the factor.
func RangeBasisMemory(m, n int64) int64 {
	if m < n {
		return SVDMemory(m, n) + m*m
	}
	return QRMemory(m, n) + SingularValuesMemory(n, n) + SVDMemory(n, n) + m*n
}

// ProductMemory is that of Centered.CrossGram, and of Gram where p = q: the product,
// and partial sums over the n rows.
func ProductMemory(n, p, q int64) int64 {
	if n == 0 || p == 0 || q == 0 {
		return 0
	}
	_, size := panelSizes(int(n), int(p), int(q))
	return (n + int64(size) - 1) / int64(size) * p * q
}

// DistancesMemory is that of Distances.
func DistancesMemory(n, p int64) int64 { return n*p + 2*n + p }

// SqDistancesMemory is that of SqDistances for n rows of p numbers, of which some
// may repeat.
func SqDistancesMemory(n, p int64) int64 {
	const perRow = 16 // of a table of distinct rows
	pairs := n * (n - 1) / 2
	if pairs*p <= directWork {
		return pairs
	}
	return 2*pairs + n*p + DistancesMemory(n, p) + distanceTile*n + perRow*n
}

// RankingMemory is that of NewRanking: a rank of each value, a place in the order if
// that is kept, and what it takes to sort as many as are sorted at once. Of values
// that are all equal, their run takes a number each more.
func RankingMemory(values int64, keepOrder bool) int64 {
	const sorting, part = 4, 2 // two items a value, and in parts the value and its place
	total := (values + 1) / 2
	if keepOrder {
		total *= 2
	}
	if size := max(values/8, rankedAtOnce); values > size {
		return total + (sorting+part)*size
	}
	return total + sorting*values
}

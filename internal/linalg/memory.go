package linalg

// The functions of this file bound the memory of decompositions of an m×n matrix: the
// number of 8-byte values that they allocate, their results included. With them callers
// can bound their own memory without knowing the algorithms.

// QRMemory bounds the memory of QR.
func QRMemory(m, n int64) int64 {
	k := min(m, n)
	return m*n + UpperFactorMemory(m, n) + m*k + qrWidth*(qrWidth+k)
}

// UpperFactorMemory bounds the memory of UpperFactor, without the matrix.
func UpperFactorMemory(m, n int64) int64 {
	k := min(m, n)
	work, _ := qrWork(m, n)
	return k*m + k*n + work
}

// SVDMemory bounds the memory of SVD.
func SVDMemory(m, n int64) int64 {
	if m < n {
		return m*n + SVDMemory(n, m)
	}
	if n <= smallOrder { // in work space that decompositions share
		vectors := 2*n*n + 2*n
		if m == n {
			return vectors
		}
		return 2*m*n + UpperFactorMemory(m, n) + vectors
	}
	outer := int64(0) // the QR decomposition of a tall matrix, and U
	if m > n {
		outer = m*n + UpperFactorMemory(m, n)
	}
	vectors := 4*n*n + 3*panelWidth*(panelWidth+n) // as unsorted rows and as sorted columns
	if n > leafSize {
		vectors += 3 * n * n
	}
	return m*n + outer + reductionMemory(n) + vectors
}

// reductionMemory bounds the memory of bidiagonalize, without the matrix.
func reductionMemory(n int64) int64 {
	if n <= unblockedOrder {
		return n*n + 12*n
	}
	return n*n + 2*panelWidth*n + 8*n
}

// SingularValuesMemory bounds the memory of SingularValues.
func SingularValuesMemory(m, n int64) int64 {
	if m < n {
		return m*n + SingularValuesMemory(n, m)
	}
	if m == n && n <= smallOrder {
		return 2 * n // in work space that decompositions share
	}
	total := m*n + reductionMemory(n)
	if m > n {
		total += UpperFactorMemory(m, n)
	}
	return total
}

// EigSymMemory bounds the memory of EigSym for an n×n matrix.
func EigSymMemory(n int64) int64 {
	if n <= smallOrder {
		return n*n + 4*n // in work space that decompositions share
	}
	total := 3*n*n + 3*panelWidth*(panelWidth+n)
	if n > leafSize {
		total += 2 * n * n
	}
	return total
}

// PolarMemory bounds the memory of Polar: of the iteration, and of the singular value
// decomposition where the iteration fails.
func PolarMemory(m, n int64) int64 {
	k := min(m, n)
	total := SVDMemory(m, n) + m*n
	if k <= factorByIteration {
		total += 2*m*n + 2*k*k
	}
	return total
}

// NuclearNormMemory bounds the memory of NuclearNorm: of the eigenvalues of AᵀA, and of
// the singular values where these do not suffice.
func NuclearNormMemory(m, n int64) int64 {
	k := min(m, n)
	if k <= directOrder {
		return SingularValuesMemory(m, n)
	}
	return 2*k*k + (panelWidth+3)*k + SingularValuesMemory(m, n)
}

// RangeBasisMemory bounds the memory of RangeBasis: of the QR decomposition, and of the
// singular value decomposition of its factor where the rank is not full.
func RangeBasisMemory(m, n int64) int64 {
	if m < n {
		return SVDMemory(m, n) + m*m
	}
	return QRMemory(m, n) + SingularValuesMemory(n, n) + SVDMemory(n, n) + m*n
}

// ProductMemory bounds the memory of Centered.CrossGram, and of Gram where p = q: the
// product, and partial sums over the n rows.
func ProductMemory(n, p, q int64) int64 {
	if n == 0 || p == 0 || q == 0 {
		return 0
	}
	_, size := panelSizes(int(n), int(p), int(q))
	return (n + int64(size) - 1) / int64(size) * p * q
}

// PanelMemory bounds the memory of a panel of a Centered matrix, of n×p, which every
// processor has of both factors of a product.
func PanelMemory(n, p int64) int64 {
	if p == 0 {
		return 0
	}
	return min(n, int64(panelRows(int(p), 0))) * p
}

// DistancesMemory bounds the memory of Distances.
func DistancesMemory(n, p int64) int64 { return n*p + 2*n + p }

// SqDistancesMemory bounds the memory of SqDistances for n rows of p numbers; rows may
// repeat.
func SqDistancesMemory(n, p int64) int64 {
	const perRow = 16 // of a table of distinct rows
	pairs := n * (n - 1) / 2
	if pairs*p <= directWork {
		return pairs
	}
	return 2*pairs + n*p + DistancesMemory(n, p) + distanceTile*n + perRow*n
}

// RankingMemory bounds the memory of NewRanking: the rank of each value, its place in the
// order if that is kept, and the items that are sorted, with a second memory for them if
// they are few, or for half of them. In parts it needs the values of a part besides, and
// a run of values that tie, which may be all of them and grows.
func RankingMemory(values int64, keepOrder bool) int64 {
	const words = 2 // of an item
	total := (values + 1) / 2
	if keepOrder {
		total += (values + 1) / 2
	}
	sorting := func(n int64) int64 { return words * (n + min(n, max(2*mostSpare, n/2))) }
	if size := max(values/8, rankedAtOnce); values > size {
		const part = 2
		return total + 5*values/4 + sorting(size) + part*size
	}
	return total + sorting(values)
}

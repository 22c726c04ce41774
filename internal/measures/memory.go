package measures

import (
	"runtime"

	"simtool/internal/linalg"
)

// Memory is a measure that bounds the memory of its scores. For a measure without it,
// ScoreBytes assumes the need of most measures of second moments; the contract test
// fails where that is too little.
type Memory interface {
	Measure
	// Memory bounds the memory of Score, apart from the data, for a pair of such
	// sizes and any data: nearly identical, or with dependent features.
	Memory(d Dims) Need
}

// GradientMemory is a measure that bounds the memory of its gradients.
type GradientMemory interface {
	Differentiable
	// GradientMemory bounds the memory of Bind and of the Objective for a reference X
	// and a Y of such sizes, the quantities that the reference keeps included.
	GradientMemory(d Dims) Need
}

// Dims are the sizes of a pair.
type Dims struct {
	N    int64 // samples
	P, Q int64 // features of X and Y
	// Times is the number of time bins, or repeats, of 3-d data, whose samples are
	// Times × conditions. It is 1 or less for other data.
	Times int64

	usual bool // the memory of most data is asked for, not that of any
}

// Need is an amount of memory, in numbers of 8 bytes: the quantities that systems and
// pairs keep, which measures share, and additional work space.
type Need struct {
	// kept holds the sizes of shared quantities by their keys, for both systems
	// together.
	kept map[any]int64
	work int64
}

// kept returns the need of a shared quantity.
func kept(key any, numbers int64) Need { return Need{kept: map[any]int64{key: numbers}} }

// work returns the need of work space.
func work(numbers int64) Need { return Need{work: numbers} }

// together returns the need of computations that run one after the other: the quantities
// that any of them keeps, each once, and the largest work space.
func together(needs ...Need) Need {
	all := Need{kept: map[any]int64{}}
	for _, n := range needs {
		for key, numbers := range n.kept {
			all.kept[key] = max(all.kept[key], numbers)
		}
		all.work = max(all.work, n.work)
	}
	return all
}

// of returns the need of the same quantities of another owner, such as a transformed
// system.
func (n Need) of(owner any) Need {
	type owned struct{ owner, key any }
	out := Need{kept: map[any]int64{}, work: n.work}
	for key, numbers := range n.kept {
		out.kept[owned{owner, key}] = numbers
	}
	return out
}

// bytes returns the need in bytes, with what there always is: vectors of samples and of
// features, panels of both systems for their products, and what is small.
func (n Need) bytes(d Dims) int64 {
	const vectors, small = 8, 1 << 12
	total := n.work + vectors*(d.N+d.P+d.Q) + small
	total += linalg.PanelMemory(d.N, d.P) + linalg.PanelMemory(d.N, d.Q)
	for _, numbers := range n.kept {
		total += numbers
	}
	return word * total
}

// ScoreBytes bounds the bytes in use, apart from the data, while a pair is scored by
// measures one after the other.
func ScoreBytes(named []Named, d Dims) int64 {
	var all Need
	for _, m := range named {
		all = together(all, scoreNeed(m, d))
	}
	return all.bytes(d)
}

// EstimateBytes bounds the bytes in use beside those of ScoreBytes and the data while a
// value is estimated with units left out: the moments of each unit, of the units that
// follow each, and of what stays, in as many copies as there are fits at once; of
// measures without moments, sums over each unit and the samples once more. It is 0 for
// a measure that has no estimate.
func EstimateBytes(m Measure, d Dims) int64 {
	est, ok := As[Estimable](m)
	if !ok {
		return 0
	}
	e, ok := est.Estimator()
	if !ok {
		return 0
	}
	const perFit = 6 // what stays twice, its factors and work space
	p, q := d.compact()
	sides := d.N * (p + q)
	if e.Moments != nil {
		fits := int64(min(mostBlocks+1, runtime.GOMAXPROCS(0)))
		return word * ((2*mostBlocks+1+perFit*fits)*e.Moments(d) + sides)
	}
	var units int64 // whose sums are kept; of single rows none are
	switch {
	case d.Times > 1:
		units = d.N / d.Times
	case !e.Rows:
		units = min(d.N, mostBlocks)
	}
	numbers := 2*sides + 2*units*(p+q+d.N) + 3*(p*p+q*q+p*q) + 20*d.N
	if TakesPairs(m) {
		numbers += d.pairs()
	}
	return word * numbers
}

// scoreNeed returns the need of a measure by its Memory, or otherwise that of moments,
// bases of both systems, and a few temporary matrices of their size.
func scoreNeed(m Measure, d Dims) Need {
	if with, ok := As[Memory](m); ok {
		return with.Memory(d)
	}
	return together(d.needMoments(), d.needBasis(), work(3*d.N*(d.P+d.Q)))
}

// GradientBytes bounds the bytes in use by an Objective for systems of the given sizes,
// the quantities that the reference keeps included.
func GradientBytes(m Measure, d Dims) int64 {
	if with, ok := As[GradientMemory](m); ok {
		return with.GradientMemory(d).bytes(d)
	}
	x := d.reference()
	moments := d.P*d.P + d.Q*d.Q + d.P*d.Q
	return together(x.needMoments(), x.needBasis(), work(6*d.N*d.Q+3*moments)).bytes(d)
}

// TakesPairs reports whether a measure needs memory for pairs of samples. Data of many
// samples and few features have more pairs than values.
func TakesPairs(m Measure) bool {
	const many, times = 1 << 20, 32
	thin := Dims{N: many, P: 1, Q: 1, Times: 1}
	return scoreNeed(m, thin).bytes(thin) > times*8*thin.values()
}

const word = 8 // bytes of a number

// values returns the numbers of the data.
func (d Dims) values() int64 { return d.N * (d.P + d.Q) }

// pairs returns the number of pairs of samples.
func (d Dims) pairs() int64 { return d.N * (d.N - 1) / 2 }

// compact returns the features of the compact matrices.
func (d Dims) compact() (p, q int64) { return min(d.P, d.N), min(d.Q, d.N) }

// larger returns the features of the wider compact matrix.
func (d Dims) larger() int64 { return max(d.compact()) }

// reference returns the sizes of the reference alone.
func (d Dims) reference() Dims {
	d.Q = 0
	return d
}

// systems returns the number of systems.
func (d Dims) systems() int64 {
	if d.Q == 0 {
		return 1
	}
	return 2
}

// swap returns the sizes with the systems exchanged.
func (d Dims) swap() Dims {
	d.P, d.Q = d.Q, d.P
	return d
}

// needCentred returns the need of Xc and Yc.
func (d Dims) needCentred() Need { return kept(centredKey{}, d.values()) }

// needOuter returns the need of the matrices of samples × samples of both systems.
func (d Dims) needOuter() Need {
	return together(kept(outerKey{}, 2*d.N*d.N), work(max(linalg.OuterGramMemory(d.N, d.P), linalg.OuterGramMemory(d.N, d.Q))-d.N*d.N))
}

// needCompact returns the need of the compact matrices.
func (d Dims) needCompact() Need {
	var all Need
	slim, square := int64(0), int64(0)
	for _, p := range []int64{d.P, d.Q} {
		if p <= d.N {
			slim += d.N * p
			continue
		}
		square += d.N * d.N
		factor := linalg.RowFactorMemory(d.N, p)
		if d.usual {
			factor = d.N * d.N // of samples that are independent
		}
		all = together(all, work(linalg.OuterGramMemory(d.N, p)-d.N*d.N), work(factor))
	}
	return together(all, kept(centredKey{}, slim), kept(outerKey{}, square), kept(compactKey{}, square))
}

// needGram returns the need of the Gram matrices of both systems.
func (d Dims) needGram() Need {
	p, q := d.compact()
	sums := max(linalg.ProductMemory(d.N, p, p)-p*p, linalg.ProductMemory(d.N, q, q)-q*q)
	all := together(kept(gramKey{}, p*p+q*q), work(sums))
	if d.P > d.N || d.Q > d.N {
		all = together(all, d.needCompact())
	}
	return all
}

// needSquares returns the need of ‖Kx‖², ‖Ky‖² and ⟨Kx,Ky⟩.
func (d Dims) needSquares() Need {
	if d.bySamples() {
		return d.needOuter()
	}
	return d.needMoments()
}

// needMoments returns the need of A, B and C.
func (d Dims) needMoments() Need {
	p, q := d.compact()
	return together(d.needGram(), kept(crossKey{}, p*q), work(linalg.ProductMemory(d.N, p, q)-p*q))
}

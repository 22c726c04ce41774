package measures

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The similarities of two samples by which nearest neighbours are found.
const (
	metricInner     = "inner"     // ⟨x,x'⟩
	metricCosine    = "cosine"    // ⟨x,x'⟩/(‖x‖‖x'‖), in the order of orderKeyOf
	metricEuclidean = "euclidean" // −‖x−x'‖²
)

// neighbourhood defines the neighbours of a sample. It is a key of shared quantities.
type neighbourhood struct {
	k      int
	metric string
	centre bool // remove the column means first
}

// neighbours holds the k samples nearest to each of n samples, without itself. Among
// samples that are equally near but for rounding, the one with the lowest index is the
// neighbour.
type neighbours struct {
	k       int
	index   []int32   // n×k, ascending within each sample
	nearest []float64 // n×k, the similarity to each
	order   []int32   // n×k, the same samples, the nearest first

	chosen  int     // samples whose last neighbours are chosen among equally near ones
	chance  float64 // sum of the variances of settleTies
	sharing int     // samples of whose neighbours some are equally near
	tied    int     // such neighbours
}

// undecided is the number of samples whose neighbours, or their order, the order of the
// samples decides.
func (nb neighbours) undecided(ordered bool) int {
	if ordered {
		return max(nb.chosen, nb.sharing)
	}
	return nb.chosen
}

// of returns the neighbours of sample i and the similarities to them.
func (nb neighbours) of(i int) ([]int32, []float64) {
	return nb.index[i*nb.k : (i+1)*nb.k], nb.nearest[i*nb.k : (i+1)*nb.k]
}

// inOrder returns the neighbours of sample i, the nearest first.
func (nb neighbours) inOrder(i int) []int32 { return nb.order[i*nb.k : (i+1)*nb.k] }

// neighbours finds the nearest neighbours in a system with more than k samples, in
// O(n²·p) time and O(n·(k+p)) memory, apart from one block of similarities. The
// Euclidean metric uses the shared distances where they are kept.
func (s *System) neighbours(h neighbourhood) (neighbours, error) {
	return shared(&s.memo, h, func() (neighbours, error) {
		rows, err := s.similarityRows(h)
		if err != nil {
			return neighbours{}, err
		}
		allow := s.similarityAllowance(h)
		n := s.Samples()
		nb := newNeighbours(n, h.k)
		best := make([]candidate, 0, h.k)
		for i := range n {
			row := rows(i)
			best = nearestOf(best[:0], row, i, h.k)
			if chance := settleTies(best, row, i, allow(i)); chance > 0 {
				nb.chosen++
				nb.chance += chance
			}
			slices.SortFunc(best, func(a, b candidate) int { return cmp.Compare(a.index, b.index) })
			index, nearest := nb.of(i)
			for at, c := range best {
				index[at], nearest[at] = c.index, h.similarity(c)
			}
			if tied := byNearness(best, allow(i)); tied > 0 {
				nb.sharing++
				nb.tied += tied
			}
			order := nb.inOrder(i)
			for at, c := range best {
				order[at] = c.index
			}
		}
		return nb, nil
	})
}

func newNeighbours(n, k int) neighbours {
	return neighbours{k: k, index: make([]int32, n*k), nearest: make([]float64, n*k), order: make([]int32, n*k)}
}

// similarity returns the similarity to a candidate, which cosines have another order of.
func (h neighbourhood) similarity(c candidate) float64 {
	if h.metric == metricCosine {
		return cosineOfKey(-c.similarity)
	}
	return c.similarity
}

// need returns the need of the neighbours in both systems: their numbers and
// similarities, and, during the search, a copy of the samples and a block of
// similarities.
func (h neighbourhood) need(d Dims) Need {
	all := kept(h, 2*(d.N*int64(h.k)*2+d.N))
	if words := (d.N + 63) / 64; words <= 8*int64(h.k) {
		all = together(all, kept(neighbourBitsKey{h}, 2*d.N*words))
	}
	if h.metric == metricEuclidean {
		if d.tiled() {
			return together(all, d.needBands(1))
		}
		return together(all, d.needDistances(), work(2*d.N))
	}
	if h.centre {
		all = together(all, d.needCentred())
	}
	copies := d.N * max(d.P, d.Q)
	if h.metric == metricCosine {
		copies += linalg.DistancesMemory(d.N, max(d.P, d.Q)) + 8*d.N
	}
	return together(all, work(min(blockRows, d.N)*d.N+copies))
}

// candidate is a sample that may be a neighbour.
type candidate struct {
	similarity float64
	index      int32
}

// nearestOf collects in best the k samples other than self with the greatest similarity,
// in descending order.
func nearestOf(best []candidate, similarity []float64, self, k int) []candidate {
	for j, v := range similarity {
		if j == self || (len(best) == k && v <= best[k-1].similarity) {
			continue
		}
		if len(best) < k {
			best = append(best, candidate{})
		}
		at := len(best) - 1
		for ; at > 0 && v > best[at-1].similarity; at-- {
			best[at] = best[at-1]
		}
		best[at] = candidate{v, int32(j)}
	}
	return best
}

// blockRows is the number of samples that are compared with all others at a time.
const blockRows = 128

// similarityRows returns a function that returns the similarities of sample i to all
// samples, in memory that the next call may reuse. i must not decrease from call to
// call.
func (s *System) similarityRows(h neighbourhood) (func(i int) []float64, error) {
	n, p := s.raw.Dims()
	var compute func(dst *mat.Dense, lo int)
	switch {
	case h.metric == metricInner:
		z := s.directionOrigin(h)
		compute = func(dst *mat.Dense, lo int) {
			dst.Mul(z.Slice(lo, lo+dst.RawMatrix().Rows, 0, p), z.T())
		}
	case h.metric == metricCosine:
		z, err := s.directions(h)
		if err != nil {
			return nil, err
		}
		d := linalg.NewDistances(z)
		compute = func(dst *mat.Dense, lo int) {
			d.BlockTo(dst, lo, 0)
			for i := range dst.RawMatrix().Rows {
				row := dst.RawRowView(i)
				for j, v := range row {
					row[j] = -orderKeyOf(v, z.RawRowView(lo+i), z.RawRowView(j))
				}
			}
		}
	case s.tiled():
		d := linalg.NewDistances(s.raw)
		compute = func(dst *mat.Dense, lo int) {
			d.BlockTo(dst, lo, 0)
			for i := range dst.RawMatrix().Rows {
				scale(dst.RawRowView(i), -1)
			}
		}
	default:
		return s.distanceRow(n), nil
	}
	block := mat.NewDense(min(blockRows, n), n, nil)
	lo, hi := 0, 0
	return func(i int) []float64 {
		if i >= hi {
			lo, hi = i, min(i+blockRows, n)
			compute(block.Slice(0, hi-lo, 0, n).(*mat.Dense), lo)
		}
		return block.RawRowView(i - lo)
	}, nil
}

// distanceRow is similarityRows of the negative squared Euclidean distance.
func (s *System) distanceRow(n int) func(i int) []float64 {
	d := s.distances()
	row := make([]float64, n)
	return func(i int) []float64 {
		at := i - 1 // of the pair (0,i) in the upper triangle
		for j := range i {
			row[j] = -d[at]
			at += n - j - 2
		}
		row[i] = 0
		for j := i + 1; j < n; j++ {
			row[j] = -d[at+j-i]
		}
		return row
	}
}

// directionOrigin returns the samples whose inner products and directions matter.
func (s *System) directionOrigin(h neighbourhood) *mat.Dense {
	if h.centre {
		return s.centred()
	}
	return s.raw
}

// directions returns them with the norm √½. A sample that is the mean of all but for
// rounding has no direction.
func (s *System) directions(h neighbourhood) (*mat.Dense, error) {
	unit := mat.DenseCopyOf(s.directionOrigin(h))
	least := 0.0
	if h.centre {
		squares := 0.0
		for _, v := range s.largest() {
			squares += v * v
		}
		least = 2 * computedEps(s.precision) * math.Sqrt(squares)
	}
	for i := range s.Samples() {
		row := unit.RawRowView(i)
		if !(math.Sqrt(dot(row, row)) > least) || !normalise(row, false, s.precision) {
			where := "zero"
			if h.centre {
				where = "the mean of all samples"
			}
			return nil, undefined("sample %d (counted from 0) of %s is %s, so it has no direction to compare: use center=%t or another metric", i, s.label(), where, !h.centre)
		}
	}
	return unit, nil
}

type overlapKey struct{ neighbourhood }

// overlaps returns for each sample the number of its k neighbours in X that are also its
// neighbours in Y.
func (p *Pair) overlaps(h neighbourhood) ([]int, error) {
	return shared(&p.memo, overlapKey{h}, func() ([]int, error) {
		x, err := p.X.neighbours(h)
		if err != nil {
			return nil, err
		}
		y, err := p.Y.neighbours(h)
		if err != nil {
			return nil, err
		}
		out := make([]int, p.Samples())
		if words := (p.Samples() + 63) / 64; words <= 8*h.k {
			commonBits(out, p.X.neighbourBits(h, x), p.Y.neighbourBits(h, y), words)
			return out, nil
		}
		for i := range out {
			a, _ := x.of(i)
			b, _ := y.of(i)
			out[i] = countCommon(a, b)
		}
		return out, nil
	})
}

type neighbourBitsKey struct{ neighbourhood }

// neighbourBits returns a bit for each two samples, set where the second is a neighbour of
// the first; the bits of a sample fill whole words.
func (s *System) neighbourBits(h neighbourhood, nb neighbours) []uint64 {
	return always(&s.memo, neighbourBitsKey{h}, func() []uint64 {
		words := (s.n + 63) / 64
		out := make([]uint64, s.n*words)
		for i := range s.n {
			index, _ := nb.of(i)
			for _, j := range index {
				out[i*words+int(j)/64] |= 1 << (j % 64)
			}
		}
		return out
	})
}

// commonBits counts the bits of each sample that are set in both.
func commonBits(out []int, a, b []uint64, words int) {
	for i := range out {
		count := 0
		mine := b[i*words : (i+1)*words]
		for k, v := range a[i*words : (i+1)*words] {
			count += bits.OnesCount64(v & mine[k])
		}
		out[i] = count
	}
}

// countCommon returns the number of countCommon elements of two ascending lists.
func countCommon(a, b []int32) int {
	count := 0
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			count++
			a, b = a[1:], b[1:]
		}
	}
	return count
}

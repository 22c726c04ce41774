package mlem

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// moments are weighted sums over pairs of the P regressors x and the K regressed
// distances y, both minus a shift. They determine least squares and Pearson's
// correlation. They are views of one row of sums.
type moments struct {
	count float64
	x     []float64 // Σx, P
	xx    []float64 // Σx·xᵀ, upper triangle row by row
	cross []float64 // Σy, Σy² and Σx·y of each distance in turn, K×(2+P)
	rows  *rowPart  // nil where effects of single stimuli are not told apart
}

// commonSums is the number of sums that all distances share, ownSums the number of
// sums of each distance, and width the number of all sums.
func commonSums(p int) int { return 1 + p + p*(p+1)/2 }
func ownSums(p int) int    { return 2 + p }
func width(p, k int) int   { return commonSums(p) + k*ownSums(p) }

// viewMoments returns the moments in a row of sums. It copies the count.
func viewMoments(row []float64, p int) *moments {
	next := func(n int) []float64 {
		part := row[:n]
		row = row[n:]
		return part
	}
	return &moments{count: next(1)[0], x: next(p), xx: next(p * (p + 1) / 2), cross: row}
}

// sums returns Σy, Σy² and Σx·y sums distance k.
func (m *moments) sums(k int) (y, yy float64, xy []float64) {
	part := m.cross[k*ownSums(len(m.x)):][:ownSums(len(m.x))]
	return part[0], part[1], part[2:]
}

// shift is subtracted from regressors and distances before they are multiplied. It is
// close to their means, so that centring the sums afterwards costs no digits. The
// result does not depend on it.
type shift struct{ x, y []float64 }

// samplings are multiplicities of the clusters of stimuli, with one row for each
// resampled data set. A row of ones is the original data, zeros leave clusters out (a
// fold), and counts make a replicate of the bootstrap. A pair of clusters a ≤ b
// counts m_a·m_b times; a stimulus is never paired with itself or its copy.
type samplings struct {
	rows [][]float64
}

// accumulator sums the moments of all samplings in one pass over the pairs.
//
// Where it can it takes them from moments of the stimuli, see algebra. Otherwise there are
// cells, the pairs between two clusters. Their moments are computed once, by products of
// tiles of their pairs. One more product, (samplings × cells)·(cells ×
// moments), adds them to all samplings, so that neither folds nor bootstrap
// replicates cost another pass over the pairs. Cells are summed in a fixed order, so
// the result has the same bits for any number of workers. The shapes of the products
// for a distance do not depend on the number of distances, so other distances do not
// change the bits of its sums.
type accumulator struct {
	sample *sample
	design *design
	start  []int // first stimulus of each cluster, and the end
	shift  shift
	jobs   int
	listed *pairList // the pairs that are used where these are few; nil elsewhere
	// algebra gives moments without pairs; nil where these are needed.
	algebra *algebra
	// rows, where it is not nil, is called with the moments of each representation that the
	// algebra takes.
	rows func(k int, m *patternMoments) error
}

// newAccumulator computes the shift from pairs spread over all stimuli.
func newAccumulator(s *sample, g *design, start []int, jobs int) *accumulator {
	a := &accumulator{sample: s, design: g, start: start, jobs: jobs, listed: s.listPairs()}
	p, k := len(g.terms), len(s.neural)
	a.shift = shift{make([]float64, p), make([]float64, k)}
	n := len(s.id)
	const probes = 2048
	var first, second []int32
	for t := range probes {
		// Multiples of a large prime scatter over the stimuli.
		i, j := t%n, int(uint64(t+1)*2654435761%uint64(n))
		if i != j && s.uses(min(i, j), max(i, j)) {
			first, second = append(first, int32(min(i, j))), append(second, int32(max(i, j)))
		}
	}
	a.algebra = newAlgebra(s, g, start)
	w := newCellWorker(a)
	var y [1]float64
	for q, i := range first {
		w.regressors(first[q:q+1], second[q:q+1])
		for t, v := range w.x[:p] {
			a.shift.x[t] += v / float64(len(first))
		}
		for t, neural := range s.neural {
			neural.block(y[:], int(i), int(i)+1, int(second[q]), int(second[q])+1)
			a.shift.y[t] += y[0] / float64(len(first))
		}
	}
	return a
}

// footprint returns the bytes that run needs for the given number of samplings.
func (a *accumulator) footprint(samplings int) int {
	p, k := len(a.design.terms), len(a.sample.neural)
	return 8 * (width(p, k)*(samplings+a.batch()) + workers(a.jobs, a.batch())*p*p)
}

// batch is the number of cells whose moments are in memory at a time. Sums are
// rounded once a batch, so it must not depend on the number of distances.
func (a *accumulator) batch() int {
	const values = 8 << 20 // 64 MB
	return max(1, min(128, values/commonSums(len(a.design.terms))))
}

// run returns the moments of every sampling. maxMemory bounds its memory in bytes. The
// error says that this is too little, or is that of ctx.
func (a *accumulator) run(ctx context.Context, s samplings, maxMemory int, progress Progress) ([]*moments, error) {
	p, k := len(a.design.terms), len(a.sample.neural)
	if need := a.footprint(len(s.rows)); maxMemory > 0 && need > maxMemory {
		return nil, &data.InputError{
			Found:  fmt.Sprintf("%d regressors, %d representations and %d resampled data sets need %s", p, k, len(s.rows), data.Bytes(int64(need))),
			Wanted: "want at most " + data.Bytes(int64(maxMemory)),
			Hint:   "allow more memory, draw fewer bootstrap samples or leave out interactions",
		}
	}
	t := width(p, k)
	total := mat.NewDense(len(s.rows), t, nil)
	pairwise := a.algebra == nil // whether pairs are formed
	for _, d := range a.sample.neural {
		pairwise = pairwise || !a.algebra.takes(d)
	}
	if pairwise {
		if err := a.sumCells(ctx, s, total, progress); err != nil {
			return nil, err
		}
	}
	if a.algebra != nil {
		err := a.algebra.sumRegressors(ctx, a.jobs, s, a.shift, func(r int) []float64 { return total.RawRowView(r)[:commonSums(p)] })
		if err != nil {
			return nil, err
		}
	}
	for i, d := range a.sample.neural {
		if !a.algebra.takes(d) {
			continue
		}
		patterns, err := a.algebra.patterns(ctx, d, a.start, a.jobs)
		if err != nil {
			return nil, err
		}
		own := func(r int) []float64 { return total.RawRowView(r)[width(p, i):width(p, i+1)] }
		if err := a.algebra.sumDistances(ctx, a.jobs, s, patterns, a.shift, a.shift.y[i], own); err != nil {
			return nil, err
		}
		if a.rows != nil {
			if err := a.rows(i, patterns); err != nil {
				return nil, err
			}
		}
	}
	out := make([]*moments, len(s.rows))
	for r := range out {
		out[r] = viewMoments(total.RawRowView(r), p)
	}
	return out, nil
}

// sumCells adds the sums of all cells, or those with distances alone where algebra has the
// others, to all samplings.
func (a *accumulator) sumCells(ctx context.Context, s samplings, total *mat.Dense, progress Progress) error {
	p, k := len(a.design.terms), len(a.sample.neural)
	clusters := len(a.start) - 1
	type cell struct{ a, b int }
	cells := make([]cell, 0, clusters*(clusters+1)/2)
	for i := range clusters {
		for j := i; j < clusters; j++ {
			cells = append(cells, cell{i, j})
		}
	}
	batch := a.batch()
	sums := mat.NewDense(batch, width(p, k), nil)
	weights := mat.NewDense(len(s.rows), batch, nil)
	mine := make([]*cellWorker, workers(a.jobs, batch))
	// spread adds some columns of the sums of some cells to all samplings.
	spread := func(part []cell, from, columns int) {
		w, v, to := weights.RawMatrix(), sums.RawMatrix(), total.RawMatrix()
		w.Cols, v.Rows = len(part), len(part)
		v.Data, v.Cols, to.Data, to.Cols = v.Data[from:], columns, to.Data[from:], columns
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, w, v, 1, to)
	}
	for c0 := 0; c0 < len(cells); c0 += batch {
		progress.report("pairs", c0, len(cells))
		part := cells[c0:min(c0+batch, len(cells))]
		err := forEach(ctx, a.jobs, len(part), func(worker, i int) error {
			if mine[worker] == nil {
				mine[worker] = newCellWorker(a)
			}
			row := sums.RawRowView(i)
			clear(row)
			mine[worker].sum(row, part[i].a, part[i].b)
			return nil
		})
		if err != nil {
			return err
		}
		for r, m := range s.rows {
			row := weights.RawRowView(r)
			for i, c := range part {
				row[i] = m[c.a] * m[c.b]
			}
		}
		if a.algebra == nil {
			spread(part, 0, commonSums(p))
		}
		err = forEach(ctx, a.jobs, k, func(_, i int) error {
			if !a.algebra.takes(a.sample.neural[i]) {
				spread(part, width(p, i), ownSums(p))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	progress.report("pairs", len(cells), len(cells))
	return nil
}

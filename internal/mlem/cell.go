package mlem

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// cellWorker computes the moments of cells, in memory of its own.
type cellWorker struct {
	*accumulator
	coordinates   []column
	tile          int
	first, second []int32
	d, x, y       []float64 // feature distances, regressors, distances of a tile
	xx, xy        []float64 // Σxxᵀ of a cell, Σxyᵀ of a tile
	blocks        []float64 // distances between two clusters, one matrix for each representation
}

// distancesAtOnce is the number of distances that one product multiplies with the
// regressors. The product has that shape even where fewer distances remain.
const distancesAtOnce = 8

func newCellWorker(a *accumulator) *cellWorker {
	p, f, k := len(a.design.terms), a.design.width(), len(a.sample.neural)
	w := &cellWorker{accumulator: a, coordinates: a.sample.features.coordinates()}
	// A tile of regressors should stay in the second-level cache.
	w.tile = max(64, min(2048, 1<<16/(p+distancesAtOnce)))
	largest := 1
	for c := range len(a.start) - 1 {
		largest = max(largest, a.start[c+1]-a.start[c])
	}
	w.tile = min(w.tile, largest*largest)
	w.d, w.x, w.y = make([]float64, w.tile*f), make([]float64, w.tile*p), make([]float64, w.tile*distancesAtOnce)
	w.xx, w.xy = make([]float64, p*p), make([]float64, p*distancesAtOnce)
	if a.listed == nil {
		w.blocks = make([]float64, largest*largest*k)
	}
	return w
}

// sum adds the moments of the pairs between clusters a and b to row, those of regressors
// alone and those with distances unless the algebra has them.
func (w *cellWorker) sum(row []float64, a, b int) {
	r0, r1, c0, c1 := w.start[a], w.start[a+1], w.start[b], w.start[b+1]
	size := (r1 - r0) * (c1 - c0)
	clear(w.xx)
	w.first, w.second = w.first[:0], w.second[:0]
	add := func(i, j int32) {
		w.first, w.second = append(w.first, i), append(w.second, j)
		if len(w.first) == w.tile {
			w.flush(row, r0, c0, c1-c0, size)
		}
	}
	if w.listed != nil {
		for i := r0; i < r1; i++ {
			for _, j := range w.listed.within(i, c0, c1) {
				add(int32(i), j)
			}
		}
	} else {
		for k, y := range w.sample.neural {
			if !w.algebra.takes(y) {
				y.block(w.blocks[k*size:(k+1)*size], r0, r1, c0, c1)
			}
		}
		all := w.sample.usesAllPairs()
		for i := r0; i < r1; i++ {
			for j := max(c0, i+1); j < c1; j++ {
				if all || w.sample.uses(i, j) {
					add(int32(i), int32(j))
				}
			}
		}
	}
	w.flush(row, r0, c0, c1-c0, size)
	p := len(w.design.terms)
	packed := row[1+p:]
	for t := range p {
		copy(packed, w.xx[t*p+t:(t+1)*p])
		packed = packed[p-t:]
	}
}

// flush adds the moments of a tile of pairs and empties the tile.
func (w *cellWorker) flush(row []float64, r0, c0, cols, size int) {
	n := len(w.first)
	if n == 0 {
		return
	}
	p := len(w.design.terms)
	w.regressors(w.first, w.second)
	m := viewMoments(row, p)
	row[0] += float64(n)
	for q := range n {
		x := w.x[q*p : (q+1)*p]
		for t, s := range w.shift.x {
			x[t] -= s
			m.x[t] += x[t]
		}
	}
	x := blas64.General{Rows: n, Cols: p, Stride: p, Data: w.x}
	if w.algebra == nil {
		blas64.Syrk(blas.Trans, 1, x, 1, blas64.Symmetric{N: p, Stride: p, Data: w.xx, Uplo: blas.Upper})
	}
	for k := 0; k < len(w.shift.y); k += distancesAtOnce {
		w.flushDistances(m, x, k, r0, c0, cols, size)
	}
	w.first, w.second = w.first[:0], w.second[:0]
}

// flushDistances adds the moments of the distances from number k0 on, for a tile
// with regressors x.
func (w *cellWorker) flushDistances(m *moments, x blas64.General, k0, r0, c0, cols, size int) {
	k1 := min(k0+distancesAtOnce, len(w.shift.y))
	p := x.Cols
	for k := k0; k < k1; k++ {
		sums := m.cross[k*ownSums(p):]
		shift := w.shift.y[k]
		add := func(q int, v float64) {
			v -= shift
			w.y[q*distancesAtOnce+k-k0] = v
			sums[0] += v
			sums[1] += v * v
		}
		if w.listed != nil {
			for q, i := range w.first {
				add(q, w.sample.neural[k].single(int(i), int(w.second[q])))
			}
			continue
		}
		block := w.blocks[k*size:]
		for q, i := range w.first {
			add(q, block[(int(i)-r0)*cols+int(w.second[q])-c0])
		}
	}
	y := blas64.General{Rows: x.Rows, Cols: distancesAtOnce, Stride: distancesAtOnce, Data: w.y}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, x, y, 0, blas64.General{Rows: p, Cols: distancesAtOnce, Stride: distancesAtOnce, Data: w.xy})
	for k := k0; k < k1; k++ {
		_, _, xy := m.sums(k)
		for t := range xy {
			xy[t] += w.xy[t*distancesAtOnce+k-k0]
		}
	}
}

// regressors fills the tile of feature distances and of their products.
func (w *cellWorker) regressors(first, second []int32) {
	f, p := len(w.coordinates), len(w.design.terms)
	for c := range w.coordinates {
		w.coordinates[c].distances(w.d[c:], f, first, second)
	}
	for q := range first {
		w.design.products(w.x[q*p:(q+1)*p], w.d[q*f:(q+1)*f])
	}
}

package score

import (
	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/inference"
	"simtool/internal/measures"
)

// blockPlan says how many systems are in work at once: so many rows with so many columns,
// or, where the systems and vectors of all are kept, with all.
type blockPlan struct {
	whole         bool
	rows, columns int
	bytes         int64 // of systems, vectors and products
}

const (
	// mostRows is the number of rows whose products are computed at once.
	mostRows = 256
	// mostProducts is the memory that they take at most, but for few rows.
	mostProducts = 256 << 20
	// mostKept is the memory that systems and their vectors take at most: beyond it they
	// are formed again for each block, at little cost beside their products.
	mostKept = 7 << 29
	// systemShare is about how much a system takes, its data and what is kept of them, in
	// sizes of the data.
	systemShare = 2
)

// planBlocks divides the matrix of so many systems into blocks, within three quarters of the
// limit: the rest is for pairs in work, and for what the collector has not yet found. Kinds
// of vectors of which not even two systems fit are left out.
func planBlocks(kinds []kind, sizes map[string]footprint, systems int, limit int64) (blockPlan, []kind) {
	budget := min(mostKept, (limit-batch.ProgramMemory)/4*3)
	largest := int64(0)
	total := int64(0)
	for _, f := range sizes {
		largest = max(largest, systemShare*f.values())
		total += systemShare * f.values()
	}
	for {
		vectors := func(n int) (bytes int64) {
			for _, k := range kinds {
				bytes += collection.Bytes(k.vectors, n)
			}
			return bytes
		}
		products := func(rows, columns int) (bytes int64) {
			for _, k := range kinds {
				bytes += collection.TileBytes(k.vectors, rows, columns)
			}
			return bytes
		}
		for rows := min(mostRows, systems); rows >= min(4, systems); rows /= 2 {
			tile := products(rows, systems)
			if need := total + vectors(systems) + tile; need <= budget && (tile <= mostProducts || rows <= 8) {
				return blockPlan{true, rows, systems, need}, kinds
			}
		}
		for size := systems; size >= 2; size = size * 3 / 4 {
			if need := 2*(int64(size)*largest+vectors(size)) + products(size, size); need <= budget {
				return blockPlan{false, size, size, need}, kinds
			}
		}
		if len(kinds) == 0 {
			return blockPlan{false, 1, 1, 2 * largest}, kinds
		}
		kinds = kinds[:len(kinds)-1]
	}
}

// estimateBlocks bounds the memory of blocks, and of the rows of a band and the matrix that
// become of them. The units, on which the vectors depend, are not known before the data are:
// it takes those of the largest vectors. It returns as well how many systems are held.
func (s *scorer) estimateBlocks(sizes map[string]footprint) (bytes int64, held int) {
	const row = 1 << 10
	o := s.options
	n, systems := int64(0), len(o.systems)
	for _, f := range sizes {
		n = max(n, f.n)
	}
	width, _ := meanWidth(sizes, n)
	d := measures.Dims{N: n, P: width, Q: width}
	var kinds []kind
	for _, m := range o.named {
		inner, ok := measures.As[measures.InnerProduct](m)
		if !ok || n < 2 {
			continue
		}
		var largest *measures.Vectors
		for _, units := range []*measures.Units{nil, measures.BlockUnits(int(n), int(n)), measures.BlockUnits(int(n), int(min(n, 15)))} {
			if v, ok := inner.Vectors(d, units); ok && (largest == nil || v.Length+len(v.Spans) > largest.Length+len(largest.Spans)) {
				largest = v
			}
			if o.Inference.Mode == string(inference.None) {
				break
			}
		}
		if largest != nil {
			kinds = append(kinds, kind{largest, int(n)})
		}
	}
	plan, _ := planBlocks(kinds, sizes, systems, o.maxMemory())
	band := int64(len(o.pairs)/mostBands + 2*systems)
	held = systems
	if !plan.whole {
		held = min(systems, plan.rows+plan.columns)
	}
	return plan.bytes + row*band*int64(len(o.named)) + 8*int64(systems)*int64(systems), held
}

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
	bytes         int64 // of systems, vectors and products, and of scores that wait for their turn
	usual         int64 // of these for most data
	vectors       int64 // of the vectors alone
}

const (
	// mostRows is the number of rows whose products are computed at once.
	mostRows = 256
	// mostProducts is the memory that they take at most, but for few rows.
	mostProducts = 256 << 20
	// mostKept is the memory that systems and their vectors take at most: beyond it columns
	// are formed again for each span of rows.
	mostKept = 7 << 29
	// A block of columns has a quarter as many systems as there are rows, for columns are
	// formed as often as there are spans; more columns than some make products no faster.
	columnShare, mostColumns = 4, 32
	// fewUnits is how many units the estimates of most measures rest on.
	fewUnits = 15
)

// needs are what the matrix of all pairs takes.
type needs struct {
	kinds   []kind
	sizes   map[string]footprint
	systems int
	keeps   keeps // of a system beside its vectors
	without keeps // of a system without vectors
	work    int64 // of all pairs in work
	ahead   func(rows int) int64
	limit   int64
}

// keeps are the bytes that a system keeps beside its data: matrices, half of those of a pair,
// and the centred data, which most measures do not need as a whole.
type keeps struct{ matrices, centred int64 }

func keepsOf(named []measures.Named, d measures.Dims) (k keeps) {
	if len(named) > 0 {
		k.matrices = measures.UsualKept(named, d) / 2
		k.centred = footprint{d.N, max(d.P, d.Q), 1}.values()
	}
	return k
}

// atLeast returns the larger ones.
func (k keeps) atLeast(o keeps) keeps {
	return keeps{max(k.matrices, o.matrices), max(k.centred, o.centred)}
}

// told reports whether nothing is computed for a pair of two systems but what follows from
// their vectors: the score and, where the vectors are of units, its estimate without each.
func (o *Options) told(m measures.Measure, d measures.Dims) bool {
	inner, ok := measures.As[measures.InnerProduct](m)
	if !ok || d.N < 2 {
		return false
	}
	v, ok := inner.Vectors(d, nil)
	switch {
	case !ok || o.Inference.Mode == string(inference.None):
		return ok
	case o.Inference.Mode == string(inference.Full) || o.Inference.Permutations > 0 || o.Inference.Over != string(inference.Stimuli):
		return false
	}
	u, ok := inner.Vectors(d, measures.BlockUnits(int(d.N), int(min(d.N, fewUnits))))
	return ok && u.Key != v.Key
}

// needs returns what the matrix takes whose systems have some kinds of vectors.
func (s *scorer) needs(kinds []kind, sizes map[string]footprint) *needs {
	o := s.options
	n := &needs{kinds: kinds, sizes: sizes, systems: len(o.systems), ahead: o.aheadBytes, limit: o.maxMemory()}
	s.eachSize(sizes, func(named []measures.Named, x, y footprint) {
		d, _ := o.viewOf(x, y)
		var keep []measures.Named
		for _, m := range named {
			if !o.told(m, d) {
				keep = append(keep, m)
			}
		}
		n.keeps = n.keeps.atLeast(keepsOf(keep, d))
		n.without = n.without.atLeast(keepsOf(named, d))
		n.work = max(n.work, int64(s.env.Jobs)*(o.pairWork(named, x, y)+s.estimateWork(named, x, y)))
	})
	return n
}

// eachSize calls do once for all pairs that have the same sizes and measures.
func (s *scorer) eachSize(sizes map[string]footprint, do func(named []measures.Named, x, y footprint)) {
	type sized struct {
		x, y     footprint
		mirrored bool
	}
	seen := map[sized]bool{}
	for _, p := range s.options.pairs {
		if one := (sized{sizes[p.X], sizes[p.Y], p.mirrored}); !seen[one] {
			seen[one] = true
			do(s.options.measuresOf(p), one.x, one.y)
		}
	}
}

// plan divides the matrix into spans of rows, as many as fit, and blocks of columns, within
// three quarters of the limit that pairs in work leave: the rest is for what the collector
// has not yet found. Pairs in work leave half of it at least, for they are fewer at once
// where there is no more memory. Kinds of vectors of which not even two rows and two columns
// fit, whatever their systems keep, are left out: scores are then the same but for rounding.
func (n *needs) plan() (blockPlan, []kind) {
	limit := n.limit - batch.ProgramMemory
	least := min(mostKept, limit/4*3)
	budget := min(mostKept, max(limit/2, limit-n.work)/4*3)
	kinds, keeps := n.kinds, n.keeps
	for {
		largest, data := int64(0), int64(0)
		for _, f := range n.sizes {
			largest = max(largest, f.values())
			data += f.values()
		}
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
		plan := func(rows, columns int, whole bool, held int, data, products int64) blockPlan {
			v := vectors(held)
			usual := data + int64(held)*keeps.matrices + v + products
			return blockPlan{whole, rows, columns, usual + int64(held)*keeps.centred, usual, v}
		}
		for rows := min(mostRows, n.systems); rows >= min(4, n.systems); rows /= 2 {
			tile := products(rows, n.systems)
			if p := plan(rows, n.systems, true, n.systems, data, tile); p.bytes <= budget && (tile <= mostProducts || rows <= 8) {
				return p, kinds
			}
		}
		for rows := n.systems; rows >= 2; rows-- {
			columns := max(2, min(rows/columnShare, mostColumns))
			held := rows + columns
			p := plan(rows, columns, false, held, int64(held)*largest, products(rows, max(rows, columns))+n.ahead(rows))
			if p.bytes <= budget || rows == 2 && 2*int64(held)*largest+p.vectors+products(2, 2) <= least {
				return p, kinds
			}
		}
		if len(kinds) == 0 {
			return plan(1, 1, false, 2, 2*largest, 0), kinds
		}
		kinds, keeps = kinds[:len(kinds)-1], n.without
	}
}

// foreseePlan is the plan by the sizes of systems. The units, on which the vectors depend,
// are not known before the data are: it takes those of the largest vectors.
func (s *scorer) foreseePlan(sizes map[string]footprint) blockPlan {
	o := s.options
	n := int64(0)
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
		for _, units := range []*measures.Units{nil, measures.BlockUnits(int(n), int(n)), measures.BlockUnits(int(n), int(min(n, fewUnits)))} {
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
	plan, _ := s.needs(kinds, sizes).plan()
	return plan
}

// besideBlocks bounds the memory of the rows of a band and the matrix that become of them.
func (o *Options) besideBlocks() int64 {
	systems := int64(len(o.systems))
	return o.bandBytes() + 8*systems*systems
}

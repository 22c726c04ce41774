package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packing emits the copies into panels. A panel holds, for p = 0, 1, ... in
// turn, maxVecs·lanes consecutive values of the other index: the layout in
// which a tile reads B, and (lanes of it at a time) A.
func (g *generator) packing() {
	g.packRows()
	g.packEdge()
	g.transposing()
}

// packRows emits the copy for sources that lie in memory as panels want them,
// the rows of B or of a transposed A.
func (g *generator) packRows() {
	g.function("PackRows", "func(k, panels int, src *#, ld int, dst *#, ps int)",
		"copies k rows of panels·(panel width) values, ld apart, into panels ps apart.",
		"It reads a row to its end before the next: the source comes from afar and in order,",
		"the panels are near.")
	k, ld, ps := g.arg("k"), g.stride("ld"), g.stride("ps")
	src, dst := g.arg("src"), g.arg("dst")
	g.Label("row")
	from, to, left := g.GP64(), g.GP64(), g.arg("panels")
	g.MOVQ(src, from)
	g.MOVQ(dst, to)
	g.Label("panel")
	for v := range maxVecs {
		x := g.vec()
		g.move(operand.Mem{Base: from, Disp: v * g.bytes()}, x)
		g.move(x, operand.Mem{Base: to, Disp: v * g.bytes()})
	}
	g.ADDQ(operand.I32(maxVecs*g.bytes()), from)
	g.ADDQ(ps, to)
	g.DECQ(left)
	g.JNZ(operand.LabelRef("panel"))
	g.ADDQ(ld, src)
	g.ADDQ(operand.I32(maxVecs*g.bytes()), dst)
	g.DECQ(k)
	g.JNZ(operand.LabelRef("row"))
	g.VZEROUPPER()
	g.RET()
}

// packEdge emits the copy of a last panel that the matrix does not fill.
func (g *generator) packEdge() {
	g.function("PackEdge", "func(k, tail0, tail1, tail2 int, src *#, ld int, dst *#)",
		"copies k rows, ld apart, into one panel. tail0 to tail2 say how many lanes of each",
		"vector exist; the others are not read, and set to 0 in the panel.")
	masks := make([]lanesMask, maxVecs)
	for v, name := range []string{"tail0", "tail1", "tail2"} {
		masks[v] = g.mask(g.arg(name))
	}
	k, ld := g.arg("k"), g.stride("ld")
	src, dst := g.arg("src"), g.arg("dst")
	g.Label("row")
	for v := range maxVecs {
		x := g.vec()
		g.load(operand.Mem{Base: src, Disp: v * g.bytes()}, x, &masks[v])
		g.move(x, operand.Mem{Base: dst, Disp: v * g.bytes()})
	}
	g.ADDQ(ld, src)
	g.ADDQ(operand.I32(maxVecs*g.bytes()), dst)
	g.DECQ(k)
	g.JNZ(operand.LabelRef("row"))
	g.VZEROUPPER()
	g.RET()
}

// transposing emits the copy that turns rows into columns. It packs sources whose
// rows run along p: A as stored, or a transposed B.
func (g *generator) transposing() {
	g.function("Transpose", "func(blocks int, src *#, ld int, dst *#, ds int)",
		"copies a block of as many rows as there are lanes, ld apart, and blocks times as many",
		"columns transposed: dst[p·ds + i] = src[i·ld + p].")
	blocks, ld, ds := g.arg("blocks"), g.stride("ld"), g.stride("ds")
	src, dst := g.arg("src"), g.arg("dst")
	odd := g.oddMultiples(ld, min(g.lanes, 8))
	g.Label("block")
	rows := make([]reg.VecVirtual, g.lanes)
	lower := src
	for i := range rows {
		if rows[i] = g.vec(); i == 8 { // further rows are counted from this one
			lower = g.GP64()
			g.LEAQ(rowOf(src, ld, map[int]reg.GPVirtual{}, 4), lower)
			g.LEAQ(rowOf(lower, ld, map[int]reg.GPVirtual{}, 4), lower)
		}
		g.move(rowOf(lower, ld, odd, i%8), rows[i])
	}
	for _, column := range g.transpose(rows) {
		g.move(column, operand.Mem{Base: dst})
		g.ADDQ(ds, dst)
	}
	g.ADDQ(operand.I32(g.bytes()), src)
	g.DECQ(blocks)
	g.JNZ(operand.LabelRef("block"))
	g.VZEROUPPER()
	g.RET()
}

// transpose returns the columns of the square whose rows are given.
func (g *generator) transpose(rows []reg.VecVirtual) []reg.VecVirtual {
	if g.single() {
		return g.transposeSingle(rows)
	}
	// Pairs of rows: within each 128-bit quarter q, element 2q or 2q+1 of both.
	pairs := make([]reg.VecVirtual, g.lanes)
	for i := 0; i < g.lanes; i += 2 {
		pairs[i], pairs[i+1] = g.vec(), g.vec()
		g.VUNPCKLPD(rows[i+1], rows[i], pairs[i])
		g.VUNPCKHPD(rows[i+1], rows[i], pairs[i+1])
	}
	if g.lanes == 4 {
		columns := make([]reg.VecVirtual, 4)
		for p := range columns {
			columns[p] = g.vec()
		}
		for odd := range 2 {
			g.VPERM2F128(operand.Imm(0x20), pairs[2+odd], pairs[odd], columns[odd])
			g.VPERM2F128(operand.Imm(0x31), pairs[2+odd], pairs[odd], columns[2+odd])
		}
		return columns
	}
	// Quarters 0, 2 (or 1, 3) of rows 0-1 and 2-3, and of rows 4-5 and 6-7.
	quads := map[[3]int]reg.VecVirtual{}
	for half := range 2 {
		for odd := range 2 {
			for q := range 2 {
				v := g.vec()
				lo, hi := pairs[4*half+odd], pairs[4*half+2+odd]
				g.VSHUFF64X2(operand.Imm(uint64(0x88+0x55*q)), hi, lo, v)
				quads[[3]int{half, odd, q}] = v
			}
		}
	}
	// Column p = 2·quarter + odd gathers its quarter from both halves.
	columns := make([]reg.VecVirtual, 8)
	for p := range columns {
		quarter, odd := p/2, p%2
		columns[p] = g.vec()
		lo := quads[[3]int{0, odd, quarter % 2}]
		hi := quads[[3]int{1, odd, quarter % 2}]
		g.VSHUFF64X2(operand.Imm(uint64(0x88+0x55*(quarter/2))), hi, lo, columns[p])
	}
	return columns
}

// transposeSingle is transpose for float32.
func (g *generator) transposeSingle(rows []reg.VecVirtual) []reg.VecVirtual {
	n := g.lanes
	// Squares of four rows within each 128-bit quarter: fours[4s+c] holds, in quarter q,
	// element 4q+c of the rows 4s to 4s+3.
	fours := make([]reg.VecVirtual, n)
	for s := 0; s < n; s += 4 {
		var pairs [4]reg.VecVirtual // elements 0 and 1, then 2 and 3, of rows 0-1 and of rows 2-3
		for i := range pairs {
			pairs[i] = g.vec()
		}
		for half := range 2 {
			g.VUNPCKLPS(rows[s+2*half+1], rows[s+2*half], pairs[half])
			g.VUNPCKHPS(rows[s+2*half+1], rows[s+2*half], pairs[2+half])
		}
		for c := range 4 {
			fours[s+c] = g.vec()
			low, high := pairs[c/2*2], pairs[c/2*2+1]
			if c%2 == 0 {
				g.VUNPCKLPD(high, low, fours[s+c])
			} else {
				g.VUNPCKHPD(high, low, fours[s+c])
			}
		}
	}
	columns := make([]reg.VecVirtual, n)
	for c := range 4 {
		if !g.zmm {
			for q := range 2 {
				columns[4*q+c] = g.vec()
				g.VPERM2F128(operand.Imm(uint64(0x20+0x11*q)), fours[4+c], fours[c], columns[4*q+c])
			}
			continue
		}
		// Quarters 0 and 2, then 1 and 3, of squares 0 and 1, and of squares 2 and 3.
		var twos [4]reg.VecVirtual
		for odd := range 2 {
			for half := range 2 {
				v := g.vec()
				g.VSHUFF32X4(operand.Imm(uint64(0x88+0x55*odd)), fours[8*half+4+c], fours[8*half+c], v)
				twos[2*odd+half] = v
			}
		}
		for q := range 4 {
			columns[4*q+c] = g.vec()
			low, high := twos[q%2*2], twos[q%2*2+1]
			g.VSHUFF32X4(operand.Imm(uint64(0x88+0x55*(q/2))), high, low, columns[4*q+c])
		}
	}
	return columns
}

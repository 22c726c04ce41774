package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileSignature has # for the type of the numbers.
const tileSignature = "func(panels, k int, a *#, rs, cs, ps int, b *#, bs int, c *#, ldc int, alpha, beta #, tail int)"

// tiles emits the micro-kernels: the full tile, and for the borders of C every
// smaller height and width, the last vector of the width masked.
func (g *generator) tiles() {
	g.tile(g.height, maxVecs, false)
	for rows := 1; rows <= g.height; rows++ {
		for vecs := 1; vecs <= maxVecs; vecs++ {
			g.tile(rows, vecs, true)
		}
	}
}

// tile emits C ← alpha·A·B + beta·C for a C of rows rows and vecs vectors held
// in registers while k runs; see the doc line below for the arguments. Each
// element of C is one chain of fused multiply-adds in the order of k, for every
// height, width and instruction set. Results therefore do not depend on the
// division of C into tiles.
func (g *generator) tile(rows, vecs int, masked bool) {
	name := "Tile"
	if masked {
		name = fmt.Sprintf("Edge%dx%d", rows, vecs)
	}
	doc := []string{
		fmt.Sprintf("computes panels tiles of C = alpha·A·B + beta·C, one below the other, %d rows high", rows),
		fmt.Sprintf("and %d vectors of %d wide.", vecs, g.lanes),
		"A(i,p) = a[i·rs + p·cs] and a advances by ps from tile to tile; B(p,j) = b[p·bs + j];",
		"C(i,j) = c[i·ldc + j]. If beta is 0, C is not read. panels and k are at least 1.",
	}
	if masked {
		doc = append(doc, "Only the first tail lanes of the last vector exist, 1 ≤ tail ≤ the lanes.")
	} else {
		doc = append(doc, "tail is not used.")
	}
	g.function(name, tileSignature, doc...)

	var last *lanesMask
	if masked {
		m := g.mask(g.arg("tail"))
		last = &m
	}
	maskOf := func(v int) *lanesMask {
		if v == vecs-1 {
			return last
		}
		return nil
	}

	rs, cs, bs := g.stride("rs"), g.stride("cs"), g.stride("bs")
	odd := g.oddMultiples(rs, rows)
	c, ldc := g.arg("c"), g.stride("ldc")

	g.Label("panel")
	a, b, k := g.arg("a"), g.arg("b"), g.arg("k")
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, vecs)
		for v := range acc[i] {
			acc[i][v] = g.vec()
			g.zero(acc[i][v])
		}
	}

	g.prefetchC(rows, vecs, c, ldc)

	g.Label("inner")
	row := make([]reg.VecVirtual, vecs)
	for v := range row {
		row[v] = g.vec()
		g.load(operand.Mem{Base: b, Disp: v * g.bytes()}, row[v], maskOf(v))
	}
	for i := range rows {
		x := g.vec()
		g.broadcast(rowOf(a, rs, odd, i), x)
		for v := range vecs {
			g.fma(row[v], x, acc[i][v])
		}
	}
	g.ADDQ(cs, a)
	g.ADDQ(bs, b)
	g.DECQ(k)
	g.JNZ(operand.LabelRef("inner"))

	g.updateC(acc, c, ldc, maskOf)

	next := g.stride("ps")
	g.ADDQ(next, g.slot("a"))
	g.DECQ(g.slot("panels"))
	g.JNZ(operand.LabelRef("panel"))
	if g.lanes > 2 {
		g.VZEROUPPER()
	}
	g.RET()
}

// prefetchC prefetches the tile's lines of C, so that the update after the loop
// over k need not wait for them.
func (g *generator) prefetchC(rows, vecs int, c, ldc reg.GPVirtual) {
	line := g.GP64()
	g.MOVQ(c, line)
	for range rows {
		for at := 0; at < vecs*g.bytes(); at += 64 {
			g.PREFETCHT0(operand.Mem{Base: line, Disp: at})
		}
		g.ADDQ(ldc, line)
	}
}

// updateC writes alpha·acc + beta·C row by row and leaves c at the row below.
func (g *generator) updateC(acc [][]reg.VecVirtual, c, ldc reg.GPVirtual, maskOf func(int) *lanesMask) {
	alpha, beta := g.vec(), g.vec()
	g.broadcast(g.slot("alpha"), alpha)
	if bits := g.GP64(); g.single() { // the shift drops the sign: -0 is 0 too
		g.MOVL(g.slot("beta"), bits.As32())
		g.SHLL(operand.Imm(1), bits.As32())
	} else {
		g.MOVQ(g.slot("beta"), bits)
		g.SHLQ(operand.Imm(1), bits)
	}
	g.JZ(operand.LabelRef("overwrite"))

	g.broadcast(g.slot("beta"), beta)
	for i := range acc {
		for v, sum := range acc[i] {
			at := operand.Mem{Base: c, Disp: v * g.bytes()}
			old := g.vec()
			g.load(at, old, maskOf(v))
			g.multiply(beta, old, old)
			g.fma(alpha, sum, old)
			g.store(old, at, maskOf(v))
		}
		g.ADDQ(ldc, c)
	}
	g.JMP(operand.LabelRef("done"))

	g.Label("overwrite")
	for i := range acc {
		for v, sum := range acc[i] {
			g.multiply(alpha, sum, sum)
			g.store(sum, operand.Mem{Base: c, Disp: v * g.bytes()}, maskOf(v))
		}
		g.ADDQ(ldc, c)
	}
	g.Label("done")
}

// oddMultiples returns registers that hold 3, 5 and 7 times the stride, as far
// as rowOf needs them for the given number of rows.
func (g *generator) oddMultiples(stride reg.GPVirtual, rows int) map[int]reg.GPVirtual {
	odd := map[int]reg.GPVirtual{}
	for _, times := range []int{3, 5, 7} {
		if rows <= times {
			break
		}
		r := g.GP64()
		switch times {
		case 3:
			g.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, r)
		case 5:
			g.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 4}, r)
		case 7:
			g.LEAQ(operand.Mem{Base: odd[3], Index: stride, Scale: 4}, r)
		}
		odd[times] = r
	}
	return odd
}

// rowOf addresses base + i·stride, 0 ≤ i < 8, without arithmetic: the multiples
// of a stride are scales of it and of its odd multiples.
func rowOf(base, stride reg.GPVirtual, odd map[int]reg.GPVirtual, i int) operand.Mem {
	switch i {
	case 0:
		return operand.Mem{Base: base}
	case 1, 2, 4:
		return operand.Mem{Base: base, Index: stride, Scale: uint8(i)}
	case 6:
		return operand.Mem{Base: base, Index: odd[3], Scale: 2}
	default:
		return operand.Mem{Base: base, Index: odd[i], Scale: 1}
	}
}

package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowKernels emits the kernels of matrix times vector. Each takes groups of
// rows at a time, so that a vector is loaded once for all rows of a group; the
// single-row forms compute the remaining rows.
func (g *generator) rowKernels() {
	for _, rows := range []int{4, 1} {
		g.dots(rows)
		g.axpys(rows)
		g.gers(rows)
		g.symvs(rows)
		g.deviations(rows)
	}
	g.center()
	g.adam()
}

// place is where a step of a loop over columns reads and writes: the vector that is
// part of a span of them, masked where the columns end.
type place struct {
	part  int                                 // which vector of the span
	at    func(base reg.Register) operand.Mem // in an array of n values
	rowAt func(i int) operand.Mem             // in row i of the group
	mask  *lanesMask
}

// rowLoop emits the frame all of them share: for each group of rows, begin once,
// then step for every vector across the n columns, in spans of some vectors, the last
// span masked, then end.
func (g *generator) rowLoop(rows, span int, begin func(), step func(p place), end func()) {
	groups, n := g.arg("groups"), g.arg("n")
	a, lda := g.arg("a"), g.stride("lda")
	odd := g.oddMultiples(lda, rows)

	// n becomes the bytes in whole spans, and rest the remaining values.
	rest := g.GP64()
	g.MOVQ(n, rest)
	g.ANDQ(operand.Imm(uint64(span*g.lanes-1)), rest)
	g.SUBQ(rest, n)
	g.SHLQ(operand.Imm(3), n)
	masks := make([]lanesMask, span)
	for part := range masks {
		masks[part] = g.mask(g.lanesOf(rest, span, part))
	}

	g.Label("group")
	begin()
	offset, row := g.GP64(), g.GP64()
	g.XORQ(offset, offset)
	g.MOVQ(a, row)
	steps := func(masked bool) {
		for part := range span {
			p := place{
				part: part,
				at: func(base reg.Register) operand.Mem {
					return operand.Mem{Base: base, Index: offset, Scale: 1, Disp: part * g.bytes()}
				},
				rowAt: func(i int) operand.Mem {
					m := rowOf(row, lda, odd, i)
					m.Disp += part * g.bytes()
					return m
				},
			}
			if masked {
				p.mask = &masks[part]
			}
			step(p)
		}
	}
	g.CMPQ(offset, n)
	g.JEQ(operand.LabelRef("rest"))
	g.Label("step")
	steps(false)
	g.ADDQ(operand.Imm(uint64(span*g.bytes())), row)
	g.ADDQ(operand.Imm(uint64(span*g.bytes())), offset)
	g.CMPQ(offset, n)
	g.JNE(operand.LabelRef("step"))
	g.Label("rest")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef("end"))
	steps(true)
	g.Label("end")
	end()
	for range rows {
		g.ADDQ(lda, a)
	}
	g.DECQ(groups)
	g.JNZ(operand.LabelRef("group"))
	g.VZEROUPPER()
	g.RET()
}

// lanesOf returns, in a register of its own, how many of the rest values of a span
// lie in one of its vectors.
func (g *generator) lanesOf(rest reg.GPVirtual, span, part int) reg.GPVirtual {
	count := g.GP64()
	g.MOVQ(rest, count)
	if span == 1 {
		return count
	}
	bound := g.GP64()
	g.XORQ(bound, bound)
	g.SUBQ(operand.Imm(uint64(part*g.lanes)), count)
	g.CMOVQLT(bound, count)
	g.MOVQ(operand.U32(g.lanes), bound)
	g.CMPQ(count, bound)
	g.CMOVQGT(bound, count)
	return count
}

// sumLanes is the number of partial sums of an inner product: those of the widest
// vector. Narrower vectors form them in parts, so that the bits are the same.
const sumLanes = 8

// parts is the number of vectors that hold the partial sums of an inner product.
func (g *generator) parts() int { return sumLanes / g.lanes }

// sum adds the lanes of a sum in parts, which it destroys, and writes the result: the
// upper half of the lanes to the lower, of eight, four and two.
func (g *generator) sum(parts []reg.VecVirtual, to operand.Mem) {
	v := parts[0]
	if g.zmm {
		high := g.YMM()
		g.VEXTRACTF64X4(operand.Imm(1), v, high)
		g.VADDPD(high, v.AsY(), v.AsY())
	} else {
		g.VADDPD(parts[1], v, v)
	}
	high := g.XMM()
	g.VEXTRACTF128(operand.Imm(1), v.AsY(), high)
	g.VADDPD(high, v.AsX(), v.AsX())
	g.VUNPCKHPD(v.AsX(), v.AsX(), high)
	g.VADDSD(high, v.AsX(), v.AsX())
	g.VMOVSD(v.AsX(), to)
}

// partialSums allocates the parts of one sum for each row.
func (g *generator) partialSums(rows int) [][]reg.VecVirtual {
	list := make([][]reg.VecVirtual, rows)
	for i := range list {
		list[i] = g.vectors(g.parts())
	}
	return list
}

// zeroAll clears the parts of all sums.
func (g *generator) zeroAll(sums [][]reg.VecVirtual) {
	for _, parts := range sums {
		for _, v := range parts {
			g.zero(v)
		}
	}
}

// vectors allocates n vectors.
func (g *generator) vectors(n int) []reg.VecVirtual {
	list := make([]reg.VecVirtual, n)
	for i := range list {
		list[i] = g.vec()
	}
	return list
}

// dots emits the inner products of rows with a vector.
func (g *generator) dots(rows int) {
	g.function(fmt.Sprintf("Dot%d", rows), "func(groups, n int, a *float64, lda int, x, sums *float64)",
		fmt.Sprintf("computes sums[i] = Σ_j a[i·lda+j]·x[j], 0 ≤ j < n, for %d·groups rows i.", rows))
	x, sums := g.arg("x"), g.arg("sums")
	acc := g.partialSums(rows)
	g.rowLoop(rows, g.parts(), func() { g.zeroAll(acc) }, func(p place) {
		xv := g.vec()
		g.load(p.at(x), xv, p.mask)
		for i := range rows {
			if p.mask == nil {
				g.VFMADD231PD(p.rowAt(i), xv, acc[i][p.part])
				continue
			}
			av := g.vec()
			g.load(p.rowAt(i), av, p.mask)
			g.VFMADD231PD(av, xv, acc[i][p.part])
		}
	}, func() {
		for i, parts := range acc {
			g.sum(parts, operand.Mem{Base: sums, Disp: i * g.word})
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), sums)
	})
}

// axpys emits the sum of multiples of rows.
func (g *generator) axpys(rows int) {
	g.function(fmt.Sprintf("Axpy%d", rows), "func(groups, n int, a *float64, lda int, x, y *float64)",
		fmt.Sprintf("adds Σ_i x[i]·a[i·lda+j] to y[j], 0 ≤ j < n, for %d·groups rows i.", rows))
	x, y := g.arg("x"), g.arg("y")
	factors := g.vectors(rows)
	g.rowLoop(rows, 1, func() {
		for i, v := range factors {
			g.VBROADCASTSD(operand.Mem{Base: x, Disp: i * g.word}, v)
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), x)
	}, func(p place) {
		yv := g.vec()
		g.load(p.at(y), yv, p.mask)
		for i, v := range factors {
			if p.mask == nil {
				g.VFMADD231PD(p.rowAt(i), v, yv)
				continue
			}
			av := g.vec()
			g.load(p.rowAt(i), av, p.mask)
			g.VFMADD231PD(av, v, yv)
		}
		g.store(yv, p.at(y), p.mask)
	}, func() {})
}

// gers emits the rank-one update.
func (g *generator) gers(rows int) {
	g.function(fmt.Sprintf("Ger%d", rows), "func(groups, n int, a *float64, lda int, x, y *float64)",
		fmt.Sprintf("adds x[i]·y[j] to a[i·lda+j], 0 ≤ j < n, for %d·groups rows i.", rows))
	x, y := g.arg("x"), g.arg("y")
	factors := g.vectors(rows)
	g.rowLoop(rows, 1, func() {
		for i, v := range factors {
			g.VBROADCASTSD(operand.Mem{Base: x, Disp: i * g.word}, v)
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), x)
	}, func(p place) {
		yv := g.vec()
		g.load(p.at(y), yv, p.mask)
		for i, v := range factors {
			av := g.vec()
			g.load(p.rowAt(i), av, p.mask)
			g.VFMADD231PD(yv, v, av)
			g.store(av, p.rowAt(i), p.mask)
		}
	}, func() {})
}

// symvs emits both products with the rows of a triangle, and reads the rows once.
func (g *generator) symvs(rows int) {
	g.function(fmt.Sprintf("Symv%d", rows), "func(groups, n int, a *float64, lda int, x, y, factors, sums *float64)",
		fmt.Sprintf("computes sums[i] = Σ_j a[i·lda+j]·x[j] and adds Σ_i factors[i]·a[i·lda+j] to y[j],"),
		fmt.Sprintf("0 ≤ j < n, for %d·groups rows i.", rows))
	x, y, from, sums := g.arg("x"), g.arg("y"), g.arg("factors"), g.arg("sums")
	factors, acc := g.vectors(rows), g.partialSums(rows)
	g.rowLoop(rows, g.parts(), func() {
		for i, v := range factors {
			g.VBROADCASTSD(operand.Mem{Base: from, Disp: i * g.word}, v)
		}
		g.zeroAll(acc)
		g.ADDQ(operand.Imm(uint64(rows*g.word)), from)
	}, func(p place) {
		xv, yv := g.vec(), g.vec()
		g.load(p.at(x), xv, p.mask)
		g.load(p.at(y), yv, p.mask)
		for i := range rows {
			av := g.vec()
			g.load(p.rowAt(i), av, p.mask)
			g.VFMADD231PD(av, xv, acc[i][p.part])
			g.VFMADD231PD(av, factors[i], yv)
		}
		g.store(yv, p.at(y), p.mask)
	}, func() {
		for i, parts := range acc {
			g.sum(parts, operand.Mem{Base: sums, Disp: i * g.word})
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), sums)
	})
}

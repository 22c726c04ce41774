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

// rowLoop emits the frame all of them share: for each group of rows, begin once,
// then step for every vector across the n columns, the last one masked, then end.
// step is given the addresses of the current vector in an array of n values and
// in row i of the group.
func (g *generator) rowLoop(rows int, begin func(), step func(at func(base reg.Register) operand.Mem, rowAt func(i int) operand.Mem, m *lanesMask), end func()) {
	groups, n := g.arg("groups"), g.arg("n")
	a, lda := g.arg("a"), g.stride("lda")
	odd := g.oddMultiples(lda, rows)

	// n becomes the bytes in whole vectors, and tail the remaining values.
	tail := g.GP64()
	g.MOVQ(n, tail)
	g.ANDQ(operand.Imm(uint64(g.lanes-1)), tail)
	g.SUBQ(tail, n)
	g.SHLQ(operand.Imm(3), n)
	rest := g.GP64()
	g.MOVQ(tail, rest)
	mask := g.mask(tail)

	g.Label("group")
	begin()
	offset, row := g.GP64(), g.GP64()
	g.XORQ(offset, offset)
	g.MOVQ(a, row)
	at := func(base reg.Register) operand.Mem {
		return operand.Mem{Base: base, Index: offset, Scale: 1}
	}
	rowAt := func(i int) operand.Mem { return rowOf(row, lda, odd, i) }
	g.CMPQ(offset, n)
	g.JEQ(operand.LabelRef("rest"))
	g.Label("step")
	step(at, rowAt, nil)
	g.ADDQ(operand.Imm(uint64(g.bytes())), row)
	g.ADDQ(operand.Imm(uint64(g.bytes())), offset)
	g.CMPQ(offset, n)
	g.JNE(operand.LabelRef("step"))
	g.Label("rest")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef("end"))
	step(at, rowAt, &mask)
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

// sum adds the lanes of v, which it destroys, and writes the result.
func (g *generator) sum(v reg.VecVirtual, to operand.Mem) {
	if g.zmm {
		high := g.YMM()
		g.VEXTRACTF64X4(operand.Imm(1), v, high)
		g.VADDPD(high, v.AsY(), v.AsY())
	}
	high := g.XMM()
	g.VEXTRACTF128(operand.Imm(1), v.AsY(), high)
	g.VADDPD(high, v.AsX(), v.AsX())
	g.VUNPCKHPD(v.AsX(), v.AsX(), high)
	g.VADDSD(high, v.AsX(), v.AsX())
	g.VMOVSD(v.AsX(), to)
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
	acc := g.vectors(rows)
	g.rowLoop(rows, func() {
		for _, v := range acc {
			g.zero(v)
		}
	}, func(at func(reg.Register) operand.Mem, rowAt func(int) operand.Mem, m *lanesMask) {
		xv := g.vec()
		g.load(at(x), xv, m)
		for i, v := range acc {
			if m == nil {
				g.VFMADD231PD(rowAt(i), xv, v)
				continue
			}
			av := g.vec()
			g.load(rowAt(i), av, m)
			g.VFMADD231PD(av, xv, v)
		}
	}, func() {
		for i, v := range acc {
			g.sum(v, operand.Mem{Base: sums, Disp: i * g.word})
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
	g.rowLoop(rows, func() {
		for i, v := range factors {
			g.VBROADCASTSD(operand.Mem{Base: x, Disp: i * g.word}, v)
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), x)
	}, func(at func(reg.Register) operand.Mem, rowAt func(int) operand.Mem, m *lanesMask) {
		yv := g.vec()
		g.load(at(y), yv, m)
		for i, v := range factors {
			if m == nil {
				g.VFMADD231PD(rowAt(i), v, yv)
				continue
			}
			av := g.vec()
			g.load(rowAt(i), av, m)
			g.VFMADD231PD(av, v, yv)
		}
		g.store(yv, at(y), m)
	}, func() {})
}

// gers emits the rank-one update.
func (g *generator) gers(rows int) {
	g.function(fmt.Sprintf("Ger%d", rows), "func(groups, n int, a *float64, lda int, x, y *float64)",
		fmt.Sprintf("adds x[i]·y[j] to a[i·lda+j], 0 ≤ j < n, for %d·groups rows i.", rows))
	x, y := g.arg("x"), g.arg("y")
	factors := g.vectors(rows)
	g.rowLoop(rows, func() {
		for i, v := range factors {
			g.VBROADCASTSD(operand.Mem{Base: x, Disp: i * g.word}, v)
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), x)
	}, func(at func(reg.Register) operand.Mem, rowAt func(int) operand.Mem, m *lanesMask) {
		yv := g.vec()
		g.load(at(y), yv, m)
		for i, v := range factors {
			av := g.vec()
			g.load(rowAt(i), av, m)
			g.VFMADD231PD(yv, v, av)
			g.store(av, rowAt(i), m)
		}
	}, func() {})
}

// symvs emits both products with the rows of a triangle, and reads the rows once.
func (g *generator) symvs(rows int) {
	g.function(fmt.Sprintf("Symv%d", rows), "func(groups, n int, a *float64, lda int, x, y, factors, sums *float64)",
		fmt.Sprintf("computes sums[i] = Σ_j a[i·lda+j]·x[j] and adds Σ_i factors[i]·a[i·lda+j] to y[j],"),
		fmt.Sprintf("0 ≤ j < n, for %d·groups rows i.", rows))
	x, y, from, sums := g.arg("x"), g.arg("y"), g.arg("factors"), g.arg("sums")
	factors, acc := g.vectors(rows), g.vectors(rows)
	g.rowLoop(rows, func() {
		for i, v := range factors {
			g.VBROADCASTSD(operand.Mem{Base: from, Disp: i * g.word}, v)
			g.zero(acc[i])
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), from)
	}, func(at func(reg.Register) operand.Mem, rowAt func(int) operand.Mem, m *lanesMask) {
		xv, yv := g.vec(), g.vec()
		g.load(at(x), xv, m)
		g.load(at(y), yv, m)
		for i := range rows {
			av := g.vec()
			g.load(rowAt(i), av, m)
			g.VFMADD231PD(av, xv, acc[i])
			g.VFMADD231PD(av, factors[i], yv)
		}
		g.store(yv, at(y), m)
	}, func() {
		for i, v := range acc {
			g.sum(v, operand.Mem{Base: sums, Disp: i * g.word})
		}
		g.ADDQ(operand.Imm(uint64(rows*g.word)), sums)
	})
}

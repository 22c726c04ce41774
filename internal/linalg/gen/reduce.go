package main

import (
	"fmt"
	"strconv"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions emits the kernels of small decompositions. They keep a strip of columns in
// registers while they walk down the rows of a matrix that is in the nearest cache.
func (g *generator) reductions() {
	g.rotations()
	for rank := 1; rank <= 2; rank++ {
		g.rankSums(rank)
	}
}

// strips emits body for strips of up to widest vectors across n columns: strips of that
// width as long as there are enough columns, and one of the width that remains, the last
// vector masked. body gets the number of vectors, the mask of the last one, and a name
// for its labels; column is where the strip begins, in bytes.
func (g *generator) strips(widest int, column reg.GPVirtual, body func(vecs int, last *lanesMask, name string)) {
	rest := g.arg("n")
	g.XORQ(column, column)
	g.Label("strip")
	g.CMPQ(rest, operand.Imm(uint64(widest*g.lanes)))
	g.JLT(operand.LabelRef("border"))
	body(widest, nil, "whole")
	g.ADDQ(operand.U32(widest*g.bytes()), column)
	g.SUBQ(operand.Imm(uint64(widest*g.lanes)), rest)
	g.JMP(operand.LabelRef("strip"))
	g.Label("border")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef("done"))
	for vecs := 1; vecs <= widest; vecs++ {
		wider := "wider" + strconv.Itoa(vecs)
		if vecs < widest {
			g.CMPQ(rest, operand.Imm(uint64(vecs*g.lanes)))
			g.JGT(operand.LabelRef(wider))
		}
		count := g.GP64()
		g.MOVQ(rest, count)
		if vecs > 1 {
			g.SUBQ(operand.Imm(uint64((vecs-1)*g.lanes)), count)
		}
		last := g.mask(count)
		body(vecs, &last, "border"+strconv.Itoa(vecs))
		if vecs < widest {
			g.JMP(operand.LabelRef("done"))
			g.Label(wider)
		}
	}
	g.Label("done")
	g.VZEROUPPER()
	g.RET()
}

// lastOf is the mask of vector v of a strip.
func lastOf(v, vecs int, last *lanesMask) *lanesMask {
	if v == vecs-1 {
		return last
	}
	return nil
}

// rotations emits a chain of plane rotations of neighbouring rows. The row that two
// rotations share stays in registers; the next one waits for one multiply-add of it.
func (g *generator) rotations() {
	g.function("Rotate", "func(k, n int, a *float64, lda int, cs *float64)",
		"applies k plane rotations to rows j and j+1 of n values, lda apart, j = 0 ... k-1:",
		"a(j) ← c·a(j) + s·a(j+1) and a(j+1) ← c·a(j+1) − s·a(j) with c and s at cs[2j]. lda may",
		"be negative. k is at least 1.")
	lda, column := g.stride("lda"), g.GP64()
	g.strips(4, column, func(vecs int, last *lanesMask, name string) {
		k, row, cs := g.arg("k"), g.arg("a"), g.arg("cs")
		g.ADDQ(column, row)
		current := g.vectors(vecs)
		at := func(v int) operand.Mem { return operand.Mem{Base: row, Disp: v * g.bytes()} }
		for v := range vecs {
			g.load(at(v), current[v], lastOf(v, vecs, last))
		}
		g.Label(name)
		c, s := g.vec(), g.vec()
		g.VBROADCASTSD(operand.Mem{Base: cs}, c)
		g.VBROADCASTSD(operand.Mem{Base: cs, Disp: g.word}, s)
		g.ADDQ(operand.Imm(uint64(2*g.word)), cs)
		for v := range vecs {
			next, out := g.vec(), g.vec()
			below := at(v)
			below.Index, below.Scale = lda, 1
			g.load(below, next, lastOf(v, vecs, last))
			g.VMULPD(s, next, out)
			g.VFMADD231PD(c, current[v], out)
			g.VMULPD(c, next, next)
			g.VFNMADD213PD(next, s, current[v])
			g.store(out, at(v), lastOf(v, vecs, last))
		}
		g.ADDQ(lda, row)
		g.DECQ(k)
		g.JNZ(operand.LabelRef(name))
		for v := range vecs {
			g.store(current[v], at(v), lastOf(v, vecs, last))
		}
	})
}

// rankSums emits an update of rank one or two that also sums the rows of its result,
// weighted: a step of a Householder reduction reads and writes the matrix once.
func (g *generator) rankSums(rank int) {
	pairs := [][2]string{{"x", "y"}, {"u", "v"}}[:rank]
	signature, terms := "func(m, n int, a *float64, lda int, x, y, w, sums *float64)", "x[i]·y[j]"
	if rank == 2 {
		signature, terms = "func(m, n int, a *float64, lda int, x, y, u, v, w, sums *float64)", "x[i]·y[j] + u[i]·v[j]"
	}
	g.function(fmt.Sprintf("Rank%dSums", rank), signature,
		fmt.Sprintf("subtracts %s from a[i·lda+j] and sets sums[j] to Σ_i w[i]·a[i·lda+j],", terms),
		"0 ≤ i < m, 0 ≤ j < n. m is at least 1.")
	lda, column, w := g.stride("lda"), g.GP64(), g.arg("w")
	var left []reg.GPVirtual
	for _, p := range pairs {
		left = append(left, g.arg(p[0]))
	}
	widest := 2
	if g.zmm {
		widest = 4
	}
	g.strips(widest, column, func(vecs int, last *lanesMask, name string) {
		in := func(base reg.Register, v int) operand.Mem {
			return operand.Mem{Base: base, Index: column, Scale: 1, Disp: v * g.bytes()}
		}
		right, sums := make([][]reg.VecVirtual, rank), g.vectors(vecs)
		for p, names := range pairs {
			from := g.arg(names[1])
			right[p] = g.vectors(vecs)
			for v := range vecs {
				g.load(in(from, v), right[p][v], lastOf(v, vecs, last))
			}
		}
		for _, v := range sums {
			g.zero(v)
		}
		m, row, i := g.arg("m"), g.arg("a"), g.GP64()
		g.ADDQ(column, row)
		g.XORQ(i, i)
		g.Label(name)
		factors, weight := g.vectors(rank), g.vec()
		for p := range pairs {
			g.VBROADCASTSD(operand.Mem{Base: left[p], Index: i, Scale: 8}, factors[p])
		}
		g.VBROADCASTSD(operand.Mem{Base: w, Index: i, Scale: 8}, weight)
		for v := range vecs {
			a, at := g.vec(), operand.Mem{Base: row, Disp: v * g.bytes()}
			g.load(at, a, lastOf(v, vecs, last))
			for p := range pairs {
				g.VFNMADD231PD(factors[p], right[p][v], a)
			}
			g.store(a, at, lastOf(v, vecs, last))
			g.VFMADD231PD(a, weight, sums[v])
		}
		g.ADDQ(lda, row)
		g.INCQ(i)
		g.CMPQ(i, m)
		g.JNE(operand.LabelRef(name))
		to := g.arg("sums")
		for v := range vecs {
			g.store(sums[v], in(to, v), lastOf(v, vecs, last))
		}
	})
}

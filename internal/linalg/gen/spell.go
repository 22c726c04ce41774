package main

import "github.com/mmcloughlin/avo/operand"

// The operations whose names say the type of the numbers.

// logWord is the shift that turns a count of numbers into bytes.
func (g *generator) logWord() operand.Op {
	if g.single() {
		return operand.Imm(2)
	}
	return operand.Imm(3)
}

func (g *generator) move(from, to operand.Op) {
	if g.single() {
		g.VMOVUPS(from, to)
		return
	}
	g.VMOVUPD(from, to)
}

func (g *generator) maskedMove(from, mask, to operand.Op) {
	if g.single() {
		g.VMASKMOVPS(from, mask, to)
		return
	}
	g.VMASKMOVPD(from, mask, to)
}

func (g *generator) broadcast(from, to operand.Op) {
	if g.single() {
		g.VBROADCASTSS(from, to)
		return
	}
	g.VBROADCASTSD(from, to)
}

// multiply computes to = x·y.
func (g *generator) multiply(x, y, to operand.Op) {
	if g.single() {
		g.VMULPS(x, y, to)
		return
	}
	g.VMULPD(x, y, to)
}

// fma adds x·y to to, in one rounding.
func (g *generator) fma(x, y, to operand.Op) {
	if g.single() {
		g.VFMADD231PS(x, y, to)
		return
	}
	g.VFMADD231PD(x, y, to)
}

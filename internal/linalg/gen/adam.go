package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// adam emits a step of Adam. It uses no fused multiply-add, so that its bits are those of
// the portable form.
func (g *generator) adam() {
	g.function("Adam", "func(n int, y, grad, m, v, c *float64)",
		"takes n values a step of Adam further, with the constants β₁, 1−β₁, β₂, 1−β₂, rate,",
		"1/√(1−β₂ᵗ) and ε in c; see Implementation.Adam.")
	n := g.arg("n")
	arrays := map[string]reg.GPVirtual{}
	for _, name := range []string{"y", "grad", "m", "v"} {
		arrays[name] = g.arg(name)
	}
	c, constants := g.arg("c"), g.vectors(7)
	for i, v := range constants {
		g.VBROADCASTSD(operand.Mem{Base: c, Disp: i * g.word}, v)
	}
	tail, rest := g.GP64(), g.GP64()
	g.MOVQ(n, tail)
	g.ANDQ(operand.Imm(uint64(g.lanes-1)), tail)
	g.SUBQ(tail, n)
	g.SHLQ(g.logWord(), n)
	g.MOVQ(tail, rest)
	mask := g.mask(tail)
	offset := g.GP64()
	g.XORQ(offset, offset)
	step := func(k *lanesMask) {
		at := func(name string) operand.Mem {
			return operand.Mem{Base: arrays[name], Index: offset, Scale: 1}
		}
		d, m, v, t := g.vec(), g.vec(), g.vec(), g.vec()
		g.load(at("grad"), d, k)
		g.load(at("m"), m, k)
		g.VMULPD(constants[0], m, m)
		g.VMULPD(constants[1], d, t)
		g.VADDPD(t, m, m)
		g.store(m, at("m"), k)
		g.load(at("v"), v, k)
		g.VMULPD(constants[2], v, v)
		g.VMULPD(constants[3], d, t)
		g.VMULPD(d, t, t)
		g.VADDPD(t, v, v)
		g.store(v, at("v"), k)
		g.VSQRTPD(v, v)
		g.VMULPD(constants[5], v, v)
		g.VADDPD(constants[6], v, v)
		g.VMULPD(constants[4], m, m)
		g.VDIVPD(v, m, m)
		g.load(at("y"), t, k)
		g.VSUBPD(m, t, t)
		g.store(t, at("y"), k)
	}
	g.CMPQ(offset, n)
	g.JEQ(operand.LabelRef("rest"))
	g.Label("step")
	step(nil)
	g.ADDQ(operand.Imm(uint64(g.bytes())), offset)
	g.CMPQ(offset, n)
	g.JNE(operand.LabelRef("step"))
	g.Label("rest")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef("end"))
	step(&mask)
	g.Label("end")
	g.VZEROUPPER()
	g.RET()
}

package main

import (
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const maxVecs = 3 // vectors in a row of a tile

// isa is an instruction set, and a type of number, the kernels are written for. A
// tile is height rows by maxVecs vectors: 24 accumulators of 32 registers with
// AVX-512, 12 of 16 with AVX2. Either way every step in k loads maxVecs vectors,
// broadcasts height scalars and issues their product of fused multiply-adds, which
// leaves the two load ports of current processors half idle.
type isa struct {
	name   string // prefix of the functions and files
	typ    string // of the numbers: float64 or float32
	word   int    // bytes in one
	lanes  int    // numbers in a vector
	height int    // rows of a tile
	zmm    bool   // vectors of 512 bits, with masks in registers of their own
}

var (
	avx2         = isa{name: "avx2", typ: "float64", word: 8, lanes: 4, height: 4}
	avx512       = isa{name: "avx512", typ: "float64", word: 8, lanes: 8, height: 8, zmm: true}
	avx2Single   = isa{name: "avx2Single", typ: "float32", word: 4, lanes: 8, height: 4}
	avx512Single = isa{name: "avx512Single", typ: "float32", word: 4, lanes: 16, height: 8, zmm: true}
)

// single reports whether numbers are float32.
func (s isa) single() bool { return s.word == 4 }

// generator adds to avo's context the few operations that AVX2 and AVX-512
// spell differently.
type generator struct {
	*build.Context
	isa
	windowTable operand.Mem // AVX2 masks, made on first use
	hasWindow   bool
}

// vec allocates a vector register.
func (g *generator) vec() reg.VecVirtual {
	if g.zmm {
		return g.ZMM()
	}
	return g.YMM()
}

// bytes is the size of a vector.
func (g *generator) bytes() int { return g.lanes * g.word }

// function starts a kernel whose pointers do not escape. In its signature # is the type
// of the numbers.
func (g *generator) function(name, signature string, doc ...string) {
	g.Function(g.name + name)
	g.Doc(append([]string{g.name + name + " " + doc[0]}, doc[1:]...)...)
	g.Pragma("noescape")
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr(strings.ReplaceAll(signature, "#", g.typ))
}

// arg loads a parameter into a new general register.
func (g *generator) arg(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name), r)
	return r
}

// stride loads a parameter counted in numbers and turns it into bytes.
func (g *generator) stride(name string) reg.GPVirtual {
	r := g.arg(name)
	g.SHLQ(g.logWord(), r)
	return r
}

// slot is the stack cell of a parameter, for operands that need no register.
func (g *generator) slot(name string) operand.Mem {
	b, err := g.Param(name).Resolve()
	if err != nil {
		panic(err) // a misspelt parameter is a bug of this program
	}
	return b.Addr
}

// zero clears a vector.
func (g *generator) zero(v reg.VecVirtual) {
	if g.zmm {
		g.VPXORQ(v, v, v) // VXORPD on ZMM would need AVX512DQ
		return
	}
	g.VXORPD(v, v, v)
}

// lanesMask selects the first lanes of a vector.
type lanesMask struct {
	k      reg.OpmaskVirtual // AVX-512
	window operand.Mem       // AVX2: where the mask lies in memory
}

// mask makes the mask of the first count lanes, 0 ≤ count ≤ lanes.
// It may clobber count.
func (g *generator) mask(count reg.GPVirtual) lanesMask {
	if g.zmm {
		ones, m := g.GP32(), lanesMask{k: g.K()}
		g.MOVL(operand.U32(1), ones)
		g.MOVQ(count, reg.RCX)
		g.SHLL(reg.CL, ones)
		g.DECL(ones)
		g.KMOVW(ones, m.k)
		return m
	}
	// The mask is a window of lanes words into lanes ones followed by lanes
	// zeros that starts lanes-count words in.
	if !g.hasWindow {
		g.hasWindow = true
		g.windowTable = g.StaticGlobal(g.name + "Window")
		g.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 2 * g.lanes {
			var ones uint64
			if i < g.lanes {
				ones = ^uint64(0)
			}
			if g.single() {
				g.AppendDatum(operand.U32(uint32(ones)))
			} else {
				g.AppendDatum(operand.U64(ones))
			}
		}
	}
	base := g.GP64()
	g.LEAQ(g.windowTable.Offset(g.lanes*g.word), base)
	g.SHLQ(g.logWord(), count)
	g.SUBQ(count, base)
	return lanesMask{window: operand.Mem{Base: base}}
}

// load reads a vector; with a mask, lanes outside it are neither read nor kept
// but zero.
func (g *generator) load(from operand.Mem, to reg.VecVirtual, m *lanesMask) {
	switch {
	case m == nil:
		g.move(from, to)
	case g.zmm && g.single():
		g.VMOVUPS_Z(from, m.k, to)
	case g.zmm:
		g.VMOVUPD_Z(from, m.k, to)
	default:
		g.move(m.window, to)
		g.maskedMove(from, to, to)
	}
}

// store writes a vector, or the lanes of it inside a mask.
func (g *generator) store(from reg.VecVirtual, to operand.Mem, m *lanesMask) {
	switch {
	case m == nil:
		g.move(from, to)
	case g.zmm && g.single():
		g.VMOVUPS(from, m.k, to)
	case g.zmm:
		g.VMOVUPD(from, m.k, to)
	default:
		tmp := g.vec()
		g.move(m.window, tmp)
		g.maskedMove(from, tmp, to)
	}
}

package main

import "fmt"

// deviations emits the sum of the differences of rows from one row. It adds four
// rows to each other first. It needs no product.
func (g *generator) deviations(rows int) {
	g.function(fmt.Sprintf("Deviate%d", rows), "func(groups, n int, a *float64, lda int, x, y *float64)",
		fmt.Sprintf("adds Σ_i (a[i·lda+j] − x[j]) to y[j], 0 ≤ j < n, for %d·groups rows i.", rows))
	x, y := g.arg("x"), g.arg("y")
	g.rowLoop(rows, 1, func() {}, func(p place) {
		xv, yv := g.vec(), g.vec()
		g.load(p.at(x), xv, p.mask)
		terms := g.vectors(rows)
		for i, v := range terms {
			g.load(p.rowAt(i), v, p.mask)
			g.VSUBPD(xv, v, v)
		}
		for len(terms) > 1 {
			for i := 0; i < len(terms); i += 2 {
				g.VADDPD(terms[i+1], terms[i], terms[i/2])
			}
			terms = terms[:len(terms)/2]
		}
		g.load(p.at(y), yv, p.mask)
		g.VADDPD(terms[0], yv, yv)
		g.store(yv, p.at(y), p.mask)
	}, func() {})
}

// center emits the difference of rows and two others.
func (g *generator) center() {
	g.function("Center", "func(groups, n int, a *float64, lda int, x, y, c *float64, ldc int)",
		"writes (a[i·lda+j] − x[j]) − y[j] to c[i·ldc+j], 0 ≤ j < n, for groups rows i.",
		"a and c may be the same.")
	x, y := g.arg("x"), g.arg("y")
	c, ldc := g.arg("c"), g.stride("ldc")
	g.rowLoop(1, 1, func() {}, func(p place) {
		xv, yv, v := g.vec(), g.vec(), g.vec()
		g.load(p.at(x), xv, p.mask)
		g.load(p.at(y), yv, p.mask)
		g.load(p.rowAt(0), v, p.mask)
		g.VSUBPD(xv, v, v)
		g.VSUBPD(yv, v, v)
		g.store(v, p.at(c), p.mask)
	}, func() { g.ADDQ(ldc, c) })
}

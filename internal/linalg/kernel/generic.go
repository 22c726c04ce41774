package kernel

import (
	"sync"
	"unsafe"
)

// generic is the engine in portable Go: 4×4 tiles, which keep 16 sums in the
// registers of any 64-bit processor. Its multiply-adds are fused like those of the
// assembly, for the same bits; a processor that has no instruction for them computes
// each in some 25 ns.
func generic() *engine {
	return &engine{
		name:   "generic",
		tiler:  genericTiler[float64](&workspaces),
		single: genericTiler[float32](&singleWorkspaces),
		rows:   genericRows(),
		center: genericCenter,
		rotate: genericRotate, rank1Sums: genericRank1Sums, rank2Sums: genericRank2Sums,
		adam: genericAdam,
	}
}

func genericTiler[T float](workspaces *sync.Pool) tiler[T] {
	const lanes = 4
	edge := make([][]tile[T], lanes)
	for r := range edge {
		edge[r] = []tile[T]{genericEdge[T](r + 1)}
	}
	return tiler[T]{
		lanes: lanes, vecs: 1, height: lanes, workspaces: workspaces,
		full: genericTile[T], edge: edge,
		packRows: genericPackRows[T], packEdge: genericPackEdge[T], transpose: genericTranspose[T],
	}
}

// genericTile is the 4×4 micro-kernel.
func genericTile[T float](panels, k int, a *T, rs, cs, ps int, b *T, bs int, c *T, ldc int, alpha, beta T, _ int) {
	as := unsafe.Slice(a, (panels-1)*ps+3*rs+(k-1)*cs+1)
	bv := unsafe.Slice(b, (k-1)*bs+4)
	cv := unsafe.Slice(c, (4*panels-1)*ldc+4)
	for t := range panels {
		at := as[t*ps:]
		var s00, s01, s02, s03, s10, s11, s12, s13 T
		var s20, s21, s22, s23, s30, s31, s32, s33 T
		for p := range k {
			y := bv[p*bs : p*bs+4 : p*bs+4]
			y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
			x := at[p*cs]
			s00 = fma(x, y0, s00)
			s01 = fma(x, y1, s01)
			s02 = fma(x, y2, s02)
			s03 = fma(x, y3, s03)
			x = at[p*cs+rs]
			s10 = fma(x, y0, s10)
			s11 = fma(x, y1, s11)
			s12 = fma(x, y2, s12)
			s13 = fma(x, y3, s13)
			x = at[p*cs+2*rs]
			s20 = fma(x, y0, s20)
			s21 = fma(x, y1, s21)
			s22 = fma(x, y2, s22)
			s23 = fma(x, y3, s23)
			x = at[p*cs+3*rs]
			s30 = fma(x, y0, s30)
			s31 = fma(x, y1, s31)
			s32 = fma(x, y2, s32)
			s33 = fma(x, y3, s33)
		}
		ct := cv[4*t*ldc:]
		genericUpdate(ct[:4], alpha, beta, s00, s01, s02, s03)
		genericUpdate(ct[ldc:ldc+4], alpha, beta, s10, s11, s12, s13)
		genericUpdate(ct[2*ldc:2*ldc+4], alpha, beta, s20, s21, s22, s23)
		genericUpdate(ct[3*ldc:3*ldc+4], alpha, beta, s30, s31, s32, s33)
	}
}

// genericUpdate writes one row of a tile.
func genericUpdate[T float](c []T, alpha, beta T, sums ...T) {
	for j, s := range sums {
		if beta == 0 {
			c[j] = alpha * s
		} else {
			c[j] = fma(alpha, s, beta*c[j])
		}
	}
}

// genericEdge returns the micro-kernel for tiles of rows rows and up to four
// columns.
func genericEdge[T float](rows int) tile[T] {
	return func(panels, k int, a *T, rs, cs, ps int, b *T, bs int, c *T, ldc int, alpha, beta T, tail int) {
		as := unsafe.Slice(a, (panels-1)*ps+(rows-1)*rs+(k-1)*cs+1)
		bv := unsafe.Slice(b, (k-1)*bs+tail)
		cv := unsafe.Slice(c, (rows*panels-1)*ldc+tail)
		for t := range panels {
			for i := range rows {
				var s [4]T
				for p := range k {
					x := as[t*ps+i*rs+p*cs]
					for j, y := range bv[p*bs : p*bs+tail] {
						s[j] = fma(x, y, s[j])
					}
				}
				at := (t*rows + i) * ldc
				genericUpdate(cv[at:at+tail], alpha, beta, s[:tail]...)
			}
		}
	}
}

func genericPackRows[T float](k, panels int, src *T, ld int, dst *T, ps int) {
	from := unsafe.Slice(src, (k-1)*ld+4*panels)
	to := unsafe.Slice(dst, (panels-1)*ps+4*k)
	for p := range k {
		for j := range panels {
			copy(to[j*ps+4*p:j*ps+4*p+4], from[p*ld+4*j:])
		}
	}
}

func genericPackEdge[T float](k, tail, _, _ int, src *T, ld int, dst *T) {
	from := unsafe.Slice(src, (k-1)*ld+tail)
	to := unsafe.Slice(dst, 4*k)
	for p := range k {
		n := copy(to[4*p:4*p+4], from[p*ld:p*ld+tail])
		clear(to[4*p+n : 4*p+4])
	}
}

func genericTranspose[T float](blocks int, src *T, ld int, dst *T, ds int) {
	k := 4 * blocks
	from := unsafe.Slice(src, 3*ld+k)
	to := unsafe.Slice(dst, (k-1)*ds+4)
	for i := range 4 {
		for p, v := range from[i*ld : i*ld+k] {
			to[p*ds+i] = v
		}
	}
}

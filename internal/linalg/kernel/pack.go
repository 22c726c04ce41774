package kernel

// pack copies the first n rows and k columns of x into panels: panel q holds
// rows q·w to q·w+w-1, w the engine's width, with
//
//	dst[q·w·k + p·w + i] = x(q·w + i, p).
//
// To pack the right factor of a product, pass its transpose. Values of a last
// panel that lie beyond row n are left undefined; no kernel reads them.
func (e *tiler[T]) pack(dst []T, x matrix[T], n, k int) {
	w := e.width()
	if x.rs == 1 {
		full := n / w
		if full > 0 {
			e.packRows(k, full, x.at(0, 0), x.cs, &dst[0], w*k)
		}
		if rest := n - full*w; rest > 0 {
			tail := func(v int) int { return min(max(rest-v*e.lanes, 0), e.lanes) }
			e.packEdge(k, tail(0), tail(1), tail(2), x.at(full*w, 0), x.cs, &dst[full*w*k])
		}
		return
	}
	for i := 0; i < n; i += w {
		e.flip(dst[i*k:], w, x.data[i*x.rs:], x.rs, min(w, n-i), k)
	}
}

// flip copies a rows×cols block into the columns of another:
// dst[p·ds + i] = src[i·ld + p].
func (e *tiler[T]) flip(dst []T, ds int, src []T, ld, rows, cols int) {
	blocks := cols / e.lanes
	for i := 0; i < rows; i += e.lanes {
		from := 0
		if rows-i >= e.lanes && blocks > 0 {
			e.transpose(blocks, &src[i*ld], ld, &dst[i], ds)
			from = blocks * e.lanes
		}
		for r := i; r < min(i+e.lanes, rows); r++ {
			for p, v := range src[r*ld+from : r*ld+cols] {
				dst[(from+p)*ds+r] = v
			}
		}
	}
}

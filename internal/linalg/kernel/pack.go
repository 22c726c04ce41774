package kernel

// pack copies the first n rows and k columns of x into panels: panel q holds
// rows q·w to q·w+w-1, w the engine's width, with
//
//	dst[q·w·k + p·w + i] = x(q·w + i, p).
//
// To pack the right factor of a product, pass its transpose. Values of a last
// panel that lie beyond row n are left undefined; no kernel reads them.
func (e *engine) pack(dst []float64, x matrix, n, k int) {
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
	blocks := k / e.lanes
	done := blocks * e.lanes
	for i := 0; i < n; i += e.lanes {
		to := dst[i/w*w*k+i%w:]
		from := 0
		if rows := min(e.lanes, n-i); rows == e.lanes && blocks > 0 {
			e.packColumns(blocks, x.at(i, 0), x.rs, &to[0])
			from = done
		}
		for r := i; r < min(i+e.lanes, n); r++ {
			for p, v := range x.data[r*x.rs+from : r*x.rs+k] {
				to[(from+p)*w+r-i] = v
			}
		}
	}
}

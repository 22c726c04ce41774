package optimize

import (
	"context"
	"fmt"
	"testing"

	"simtool/internal/measures"
	"simtool/internal/synth/synthtest"
)

// BenchmarkIteration times an iteration: a step of the method, and the score and
// its gradient.
func BenchmarkIteration(b *testing.B) {
	for _, shape := range [][2]int{{360, 20}, {600, 100}, {1500, 200}, {3000, 500}} {
		for _, goal := range []string{"cka", "nbs", "procrustes:as=angular-score", "linreg"} {
			for _, method := range Methods() {
				b.Run(fmt.Sprintf("%dx%d/%s/%s", shape[0], shape[1], goal, method), func(b *testing.B) {
					r := benchRestart(b, shape[0], shape[1], goal, method)
					b.ReportAllocs()
					for b.Loop() {
						if err := r.method.step(context.Background(), r.problem); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

func benchRestart(tb testing.TB, n, p int, goal string, method Method) *restart {
	tb.Helper()
	x := synthtest.PowerLaw(tb, n, p, 2)
	config := DefaultConfig(goalOf(tb, goal))
	config.Method = method
	system, err := measures.NewSystem(x)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := newRestart(&reference{data: x, system: system, width: p}, &config, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

package linalg

import "simtool/internal/linalg/kernel"

// Working says that the calling goroutine works on one of several items until it calls
// done, so that products and loops within it leave the processors of the others alone.
// No result depends on it.
func Working() (done func()) { return kernel.Working() }

// Waiting says that the calling goroutine waits for others that are Working until it
// calls done.
func Waiting() (done func()) { return kernel.Waiting() }

// Parallel calls body on the pieces [lo,hi) of [0,n), each of size grain but the
// last, from as many goroutines as there are processors to spare. Pieces depend on n and
// grain only. As long as no two pieces write to the same memory, the result does
// not depend on the number of goroutines.
func Parallel(n, grain int, body func(lo, hi int)) { parallel(n, grain, body) }

// parallel is Parallel, for this package.
func parallel(n, grain int, body func(lo, hi int)) {
	kernel.Parallel((n+grain-1)/grain, func(i int) { body(i*grain, min((i+1)*grain, n)) })
}

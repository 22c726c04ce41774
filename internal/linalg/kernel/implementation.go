package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
)

var _ blas.Float64 = Implementation{}

// Implementation is a BLAS for float64. Methods it does not override are
// gonum's. Make it with New; it is safe for concurrent use.
type Implementation struct {
	gonum.Implementation
	engine *engine
}

// New returns the implementation for the processor it runs on.
func New() Implementation { return Implementation{engine: engines()[0]} }

// Name names the kernels in use: avx512, avx2 or generic.
func (impl Implementation) Name() string { return impl.engine.name }

// Use makes gonum's blas64, and with it mat and lapack64, compute by New.
func Use() { blas64.Use(New()) }

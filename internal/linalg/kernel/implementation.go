package kernel

import (
	"fmt"
	"strings"

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

// New returns the fastest implementation for the processor it runs on.
func New() Implementation { return Implementation{engine: engines()[0]} }

// Named returns the implementation by the engine of that name, for tests and
// measurements. It fails if the processor cannot run it.
func Named(name string) (Implementation, error) {
	for _, e := range engines() {
		if e.name == name {
			return Implementation{engine: e}, nil
		}
	}
	return Implementation{}, fmt.Errorf("no engine %q, want one of %s", name, strings.Join(Available(), ", "))
}

// Available names the engines the processor can run, the fastest first: avx512,
// avx2, generic.
func Available() []string {
	var names []string
	for _, e := range engines() {
		names = append(names, e.name)
	}
	return names
}

// Name names the engine in use.
func (impl Implementation) Name() string { return impl.engine.name }

// Arithmetic names what last digits depend on: the architecture, for which the Go
// compiler may fuse products and sums, and on amd64 whether the processor has fused
// multiply-adds, which the exponential of package math then uses. Two processors of
// the same arithmetic compute the same bits.
func Arithmetic() string { return arithmetic() }

// Use makes gonum's blas64, and with it mat and lapack64, compute by New.
func Use() { blas64.Use(New()) }

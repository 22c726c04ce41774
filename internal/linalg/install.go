package linalg

import "simtool/internal/linalg/kernel"

// Everything in this package goes through gonum's blas64 and blas32, and so do gonum's own
// packages: installing the fast kernels once speeds up all of them.
func init() {
	kernel.Use()
	kernel.UseSingle()
}

// kernels provides the routines beyond the BLAS.
var kernels = kernel.New()

// Kernel names the kernels in use: avx512, avx2 or generic, which give the same bits.
func Kernel() string { return kernels.Name() }

// Arithmetic names what the last digits of results depend on. See kernel.Arithmetic.
func Arithmetic() string { return kernel.Arithmetic() }

package linalg

import "simtool/internal/linalg/kernel"

// AdamStep are the constants of a step of Adam.
type AdamStep = kernel.AdamStep

// Adam takes a step of Adam on each value of y; see kernel.Implementation.Adam.
func Adam(s AdamStep, y, grad, m, v []float64) { kernels.Adam(s, y, grad, m, v) }

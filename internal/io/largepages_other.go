//go:build !linux

package dataio

// onLargePages does nothing where the system takes no such advice.
func onLargePages([]float64) {}

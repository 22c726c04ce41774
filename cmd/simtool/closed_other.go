//go:build !linux

package main

// standardOutputClosed is not known here.
func standardOutputClosed() bool { return false }

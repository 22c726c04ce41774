//go:build !amd64

package kernel

import "runtime"

func arithmetic() string { return runtime.GOARCH }

// nativeEngines returns nothing: there is assembly for amd64 only.
func nativeEngines() []*engine { return nil }

//go:build !amd64

package kernel

// nativeEngines returns nothing: there is assembly for amd64 only.
func nativeEngines() []*engine { return nil }

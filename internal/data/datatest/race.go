package datatest

import (
	"runtime/debug"
	"slices"
	"testing"
)

// CountsMemory skips a test of how much memory is allocated where the race detector is on:
// pools then lose part of what they keep, so that it is allocated again.
func CountsMemory(t testing.TB) {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector allocates memory of its own")
	}
}

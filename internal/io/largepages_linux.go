package dataio

import (
	"syscall"
	"unsafe"
)

// onLargePages asks the system for large pages below numbers that will be written for the
// first time. The first touch of a page takes about as long as reading what it holds, and a
// large one stands for 512. It is advice, which changes nothing but the time.
func onLargePages(values []float64) {
	const page = 2 << 20
	bytes := bytesOf(values)
	start := uintptr(unsafe.Pointer(unsafe.SliceData(bytes))) % page
	whole := (start + uintptr(len(bytes))) / page // ends of pages within the numbers
	if first := (page - start) % page; first+page <= uintptr(len(bytes)) {
		_ = syscall.Madvise(bytes[first:whole*page-start], syscall.MADV_HUGEPAGE)
	}
}

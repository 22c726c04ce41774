package dataio

import (
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"sync/atomic"

	"simtool/internal/data"
)

// memoryLimit bounds the bytes that reading one input may take, and heapLimit those of
// an input with all that is in use before it; 0 is no bound.
var memoryLimit, heapLimit atomic.Int64

// LimitMemory bounds the memory that any reader of this process takes for one input,
// in bytes; 0 sets no bound. What a file says of its size, or how small it is when it
// is compressed, counts for nothing: what is read does, with what is held besides while
// it is brought into place.
func LimitMemory(bytes int64) { memoryLimit.Store(bytes) }

// LimitHeap bounds the memory that an input may take beside all that is in use, in
// bytes; 0 sets no bound.
func LimitHeap(bytes int64) { heapLimit.Store(bytes) }

// allow refuses to take so many bytes for an input.
func allow(bytes int64) error {
	limit := memoryLimit.Load()
	if limit <= 0 || bytes >= 0 && bytes <= limit {
		return nil
	}
	return &data.InputError{
		Found:  fmt.Sprintf("data that take more memory to read than the limit of %s", data.Bytes(limit)),
		Wanted: "want less, or a larger limit where the command has --max-memory",
	}
}

// Bytes that a number takes while it is read: where it stands in the end, and in a
// list that grows, or before it is put into the order of the dataset.
const (
	placedBytes  = 8
	growingBytes = 20
)

// allowNumbers is allow for so many numbers of some bytes each.
func allowNumbers(count int, each int64) error {
	if int64(count) > (1<<62)/each {
		return allow(-1)
	}
	if err := allow(int64(count) * each); err != nil {
		return err
	}
	return allowBeside(int64(count) * each)
}

// allowBeside refuses to take so many bytes beside what is in use. What was in use at
// the last collection need not be any more, so that a doubt is settled by another one.
func allowBeside(bytes int64) error {
	limit := heapLimit.Load()
	if limit <= 0 || bytes < smallInput || bytes <= limit-heapLive() {
		return nil
	}
	runtime.GC()
	left := limit - heapLive()
	if bytes <= left {
		return nil
	}
	return &data.InputError{
		Found:  fmt.Sprintf("data that take %s of memory to read, of which %s are left", data.Bytes(bytes), data.Bytes(max(0, left))),
		Wanted: "want less, or a larger limit with --max-memory",
	}
}

// smallInput is the size of inputs that are not held to LimitHeap.
const smallInput = 1 << 20

// heapLive is the memory that was in use at the last collection.
func heapLive() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// readAllowed is io.ReadAll, which holds what it reads up to three times, within the
// bound.
func readAllowed(r io.Reader) ([]byte, error) {
	const held = 3
	limit := memoryLimit.Load()
	if limit <= 0 {
		return io.ReadAll(r)
	}
	content, err := io.ReadAll(io.LimitReader(r, limit/held+1))
	if err == nil {
		err = allow(int64(len(content)) * held)
	}
	return content, err
}

// recordLimit caps one line of text: by maxRecord, and to a share of the bound that its
// fields, of a byte or more each, do not take more than all of.
func recordLimit() int {
	const share, least = 64, 1 << 16
	if limit := memoryLimit.Load(); limit > 0 && limit/share < maxRecord {
		return max(least, int(limit/share))
	}
	return maxRecord
}

// cellTally counts what the cells of a table take, with what is held besides.
type cellTally int64

// add counts cells of a row.
func (t *cellTally) add(row int, cells int, text int) error {
	const perRow, perCell, factor = 48, 32, 2
	*t += cellTally(factor * (row*perRow + cells*perCell + text))
	return allow(int64(*t))
}

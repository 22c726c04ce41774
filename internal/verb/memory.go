package verb

import (
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"simtool/internal/io"
	"simtool/internal/verb/setting"
)

// ChooseMemory is four fifths of what this process may use: of the machine's memory,
// or of the limit of its control group.
func ChooseMemory(setting.Place) (value, origin string, err error) {
	limit, origin := int64(math.MaxInt64/2), "default: no limit is known"
	if bytes, ok := memTotal(); ok {
		limit, origin = bytes, "default: four fifths of the machine's memory"
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if v, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && v < limit {
			limit, origin = v, "default: four fifths of the control group's limit"
		}
	}
	return strconv.FormatInt(limit/5*4, 10), origin, nil
}

// imageMemory is what a process has before any work: the program, its tables, and what
// it has on the heap.
const imageMemory = 32 << 20

// leastHeap is the heap that no limit goes below: what every command needs.
const leastHeap = 64 << 20

// MoreMemory is the remedy where a run needs more than it was given.
const MoreMemory = "give more with --max-memory"

// HeapLimit is the heap that a process may have for its work which is to take so much
// memory.
func HeapLimit(limit int64) int64 { return max(limit-imageMemory, leastHeap) }

// DataLimit is what of so much memory is there for data and what is computed of them.
func DataLimit(limit int64) int64 { return min(limit, HeapLimit(limit)) }

// memTotal returns the machine's memory in bytes where the kernel tells it.
func memTotal() (int64, bool) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 || fields[0] != "MemTotal:" {
		return 0, false
	}
	kb, err := strconv.ParseInt(fields[1], 10, 64)
	return kb << 10, err == nil
}

// InputBudget is how many bytes of datasets are kept for work to come. Beyond it an
// input that is used several times is read again when its turn comes.
const InputBudget = 2 << 30

// FileSize returns the bytes of a file, 0 where they cannot be told.
func FileSize(path string) int64 {
	info, err := os.Stat(dataio.FileOf(path))
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// IsPipe reports whether a path is of a pipe or a device. What is read of one is gone,
// and one may keep its reader waiting, so that nobody must look into it beforehand.
func IsPipe(path string) bool {
	info, err := os.Stat(dataio.FileOf(path))
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket|os.ModeDevice) != 0
}

// IsCompressed reports whether the size of a file says little of what is in it.
func IsCompressed(path string) bool {
	file := strings.ToLower(dataio.FileOf(path))
	if strings.HasSuffix(file, ".gz") || strings.HasSuffix(file, ".npz") {
		return true
	}
	if IsPipe(path) {
		return false
	}
	f, err := os.Open(dataio.FileOf(path))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	magic := make([]byte, 2)
	_, err = io.ReadFull(f, magic)
	return err == nil && (string(magic) == "\x1f\x8b" || string(magic) == "PK")
}

// CellsMemory is about what a row of so many cells takes, with its place in a table.
func CellsMemory(cells int64) int64 {
	const slice, cell, number = 24, 16, 8
	return 2*slice + cells*(cell+number)
}

// ComponentsMemory bounds what principal components take while data of n×p are
// decomposed: the centred data, their reflectors and vectors, each once more on the
// way, and matrices of the smaller of both sizes.
func ComponentsMemory(n, p int64) int64 {
	k := min(n, p)
	return 8 * (5*n*p + 6*k*k)
}

package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// bytesValue is a flag that takes an amount of memory.
type bytesValue int64

func (b *bytesValue) String() string {
	if *b == 0 {
		return "" // not set yet
	}
	return byteString(int64(*b))
}

func (b *bytesValue) Type() string { return "bytes" }

func (b *bytesValue) Set(s string) error {
	text := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "B"), "I")
	unit := 1.0
	if n := len(text); n > 0 {
		if power := strings.IndexByte("KMGT", text[n-1]); power >= 0 {
			unit = math.Pow(1024, float64(power+1))
			text = text[:n-1]
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v*unit >= 1) || v*unit > math.MaxInt64/2 {
		return fmt.Errorf("want %s", anAmount)
	}
	*b = bytesValue(v * unit)
	return nil
}

// anAmount is what a bytesValue takes.
const anAmount = "an amount of memory such as 400M or 2G"

// byteString renders an amount of memory in the largest unit in which it is
// whole, else in the largest that leaves at least two digits, rounded down.
func byteString(n int64) string {
	unit := 0
	for (n >= 10<<10 || n >= 1<<10 && n%(1<<10) == 0) && unit < 4 {
		n >>= 10
		unit++
	}
	return strconv.FormatInt(n, 10) + []string{"", "K", "M", "G", "T"}[unit]
}

// chooseMemory is four fifths of what this process may use: of the machine's
// memory, or of the limit of its control group.
func (a *app) chooseMemory() (value, origin string, err error) {
	limit, origin := int64(math.MaxInt64/2), "default: no limit is known"
	if kb, ok := memTotal(); ok {
		limit, origin = kb, "default: four fifths of the machine's memory"
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

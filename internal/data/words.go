package data

import (
	"fmt"
	"strconv"
	"strings"
)

// WordList renders "a, b or c".
func WordList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Counted renders "no files", "1 file" or "2 files".
func Counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	default:
		return strconv.Itoa(n) + " " + what + "s"
	}
}

// Bytes renders an amount of memory, of at least 0 bytes, in the largest unit of which
// there is at least one.
func Bytes(n int64) string {
	v, unit := float64(n), 0
	for v >= 1024 && unit < 4 {
		v /= 1024
		unit++
	}
	return fmt.Sprintf("%.4g %s", v, []string{"B", "KiB", "MiB", "GiB", "TiB"}[unit])
}

package setting

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// anAmount is what an amount of memory takes.
const anAmount = "an amount of memory such as 400M or 2G"

// Bytes declares an amount of memory. 0 stands for not set yet.
func (s *Set) Bytes(at *int64, name, letter, usage string) *Setting {
	return s.Add(&wantedScalar[int64]{scalar[int64]{at: at, kind: "bytes", wanted: anAmount, parse: ParseBytes, format: func(n int64) string {
		if n == 0 {
			return ""
		}
		return ByteString(n)
	}}}, name, letter, usage)
}

// ParseBytes reads an amount of memory such as 400M, 2GB or 1.5GiB; units are powers
// of 1024.
func ParseBytes(s string) (int64, error) {
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
		return 0, errors.New("want " + anAmount)
	}
	return int64(v * unit), nil
}

// ByteString renders an amount of memory in the largest unit in which it is whole,
// else in the largest that leaves at least two digits, rounded down.
func ByteString(n int64) string {
	unit := 0
	for (n >= 10<<10 || n >= 1<<10 && n%(1<<10) == 0) && unit < 4 {
		n >>= 10
		unit++
	}
	return strconv.FormatInt(n, 10) + []string{"", "K", "M", "G", "T"}[unit]
}

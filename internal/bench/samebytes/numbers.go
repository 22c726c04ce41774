package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"regexp"
	"strconv"
)

var number = regexp.MustCompile(`-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`)

// apart returns the largest |a − b| / max(|a|, |b|, 1) of numbers a and b in the same
// place of two texts or .npy files of float64, and +Inf if anything but numbers differs.
func apart(was, is []byte) float64 {
	if isText(was) && isText(is) {
		return textsApart(was, is)
	}
	return arraysApart(was, is)
}

func textsApart(was, is []byte) float64 {
	before, now := number.FindAllIndex(was, -1), number.FindAllIndex(is, -1)
	if len(before) != len(now) {
		return math.Inf(1)
	}
	most, i, j := 0.0, 0, 0
	for k := range before {
		b, n := before[k], now[k]
		if !bytes.Equal(was[i:b[0]], is[j:n[0]]) {
			return math.Inf(1)
		}
		x, err1 := strconv.ParseFloat(string(was[b[0]:b[1]]), 64)
		y, err2 := strconv.ParseFloat(string(is[n[0]:n[1]]), 64)
		if err1 != nil || err2 != nil {
			return math.Inf(1)
		}
		most = max(most, relative(x, y))
		i, j = b[1], n[1]
	}
	if !bytes.Equal(was[i:], is[j:]) {
		return math.Inf(1)
	}
	return most
}

// arraysApart is of .npy files whose header is the same, of little-endian float64.
func arraysApart(was, is []byte) float64 {
	const magic = "\x93NUMPY\x01\x00"
	if len(was) != len(is) || len(was) < 10 || !bytes.HasPrefix(was, []byte(magic)) {
		return math.Inf(1)
	}
	header := 10 + int(binary.LittleEndian.Uint16(was[8:]))
	if header > len(was) || (len(was)-header)%8 != 0 || !bytes.Equal(was[:header], is[:header]) || !bytes.Contains(was[:header], []byte("'<f8'")) {
		return math.Inf(1)
	}
	most := 0.0
	for i := header; i < len(was); i += 8 {
		x := math.Float64frombits(binary.LittleEndian.Uint64(was[i:]))
		y := math.Float64frombits(binary.LittleEndian.Uint64(is[i:]))
		if math.Float64bits(x) != math.Float64bits(y) {
			most = max(most, relative(x, y))
		}
	}
	return most
}

func relative(x, y float64) float64 {
	d := math.Abs(x-y) / max(math.Abs(x), math.Abs(y), 1)
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

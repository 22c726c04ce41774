package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Kinds of cells in their encoding.
const (
	cellEmpty = iota
	cellText
	cellFalse
	cellTrue
	cellInt
	cellFloat
)

// EncodeRows encodes rows of cells (nil, string, bool, int or float64, as in
// dataio.Table) so that DecodeRows gives back the same values and kinds, NaN and
// infinities included. It panics on a cell of another type.
func EncodeRows(rows [][]any) []byte {
	b := binary.AppendUvarint(nil, uint64(len(rows)))
	for _, row := range rows {
		b = binary.AppendUvarint(b, uint64(len(row)))
		for _, cell := range row {
			b = appendCell(b, cell)
		}
	}
	return b
}

func appendCell(b []byte, cell any) []byte {
	switch v := cell.(type) {
	case nil:
		return append(b, cellEmpty)
	case string:
		b = binary.AppendUvarint(append(b, cellText), uint64(len(v)))
		return append(b, v...)
	case bool:
		if v {
			return append(b, cellTrue)
		}
		return append(b, cellFalse)
	case int:
		return binary.AppendVarint(append(b, cellInt), int64(v))
	case float64:
		return binary.LittleEndian.AppendUint64(append(b, cellFloat), math.Float64bits(v))
	}
	panic(fmt.Sprintf("batch: cell of type %T", cell))
}

// errRows says that bytes are not what EncodeRows writes.
var errRows = errors.New("malformed rows")

// DecodeRows undoes EncodeRows. It returns an error for anything else.
func DecodeRows(b []byte) ([][]any, error) {
	d := decoder{b}
	rows := make([][]any, 0, d.count())
	for range cap(rows) {
		row := make([]any, 0, d.count())
		for range cap(row) {
			row = append(row, d.cell())
		}
		rows = append(rows, row)
		if d.rest == nil {
			return nil, errRows
		}
	}
	if d.rest == nil || len(d.rest) > 0 {
		return nil, errRows
	}
	return rows, nil
}

// decoder takes values from the front of rest, which becomes nil when there is
// something wrong.
type decoder struct{ rest []byte }

// count takes a number of things that take at least a byte each, 0 if there are
// not that many bytes left.
func (d *decoder) count() int {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > uint64(len(d.rest)-size) {
		d.rest = nil
		return 0
	}
	d.rest = d.rest[size:]
	return int(n)
}

// take takes n bytes.
func (d *decoder) take(n int) []byte {
	if d.rest == nil || n > len(d.rest) {
		d.rest = nil
		return make([]byte, n)
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) cell() any {
	switch d.take(1)[0] {
	case cellEmpty:
		return nil
	case cellText:
		return string(d.take(d.count()))
	case cellFalse:
		return false
	case cellTrue:
		return true
	case cellInt:
		v, size := binary.Varint(d.rest)
		d.take(max(size, 1))
		if size <= 0 {
			d.rest = nil
		}
		return int(v)
	case cellFloat:
		return math.Float64frombits(binary.LittleEndian.Uint64(d.take(8)))
	}
	d.rest = nil
	return nil
}

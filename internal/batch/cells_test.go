package batch

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func drawRows(t *rapid.T) [][]any {
	cell := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.String(), func(v string) any { return v }),
		rapid.Map(rapid.Bool(), func(v bool) any { return v }),
		rapid.Map(rapid.Int(), func(v int) any { return v }),
		rapid.Map(rapid.Float64(), func(v float64) any { return v }),
		rapid.SampledFrom([]any{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 1.0, 1, ""}),
	)
	return rapid.SliceOfN(rapid.SliceOfN(cell, 0, 6), 0, 5).Draw(t, "rows")
}

func TestRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		code := EncodeRows(rows)
		back, err := DecodeRows(code)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rows, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for n := range len(code) {
			if _, err := DecodeRows(code[:n]); err == nil {
				t.Errorf("%d of %d bytes are taken for rows", n, len(code))
			}
		}
		if _, err := DecodeRows(append(code, 0)); err == nil {
			t.Error("rows with a byte after them are taken for rows")
		}
	})
}

func FuzzDecodeRows(f *testing.F) {
	f.Add(EncodeRows([][]any{{1, "a", nil, true, 0.5}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := DecodeRows(b)
		if err != nil {
			return
		}
		if again, err := DecodeRows(EncodeRows(rows)); err != nil || !cmp.Equal(rows, again, cmpopts.EquateNaNs()) {
			t.Errorf("%v becomes %v, %v", rows, again, err)
		}
	})
}

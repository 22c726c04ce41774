package pcsensitivity

import (
	"testing"

	"simtool/internal/batch"
)

// TestPointsOfNoSlope: what is no point of a slope, with whatever checksum it was kept, is
// refused.
func TestPointsOfNoSlope(t *testing.T) {
	for name, row := range map[string][]any{
		"too short": {"remove", "cka", 0.5}, "too long": {"remove", "cka", 0.5, 0.5, 1}, "empty": {},
		"a number for a name": {"remove", 1, 0.5, 0.5}, "a text for a number": {"remove", "cka", "0.5", 0.5},
		"a whole number": {"remove", "cka", 1, 0.5}, "nothing": {nil, "cka", 0.5, 0.5},
	} {
		points := map[line][]slopePoint{}
		if err := addPoints(points, batch.EncodeRows([][]any{row})); err == nil || len(points) > 0 {
			t.Errorf("%s: %v is taken, and gives %v", name, row, points)
		}
	}
	points := map[line][]slopePoint{}
	if err := addPoints(points, []byte{0xff}); err == nil {
		t.Error("what are no rows is taken")
	}
	if err := addPoints(points, batch.EncodeRows([][]any{{"remove", "cka", 0.5, 0.25}})); err != nil || len(points[line{"remove", "cka"}]) != 1 {
		t.Errorf("a point gives %v, %v", points, err)
	}
}

package plot

import (
	"errors"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// length is a setting that takes a length on paper, in points; 0 for not set.
type length vg.Length

// aLength is what a length takes.
const aLength = "a length from 10mm to 2m, such as 85mm, 3.3in or 240pt"

// lengthUnits are the units that lengths may have, in points.
var lengthUnits = []struct {
	name   string
	points vg.Length
}{{"mm", vg.Millimeter}, {"cm", vg.Centimeter}, {"in", vg.Inch}, {"pt", 1}}

func (l *length) String() string {
	if *l == 0 {
		return "" // not set yet
	}
	return strconv.FormatFloat(float64(vg.Length(*l)/vg.Millimeter), 'g', 6, 64) + "mm"
}

// Type implements setting.Value.
func (l *length) Type() string { return "length" }

// Wanted says what the setting takes.
func (l *length) Wanted() string { return aLength }

// Set implements setting.Value.
func (l *length) Set(s string) error {
	if s == "" {
		*l = 0
		return nil
	}
	for _, unit := range lengthUnits {
		digits, ok := strings.CutSuffix(strings.TrimSpace(s), unit.name)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		points := vg.Length(v) * unit.points
		if err == nil && points >= 10*vg.Millimeter && points <= 2000*vg.Millimeter {
			*l = length(points)
			return nil
		}
	}
	return errors.New("want " + aLength)
}

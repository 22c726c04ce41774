package report

import (
	"math"
	"slices"
	"strconv"

	"simtool/internal/io"
)

// decimalsOf returns how many decimals an interval supports: those that show half of its
// width with one digit, or with two where the first is a 1 or a 2, as the Particle Data
// Group rounds. ok is false for no interval.
func decimalsOf(lo, hi float64) (decimals int, ok bool) {
	half := (hi - lo) / 2
	if !(half > 0) || math.IsInf(half, 0) {
		return 0, false
	}
	exponent := math.Floor(math.Log10(half))
	if half/math.Pow(10, exponent) < 2.95 { // 2.95 has two digits already, 3.0
		exponent--
	}
	return int(max(0, min(12, -exponent))), true
}

// rounded formats a number of an interval.
func rounded(v, lo, hi float64) string {
	decimals, ok := decimalsOf(lo, hi)
	if !ok || math.Abs(v) >= 1e9 {
		return significant(v, 4)
	}
	return fixed(v, decimals)
}

// fixed formats a number with some decimals, without a sign where all digits are 0.
func fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if rounded, err := strconv.ParseFloat(text, 64); err == nil && rounded == 0 {
		return strconv.FormatFloat(0, 'f', decimals, 64)
	}
	return text
}

func significant(v float64, digits int) string { return strconv.FormatFloat(v, 'g', digits, 64) }

// withInterval formats a number and its interval, which may be NaN.
func withInterval(v, lo, hi float64) string {
	text := rounded(v, lo, hi)
	if finite(lo) && finite(hi) {
		text += " [" + rounded(lo, lo, hi) + ", " + rounded(hi, lo, hi) + "]"
	}
	return text
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// inUnits are columns in the units of the interval in columns lo and hi, which has
// nothing to say about any other column.
var inUnits = []string{
	"value", "corrected", "lo", "hi", "null", "ceiling", "diff", "importance", "weight",
	"accuracy", "chance", "spearman", "exponent", "score", "reference", "without",
}

// probabilities are columns that have two digits.
var probabilities = []string{"pvalue", "p_adj", "q_bh", "p_best", "se", "sd"}

// rounding says how the numbers of a table are rounded.
type rounding struct{ columns []string }

// cell formats the cell of a row.
func (r rounding) cell(row []any, column int) Cell {
	v, isFloat := row[column].(float64)
	if !isFloat {
		return cellOf(row[column])
	}
	full := strconv.FormatFloat(v, 'g', -1, 64)
	name := r.columns[column]
	lo, hi := r.number(row, "lo"), r.number(row, "hi")
	switch _, supported := decimalsOf(lo, hi); {
	case supported && slices.Contains(inUnits, name):
		return Cell{Text: rounded(v, lo, hi), Value: full}
	case slices.Contains(probabilities, name):
		return Cell{Text: significant(v, 2), Value: full}
	}
	return Cell{Text: significant(v, 5), Value: full}
}

func (r rounding) number(row []any, name string) float64 {
	if at := slices.Index(r.columns, name); at >= 0 {
		if v, ok := dataio.Float(row[at]); ok {
			return v
		}
	}
	return math.NaN()
}

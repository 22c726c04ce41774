package dataio

import (
	"errors"
	"math"
	"strconv"
)

// parseNumber parses a number by one strict grammar, that of decimal numbers as
// NumPy, pandas, R and spreadsheets write them:
//
//	number   = sign? ( digits ( "." digits? )? | "." digits ) ( ("e"|"E") sign? digits )?
//	infinity = sign? ( "inf" | "Inf" | "infinity" | "Infinity" | "INF" )
//
// No underscores (1_1 is the name of a trial), no hexadecimal numbers, no blanks. A
// number beyond the range of float64 is infinite. NaN is a missing value, not a
// number.
func parseNumber(field string) (float64, bool) {
	if !isDecimal(field) {
		return parseInfinity(field)
	}
	v, err := strconv.ParseFloat(field, 64)
	return v, err == nil || errors.Is(err, strconv.ErrRange)
}

// isDecimal reports whether a field is a number of the grammar and finite in its
// spelling.
func isDecimal(field string) bool {
	rest := trimSign(field)
	whole := leadingDigits(rest)
	rest = rest[whole:]
	fraction := 0
	if rest != "" && rest[0] == '.' {
		fraction = leadingDigits(rest[1:])
		rest = rest[1+fraction:]
	}
	if whole+fraction == 0 {
		return false
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = trimSign(rest[1:])
		exponent := leadingDigits(rest)
		if exponent == 0 {
			return false
		}
		rest = rest[exponent:]
	}
	return rest == ""
}

// parseInfinity parses an infinity of the grammar.
func parseInfinity(field string) (float64, bool) {
	switch trimSign(field) {
	case "inf", "Inf", "INF", "infinity", "Infinity":
		if field[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	return 0, false
}

// trimSign returns a field without one sign before it.
func trimSign(field string) string {
	if field != "" && (field[0] == '-' || field[0] == '+') {
		return field[1:]
	}
	return field
}

// leadingDigits returns how many digits a field begins with.
func leadingDigits(field string) int {
	n := 0
	for n < len(field) && field[n] >= '0' && field[n] <= '9' {
		n++
	}
	return n
}

// isCount reports whether a field is a whole number without a sign, a point or an
// exponent, as row numbers and the numbers of units are written.
func isCount(field string) bool {
	return field != "" && leadingDigits(field) == len(field)
}

// isWhole is isCount with a sign allowed.
func isWhole(field string) bool { return isCount(trimSign(field)) }

// hasPoint reports whether a field is a number that shows a fraction or an exponent,
// as measured values are written.
func hasPoint(field string) bool { return isDecimal(field) && !isWhole(field) }

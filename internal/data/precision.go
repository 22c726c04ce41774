package data

import (
	"math"
	"strconv"
	"strings"
)

// Precision is the precision of the numbers in the source of a dataset. The zero value
// is float64, which is also the precision of computed data.
type Precision struct {
	Stored   Stored
	Digits   int // of text: the largest number of significant digits of any number
	Decimals int // of text: the largest number of digits behind the point of any number
}

// Stored is a form of storage of numbers.
type Stored int

// The forms of storage.
const (
	Float64 Stored = iota
	Float32
	Float16
	Integer // nothing was rounded
	Decimal // text with a decimal point or an exponent
)

// Eps returns the relative spacing of the numbers that the source can represent, at a
// power of its base: 2⁻⁵², 2⁻²³ and 2⁻¹⁰ for floats, and 10^(1−d) for text with d
// significant digits, but not less than that of float64. It is 0 for integers.
func (p Precision) Eps() float64 {
	switch p.Stored {
	case Float32:
		return 0x1p-23
	case Float16:
		return 0x1p-10
	case Integer:
		return 0
	case Decimal:
		if p.Digits == 0 { // every number is 0
			break
		}
		return max(0x1p-52, math.Pow(10, float64(1-p.Digits)))
	}
	return 0x1p-52
}

// Spacing returns the distance between neighbouring numbers of the source near the
// magnitude largest, of which a number is rounded by at most half. For floats that is
// ε·largest, with the ε of float64 for integers: they are exact, but computing with
// them is not.
//
// Text with d significant digits shows the last of them at its largest numbers, which
// lie 10^(1−d) of their decade apart. Smaller numbers have as many digits behind the
// point where all are written alike, as by %.3f, and as many significant digits where
// each is rounded on its own, as by %.4g: the finest place of the text bounds the
// spacing from below, and tells the two apart. Nobody rounds to fewer than 3 significant
// digits: if no number shows more, the place alone counts, as of 0.5, 0.8 and 1.
func (p Precision) Spacing(largest float64) float64 {
	const double = 0x1p-52
	largest = math.Abs(largest)
	if p.Stored != Decimal || p.Digits == 0 || largest == 0 {
		return max(double, p.Eps()) * largest
	}
	const nearly = 1e-12 // a power of ten may have a logarithm that is rounded down
	decade := math.Floor(math.Log10(largest) + nearly)
	const fewest = 3
	digits := float64(max(fewest, p.Digits))
	return max(double*largest, math.Pow(10, decade+1-digits), math.Pow(10, -float64(p.Decimals)))
}

// PrecisionOf returns the precision of numbers of a type by its name: float16 to
// float64, bool and all integers. Any other name gives that of float64.
func PrecisionOf(dtype string) Precision {
	switch dtype {
	case "float32":
		return Precision{Stored: Float32}
	case "float16":
		return Precision{Stored: Float16}
	case "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64":
		return Precision{Stored: Integer}
	}
	return Precision{}
}

// WithText returns the precision of text with one more number, written in field. Text
// without any number is Integer, with no digits.
func (p Precision) WithText(field string) Precision {
	p.Decimals = max(p.Decimals, decimalPlaces(field))
	// Most numbers need no count: float64 holds no more digits, or there is no room
	// for more than there were.
	if p.Stored == Decimal && (p.Digits >= fullDigits || roomForDigits(field) <= p.Digits) {
		return p
	}
	digits, whole := significantDigits(field)
	if !whole {
		p.Stored = Decimal
	}
	p.Digits = max(p.Digits, digits)
	return p
}

// fullDigits is the number of digits that represents any float64 exactly.
const fullDigits = 17

// roomForDigits returns an upper bound of the number of digits of a number.
func roomForDigits(field string) int {
	room := len(field)
	if strings.HasPrefix(field, "-") {
		room--
	}
	if strings.IndexByte(field, '.') >= 0 {
		room--
	}
	return room
}

// decimalPlaces returns the number of digits behind the point of a decimal number, when
// it is written without an exponent.
func decimalPlaces(field string) int {
	point, end, exponent := -1, len(field), 0
	for i := range len(field) {
		switch field[i] {
		case '.':
			point = i
		case 'e', 'E':
			exponent, _ = strconv.Atoi(field[i+1:]) // a number has been parsed already
			end = i
		}
	}
	if point < 0 {
		return max(0, -exponent)
	}
	return max(0, end-point-1-exponent)
}

// significantDigits returns the number of significant digits of a decimal number as it
// is written, and whether it is whole: without a point or an exponent. It counts
// zeros at the end after a point, because they show the rounding. It does not count
// zeros at the end of a whole number or at the beginning.
func significantDigits(field string) (digits int, whole bool) {
	whole = true
	pending := 0 // zeros that count if something follows
	for i := range len(field) {
		switch c := field[i]; {
		case c == '0' && digits == 0:
		case c == '0' && whole:
			pending++
		case c >= '0' && c <= '9':
			digits += pending + 1
			pending = 0
		case c == '.':
			digits, pending, whole = digits+pending, 0, false
		case c == 'e' || c == 'E':
			return digits + pending, false
		}
	}
	return digits, whole
}

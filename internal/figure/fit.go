package figure

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
)

// TooNarrow is the error for a figure whose texts have no room at its width.
type TooNarrow struct {
	Smallest vg.Length // width at which they do
	misfit   string
}

// Error implements error.
func (e *TooNarrow) Error() string {
	return fmt.Sprintf("%s, want at least %.0f mm", e.misfit, e.Smallest.Points()/vg.Millimeter.Points())
}

// widest is the largest width that is tried for a figure.
const widest = 1000 * vg.Millimeter

// New draws results in one figure. They must be of one kind.
//
// Errors are *data.InputError: a result of no known kind, results of several, a
// form that the kind does not have, a facet that is not a column, no row to draw, and,
// with a *TooNarrow in it, a width at which texts would be cut off or stand over others.
func New(results []*Result, s Style) (*Figure, error) {
	f, err := layOut(results, s)
	if err != nil {
		return nil, err
	}
	misfits := f.misfits()
	if misfits == nil {
		return f, nil
	}
	// The smallest width is between one that does not do and one that does.
	fits := func(width vg.Length) bool {
		s.Width = width
		f, err := layOut(results, s)
		return err == nil && f.misfits() == nil
	}
	low, high := f.width, 1.25*f.width
	for !fits(high) {
		if low, high = high, 1.5*high; high > widest {
			return f, nil // width is not what is missing
		}
	}
	for high-low > vg.Millimeter {
		if middle := (low + high) / 2; fits(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	smallest := vg.Length(math.Ceil(high.Points()/vg.Millimeter.Points())) * vg.Millimeter
	if !fits(smallest) {
		smallest = high
	}
	narrow := &TooNarrow{Smallest: smallest, misfit: misfits[0]}
	return nil, &data.InputError{
		Path: results[0].Path, Found: fmt.Sprintf("too much text for a figure %.0f mm wide (%s)", f.width.Points()/vg.Millimeter.Points(), misfits[0]),
		Wanted: fmt.Sprintf("want a --width of at least %.0fmm", math.Ceil(smallest.Points()/vg.Millimeter.Points())), Err: narrow,
	}
}

// fitting draws results as New does; where they do not fit it takes the smallest width at
// which they do.
func fitting(results []*Result, s Style) (*Figure, error) {
	f, err := New(results, s)
	var narrow *TooNarrow
	if errors.As(err, &narrow) {
		s.Width = narrow.Smallest
		return layOut(results, s)
	}
	return f, err
}

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
	if flat := f.flattened(); s.Height > 0 && (flat != "" || f.height > s.Height+1) {
		return nil, tooLow(results, s, f, flat)
	}
	if narrow := f.squeezed(); narrow != "" {
		misfits = append([]string{narrow}, misfits...)
	}
	if misfits == nil {
		return f, nil
	}
	// The smallest width is between one that does not do and one that does.
	fits := func(width vg.Length) bool {
		s.Width = width
		f, err := layOut(results, s)
		return err == nil && f.misfits() == nil && f.squeezed() == ""
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

// leastArea is the smallest side of the data area of a panel that can be read.
const leastArea = 4 * vg.Millimeter

// squeezed says which panel, when it was drawn, had no room for its data beside the texts;
// "" for none.
func (f *Figure) squeezed() string {
	for i, p := range f.panels {
		if p.area.X < leastArea {
			return fmt.Sprintf("panel %d has no room for its data", i+1)
		}
	}
	return ""
}

// flattened says the same of the heights.
func (f *Figure) flattened() string {
	for i, p := range f.panels {
		if p.area.Y < leastArea && !(p.square && p.area.X < leastArea && p.area.X <= p.area.Y) {
			return fmt.Sprintf("panel %d has no room for its data", i+1)
		}
	}
	return ""
}

// tooLow is the error for a figure whose panels have no height for their data. It names
// the smallest height that has, or says that there is none.
func tooLow(results []*Result, s Style, f *Figure, flat string) error {
	mm := func(v vg.Length) float64 { return v.Points() / vg.Millimeter.Points() }
	fits := func(height vg.Length) bool {
		s.Height = height
		f, err := layOut(results, s)
		if err != nil {
			return false
		}
		f.misfits() // draws it
		return f.flattened() == "" && f.height <= height+1
	}
	if flat == "" {
		flat = "its panels have no room for their data"
	}
	e := &data.InputError{
		Path: results[0].Path, Found: fmt.Sprintf("too much for a figure %.0f mm high (%s)", mm(s.Height), flat),
		Wanted: "want a larger --height or --width",
	}
	low, high := s.Height, f.height+vg.Millimeter
	for !fits(high) {
		if low, high = high, 1.25*high; high > widest {
			return e
		}
	}
	for high-low > vg.Millimeter {
		if middle := (low + high) / 2; fits(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	e.Wanted = fmt.Sprintf("want a --height of at least %.0fmm", math.Ceil(mm(high)))
	return e
}

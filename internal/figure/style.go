package figure

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Style is the appearance of a figure.
type Style struct {
	Title  string    // in place of the default; "-" for none
	Width  vg.Length // 0 for the width of a journal's column
	Height vg.Length // 0 for the height of the content
	Theme  Theme
	Facet  string // column whose values get separate panels; "" for none
	Form   string // one of the forms of the kind; "" for the default

	Order  string   // of systems: Natural (also ""), Given or Cluster
	Listed []string // systems that come first, in this order
	// Range is that of the colours of scores, and Symmetric puts 0 in its middle; nil for
	// what the measure can have.
	Range     *[2]float64
	Symmetric bool
	Columns   int // of panels; 0 for as many as are legible
	// Clusters joins n systems by their dissimilarities, for the order Cluster; nil where
	// that is not asked for.
	Clusters func(n int, dissimilarity func(i, j int) float64) []Join
	// Measures says what is known of a measure; nil for nothing.
	Measures func(name string) (r Range, ok bool)

	Times          *Times            // of the bins of results by time; nil for their numbers
	Names          map[string]string // of systems, measures, features and the like, by those in the results
	XLabel, YLabel string            // of axes; "" for the figure's own
	Legend         string            // its title; "" for none

	measureOf map[string]string  // the measures that have other names
	heeded    map[[2]string]bool // settings, and names of lists, that changed the figure

	places map[string]int        // of the names of series
	scales map[string]*colourBar // that panels share, by label
}

// ColumnWidth is the width of a column of a journal.
const ColumnWidth = 85 * vg.Millimeter

// Sizes of text: titles, labels of axes, and numbers at ticks.
const (
	titleSize = vg.Length(8.5)
	labelSize = vg.Length(7.5)
	tickSize  = vg.Length(7)
	lineWidth = vg.Length(1.1)
	hairline  = vg.Length(0.5)

	intervalSize = vg.Length(5.5) // of intervals within cells
)

func (s *Style) text(size vg.Length) text.Style {
	return text.Style{
		Color:   s.Theme.Ink,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		Handler: plot.DefaultTextHandler,
		YAlign:  draw.YCenter,
	}
}

// dashes are the patterns of lines. They change after each seven series, so that no two of
// the first 28 look alike.
var dashes = [][]vg.Length{nil, {4, 2}, {1.2, 1.8}, {5, 2, 1.2, 2}}

// perDash is the number of series with the same dashes.
const perDash = 7

// series returns the number of a name, in order of first appearance. It selects colour,
// marker and dashes, so that a name looks the same in all panels of a figure.
func (s *Style) series(name string) int {
	place, ok := s.places[name]
	if !ok {
		place = len(s.places)
		s.places[name] = place
	}
	return place
}

// line returns the style of series i.
func (s *Style) line(i int) draw.LineStyle {
	n := len(s.Theme.Series)
	return draw.LineStyle{Color: s.Theme.Series[i%n], Width: lineWidth, Dashes: dashes[i/perDash%len(dashes)]}
}

// sequence returns the styles of lines of systems: of many that differ in a number, such
// as layers, the colours are in its order, and of others those of series.
func (s *Style) sequence(systems []string) func(k int) draw.LineStyle {
	_, at, ok := ordinals(systems)
	if !ok || len(systems) < leastOrdered {
		for _, system := range systems {
			s.series(system)
		}
		return func(k int) draw.LineStyle { return s.line(s.series(systems[k])) }
	}
	low, high := slices.Min(at), slices.Max(at)
	ramp := s.Theme.lines()
	return func(k int) draw.LineStyle {
		return draw.LineStyle{Color: ramp.at((at[k] - low) / (high - low)), Width: lineWidth}
	}
}

// reference returns the style of reference lines.
func (s *Style) reference(dash []vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: s.Theme.Muted, Width: 0.8, Dashes: dash}
}

// glyphs are the markers of successive series.
var glyphs = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, cross{}, draw.SquareGlyph{}, draw.TriangleGlyph{},
}

// cross is a cross of lines that are thick enough to show their colour.
type cross struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (cross) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	line := draw.LineStyle{Color: style.Color, Width: 0.9}
	r := style.Radius * 0.9
	c.StrokeLine2(line, at.X-r, at.Y-r, at.X+r, at.Y+r)
	c.StrokeLine2(line, at.X-r, at.Y+r, at.X+r, at.Y-r)
}

// glyph returns the marker of series i. Shapes change after each round of colours, so
// that no two of the first 84 series look alike.
func (s *Style) glyph(i int) draw.GlyphStyle {
	n := len(s.Theme.Series)
	return draw.GlyphStyle{Color: s.Theme.Series[i%n], Radius: 1.9, Shape: glyphs[(i+i/n)%len(glyphs)]}
}

package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A textBox is the rectangle around a text of a figure, which may be rotated: its corners
// in their order, in points from the lower left corner of the figure.
type textBox struct {
	text    string
	corners [4]vg.Point
}

// Of a font, the heights of capitals above and of descenders below the baseline, as shares
// of its size (Liberation Sans: 0.716 and 0.212).
const (
	capitals   = 0.72
	descenders = 0.21
)

// textBoxes returns the boxes of all texts of the figure. Spaces around a text are not in
// its box.
func (f *Figure) textBoxes() []textBox {
	c := &textCanvas{size: vg.Point{X: f.width, Y: f.height}, at: identity}
	f.draw(draw.New(c))
	return c.boxes
}

// misfits says which texts are cut off by the edge of the figure, or stand over others.
// It stops at the first few.
func (f *Figure) misfits() []string {
	const most = 5
	var out []string
	boxes := f.textBoxes()
	const slack = 0.5 // points: letters have white space at their sides
	for _, b := range boxes {
		for _, p := range b.corners {
			if p.X < -slack || p.Y < -slack || p.X > f.width+slack || p.Y > f.height+slack {
				out = append(out, fmt.Sprintf("%q is cut off", b.text))
				break
			}
		}
	}
	// Only boxes whose extents overlap are compared: sorted by where they begin.
	slices.SortStableFunc(boxes, func(a, b textBox) int {
		switch l, r := a.left(), b.left(); {
		case l < r:
			return -1
		case l > r:
			return 1
		}
		return 0
	})
	for i, a := range boxes {
		right := a.right()
		for _, b := range boxes[i+1:] {
			if b.left() > right || len(out) >= most {
				break
			}
			if a.overlaps(b) {
				out = append(out, fmt.Sprintf("%q stands over %q", a.text, b.text))
			}
		}
	}
	return out
}

func (b textBox) left() vg.Length {
	return min(b.corners[0].X, b.corners[1].X, b.corners[2].X, b.corners[3].X)
}

func (b textBox) right() vg.Length {
	return max(b.corners[0].X, b.corners[1].X, b.corners[2].X, b.corners[3].X)
}

// overlaps reports whether two boxes have an area in common: two rectangles have none if
// and only if they are apart along a side of one of them.
func (b textBox) overlaps(other textBox) bool {
	const slack = 0.4 // points that do not count
	for _, box := range []textBox{b, other} {
		for k := range 2 {
			along := box.corners[k+1].Sub(box.corners[k])
			length := vg.Length(math.Hypot(float64(along.X), float64(along.Y)))
			if length == 0 {
				continue
			}
			interval := func(of textBox) (low, high vg.Length) {
				low, high = vg.Length(math.Inf(1)), vg.Length(math.Inf(-1))
				for _, p := range of.corners {
					at := (p.X*along.X + p.Y*along.Y) / length
					low, high = min(low, at), max(high, at)
				}
				return low, high
			}
			low, high := interval(b)
			from, to := interval(other)
			if from > high-slack || low > to-slack {
				return false
			}
		}
	}
	return true
}

// transform is an affine map of the plane: x' = a·x + c·y + e, y' = b·x + d·y + f.
type transform struct{ a, b, c, d, e, f float64 }

var identity = transform{a: 1, d: 1}

func (t transform) apply(p vg.Point) vg.Point {
	x, y := float64(p.X), float64(p.Y)
	return vg.Point{X: vg.Length(t.a*x + t.c*y + t.e), Y: vg.Length(t.b*x + t.d*y + t.f)}
}

// after returns the map that applies u first, and then t.
func (t transform) after(u transform) transform {
	return transform{
		a: t.a*u.a + t.c*u.b, b: t.b*u.a + t.d*u.b,
		c: t.a*u.c + t.c*u.d, d: t.b*u.c + t.d*u.d,
		e: t.a*u.e + t.c*u.f + t.e, f: t.b*u.e + t.d*u.f + t.f,
	}
}

// textCanvas is a canvas on which texts leave their boxes and everything else nothing.
type textCanvas struct {
	size  vg.Point
	at    transform
	stack []transform
	boxes []textBox
}

// Size implements vg.CanvasSizer.
func (c *textCanvas) Size() (x, y vg.Length) { return c.size.X, c.size.Y }

// SetLineWidth implements vg.Canvas.
func (c *textCanvas) SetLineWidth(vg.Length) {}

// SetLineDash implements vg.Canvas.
func (c *textCanvas) SetLineDash([]vg.Length, vg.Length) {}

// SetColor implements vg.Canvas.
func (c *textCanvas) SetColor(color.Color) {}

// Stroke implements vg.Canvas.
func (c *textCanvas) Stroke(vg.Path) {}

// Fill implements vg.Canvas.
func (c *textCanvas) Fill(vg.Path) {}

// DrawImage implements vg.Canvas.
func (c *textCanvas) DrawImage(vg.Rectangle, image.Image) {}

// Rotate implements vg.Canvas.
func (c *textCanvas) Rotate(angle float64) {
	sin, cos := math.Sincos(angle)
	c.at = c.at.after(transform{a: cos, b: sin, c: -sin, d: cos})
}

// Translate implements vg.Canvas.
func (c *textCanvas) Translate(p vg.Point) {
	c.at = c.at.after(transform{a: 1, d: 1, e: float64(p.X), f: float64(p.Y)})
}

// Scale implements vg.Canvas.
func (c *textCanvas) Scale(x, y float64) { c.at = c.at.after(transform{a: x, d: y}) }

// Push implements vg.Canvas.
func (c *textCanvas) Push() { c.stack = append(c.stack, c.at) }

// Pop implements vg.Canvas.
func (c *textCanvas) Pop() {
	last := len(c.stack) - 1
	c.at, c.stack = c.stack[last], c.stack[:last]
}

// FillString implements vg.Canvas.
func (c *textCanvas) FillString(face font.Face, p vg.Point, text string) {
	width, size := face.Width(text), face.Font.Size
	if width <= 0 {
		return
	}
	low, high := p.Y-descenders*size, p.Y+capitals*size
	b := textBox{text: text}
	for i, corner := range []vg.Point{{X: p.X, Y: low}, {X: p.X + width, Y: low}, {X: p.X + width, Y: high}, {X: p.X, Y: high}} {
		b.corners[i] = c.at.apply(corner)
	}
	c.boxes = append(c.boxes, b)
}

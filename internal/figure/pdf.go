package figure

import (
	"bytes"
	"fmt"
	"io"

	"simtool/internal/data"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// pdf writes the figure as PDF with its font embedded.
func (f *Figure) pdf(w io.Writer) error {
	c := &latinCanvas{vgpdf.New(f.width, f.height)}
	f.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("the figure cannot be written as PDF: %w", err)
	}
	_, err := w.Write(creationDate().ReplaceAll(b.Bytes(), []byte("Date (D:20000101000000)")))
	return err
}

// creationDate matches the date, which is replaced by a constant of the same length, so
// that the same figure gives the same bytes on any day.
var creationDate = data.Pattern(`Date \(D:\d{14}\)`)

// latinCanvas writes text to PDF in Windows-1252, the encoding of its embedded fonts.
// Letters outside this encoding, such as Greek, are drawn by their outlines: they look
// the same, but a search does not find them.
type latinCanvas struct{ *vgpdf.Canvas }

// FillString implements vg.Canvas.
func (c *latinCanvas) FillString(f font.Face, at vg.Point, text string) {
	var run []byte   // letters of the encoding that are not yet written
	begin := at      // the position of the first
	var width string // the same letters, to be measured
	flush := func() {
		if len(run) > 0 {
			c.Canvas.FillString(f, begin, string(run))
			begin.X += f.Width(width)
		}
		run, width = nil, ""
	}
	for _, r := range text {
		if code, ok := windows1252(r); ok {
			run, width = append(run, code), width+string(r)
			continue
		}
		flush()
		if path := outline(f, begin, r); path != nil {
			c.Fill(path)
		}
		begin.X += f.Width(string(r))
	}
	flush()
}

// windows1252 returns the code of a letter, and false for a letter without a code.
func windows1252(r rune) (byte, bool) {
	if r < 0x80 || r >= 0xa0 && r <= 0xff {
		return byte(r), true
	}
	code, ok := beyondLatin1[r]
	return code, ok
}

// beyondLatin1 holds the codes of letters in Windows-1252 that Latin-1 lacks.
var beyondLatin1 = map[rune]byte{
	'€': 0x80, '‚': 0x82, 'ƒ': 0x83, '„': 0x84, '…': 0x85, '†': 0x86, '‡': 0x87, 'ˆ': 0x88, '‰': 0x89, 'Š': 0x8a, '‹': 0x8b, 'Œ': 0x8c, 'Ž': 0x8e,
	'‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '•': 0x95, '–': 0x96, '—': 0x97, '˜': 0x98, '™': 0x99, 'š': 0x9a, '›': 0x9b, 'œ': 0x9c, 'ž': 0x9e, 'Ÿ': 0x9f,
}

// outline returns the shape of one letter with its origin at a point, and nil for a
// letter without ink. Letters that the font lacks have the shape of its empty box.
func outline(f font.Face, at vg.Point, r rune) vg.Path {
	const unitsPerEm = 1024 // the resolution of the outline
	glyph, err := f.Face.GlyphIndex(nil, r)
	if err != nil {
		return nil
	}
	segments, err := f.Face.LoadGlyph(nil, glyph, unitsPerEm<<6, nil)
	if err != nil {
		return nil
	}
	unit := f.Font.Size / (unitsPerEm << 6)
	var path vg.Path
	for _, s := range segments {
		var p [3]vg.Point // sfnt counts y downwards
		for i, arg := range s.Args {
			p[i] = vg.Point{X: at.X + unit*vg.Length(arg.X), Y: at.Y - unit*vg.Length(arg.Y)}
		}
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			path.Move(p[0])
		case sfnt.SegmentOpLineTo:
			path.Line(p[0])
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(p[0], p[1])
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(p[0], p[1], p[2])
		}
	}
	return path
}

package figure

import (
	"bytes"
	"compress/zlib"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdfContent returns a figure as PDF, and all that is drawn in it.
func pdfContent(t *testing.T, f *Figure) (file []byte, content string) {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, "pdf", 0); err != nil {
		t.Fatal(err)
	}
	for _, part := range bytes.Split(b.Bytes(), []byte("stream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(r)
		content += string(text)
	}
	return b.Bytes(), content
}

// TestPDFText checks that text reaches PDF in the encoding of its fonts, which
// are embedded.
func TestPDFText(t *testing.T) {
	f, err := New(load(t, "pc_r2.csv"), light(t))
	if err != nil {
		t.Fatal(err)
	}
	file, content := pdfContent(t, f)
	if !bytes.HasPrefix(file, []byte("%PDF-")) || !bytes.Contains(file, []byte("Date (D:20000101000000)")) {
		t.Error("no PDF, or one with the date of today")
	}
	if !bytes.Contains(file, []byte("/FontFile2")) {
		t.Error("the font is not in the PDF")
	}
	// In Windows-1252 the superscript two is one byte.
	if !strings.Contains(content, "(R\xb2 of component)") {
		t.Error("the label of the axis is not in the text of the PDF")
	}
}

// TestPDFBeyondItsEncoding checks that letters which the encoding lacks are drawn, at
// their places between the other letters.
func TestPDFBeyondItsEncoding(t *testing.T) {
	style := light(t)
	draw := func(title string) string {
		style.Title = title
		f, err := New(load(t, "scores.csv"), style)
		if err != nil {
			t.Fatal(err)
		}
		_, content := pdfContent(t, f)
		return content
	}
	plain, greek := draw("a = b"), draw("aλ = ρb – “c”")
	for _, want := range []string{"(a)", "( = )", "(b \x96 \x93c\x94)"} {
		if !strings.Contains(greek, want) {
			t.Errorf("%q is not in the text", want)
		}
	}
	if regexp.MustCompile(`\([^()]*\?[^()]*\) ?Tj`).MatchString(greek) {
		t.Error("a letter became a question mark")
	}
	curves := regexp.MustCompile(`(?m) [cv]$`)
	if before, after := len(curves.FindAllString(plain, -1)), len(curves.FindAllString(greek, -1)); after < before+10 {
		t.Errorf("%d curves without Greek, %d with: its letters are not drawn", before, after)
	}
}

// TestOutline compares the outline of a letter with the dimensions in the font.
func TestOutline(t *testing.T) {
	style := light(t)
	face := style.text(100).Handler.Cache().Lookup(style.text(100).Font, 100)
	at := vg.Point{X: 7, Y: 11}
	for _, r := range "λρΣ²x" {
		low, high := vg.Point{X: vg.Length(math.Inf(1)), Y: vg.Length(math.Inf(1))}, vg.Point{X: vg.Length(math.Inf(-1)), Y: vg.Length(math.Inf(-1))}
		for _, c := range outline(face, at, r) {
			for _, p := range append(c.Control, c.Pos) {
				low.X, low.Y = min(low.X, p.X), min(low.Y, p.Y)
				high.X, high.Y = max(high.X, p.X), max(high.Y, p.Y)
			}
		}
		want := glyphBounds(t, face, r)
		for i, d := range []vg.Length{low.X - at.X - want.Min.X, low.Y - at.Y - want.Min.Y, high.X - at.X - want.Max.X, high.Y - at.Y - want.Max.Y} {
			// Control points may lie slightly outside the ink.
			if math.Abs(float64(d)) > 3 {
				t.Errorf("%c: edge %d is %.2f from where the font has it", r, i, float64(d))
			}
		}
	}
	if outline(face, at, ' ') != nil {
		t.Error("a space has a shape")
	}
}

// glyphBounds returns the box of the ink of a letter, y upwards, from another part of
// the library.
func glyphBounds(t *testing.T, face font.Face, r rune) vg.Rectangle {
	t.Helper()
	bounds, _, ok := face.FontFace(72).GlyphBounds(r)
	if !ok {
		t.Fatalf("no letter %c", r)
	}
	return vg.Rectangle{
		Min: vg.Point{X: vg.Length(bounds.Min.X) / 64, Y: -vg.Length(bounds.Max.Y) / 64},
		Max: vg.Point{X: vg.Length(bounds.Max.X) / 64, Y: -vg.Length(bounds.Min.Y) / 64},
	}
}

package figure

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"simtool/internal/data"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Formats lists the suffixes of the files that a figure can be written to.
var Formats = []string{"svg", "png", "pdf"}

// FormatOf returns the format for the suffix of a path.
func FormatOf(path string) (string, bool) {
	suffix := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	for _, f := range Formats {
		if suffix == f {
			return f, true
		}
	}
	return "", false
}

// Write writes the figure in a format of Formats. dpi is the resolution of png; other
// formats ignore it. An unknown format panics.
func (f *Figure) Write(w io.Writer, format string, dpi int) error {
	switch format {
	case "svg":
		_, err := w.Write(f.svg(nil))
		return err
	case "png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(transparent{}))}
		f.draw(draw.New(c))
		_, err := c.WriteTo(w)
		return err
	case "pdf":
		return f.pdf(w)
	}
	panic("figure: unknown format " + format)
}

// transparent is the transparent colour, the background of themes without one.
type transparent struct{}

// RGBA implements color.Color.
func (transparent) RGBA() (r, g, b, a uint32) { return 0, 0, 0, 0 }

// sansSerif lists the fonts for viewers without the font of the figure. The letters of
// Arial have the same widths.
const sansSerif = "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"

var (
	fontFamily = data.Pattern(`font-family:Liberation Sans;font-variant:\w+;font-weight:normal;font-style:normal;?`)
	header     = data.Pattern(`(?s)^<\?xml.*?<svg `)
)

// svg returns the figure as an SVG document. more renders elements for the marks; nil
// adds none.
func (f *Figure) svg(more func(marks []placed) string) []byte {
	c := vgsvg.New(f.width, f.height)
	marks := f.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic("figure: " + err.Error()) // writing to a buffer does not fail
	}
	text := f.keepWidths(b.String())
	text = fontFamily().ReplaceAllString(text, sansSerif)
	text = strings.ReplaceAll(text, "data:image/jpg;", "data:image/png;")
	text = header().ReplaceAllString(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg role=\"img\" ")
	names := ">\n<desc>" + html.EscapeString(f.Alt) + "</desc>"
	if f.Title != "" {
		names = ">\n<title>" + html.EscapeString(f.Title) + "</title>" + strings.TrimPrefix(names, ">")
	}
	text = strings.Replace(text, `xlink">`, `xlink"`+names, 1)
	if more != nil {
		text = strings.Replace(text, "</svg>", more(marks)+"</svg>", 1)
	}
	return []byte(strings.ToValidUTF8(text, "\uFFFD")) // names of files need not be UTF-8
}

var textElement = data.Pattern(`(<text [^>]*font-size:)([0-9.]+)(px[^>]*)>([^<]*)</text>`)

// keepWidths sets the length of each text, so that the layout does not change where a
// viewer uses another font.
func (f *Figure) keepWidths(svg string) string {
	return textElement().ReplaceAllStringFunc(svg, func(element string) string {
		m := textElement().FindStringSubmatch(element)
		size, err := strconv.ParseFloat(m[2], 64)
		width := f.style.text(vg.Length(size)).Width(html.UnescapeString(m[4]))
		if err != nil || width <= 0 {
			return element
		}
		return fmt.Sprintf(`%s%s%s textLength="%.2f" lengthAdjust="spacingAndGlyphs">%s</text>`, m[1], m[2], m[3], width.Points(), m[4])
	})
}

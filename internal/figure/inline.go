package figure

import (
	"fmt"
	"html"
	"strings"

	"simtool/internal/data"
)

// Palette collects the colours of figures on a page as CSS variables, so that
// one drawing serves a light and a dark page.
type Palette struct {
	pairs []colourPair
	names map[colourPair]string
}

type colourPair struct{ light, dark string }

// variable returns the name of the variable of a pair of colours.
func (p *Palette) variable(c colourPair) string {
	name, ok := p.names[c]
	if !ok {
		if p.names == nil {
			p.names = map[colourPair]string{}
		}
		name = fmt.Sprintf("--f%d", len(p.pairs))
		p.names[c] = name
		p.pairs = append(p.pairs, c)
	}
	return name
}

// CSS returns the declarations of all variables for light and for dark pages.
func (p *Palette) CSS() (light, dark string) {
	var l, d strings.Builder
	for _, c := range p.pairs {
		fmt.Fprintf(&l, "%s:%s;", p.names[c], c.light)
		fmt.Fprintf(&d, "%s:%s;", p.names[c], c.dark)
	}
	return l.String(), d.String()
}

var (
	colourCode = data.Pattern(`#[0-9A-F]{6}\b`)
	prologue   = data.Pattern(`(?s)^<\?xml.*?\?>\s*<!--.*?-->\s*|^<\?xml.*?\?>\s*`)
	pointSize  = data.Pattern(`<svg role="img" width="[^"]*" height="[^"]*"`)
	lineBreaks = data.Pattern(`\n\s+`)
)

// Inline draws results as an SVG element for an HTML page that shows the value of a mark
// under the pointer. It also returns the figure. The theme of the style does not
// matter: the palette has the colours for light and for dark pages. A figure whose texts
// do not fit the width is drawn wider, and the page makes it smaller.
//
// Every mark is an invisible shape with a title, so that browsers show values without a
// script.
func Inline(results []*Result, s Style, p *Palette) (svg string, f *Figure, err error) {
	var drawn [2]string
	for i, name := range []string{"dark", "light"} {
		if s.Theme, err = FindTheme(name); err != nil {
			return "", nil, err
		}
		s.Theme.Background = nil
		if f, err = fitting(results, s); err != nil {
			return "", nil, err
		}
		drawn[i] = string(f.svg(f.markShapes))
	}
	dark := colourCode().FindAllString(drawn[0], -1)
	at := 0
	svg = colourCode().ReplaceAllStringFunc(drawn[1], func(light string) string {
		pair := colourPair{light, dark[at]}
		at++
		return "var(" + p.variable(pair) + ")"
	})
	svg = prologue().ReplaceAllString(svg, "")
	svg = pointSize().ReplaceAllString(svg, `<svg role="img" tabindex="0" class="figure"`)
	svg = strings.ReplaceAll(svg, sansSerif, "") // which the page says once
	return lineBreaks().ReplaceAllString(svg, " "), f, nil
}

// mostInline is the largest number of marks of a figure on a page, of all its panels.
const mostInline = 480

// markShapes renders marks as invisible shapes. SVG counts y from the top.
func (f *Figure) markShapes(marks []placed) string {
	if len(marks) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<g class="marks" fill="transparent">`)
	height := f.height.Points()
	for i, m := range marks {
		if len(marks) > mostInline && i*mostInline/len(marks) == (i-1)*mostInline/len(marks) && i > 0 {
			continue
		}
		title := "<title>" + html.EscapeString(m.text) + "</title>"
		if m.w == 0 && m.h == 0 {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4">%s</circle>`, m.x, height-m.y, title)
			continue
		}
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f">%s</rect>`, m.x-m.w/2, height-m.y-m.h/2, m.w, m.h, title)
	}
	b.WriteString("</g>\n")
	return b.String()
}

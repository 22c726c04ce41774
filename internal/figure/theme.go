package figure

import (
	"fmt"
	"image/color"
	"math"
)

// Theme is a set of colours.
type Theme struct {
	Name       string
	Background color.Color // nil for none: the page shows through
	Ink        color.RGBA  // text, axes
	Muted      color.RGBA  // secondary elements: references, chance
	Grid       color.RGBA
	Series     [12]color.RGBA
	grid       bool // faint lines at ticks
	dark       bool
}

// themes lists the themes. The colours of series are those of Okabe and Ito (Color
// universal design, 2008) without yellow, which is invisible on white, and five more that
// are as far from these and each other, by a search. The colours of the dark theme are
// similar. A test checks that people with any colour vision can
// distinguish both.
var themes = []Theme{
	{
		Name: "light", Background: color.White, grid: true,
		Ink: hex(0x1f2328), Muted: hex(0x656d76), Grid: hex(0xe4e7eb),
		Series: okabeIto,
	},
	{
		Name: "dark", Background: hex(0x14171c), grid: true, dark: true,
		Ink: hex(0xe6e9ee), Muted: hex(0x9aa3ae), Grid: hex(0x2c323a),
		Series: [12]color.RGBA{
			hex(0x4cc0f5), hex(0xd9601a), hex(0x12996a), hex(0xe3a3c0), hex(0xf0dc5a), hex(0x6272ff), hex(0xe9edf2),
			hex(0xa51ea5), hex(0x96d278), hex(0xc3002d), hex(0x7800ff), hex(0x5a6978),
		},
	},
	{
		Name: "paper", Ink: hex(0x000000), Muted: hex(0x5f5f5f), Grid: hex(0xe0e0e0),
		Series: okabeIto,
	},
}

var okabeIto = [12]color.RGBA{
	hex(0x0072b2), hex(0xd55e00), hex(0x009e73), hex(0xcc79a7), hex(0xe69f00), hex(0x56b4e9), hex(0x4d4d4d),
	hex(0x961ef0), hex(0x96c378), hex(0x781e00), hex(0x001e78), hex(0x2d002d),
}

// ThemeNames lists the names of the themes; the first is the default.
func ThemeNames() []string {
	names := make([]string, len(themes))
	for i, t := range themes {
		names[i] = t.Name
	}
	return names
}

// FindTheme returns the theme of that name.
func FindTheme(name string) (Theme, error) {
	for _, t := range themes {
		if t.Name == name {
			return t, nil
		}
	}
	return Theme{}, fmt.Errorf("unknown theme %q, want one of %v", name, ThemeNames())
}

func hex(rgb uint32) color.RGBA {
	return color.RGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
}

// A ramp is a scale of colours, from the smallest value to the largest.
type ramp []color.RGBA

// viridis is nine colours of the map of that name (Smith and van der Walt,
// 2015): perceptually uniform, and monotone in lightness for any colour vision.
var viridis = ramp{hex(0x440154), hex(0x472d7b), hex(0x3b528b), hex(0x2c728e), hex(0x21918c), hex(0x28ae80), hex(0x5ec962), hex(0xaddc30), hex(0xfde725)}

// blueRed is for values on both sides of 0 (ColorBrewer's RdBu, reversed).
var blueRed = ramp{hex(0x2166ac), hex(0x4393c3), hex(0x92c5de), hex(0xd1e5f0), hex(0xf7f7f7), hex(0xfddbc7), hex(0xf4a582), hex(0xd6604d), hex(0xb2182b)}

// at returns the colour at t in [0, 1], linear between neighbours.
func (r ramp) at(t float64) color.RGBA {
	t = math.Min(math.Max(t, 0), 1) * float64(len(r)-1)
	i := min(int(t), len(r)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (t-float64(i))*(float64(b)-float64(a)))) }
	a, b := r[i], r[i+1]
	return color.RGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

// lines returns the ramp for thin lines on a background. The largest value, the last,
// has the most contrast; colours without enough contrast are left out.
func (t Theme) lines() ramp {
	if t.dark {
		return viridis[2:]
	}
	return ramp{viridis[7], viridis[6], viridis[5], viridis[4], viridis[3], viridis[2], viridis[1], viridis[0]}
}

// readable returns black or white, whichever contrasts more with a background. The
// black is not exactly black, so that it is written even where black is the default.
func readable(background color.RGBA) color.RGBA {
	black, white := hex(0x010101), hex(0xffffff)
	if contrast(black, background) > contrast(white, background) {
		return black
	}
	return white
}

// contrast returns the contrast ratio of WCAG 2, from 1 to 21.
func contrast(a, b color.RGBA) float64 {
	luminance := func(c color.RGBA) float64 {
		linear := func(v uint8) float64 {
			if s := float64(v) / 255; s > 0.04045 {
				return math.Pow((s+0.055)/1.055, 2.4)
			}
			return float64(v) / 255 / 12.92
		}
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	l, m := luminance(a), luminance(b)
	return (math.Max(l, m) + 0.05) / (math.Min(l, m) + 0.05)
}

package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// onePage makes a figure no higher than the page that it is for: its rows shrink as long as
// their data can be read, and what has no room then is left out, which a note says.
func (f *Figure) onePage() {
	if f.height <= pageHeight {
		return
	}
	all := len(f.panels)
	before := f.panels[0].notes
	for {
		least := f.leastRows()
		needed := f.fixedHeight()
		for _, h := range least {
			needed += h
		}
		if needed <= pageHeight || len(least) == 1 {
			f.shrink(least)
			return
		}
		f.panels = f.panels[:f.columns*(len(least)-1)]
		f.panels[0].notes = append(slices.Clone(before), fmt.Sprintf("The first %d of %d panels; a larger width has room for more.", len(f.panels), all))
		f.arrange()
		if f.height <= pageHeight {
			return
		}
	}
}

// leastRows returns the smallest heights of the rows at which their panels can be read.
func (f *Figure) leastRows() []vg.Length {
	var out []vg.Length
	for row, start := 0, 0; start < len(f.panels); row, start = row+1, start+f.columns {
		var least vg.Length
		for _, p := range f.panels[start:min(start+f.columns, len(f.panels))] {
			least = max(least, f.leastHeight(p))
		}
		out = append(out, min(least, f.rows[row]))
	}
	return out
}

// leastData is the smallest height of a data area on a page with many.
const leastData = 15 * vg.Millimeter

// leastHeight returns the height of a panel with its title and legend whose rows have room
// for their names, and whose data area has at least leastData.
func (f *Figure) leastHeight(p *panel) vg.Length {
	const line = 1.15 * tickSize
	width := f.panelWidth()
	tall := 10 * width
	c := draw.New(vgimg.NewWith(vgimg.UseWH(width, tall), vgimg.UseDPI(1)))
	beside := tall - p.plot.DataCanvas(p.axes(c)).Size().Y
	h := beside + max(leastData, line*vg.Length(len(p.rowNames))) + vg.Length(len(p.titleLines(width)))*panelRow
	if f.keys == nil {
		h += legendHeight(p.keys, &f.style, width)
	}
	return h
}

// shrink gives rows their smallest heights and as much of the rest of the page as goes with
// the heights that they want.
func (f *Figure) shrink(least []vg.Length) {
	wanted, needed := vg.Length(0), vg.Length(0)
	for i, h := range f.rows {
		wanted, needed = wanted+h, needed+least[i]
	}
	room := pageHeight - f.fixedHeight()
	share := vg.Length(0)
	if wanted > needed {
		share = max(0, (room-needed)/(wanted-needed))
	}
	f.height = f.fixedHeight()
	for i := range f.rows {
		f.rows[i] = least[i] + share*(f.rows[i]-least[i])
		if needed > room { // of a single row: its names thin out
			f.rows[i] *= room / needed
		}
		f.height += f.rows[i]
	}
}

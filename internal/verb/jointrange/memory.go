package jointrange

import (
	"simtool/internal/batch"
	"simtool/internal/synth/frontier"
	"simtool/internal/verb"
)

// memory bounds what so many of the items take at once: the reference, which is
// read for its shape, the search of each item, and what is kept of all of them for
// the files beside the table.
func (r *run) memory(args []string, atOnce int) (int64, error) {
	o := r.o
	p := frontier.Problem{Width: o.Width, Both: o.Free == "both", Restarts: o.Restarts}
	n, width, used, err := r.shape(&p, args)
	if err != nil {
		return 0, err
	}
	var each, kept int64
	result := 8 * int64(n) * int64(p.Width)
	if p.Both {
		result += 8 * int64(n) * int64(width)
	}
	for _, pair := range o.pairs(o.Given.IsSet) {
		if o.Grid > 0 {
			each = max(each, p.PathMemory(n, width, pair[0], pair[1], o.Steps))
			continue
		}
		levels := givenLevels
		if !o.Given.IsSet {
			if levels, err = o.levelsOf(pair[0]); err != nil {
				return 0, err
			}
		}
		most := min(len(levels), levelsAtOnce)
		need := p.TraceMemory(n, width, pair[0], pair[1], most)
		if o.SaveData != "" { // two arrays of each level, and their bytes
			need += 2 * 2 * int64(most) * result
			kept += 2 * int64(len(levels)) * result
		}
		each = max(each, need)
	}
	if o.Paths != "" {
		each += int64(o.Steps) * verb.CellsMemory(7)
	}
	return batch.WithGarbage(used + int64(atOnce)*each + kept), nil
}

// shape returns the size of the reference, sets the width of a problem that has
// none yet, and returns what the reference takes with its components.
func (r *run) shape(p *frontier.Problem, args []string) (n, width int, used int64, err error) {
	q := 0
	if r.o.Shape != "" {
		if n, width, q, err = parseShape(r.o.Shape); err != nil {
			return 0, 0, 0, err
		}
		used = 3 * 8 * int64(n) * int64(width)
	} else {
		d, err := r.o.Input.Reader(r.env, false)(args[0])
		if err != nil {
			return 0, 0, 0, err
		}
		n, width = d.Samples(), d.Width()
		used = 2*8*int64(n)*int64(width) + verb.ComponentsMemory(int64(n), int64(width))
		if r.o.Keep > 0 {
			width = min(width, r.o.Keep)
		}
		q = width
	}
	if p.Width == 0 {
		p.Width = q
	}
	return n, width, used, nil
}

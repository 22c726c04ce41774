package main

import "simtool/internal/synth/frontier"

// memory bounds what so many of the items take at once: the reference, which is
// read for its shape, the search of each item, and what is kept of all of them for
// the files beside the table.
func (r *rangeRun) memory(args []string, atOnce int) (int64, error) {
	o := r.o
	p := frontier.Problem{Width: o.width, Both: o.free == "both", Restarts: o.restarts}
	n, width, used, err := r.shape(&p, args)
	if err != nil {
		return 0, err
	}
	var each, kept int64
	result := 8 * int64(n) * int64(p.Width)
	if p.Both {
		result += 8 * int64(n) * int64(width)
	}
	for _, pair := range o.pairs(o.given.set) {
		if o.grid > 0 {
			each = max(each, p.ChaseMemory(n, width, pair[0], pair[1], o.steps))
			continue
		}
		levels := givenLevels
		if !o.given.set {
			if levels, err = o.levelsOf(pair[0]); err != nil {
				return 0, err
			}
		}
		most := min(len(levels), blockLevels)
		need := p.TraceMemory(n, width, pair[0], pair[1], most)
		if o.data != "" { // two arrays of each level, and their bytes
			need += 2 * 2 * int64(most) * result
			kept += 2 * int64(len(levels)) * result
		}
		each = max(each, need)
	}
	if o.paths != "" {
		each += int64(o.steps) * cellsMemory(7)
	}
	return withGarbage(used + int64(atOnce)*each + kept), nil
}

// shape returns the size of the reference, sets the width of a problem that has
// none yet, and returns what the reference takes with its components.
func (r *rangeRun) shape(p *frontier.Problem, args []string) (n, width int, used int64, err error) {
	q := 0
	if r.o.shape != "" {
		if n, width, q, err = parseShape(r.o.shape); err != nil {
			return 0, 0, 0, err
		}
		used = 3 * 8 * int64(n) * int64(width)
	} else {
		d, err := r.a.reader(r.o.input, false)(args[0])
		if err != nil {
			return 0, 0, 0, err
		}
		n, width = d.Samples(), d.Width()
		used = 2*8*int64(n)*int64(width) + componentsMemory(int64(n), int64(width))
		if r.o.keep > 0 {
			width = min(width, r.o.keep)
		}
		q = width
	}
	if p.Width == 0 {
		p.Width = q
	}
	return n, width, used, nil
}

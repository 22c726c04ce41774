package mlem

import (
	"math"
	"slices"

	"simtool/internal/linalg"
)

// pairList has the pairs i<j that are used where most are left out: those of a stimulus one
// after the other, in ascending order.
type pairList struct {
	start []int32 // first of each stimulus, and the end
	other []int32
}

// fewOfAll is how many times as many pairs as are used there must be for a list to be short.
const fewOfAll = 16

// listPairs returns the pairs of a thinned sample, or nil where looking at all is as short.
func (s *sample) listPairs() *pairList {
	if s.position == nil {
		return nil
	}
	n := len(s.id)
	var apart []int // on the circle
	for d, used := range s.usedDistance {
		if used {
			apart = append(apart, d)
		}
	}
	if fewOfAll*n*len(apart) > pairsOf(n) {
		return nil
	}
	at := make([]int32, n)
	for i, place := range s.position {
		at[place] = int32(i)
	}
	l := &pairList{start: make([]int32, n+1)}
	for i, place := range s.position {
		for _, d := range apart {
			for _, j := range []int32{at[(int(place)+d)%n], at[(int(place)-d+n)%n]} {
				if int(j) > i && s.uses(i, int(j)) {
					l.other = append(l.other, j)
				}
			}
		}
		own := l.other[l.start[i]:]
		slices.Sort(own)
		l.start[i+1] = int32(len(l.other))
	}
	return l
}

// within returns the others of stimulus i in [lo,hi).
func (l *pairList) within(i, lo, hi int) []int32 {
	own := l.other[l.start[i]:l.start[i+1]]
	first, _ := slices.BinarySearch(own, int32(lo))
	last, _ := slices.BinarySearch(own, int32(hi))
	return own[first:last]
}

// single returns the regressed distance of stimuli i and j, which block returns of many. It
// sums the differences themselves.
func (d *Neural) single(i, j int) float64 {
	if d.matrix != nil {
		return d.raise(d.matrix.At(d.index[i], d.index[j]))
	}
	a, b := d.points.RawRowView(i), d.points.RawRowView(j)
	if d.Distance == Manhattan {
		sum := 0.0
		for k, v := range b {
			sum += math.Abs(a[k] - v)
		}
		return d.raise(sum)
	}
	v := linalg.SqDistance(a, b)
	if d.minus != nil {
		v -= linalg.SqDistance(d.minus.RawRowView(i), d.minus.RawRowView(j))
	}
	return d.raise(d.scale * v)
}

package score

import (
	"fmt"
	"slices"
	"strings"

	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/verb"
)

// How long what surrounds scores takes, in comparison with them or with ranking a number.
const (
	withIntervals = 2.5    // times the scores alone, for what is not counted
	besideFlops   = 8      // of a product of matrices for a multiplication beside a score
	eachScore     = 1.5e-4 // for a score of few samples
)

// tellTime tells a person by which roads scores will be computed, and about how long that
// takes on this machine.
func (s *scorer) tellTime(items []scoreItem, sizes map[string]footprint) {
	machine := measures.MeasureMachine()
	seconds := 0.0
	roads := newRoads()
	once := map[string]bool{}
	for _, it := range items {
		if it.band != nil {
			seconds += s.bandSeconds(it, sizes, machine, roads, once)
			continue
		}
		for _, p := range it.pairs() {
			seconds += s.readSeconds(p, sizes, machine, once) + s.pairSeconds(p, it.at >= 0, s.options.measuresOf(p), sizes, machine, roads)
		}
	}
	jobs := s.env.Jobs
	if atOnce := min(jobs, max(1, len(items))); s.options.banded() || atOnce == jobs {
		seconds /= float64(jobs)
	} else {
		seconds /= float64(atOnce) * (1 + verb.SecondCore*float64(jobs/atOnce-1))
	}
	s.env.Summary("%s", verb.About(verb.StartSeconds+seconds, jobs, roads.String()))
}

// bandSeconds estimates the time of an item of the matrix of all pairs.
func (s *scorer) bandSeconds(it scoreItem, sizes map[string]footprint, machine measures.Machine, roads *roads, once map[string]bool) float64 {
	seconds := 0.0
	together := s.anyStreamed() || !s.options.Input.Policy().Refuses()
	var shared, rest []measures.Named
	for _, m := range s.options.named {
		if !together && hasVectors(m) {
			shared = append(shared, m)
		} else {
			rest = append(rest, m)
		}
	}
	if len(shared) > 0 && !once["vectors"] {
		once["vectors"] = true
		f := sizes[it.band[0].X]
		seconds += measures.EstimateAllPairs(len(sizes), measures.Dims{N: f.n, P: f.p, Q: f.p, Times: f.times}, len(shared), machine)
		for _, m := range shared {
			roads.add("inner products of all pairs", m.Name)
		}
	}
	for _, p := range it.band {
		seconds += s.readSeconds(p, sizes, machine, once)
		if p.mirrored {
			seconds += s.pairSeconds(p, false, slices.DeleteFunc(slices.Clone(s.options.measuresOf(p)), func(m measures.Named) bool {
				return slices.ContainsFunc(shared, func(o measures.Named) bool { return o.Name == m.Name })
			}), sizes, machine, roads)
		} else {
			seconds += s.pairSeconds(p, false, rest, sizes, machine, roads)
		}
	}
	return seconds
}

// pairSeconds estimates the time of scoring a pair that has been read, or one view of it.
func (s *scorer) pairSeconds(p Pair, one bool, named []measures.Named, sizes map[string]footprint, machine measures.Machine, roads *roads) float64 {
	x, y := sizes[p.X], sizes[p.Y]
	if x.n == 0 || y.n == 0 || len(named) == 0 {
		return 0
	}
	x.n, x.times = min(x.n, y.n), max(x.times, y.times)
	d, views := s.options.viewOf(x, y)
	if one {
		views = 1
	}
	e := measures.EstimateScores(named, d, machine)
	streamed, _ := s.plan(p)
	for _, r := range e.Roads {
		road := string(r.Road)
		if streamed {
			road += ", read block by block"
		}
		for _, m := range r.Measures {
			roads.add(road, m)
		}
	}
	seconds := e.Seconds
	if mode := inference.Mode(s.options.Inference.Mode); mode != inference.None {
		seconds *= withIntervals
		for _, m := range named {
			seconds += besideFlops * inference.BesideFlops(mode, m, d) / machine.Flops
		}
	}
	return float64(views) * (seconds + eachScore*float64(len(named)))
}

// readSeconds estimates the time of reading the files of a pair for the first time.
func (s *scorer) readSeconds(p Pair, sizes map[string]footprint, machine measures.Machine, once map[string]bool) float64 {
	seconds := 0.0
	for _, path := range []string{p.X, p.Y} {
		if once[path] {
			continue
		}
		once[path] = true
		seconds += machine.Item * verb.ReadingItems(path, float64(sizes[path].n*sizes[path].p))
	}
	return seconds
}

// roads collects which measures take which road, in the order in which they come up.
type roads struct {
	names    []string
	measures map[string][]string
}

func newRoads() *roads { return &roads{measures: map[string][]string{}} }

func (r *roads) add(road, measure string) {
	if !slices.Contains(r.names, road) {
		r.names = append(r.names, road)
	}
	if !slices.Contains(r.measures[road], measure) {
		r.measures[road] = append(r.measures[road], measure)
	}
}

// String lists the roads; of several, each with its measures.
func (r *roads) String() string {
	if len(r.names) == 1 {
		return "by " + r.names[0]
	}
	var parts []string
	for _, name := range r.names {
		parts = append(parts, fmt.Sprintf("by %s: %s", name, strings.Join(r.measures[name], ", ")))
	}
	return strings.Join(parts, "; ")
}

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"simtool/internal/io"
	"simtool/internal/measures"
)

// footprint is the size of an input: samples × features, and the time bins of
// 3-d data.
type footprint struct{ n, p, times int64 }

// values is how many bytes the input takes as float64.
func (f footprint) values() int64 { return 8 * f.n * f.p }

// streamAbove is the size of a pair as float64 from which on it is read block
// by block where its measures allow that, although it might fit in memory.
const streamAbove = 256 << 20

// memoryError says that a pair needs more memory than it may take.
type memoryError struct {
	pair         pathPair
	need, limit  int64
	needsSamples []string // measures that keep the pair from being streamed
	why          error    // what else does
}

func (e *memoryError) Error() string {
	return fmt.Sprintf("%s and %s need about %s of memory, but --max-memory is %s", e.pair.x, e.pair.y, byteString(e.need), byteString(e.limit))
}

func (e *memoryError) hint() string {
	switch {
	case len(e.needsSamples) > 0:
		return "without " + strings.Join(e.needsSamples, ", ") + " they would be read block by block in little memory"
	case e.why != nil:
		return "they cannot be read block by block: " + e.why.Error()
	default:
		return "give more with --max-memory"
	}
}

// plan decides how a pair is scored: whether it is read block by block into
// second moments, or as a whole. Files too small to matter are not looked at,
// unless there is a measure of pairs of samples: few features may come with many
// samples.
func (s *scorer) plan(p pathPair) (stream bool, err error) {
	named := s.options.measuresOf(p)
	small := fileSize(p.x)+fileSize(p.y) < min(streamAbove, s.options.maxMemory())/8
	if isStdin(p.x) || isStdin(p.y) || small && !slices.ContainsFunc(named, growsWithPairs) {
		return false, nil
	}
	x, why := s.peek(p.x)
	y, whyY := s.peek(p.y)
	if why == nil {
		why = whyY
	}
	if why != nil {
		// What is wrong with a file comes to light when it is read.
		return false, nil
	}
	var needsSamples []string
	for _, m := range named {
		if !m.Card().FromMoments {
			needsSamples = append(needsSamples, m.Name)
		}
	}
	switch {
	case s.options.per != "":
		why = fmt.Errorf("--per %s is set", s.options.per)
	case !s.options.input.policy().Refuses():
		why = fmt.Errorf("--missing %s is set", s.options.input.missing)
	}
	if why == nil && needsSamples == nil && x.n == y.n && x.values()+y.values() > streamAbove {
		return true, nil
	}
	if need := x.values() + y.values() + pairWork(named, x, y); need > s.options.maxMemory() {
		return false, &memoryError{pair: p, need: need, limit: s.options.maxMemory(), needsSamples: needsSamples, why: why}
	}
	return false, nil
}

// anyStreamed reports whether a pair will be read block by block, or refused
// for its size, so that its reference must not be held in memory for all.
func (s *scorer) anyStreamed() bool {
	return slices.ContainsFunc(s.options.pairs, func(p pathPair) bool {
		stream, err := s.plan(p)
		return stream || err != nil
	})
}

// peek returns the size of an input that can be read block by block, from its
// header.
func (s *scorer) peek(path string) (footprint, error) {
	r, err := dataio.OpenRows(path, readOptions(s.options.input, false))
	if err != nil {
		return footprint{}, err
	}
	defer r.Close()
	times := 1
	if shape := r.Shape(); len(shape) == 3 {
		times = shape[0]
	}
	return footprint{int64(r.Samples()), int64(r.Width()), int64(times)}, nil
}

// fileSize returns the bytes of a file, 0 where it cannot be told.
func fileSize(path string) int64 {
	info, err := os.Stat(dataio.FileOf(path))
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// growsWithPairs reports whether a measure needs memory for pairs of samples.
func growsWithPairs(m measures.Named) bool {
	return measures.Memory(m, measures.Dims{N: 1 << 20, P: 1, Q: 1}) > 0
}

// pairWork bounds the bytes that a pair in work needs beside its inputs.
func pairWork(named []measures.Named, x, y footprint) int64 {
	return measures.ScoreMemory(named, measures.Dims{N: x.n, P: x.p, Q: y.p, Times: x.times})
}

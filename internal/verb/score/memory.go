package score

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"simtool/internal/batch"
	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// footprint is the size of an input: samples × features, and the time bins of
// 3-d data.
type footprint struct{ n, p, times int64 }

// values is how many bytes the input takes as float64.
func (f footprint) values() int64 { return 8 * f.n * f.p }

// streamAbove is the size of a pair as float64 from which on it is read block
// by block where its measures allow that, although it might fit in memory.
var streamAbove int64 = 256 << 20

// allPairsShare is the share of the memory from which on a pair among all pairs is read block
// by block: each of its systems would be read with every other one again.
var allPairsShare int64 = 8

// streamAbove is the size of a pair from which on it is read block by block.
func (s *scorer) streamAbove() int64 {
	if s.options.banded() && s.options.MaxMemory > 0 {
		return max(streamAbove, s.options.maxMemory()/allPairsShare)
	}
	return streamAbove
}

// MemoryError says that a pair needs more memory than it may take.
type MemoryError struct {
	pair         Pair
	need, limit  int64
	needsSamples []string // measures that keep the pair from being streamed
	rest         int64    // need of the other measures, 0 if there are none
	large        bool     // it would be streamed without them
	why          error    // what else keeps it from that
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("%s and %s need about %s of memory, but --max-memory is %s", e.pair.X, e.pair.Y, setting.ByteString(e.need), setting.ByteString(e.limit))
}

// OfItem implements batch.ItemError.
func (e *MemoryError) OfItem() {}

// Hint says what to do about it.
func (e *MemoryError) Hint() string {
	without := "without " + strings.Join(e.needsSamples, ", ")
	switch {
	case e.rest > 0 && e.rest <= e.limit:
		return without + " they need less, about " + setting.ByteString(e.rest)
	case e.rest > 0 && e.large && e.why == nil:
		return without + " they would be read block by block in little memory"
	case e.large && e.why != nil && len(e.needsSamples) == 0:
		return "they cannot be read block by block: " + e.why.Error()
	default:
		return verb.MoreMemory
	}
}

// plan decides how a pair is scored: whether it is read block by block into
// second moments, or as a whole. Files too small to matter are not looked at,
// unless there is a measure of pairs of samples: few features may come with many
// samples.
func (s *scorer) plan(p Pair) (stream bool, err error) {
	named := s.options.measuresOf(p)
	fx, fy := s.looked(p.X), s.looked(p.Y)
	small := mostValues(p.X, fx.bytes)+mostValues(p.Y, fy.bytes) < min(streamAbove, s.options.maxMemory()) && !fx.compressed && !fy.compressed
	if batch.IsStdin(p.X) || batch.IsStdin(p.Y) || small && !slices.ContainsFunc(named, takesPairs) {
		return false, nil
	}
	x, why := s.peek(p.X)
	y, whyY := s.peek(p.Y)
	if why == nil {
		why = whyY
	}
	if x == (footprint{}) || y == (footprint{}) {
		// What is wrong with a file comes to light when it is read.
		return false, nil
	}
	needsSamples, others := momentsAside(named)
	size := x.values() + y.values()
	fits := size+s.options.pairWork(named, x, y) <= s.options.maxMemory()
	if (needsSamples != nil || size <= s.streamAbove()) && fits {
		return false, nil
	}
	why = cmp.Or(why, s.needsRows(p))
	inBlocks := x.n == y.n && (size > s.streamAbove() || s.options.streamBytes(others, x, y) <= s.options.maxMemory())
	if why == nil && needsSamples == nil && inBlocks {
		return true, nil
	}
	if need := size + s.options.pairWork(named, x, y); !fits {
		program := s.options.MaxMemory - s.options.maxMemory()
		e := &MemoryError{pair: p, need: program + need, limit: s.options.MaxMemory, needsSamples: needsSamples, large: inBlocks, why: why}
		if needsSamples != nil && others != nil {
			e.rest = program + size + s.options.pairWork(others, x, y)
		}
		return false, e
	}
	return false, nil
}

// momentsAside divides measures into those that need the samples, by name, and others.
func momentsAside(named []measures.Named) (needsSamples []string, others []measures.Named) {
	for _, m := range named {
		if m.Card().FromMoments {
			others = append(others, m)
		} else {
			needsSamples = append(needsSamples, m.Name)
		}
	}
	return needsSamples, others
}

// needsRows says why the samples of a pair are needed, nil where they are not.
func (s *scorer) needsRows(p Pair) error {
	switch {
	case len(s.options.Repeats.paths) > 0:
		return errors.New("ceilings need the samples")
	case s.options.Per != "":
		return fmt.Errorf("--per %s is set", s.options.Per)
	case s.options.Inference.Units.Named():
		return fmt.Errorf("%s is set", s.options.Inference.Units.Option())
	case s.options.HeldOut.Given():
		return errors.New("--train and --test are set")
	case !s.inOrder(p):
		return fmt.Errorf("the samples of %s stand in another order than those of %s", p.Y, p.X)
	case !s.options.Input.Policy().Refuses():
		return fmt.Errorf("--missing %s is set", s.options.Input.Missing)
	}
	return nil
}

// streamable reports whether a pair can be read block by block, whatever its size.
func (s *scorer) streamable(p Pair) bool {
	if batch.IsStdin(p.X) || batch.IsStdin(p.Y) {
		return false
	}
	x, whyX := s.peek(p.X)
	y, whyY := s.peek(p.Y)
	needsSamples, _ := momentsAside(s.options.measuresOf(p))
	return whyX == nil && whyY == nil && x != (footprint{}) && x.n == y.n && needsSamples == nil && s.needsRows(p) == nil
}

// mostValues bounds the bytes as float64 of the values in a file of so many bytes: a value
// takes a byte at least, and in text two, with its separator.
func mostValues(path string, bytes int64) int64 {
	if verb.IsText(path) {
		return 4 * bytes
	}
	return 8 * bytes
}

// anyStreamed reports whether a pair will be read block by block, or refused
// for its size, so that its reference must not be held in memory for all.
func (s *scorer) anyStreamed() bool {
	return slices.ContainsFunc(s.options.pairs, func(p Pair) bool {
		stream, err := s.plan(p)
		return stream || err != nil
	})
}

// look is what is known of a file before it is read.
type look struct {
	bytes      int64
	compressed bool
	once       sync.Once // for what follows
	size       footprint
	why        error
}

// looked looks at a file, once for all pairs of it.
func (s *scorer) looked(path string) *look {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looks == nil {
		s.looks = map[string]*look{}
	}
	l, ok := s.looks[path]
	if !ok {
		l = &look{bytes: verb.FileSize(path), compressed: verb.IsCompressed(path)}
		s.looks[path] = l
	}
	return l
}

// limited reports whether somebody has set the limit, to which the run as a whole is held.
func (s *scorer) limited() bool {
	setting := s.env.Setting("max-memory")
	return s.options.MaxMemory > 0 && setting != nil && setting.Set
}

// fitting returns how many of so many pairs at once there is memory for, beside inputs
// that are kept.
func (s *scorer) fitting(jobs int) int {
	if jobs < 2 || !s.limited() {
		return jobs
	}
	s.sized.Do(func() {
		sizes := s.footprints()
		s.eachSize(sizes, func(named []measures.Named, x, y footprint) {
			s.largest = max(s.largest, x.values()+y.values()+s.options.pairWork(named, x, y)+s.estimateWork(named, x, y))
		})
	})
	held := s.inputs.budget
	if s.matrix != nil {
		held = max(held, s.matrix.plan.bytes)
	}
	left := s.options.maxMemory() - held
	return max(1, min(jobs, int(left/max(1, s.largest))))
}

// peek returns the size of an input from its header, and why it cannot be read block
// by block.
func (s *scorer) peek(path string) (footprint, error) {
	l := s.looked(path)
	l.once.Do(func() { l.size, l.why = s.peekOnce(path) })
	return l.size, l.why
}

func (s *scorer) peekOnce(path string) (footprint, error) {
	if verb.IsPipe(path) {
		return footprint{}, errors.New("a pipe can be read but once")
	}
	options := s.options.Input.Options(path, false)
	r, err := dataio.OpenRows(path, options)
	if err != nil {
		return footprintOf(dataio.ShapeOf(path, options)), err
	}
	defer r.Close()
	times := 1
	if shape := r.Shape(); len(shape) == 3 {
		times = shape[0]
	}
	return footprint{int64(r.Samples()), int64(r.Width()), int64(times)}, nil
}

// footprintOf is the size of an array in any order of its axes, zero for none.
func footprintOf(shape []int) footprint {
	if len(shape) == 0 {
		return footprint{}
	}
	f := footprint{n: 1, p: 1, times: 1}
	for i, d := range shape {
		switch {
		case i > 0 && i == len(shape)-1:
			f.p = int64(d)
		default:
			f.n *= int64(d)
		}
	}
	return f
}

// inOrder reports whether the rows of two inputs belong together as they stand.
func (s *scorer) inOrder(p Pair) bool {
	x, y, err := s.options.Input.OpenPair(s.env, p.X, p.Y, false)
	if err == nil {
		x.Close()
		y.Close()
	}
	return err == nil
}

// takesPairs reports whether a measure takes memory for pairs of samples.
func takesPairs(m measures.Named) bool { return measures.TakesPairs(m) }

// estimateWork bounds the bytes that what stands beside the scores needs, as far as it is
// computed within the limit.
func (s *scorer) estimateWork(named []measures.Named, x, y footprint) int64 {
	if s.options.Inference.Mode == string(inference.None) {
		return 0
	}
	d, _ := s.options.viewOf(x, y)
	left := s.options.beside(named, x, y)
	most := min(left, s.options.pairWork(named, x, y)+y.values()) // a random pairing
	for _, m := range named {
		need := measures.EstimateBytes(m, d)
		if s.options.Inference.Over != string(inference.Stimuli) {
			need += measures.NeuronBytes(m, d)
		}
		if need <= left {
			most = max(most, need)
		}
	}
	return most
}

// beside is the memory that is left of the limit beside a pair and its scores.
func (o *Options) beside(named []measures.Named, x, y footprint) int64 {
	return max(1, o.maxMemory()-x.values()-y.values()-o.pairWork(named, x, y))
}

// pairWork bounds the bytes that a pair in work needs beside its inputs, or one of its views.
func (o *Options) pairWork(named []measures.Named, x, y footprint) int64 {
	d, _ := o.viewOf(x, y)
	return measures.ScoreBytes(named, d)
}

// viewOf returns the sizes of what is scored at once of a pair, and how many such views of it
// there are.
func (o *Options) viewOf(x, y footprint) (d measures.Dims, views int64) {
	d = measures.Dims{N: x.n, P: x.p, Q: y.p, Times: x.times}
	switch times := max(1, x.times); o.Per {
	case "":
		return d, 1
	case perTime:
		views = times
	default:
		views = max(1, x.n/times)
	}
	d.N, d.Times = max(1, d.N/views), 1
	return d, views
}

package score

import (
	"sync"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/verb"
)

// inputs keeps the datasets that pairs share, from the first use to the last.
type inputs struct {
	read   func(path string) (*data.Dataset, error)
	budget int64
	// recording returns the data of the reference, and its repeats, from what its file
	// holds; nil where there are no repeats.
	recording func(x *data.Dataset) (mean *data.Dataset, repeats []*data.Dataset, err error)
	reference string

	mu      sync.Mutex
	uses    map[string]int  // uses to come
	pairOf  map[string]Pair // the first pair that uses an input
	shared  map[string]bool // inputs that several pairs use
	held    map[string]*input
	bytes   int64                  // of held datasets
	sources map[string]data.Source // of all inputs that were read, as the user named them
}

// input is a dataset with the systems made from it.
type input struct {
	path   string
	shared bool // by several pairs
	active int  // uses at present

	load sync.Once
	data *data.Dataset
	err  error

	looked sync.Once
	like   data.Likeness

	repeats []*data.Dataset // whose mean data is; nil for none

	mu       sync.Mutex
	systems  map[view]*measures.System
	repeated map[*measures.System]others
}

// newInputs returns no inputs yet.
func newInputs(read func(string) (*data.Dataset, error)) *inputs {
	return &inputs{
		read: read, budget: verb.InputBudget, uses: map[string]int{}, pairOf: map[string]Pair{}, shared: map[string]bool{},
		held: map[string]*input{}, sources: map[string]data.Source{},
	}
}

// expect announces a use of both sides of a pair, before any of them is taken.
func (s *inputs) expect(p Pair) {
	for _, path := range []string{p.X, p.Y} {
		s.uses[path]++
		if first, ok := s.pairOf[path]; !ok {
			s.pairOf[path] = p
		} else if first != p {
			s.shared[path] = true
		}
	}
}

// share says that several pairs use some inputs, though a part of the items has but one of
// these pairs: what is made of an input does not depend on the part.
func (s *inputs) share(paths []string) {
	for _, path := range paths {
		s.shared[path] = true
	}
}

// take returns an input, reading it if it is not held. Goroutines that
// ask for the same input wait for one reading. Every take is followed by a put.
func (s *inputs) take(path string) *input {
	s.mu.Lock()
	in, ok := s.held[path]
	if !ok {
		in = &input{path: path, shared: s.shared[path], systems: map[view]*measures.System{}, repeated: map[*measures.System]others{}}
		s.held[path] = in
	}
	in.active++
	s.mu.Unlock()
	in.load.Do(func() {
		defer batch.Guard(&in.err)
		in.data, in.err = s.read(path)
		if in.err == nil && s.recording != nil && path == s.reference {
			in.data, in.repeats, in.err = s.recording(in.data)
		}
		if in.err == nil {
			s.add(path, in.data)
		}
	})
	return in
}

func (s *inputs) add(path string, d *data.Dataset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += sizeOf(d)
	s.sources[path] = d.Source
}

// leftOut remembers what a pair leaves out of an input, for the manifest. What pairs
// leave out of an input that several of them share differs, and is in their rows.
func (s *inputs) leftOut(in *input, d *data.Dataset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if source, ok := s.sources[in.path]; ok && !in.shared {
		source.LeftOut = d.LeftOut
		s.sources[in.path] = source
	}
}

// note remembers an input that was read block by block.
func (s *inputs) note(path string, source data.Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources[path] = source
}

// hold is take for a use beside those of the pairs.
func (s *inputs) hold(path string) *input {
	s.mu.Lock()
	s.uses[path]++
	s.mu.Unlock()
	return s.take(path)
}

// sourcesOf describes those of the paths that were read.
func (s *inputs) sourcesOf(paths []string) []data.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sources []data.Source
	for _, path := range paths {
		if source, ok := s.sources[path]; ok {
			sources = append(sources, source)
		}
	}
	return sources
}

// put ends a use. The input is let go of after its last use, or before
// that when too much is held; standard input can be read but once.
func (s *inputs) put(in *input) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in.active--
	s.uses[in.path]--
	spare := s.bytes > s.budget && in.active == 0 && !batch.IsStdin(in.path)
	if s.uses[in.path] > 0 && !spare {
		return
	}
	if s.held[in.path] == in {
		delete(s.held, in.path)
		if in.data != nil {
			s.bytes -= sizeOf(in.data)
		}
	}
}

// system returns the system of a view of the input. Systems keep what measures
// derive from them, so those of a shared input are kept.
func (in *input) system(v view) (*measures.System, error) {
	if !in.shared {
		return measures.NewSystem(v.of(in.data))
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if s, ok := in.systems[v]; ok {
		return s, nil
	}
	s, err := measures.NewSystem(v.of(in.data))
	if err == nil {
		in.systems[v] = s
	}
	return s, err
}

// likeness says what the input looks like, by its name.
func (in *input) likeness() data.Likeness {
	in.looked.Do(func() {
		in.like = in.data.Likeness()
		if in.like.Text != "" {
			in.like.Text = in.path + " " + in.like.Text
		}
	})
	return in.like
}

// with returns the input with other data of the same file, and repeats, for one use.
func (in *input) with(d *data.Dataset, repeats []*data.Dataset) *input {
	if d == in.data {
		return in
	}
	return &input{path: in.path, data: d, repeats: repeats}
}

func sizeOf(d *data.Dataset) int64 { return 8 * int64(len(d.Values)) }

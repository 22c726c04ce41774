package main

import (
	"fmt"
	"sync"

	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// inputOptions say how to read recordings.
type inputOptions struct {
	axes    string
	columns []string
	header  string
	missing string
}

func (o *inputOptions) register(fs *pflag.FlagSet) {
	choiceVar(fs, &o.axes, "axes", "tcn", "order of the axes of 3-d arrays: t time, c condition, n neuron", "tcn", "tnc", "ctn", "cnt", "ntc", "nct")
	fs.StringSliceVar(&o.columns, "columns", nil, "`COLUMNS` of text files to read: names, or positions from 1 such as 2-5")
	choiceVar(fs, &o.header, "header", "auto", "whether text files begin with the names of the columns", "auto", "yes", "no")
	choiceVar(fs, &o.missing, "missing", data.PolicyNames()[0], data.PolicyHelp(), data.PolicyNames()...)
}

var headerModes = map[string]dataio.HeaderMode{
	"auto": dataio.HeaderAuto, "yes": dataio.HeaderYes, "no": dataio.HeaderNo,
}

// readOptions says to dataio what the flags say.
func readOptions(o inputOptions, hash bool) dataio.Options {
	options := dataio.Options{Axes: o.axes, Header: headerModes[o.header], Hash: hash}
	if len(o.columns) > 0 {
		options.Columns = o.columns
	}
	if !o.policy().Refuses() {
		options.Missing = dataio.MissingKeep
	}
	return options
}

// reader returns the function that reads an input as the options say. The
// digest of the file is computed where hash is set, and for items of a plan.
func (a *app) reader(o inputOptions, hash bool) func(path string) (*data.Dataset, error) {
	options := readOptions(o, hash || a.nested != nil)
	return func(path string) (*data.Dataset, error) {
		options := options
		if isStdin(path) {
			in, err := a.claimStdin(fmt.Sprintf("%q", path))
			if err != nil {
				return nil, err
			}
			options.Stdin = in
		}
		return dataio.Read(path, options)
	}
}

// inputBudget is how many bytes of datasets are kept for pairs to come. Beyond
// it an input that several pairs use is read again when its turn comes.
const inputBudget = 2 << 30

// A shelf keeps the datasets that pairs share, from the first use to the last.
type shelf struct {
	read   func(path string) (*data.Dataset, error)
	budget int64

	mu      sync.Mutex
	uses    map[string]int      // uses to come
	pairOf  map[string]pathPair // the first pair that uses an input
	shared  map[string]bool     // inputs that several pairs use
	held    map[string]*input
	bytes   int64                  // of held datasets
	sources map[string]data.Source // of all inputs that were read, as the user named them
}

// input is a dataset on the shelf with the systems made from it.
type input struct {
	path   string
	shared bool // by several pairs
	active int  // uses at present

	load sync.Once
	data *data.Dataset
	err  error

	mu      sync.Mutex
	systems map[view]*measures.System
}

// newShelf returns an empty shelf.
func newShelf(read func(string) (*data.Dataset, error)) *shelf {
	return &shelf{
		read: read, budget: inputBudget, uses: map[string]int{}, pairOf: map[string]pathPair{}, shared: map[string]bool{},
		held: map[string]*input{}, sources: map[string]data.Source{},
	}
}

// expect announces a use of both sides of a pair, before any of them is taken.
func (s *shelf) expect(p pathPair) {
	for _, path := range []string{p.x, p.y} {
		s.uses[path]++
		if first, ok := s.pairOf[path]; !ok {
			s.pairOf[path] = p
		} else if first != p {
			s.shared[path] = true
		}
	}
}

// take returns an input, reading it if it is not on the shelf. Goroutines that
// ask for the same input wait for one reading. Every take is followed by a put.
func (s *shelf) take(path string) *input {
	s.mu.Lock()
	in, ok := s.held[path]
	if !ok {
		in = &input{path: path, shared: s.shared[path], systems: map[view]*measures.System{}}
		s.held[path] = in
	}
	in.active++
	s.mu.Unlock()
	in.load.Do(func() {
		defer guard(&in.err)
		in.data, in.err = s.read(path)
		if in.err == nil {
			s.add(path, in.data)
		}
	})
	return in
}

func (s *shelf) add(path string, d *data.Dataset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += sizeOf(d)
	s.sources[path] = d.Source
}

// note remembers an input that was read without the shelf.
func (s *shelf) note(path string, source data.Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources[path] = source
}

// hold is take for a use beside those of the pairs.
func (s *shelf) hold(path string) *input {
	s.mu.Lock()
	s.uses[path]++
	s.mu.Unlock()
	return s.take(path)
}

// sourcesOf describes those of the paths that were read.
func (s *shelf) sourcesOf(paths []string) []data.Source {
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

// put ends a use. The input leaves the shelf after its last use, or before
// that when the shelf is too full; standard input can be read but once.
func (s *shelf) put(in *input) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in.active--
	s.uses[in.path]--
	spare := s.bytes > s.budget && in.active == 0 && !isStdin(in.path)
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

func sizeOf(d *data.Dataset) int64 { return 8 * int64(len(d.Values)) }

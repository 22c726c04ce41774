package main

import (
	"errors"
	"io"
	"io/fs"
	"slices"

	"simtool/internal/data"
	"simtool/internal/io"
)

// A fileSet is the files that one run writes. They get their names together,
// when all are complete, each with a manifest beside it.
type fileSet struct {
	a        *app
	options  dataio.WriteOptions
	paths    []string
	files    []*dataio.AtomicFile
	manifest *dataio.Manifest
	single   string // path of one manifest for all files, in place of one for each
}

// newFileSet returns an empty set. No file of it may be one of the inputs, nor
// exist already unless force is set.
func (a *app) newFileSet(force bool, inputs []string) *fileSet {
	for _, t := range a.texts {
		inputs = append(inputs[:len(inputs):len(inputs)], t.Path)
	}
	s := &fileSet{a: a, options: dataio.WriteOptions{Force: force, Inputs: inputs}, manifest: a.newManifest()}
	a.openMu.Lock()
	defer a.openMu.Unlock()
	a.open = append(a.open, s)
	return s
}

// abandon removes the unfinished files of a run that is left before its end.
func (a *app) abandon() {
	a.openMu.Lock()
	defer a.openMu.Unlock()
	for _, s := range a.open {
		s.abort()
	}
}

// create begins a file of the set.
func (s *fileSet) create(path string) (*dataio.AtomicFile, error) {
	f, err := dataio.CreateAtomic(path, s.options)
	if err != nil {
		return nil, outputError(path, err)
	}
	s.a.openMu.Lock()
	defer s.a.openMu.Unlock()
	s.paths = append(s.paths, path)
	s.files = append(s.files, f)
	return f, nil
}

// check returns the error with which create would refuse a path for what stands
// there.
func (s *fileSet) check(path string) error {
	return outputError(path, dataio.CheckTarget(path, s.options))
}

// add writes a whole file of the set, or to standard output if its path is "-".
func (s *fileSet) add(path string, encode func(w io.Writer) error) error {
	if isStdout(path) {
		return encode(s.a.out)
	}
	f, err := s.create(path)
	if err != nil {
		return err
	}
	return encode(f)
}

// warn adds a warning to the manifest, once.
func (s *fileSet) warn(message string) {
	if !slices.Contains(s.manifest.Warnings, message) {
		s.manifest.Warnings = append(s.manifest.Warnings, message)
	}
}

// commit gives the files their names and writes their manifests. The manifest of a
// file comes before the file, so that a file that is there always has one, whenever
// the process is killed; the single manifest of a directory comes last, and says
// that the directory is complete.
func (s *fileSet) commit(sources []data.Source, outcome error) error {
	m := s.manifest
	m.Inputs = append(append(m.Inputs, sources...), s.a.texts...)
	for _, w := range s.a.warnings {
		s.warn(w)
	}
	m.Exit = int(statusOf(outcome))
	if s.a.nested != nil {
		s.a.nested.sources = m.Inputs
	}
	for i, f := range s.files {
		output, err := f.Seal()
		if err != nil {
			return outputError(s.paths[i], err)
		}
		m.Outputs = append(m.Outputs, output)
	}
	if s.single == "" {
		for i, path := range s.paths {
			if !s.files[i].Regular() {
				continue // beside a device or a pipe is no place for a file
			}
			if err := m.Write(path); err != nil {
				return err
			}
		}
	}
	for i, f := range s.files {
		if _, err := f.Commit(); err != nil {
			return outputError(s.paths[i], err)
		}
	}
	if s.single != "" {
		return m.WriteTo(s.single)
	}
	return nil
}

// abort removes what was written. After commit it does nothing.
func (s *fileSet) abort() {
	for _, f := range s.files {
		f.Abort()
	}
}

// outputError tells outputs that must not be replaced, which the user decides,
// from those that cannot be written.
func outputError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return configf("--force replaces it", "%s: exists already", path)
	case errors.Is(err, dataio.ErrOverInput):
		return configf("", "%s", err)
	}
	return err
}

// newManifest begins the manifest of this run.
func (a *app) newManifest() *dataio.Manifest {
	b := buildInfo()
	m := dataio.NewManifest(b.version, b.commit, append([]string{"simtool"}, a.args...))
	m.Seed = a.global.seed
	m.Config, m.Run.Defaults = a.settingValues()
	return m
}

package batch

import (
	"io"
	"slices"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// A FileSet is the files that one run writes. They get their names together,
// when all are complete, each with a manifest beside it.
type FileSet struct {
	env      *Env
	options  dataio.WriteOptions
	paths    []string
	files    []*dataio.AtomicFile
	schemas  map[string]string // of the tables among the files, by path
	manifest *dataio.Manifest
	single   string // path of one manifest for all files, in place of one for each
}

// NewFileSet returns an empty set. No file of it may be one of the inputs, nor exist
// already unless force is set.
func (e *Env) NewFileSet(force bool, inputs []string) *FileSet {
	inputs = inputs[:len(inputs):len(inputs)]
	for _, t := range e.readTexts() {
		inputs = append(inputs, t.Path)
	}
	s := &FileSet{env: e, options: dataio.WriteOptions{Force: force, Inputs: inputs}, manifest: e.newManifest(), schemas: map[string]string{}}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open = append(e.open, s)
	return s
}

// Create begins a file of the set.
func (s *FileSet) Create(path string) (*dataio.AtomicFile, error) {
	f, err := dataio.CreateAtomic(path, s.options)
	if err != nil {
		return nil, OutputError(path, err)
	}
	s.env.mu.Lock()
	defer s.env.mu.Unlock()
	s.paths = append(s.paths, path)
	s.files = append(s.files, f)
	return f, nil
}

// check returns the error with which Create would refuse a path for what stands
// there.
func (s *FileSet) check(path string) error {
	return OutputError(path, dataio.CheckTarget(path, s.options))
}

// Add writes a whole file of the set, or to standard output if its path is "-".
func (s *FileSet) Add(path string, encode func(w io.Writer) error) error {
	if IsStdout(path) {
		return encode(s.env.Stdout)
	}
	f, err := s.Create(path)
	if err != nil {
		return err
	}
	return encode(f)
}

// IsTable notes that a file of the set is a table of a schema, for the manifest.
func (s *FileSet) IsTable(path string, schema *result.Schema) { s.schemas[path] = schema.Name }

// DescribeIn makes one manifest at a path, which comes last, stand for all files.
func (s *FileSet) DescribeIn(path string) { s.single = path }

// SetBatch says in the manifest which items of a batch the files hold.
func (s *FileSet) SetBatch(info *dataio.Batch) { s.manifest.Batch = info }

// AddPart says in the manifest what a file of the set was merged from.
func (s *FileSet) AddPart(part dataio.Output) { s.manifest.Parts = append(s.manifest.Parts, part) }

// Warn adds a warning to the manifest, once.
func (s *FileSet) Warn(message string) {
	if !slices.Contains(s.manifest.Warnings, message) {
		s.manifest.Warnings = append(s.manifest.Warnings, message)
	}
}

// Commit gives the files their names and writes their manifests. The manifest of a
// file comes before the file, so that a file that is there always has one, whenever
// the process is killed; the single manifest of a directory comes last, and says
// that the directory is complete.
func (s *FileSet) Commit(sources []data.Source, outcome error) error {
	m := s.manifest
	m.Pairing = s.env.pairingOf(sources)
	m.Inputs = append(append(m.Inputs, sources...), s.env.readTexts()...)
	for _, w := range s.env.Warnings() {
		s.Warn(w)
	}
	m.Exit = statusOf(outcome)
	s.env.mu.Lock()
	s.env.inputs = m.Inputs
	s.env.mu.Unlock()
	if s.env.Collect != nil {
		s.env.Collect.Sources = m.Inputs
	}
	for i, f := range s.files {
		output, err := f.Seal()
		if err != nil {
			return OutputError(s.paths[i], err)
		}
		output.Schema = s.schemas[s.paths[i]]
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
			return OutputError(s.paths[i], err)
		}
	}
	if s.single != "" {
		return m.WriteTo(s.single)
	}
	return nil
}

// Abort removes what was written. After Commit it does nothing.
func (s *FileSet) Abort() {
	for _, f := range s.files {
		f.Abort()
	}
}

package batch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"simtool/internal/data"
	"simtool/internal/io"
)

// Env is what work sees of the run that it is part of. Everything that leaves an
// algorithm beside its result, such as warnings and progress, leaves through it.
//
// The fields are set before the first use and never change, but for Settings. The
// methods may be called by many goroutines.
type Env struct {
	Version, Commit string
	// Kernel and Arithmetic are those of this machine; see dataio.Run.
	Kernel, Arithmetic string
	NoHost             bool      // the manifest does not name the machine
	Argv               []string  // the command line, for manifests
	Settings           []Setting // effective ones, for manifests and checkpoints
	Seed               uint64    // of everything random
	Jobs               int       // items at once, or threads of one item
	Started            time.Time

	Stdout   io.Writer
	Terminal bool // Stdout is one
	Width    int  // columns of the terminal, 0 for unlimited
	// Stdin returns standard input for the one input that may be "-"; what is its name
	// in messages.
	Stdin  func(what string) (io.Reader, error)
	Lookup func(name string) (value string, ok bool) // of the environment

	OnWarning func(message string)
	OnSummary func(message string) // tells a person, and no program, what was done
	// OnProgress begins to count towards total. shared says that results appear on the
	// same terminal while the work goes on.
	OnProgress func(what string, total int, shared bool) Progress
	Stop       func(cause error) // ends the run as a signal does

	// Collect takes the rows of a table in place of an output, nil for an output.
	Collect *Collector

	mu       sync.Mutex
	texts    []data.Source // small files that were read: configuration, lists, plans
	warnings []string
	inputs   []data.Source // of the result, once it is written
	open     []*FileSet
	told     map[string]bool // messages of TellOnce
	kinds    map[string]bool // kinds of warnings that a person was told of
	held     []string        // warnings that a person is told of at the end
	pairs    bool            // the work pairs rows of inputs
	pairing  data.Pairing    // how it does so
	saved    string          // folder of the checkpoint that this run keeps, "" for none
	advanced atomic.Bool     // this run has added to it
}

// Setting is the effective value of a setting of a run.
type Setting struct {
	Name  string
	Text  string // as a user would write it
	Value any    // as JSON has it
	// Chosen says that nobody set the value and that it was chosen for the machine.
	Chosen bool
	// Set says that somebody set the value.
	Set bool
}

// Progress tells a person how far a long command is.
type Progress interface {
	Add(n int)    // n more are done; it may be called by many goroutines
	Expect(n int) // n more are to be done
	Close()       // may be called twice
}

// noProgress is for runs that nobody looks at.
type noProgress struct{}

func (noProgress) Add(int)    {}
func (noProgress) Expect(int) {}
func (noProgress) Close()     {}

// Pairs notes for the manifest how the work pairs the rows of its inputs.
func (e *Env) Pairs(by data.Pairing) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pairs, e.pairing = true, by
}

// pairingOf says in words how the rows of inputs were paired, "" where none were. It
// follows from the inputs, so it is the same for a run that found its rows finished.
func (e *Env) pairingOf(inputs []data.Source) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.pairs {
		return ""
	}
	named := 0
	for _, s := range inputs {
		if s.Names != "" {
			named++
		}
	}
	switch {
	case e.pairing == data.ByPosition:
		return "rows by position, as --pair-by says"
	case named == 0:
		return "rows by position: no input names its samples"
	case named < len(inputs):
		return "rows by name where two inputs name their samples, else by position"
	}
	return "rows by name"
}

// TextWidth is the number of columns for running text: the terminal's, but not over
// 80, which is also the width where there is no terminal.
func (e *Env) TextWidth() int {
	const most, least = 80, 30
	if e.Width == 0 {
		return most
	}
	return min(most, max(least, e.Width))
}

// Warnings returns what Warn was called with.
func (e *Env) Warnings() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.warnings...)
}

// Summary tells a person what was done.
func (e *Env) Summary(format string, args ...any) {
	if e.OnSummary != nil {
		e.OnSummary(fmt.Sprintf(format, args...))
	}
}

// StartProgress begins to count towards total. See Env.OnProgress.
func (e *Env) StartProgress(what string, total int, shared bool) Progress {
	if e.OnProgress == nil {
		return noProgress{}
	}
	return e.OnProgress(what, total, shared)
}

// ReadSmall reads a whole file that a person wrote, or standard input, and notes it
// for the manifest. what names it in messages.
func (e *Env) ReadSmall(path, what string) ([]byte, error) {
	const most = 1 << 26
	var r io.Reader
	if path == "-" {
		in, err := e.Stdin(what)
		if err != nil {
			return nil, err
		}
		r = in
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, Unreadable(path, err)
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, Unreadable(path, err)
	}
	if len(content) > most {
		return nil, &data.InputError{Path: path, Found: fmt.Sprintf("more than %d bytes", most), Wanted: "which is too long for " + what}
	}
	e.noteText(data.Source{
		Path: path, Format: "text", Bytes: int64(len(content)), SHA256: fmt.Sprintf("%x", sha256.Sum256(content)),
	})
	return content, nil
}

// noteText notes a small file that was read, which no output replaces.
func (e *Env) noteText(source data.Source) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.texts = append(e.texts, source)
}

// readTexts returns the small files that were read.
func (e *Env) readTexts() []data.Source {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]data.Source(nil), e.texts...)
}

// Abandon removes the unfinished files of a run that is left before its end.
func (e *Env) Abandon() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.open {
		s.Abort()
	}
}

// KeepsIn notes that from now on the work can be taken up from a folder.
func (e *Env) KeepsIn(directory string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.saved = directory
}

// KeepsItemIn notes the folder of an item, by which the work can be taken up where
// this run has none of its own.
func (e *Env) KeepsItemIn(directory string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.saved == "" {
		e.saved = directory
	}
}

// Advanced notes that the run has added to its checkpoint.
func (e *Env) Advanced() { e.advanced.Store(true) }

// Saved returns the folder of the checkpoint and whether the run has added to it.
func (e *Env) Saved() (directory string, advanced bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.saved, e.advanced.Load()
}

// Stopped is the error of a run that is left in the middle of its work: cause, or a
// CheckpointError where there is a checkpoint. What a checkpoint holds is whole at
// any time.
//
// A limit of time within which nothing was saved is an error of its own, or a job
// that is put back for it would run for ever.
func (e *Env) Stopped(cause error) error {
	saved, advanced := e.Saved()
	switch {
	case saved == "" || !Exists(saved):
		return cause
	case outOfTime(cause) && !advanced:
		return fmt.Errorf("%w, and nothing was finished: an item needs more time than that", cause)
	}
	return &CheckpointError{saved, cause}
}

// Ended is the error of a run that err has ended: what is finished is on the disk,
// and the user is told where.
func (e *Env) Ended(ctx context.Context, f *Finished, err error) error {
	if ctx.Err() == nil && f != nil && f.inResult() {
		return err // there is nothing to go on for
	}
	f.Flush()
	if ctx.Err() != nil {
		return e.Stopped(context.Cause(ctx))
	}
	if f.onDisk() {
		e.Warn("what was finished before is in %s: --resume goes on from there", f.directory)
	}
	return err
}

// limitTime ends the run shortly before a time is over, as a signal would.
func (e *Env) limitTime(limit time.Duration) {
	margin := min(limit/10, 10*time.Second)
	time.AfterFunc(limit-margin-time.Since(e.Started), func() { e.Stop(&TimeLimitError{limit}) })
}

// settingValues returns the effective settings for a manifest, apart from those that
// nobody set and that were chosen for the machine.
func (e *Env) settingValues() (set, chosen map[string]any) {
	set, chosen = map[string]any{}, map[string]any{}
	for _, s := range e.Settings {
		if s.Chosen {
			chosen[s.Name] = s.Value
		} else {
			set[s.Name] = s.Value
		}
	}
	return set, chosen
}

// Setting returns the setting of a name, nil for none.
func (e *Env) Setting(name string) *Setting {
	for i := range e.Settings {
		if e.Settings[i].Name == name {
			return &e.Settings[i]
		}
	}
	return nil
}

// Inputs are those that the result of the run was made from, once it is written.
func (e *Env) Inputs() []data.Source {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.inputs
}

// settingValue is the value of a setting as it stands in a manifest, nil for none.
func (e *Env) settingValue(name string) any {
	if s := e.Setting(name); s != nil {
		return s.Value
	}
	return nil
}

// newManifest begins the manifest of this run.
func (e *Env) newManifest() *dataio.Manifest {
	m := dataio.NewManifest(e.Version, e.Commit, e.Argv)
	m.Seed = e.Seed
	m.Run.Kernel, m.Run.Arithmetic = e.Kernel, e.Arithmetic
	if e.NoHost {
		m.Run.Host = ""
	}
	m.Config, m.Run.Defaults = e.settingValues()
	return m
}

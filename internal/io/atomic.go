package dataio

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// ErrOverInput is in the chain of the error that refuses to write over an
// input.
var ErrOverInput = errors.New("the output is one of the inputs")

// WriteOptions says what an output may replace.
type WriteOptions struct {
	Force  bool     // replace a file that exists
	Inputs []string // paths that are never written over, even with Force; "-" and missing ones are ignored
}

// Output describes a file that was written, for the manifest.
type Output struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Schema string `json:"schema,omitempty"` // of a table
}

// AtomicFile is a file that gets its name when it is complete. It is written
// under a temporary name in the directory of the target; Commit moves it into
// place, so that a reader sees the old file or the new one and never a part.
//
// A symbolic link is followed and stays a link. A target that is no regular
// file, such as /dev/null or a named pipe, is written to directly.
type AtomicFile struct {
	path   string // as the user named it
	target string // with symbolic links resolved
	force  bool
	file   *os.File  // locked while it has its temporary name; nil after Commit or Abort
	lock   io.Closer // keeps that lock when file is closed; may be nil
	sealed bool      // complete and on the disk, under its temporary name
	direct bool      // target is a device or a pipe
	sha    hash.Hash
	n      int64
}

// CreateAtomic begins a file that will be named path. It fails at once when
// Commit would: when path is one of the inputs (ErrOverInput), when it exists
// and o.Force is not set (fs.ErrExist), or when it is a directory. The caller
// calls Commit or Abort; Abort after Commit does nothing, so it can be
// deferred.
func CreateAtomic(path string, o WriteOptions) (*AtomicFile, error) {
	f := &AtomicFile{path: path, target: path, force: o.Force, sha: sha256.New()}
	info, err := checkTarget(path, o)
	switch {
	case err != nil:
		return nil, err
	case info == nil:
		// A link to nowhere would be replaced by the file: resolve what exists.
		if linked, err := os.Readlink(path); err == nil {
			if !filepath.IsAbs(linked) {
				linked = filepath.Join(filepath.Dir(path), linked)
			}
			f.target = linked
		}
		return f, f.openTemporary(0o666)
	case !info.Mode().IsRegular():
		f.direct = true
		f.file, err = os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, unwritten(path, err)
		}
		return f, nil
	}
	if f.target, err = filepath.EvalSymlinks(path); err != nil {
		return nil, unwritten(path, err)
	}
	return f, f.openTemporary(info.Mode().Perm())
}

// CheckTarget returns the error with which CreateAtomic would refuse a path for
// what stands there, and touches nothing.
func CheckTarget(path string, o WriteOptions) error {
	_, err := checkTarget(path, o)
	return err
}

// checkTarget returns what stands at a path, nil for nothing, unless that cannot be
// written over.
func checkTarget(path string, o WriteOptions) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, unwritten(path, err)
	case info.IsDir():
		return nil, fmt.Errorf("%s: a directory, want the name of a file", path)
	}
	if err := overInput(path, info, o.Inputs); err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() && !o.Force {
		return nil, existsError(path)
	}
	return info, nil
}

// unwritten words why a file cannot be written, and wraps the error of the system: a disk
// that is full is no fault of what was to be written.
func unwritten(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err // which names a temporary file
	}
	return fmt.Errorf("%s: cannot be written: %w", path, err)
}

func existsError(path string) error {
	return fmt.Errorf("%s: %w already, want a new name or --force", path, fs.ErrExist)
}

// overInput refuses a target that is, by whatever name or link, an input.
func overInput(path string, info fs.FileInfo, inputs []string) error {
	for _, input := range inputs {
		name, _ := splitKey(input)
		other, err := os.Stat(name)
		if err == nil && os.SameFile(info, other) {
			return fmt.Errorf("%s: %w (%s), want another name", path, ErrOverInput, input)
		}
	}
	return nil
}

// openTemporary creates the temporary file with the permissions that the target
// has or, for a new one, that the umask leaves.
func (f *AtomicFile) openTemporary(perm fs.FileMode) error {
	dir, base := filepath.Split(f.target)
	for {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%08x.tmp", base, rand.Uint32()))
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: no directory %s", f.path, filepath.Dir(f.target))
		}
		if err != nil {
			return unwritten(f.path, err)
		}
		// RemoveUnfinished of another process may have taken it for what a killed one
		// has left, in the moment before it is locked.
		locking := tryLock(file)
		if _, err := os.Lstat(name); errors.Is(locking, ErrLocked) || errors.Is(err, fs.ErrNotExist) {
			file.Close()
			continue
		}
		f.file = file
		return nil
	}
}

// Regular reports whether the target is a file, and no device or pipe.
func (f *AtomicFile) Regular() bool { return !f.direct }

// Write appends p.
func (f *AtomicFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	f.sha.Write(p[:n])
	f.n += int64(n)
	if err != nil {
		return n, unwritten(f.path, err)
	}
	return n, nil
}

// Seal ends the writing and makes the file durable, still under its temporary name.
// What is returned holds once Commit has given the file its name; a manifest that is
// to be there before the file is can be written in between. When it fails, the
// temporary file is gone.
func (f *AtomicFile) Seal() (Output, error) {
	err := error(nil)
	if !f.direct {
		err = f.file.Sync()
	}
	if !f.direct {
		f.lock = keepLock(f.file)
	}
	if closing := f.file.Close(); err == nil {
		err = closing
	}
	f.sealed = true
	if err != nil {
		f.Abort()
		return Output{}, f.failed(err)
	}
	return f.output(), nil
}

// output describes the file as it was written.
func (f *AtomicFile) output() Output {
	return Output{Path: f.path, Bytes: f.n, SHA256: hex.EncodeToString(f.sha.Sum(nil))}
}

// Commit gives the file its name; it seals it first if that has not been done. When
// it fails, the target is as it was and the temporary file is gone.
func (f *AtomicFile) Commit() (Output, error) {
	if !f.sealed {
		if _, err := f.Seal(); err != nil {
			return Output{}, err
		}
	}
	if err := f.rename(); err != nil {
		f.Abort()
		return Output{}, f.failed(err)
	}
	return f.output(), nil
}

// failed words why a file could not be completed.
func (f *AtomicFile) failed(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return existsError(f.path)
	}
	return unwritten(f.path, err)
}

func (f *AtomicFile) rename() error {
	if f.direct {
		f.file = nil
		return nil
	}
	if !f.force {
		// Another process may have been faster. This narrows the gap to nothing
		// worth a lock: outputs of one batch have different names.
		if _, err := os.Lstat(f.target); err == nil {
			return fs.ErrExist
		}
	}
	if err := os.Rename(f.file.Name(), f.target); err != nil {
		return err
	}
	f.release()
	// The rename is durable once the directory is. Not every file system can
	// do that, and the file is in place by now.
	if dir, err := os.Open(filepath.Dir(f.target)); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
	return nil
}

// Abort gives the file up and removes what was written of it.
func (f *AtomicFile) Abort() {
	if f.file == nil {
		return
	}
	if !f.sealed {
		f.file.Close()
	}
	if !f.direct {
		_ = os.Remove(f.file.Name())
	}
	f.release()
}

// release lets go of what has no temporary name any more.
func (f *AtomicFile) release() {
	f.file = nil
	if f.lock != nil {
		_ = f.lock.Close()
		f.lock = nil
	}
}

// WriteFile writes what encode writes to a file named path, atomically.
func WriteFile(path string, o WriteOptions, encode func(f *AtomicFile) error) (Output, error) {
	f, err := CreateAtomic(path, o)
	if err != nil {
		return Output{}, err
	}
	defer f.Abort()
	if err := encode(f); err != nil {
		return Output{}, err
	}
	return f.Commit()
}

// RemoveUnfinished removes what killed processes left of the file at path: the
// temporary files of CreateAtomic. Those that another process is writing stay.
func RemoveUnfinished(path string) error {
	dir, base := filepath.Split(path)
	if linked, err := filepath.EvalSymlinks(path); err == nil {
		dir, base = filepath.Split(linked)
	}
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		middle, ok := strings.CutPrefix(e.Name(), "."+base+".")
		if middle, temporary := strings.CutSuffix(middle, ".tmp"); ok && temporary && len(middle) == 8 {
			if err := RemoveTemporary(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// RemoveTemporary removes a temporary file of CreateAtomic, by its own name, unless
// a process is writing it.
func RemoveTemporary(name string) error {
	locked, err := openLocked(name)
	if errors.Is(err, ErrLocked) {
		return nil
	}
	if locked != nil {
		defer locked.Close()
	}
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil // gone in the meantime
}

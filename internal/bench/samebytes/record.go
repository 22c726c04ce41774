package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// While a case runs, the command simtool of its PATH is this program under that
// name: it calls the build that stands beside it, passes everything on, and notes
// the command line, both outputs, the exit status and the files that have changed.
// A story, a shell, make or a script may call it, as often and as deep as they like.

// command is a call of simtool.
type command struct {
	Args   []string
	Dir    string // from the work directory of the case
	Status int
	// Closed says that the reader of standard output went away: how much was
	// written until then is chance.
	Closed  bool
	Removed []string // files that were there before the command
}

// Names in the directory of a case and in that of a command.
const (
	workName  = "work" // the files of the case
	logName   = "log"  // a directory a command
	shimName  = "bin"  // simtool is this program
	realName  = "real" // simtool is the build
	filesName = "files"
)

// unobserved is a variable of the environment of commands whose way is left to
// chance, so that only what comes of them is compared.
const unobserved = "SAMEBYTES_UNOBSERVED"

// playsSimtool reports whether this process is a case's simtool.
func playsSimtool() bool {
	self, err := os.Executable()
	return err == nil && filepath.Base(self) == "simtool" && filepath.Base(filepath.Dir(self)) == shimName
}

// record runs the build and returns its exit status.
func record(args []string) int {
	status, err := recorded(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "samebytes: recording a command:", err)
		return 125
	}
	return status
}

func recorded(args []string) (status int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	root := filepath.Dir(filepath.Dir(self))
	work := filepath.Join(root, workName)
	c := command{Args: args}
	if c.Dir, err = os.Getwd(); err != nil {
		return 0, err
	}
	if c.Dir, err = filepath.Rel(work, c.Dir); err != nil {
		return 0, err
	}
	program := exec.Command(filepath.Join(root, realName, "simtool"), args...)
	program.Args[0] = "simtool"
	if os.Getenv(unobserved) != "" {
		return 0, syscall.Exec(program.Path, program.Args, os.Environ())
	}
	before, err := look(work)
	if err != nil {
		return 0, err
	}
	note, err := nextNote(filepath.Join(root, logName))
	if err != nil {
		return 0, err
	}
	stdout, err := os.Create(filepath.Join(note, "stdout"))
	if err != nil {
		return 0, err
	}
	defer stdout.Close()
	stderr, err := os.Create(filepath.Join(note, "stderr"))
	if err != nil {
		return 0, err
	}
	defer stderr.Close()

	// Signals are for the build. That of a closed pipe would end this process.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	program.Stdin = os.Stdin
	var closed atomic.Bool
	program.Stdout = io.MultiWriter(stdout, passOn{os.Stdout, &closed})
	program.Stderr = io.MultiWriter(stderr, os.Stderr)
	if err := program.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			if s != syscall.SIGPIPE {
				_ = program.Process.Signal(s)
			}
		}
	}()
	_ = program.Wait() // the status says it, or the outputs do
	c.Closed = closed.Load()
	c.Status = program.ProcessState.ExitCode()
	if waited, ok := program.ProcessState.Sys().(syscall.WaitStatus); ok && waited.Signaled() {
		c.Status = 128 + int(waited.Signal()) // as a shell has it
	}
	if c.Removed, err = keepChanges(work, before, filepath.Join(note, filesName)); err != nil {
		return 0, err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	return c.Status, os.WriteFile(filepath.Join(note, "command.json"), text, 0o644)
}

// passOn writes to a pipe that may be closed.
type passOn struct {
	w      io.Writer
	closed *atomic.Bool
}

func (p passOn) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		p.closed.Store(true)
	}
	return n, err
}

// nextNote makes the next directory of a log; commands may run at the same time.
func nextNote(log string) (string, error) {
	for i := 1; ; i++ {
		note := filepath.Join(log, fmt.Sprintf("%05d", i))
		switch err := os.Mkdir(note, 0o755); {
		case err == nil:
			return note, nil
		case !errors.Is(err, fs.ErrExist):
			return "", err
		}
	}
}

// stamp tells whether a file has been written.
type stamp struct {
	size  int64
	mode  fs.FileMode
	time  time.Time
	inode uint64
}

// look returns the stamps of the files below a directory.
func look(dir string) (map[string]stamp, error) {
	stamps := map[string]stamp{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another command has just removed it
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		s := stamp{info.Size(), info.Mode(), info.ModTime(), 0}
		if system, ok := info.Sys().(*syscall.Stat_t); ok {
			s.inode = system.Ino
		}
		stamps[strings.TrimPrefix(path, dir+string(filepath.Separator))] = s
		return nil
	})
	return stamps, err
}

// keepChanges copies the files that are new or changed since a look at the
// directory, and returns the names of those that are gone.
func keepChanges(dir string, before map[string]stamp, into string) (removed []string, err error) {
	after, err := look(dir)
	if err != nil {
		return nil, err
	}
	for name, s := range after {
		if before[name] == s {
			continue
		}
		err := copyFile(filepath.Join(dir, name), filepath.Join(into, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			removed = append(removed, name)
		}
	}
	return removed, nil
}

// copyFile copies a file or a symbolic link with its mode.
func copyFile(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.Mode().Type() == fs.ModeSymlink {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	if !info.Mode().IsRegular() {
		return writeFile(to, []byte(info.Mode().String()), 0o644)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, content, info.Mode().Perm())
}

// writeFile writes a file and the directories it is in.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, mode)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// testCase is a sequence of commands in a directory of its own.
type testCase struct {
	name string
	slow bool // minutes: only when asked for
	run  func(*stage) error
}

// stage is what a case finds: an empty work directory and a PATH with simtool.
type stage struct {
	ctx       context.Context
	dir, work string
	build     build
	deadline  time.Time
}

// dir is the name of a case as that of a directory.
func (c testCase) dir() string { return strings.NewReplacer("/", "-", " ", "-").Replace(c.name) }

// sides are the directories to which a case is moved when it has run.
var sides = [2]string{"old", "new"}

// runCase runs a case with both builds, one after the other in the same path.
func runCase(ctx context.Context, root string, c testCase, old, new build, normal *normalize, timeout time.Duration) outcome {
	result := outcome{name: c.name}
	for i, b := range [2]build{old, new} {
		dir := filepath.Join(root, "run", c.dir())
		if result.err = runOnce(ctx, dir, c, b, timeout); result.err != nil {
			result.err = fmt.Errorf("with the %s build: %w", sides[i], result.err)
			return result
		}
		if result.err = os.MkdirAll(filepath.Join(root, sides[i]), 0o755); result.err != nil {
			return result
		}
		if result.err = os.Rename(dir, filepath.Join(root, sides[i], c.dir())); result.err != nil {
			return result
		}
	}
	var was, is *traces
	if was, result.err = read(filepath.Join(root, sides[0], c.dir())); result.err == nil {
		if is, result.err = read(filepath.Join(root, sides[1], c.dir())); result.err == nil {
			result.compare(was, is, normal)
		}
	}
	return result
}

func runOnce(ctx context.Context, dir string, c testCase, b build, timeout time.Duration) error {
	s := &stage{dir: dir, work: filepath.Join(dir, workName), build: b, deadline: time.Now().Add(timeout)}
	var cancel context.CancelFunc
	s.ctx, cancel = context.WithDeadline(ctx, s.deadline)
	defer cancel()
	for _, name := range []string{workName + "/.tmp", logName, shimName, realName} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for from, to := range map[string]string{self: shimName, b.simtool: realName} {
		if err := place(from, filepath.Join(dir, to, "simtool")); err != nil {
			return err
		}
	}
	if err := c.run(s); err != nil {
		return err
	}
	return s.ctx.Err()
}

// place makes a program stand at a path: a hard link, since of a symbolic one a
// program knows where it leads.
func place(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, content, 0o755)
}

// path is the PATH of a case.
func (s *stage) path() string {
	return filepath.Join(s.dir, shimName) + string(os.PathListSeparator) + os.Getenv("PATH")
}

// environment is what commands find, as in the stories.
func (s *stage) environment() []string {
	return []string{"PATH=" + s.path(), "HOME=/no-home", "TMPDIR=" + filepath.Join(s.work, ".tmp")}
}

// shell runs a line in the work directory. How it ends is in the notes of the
// commands that it runs.
func (s *stage) shell(line string) error {
	cmd := exec.CommandContext(s.ctx, "sh", "-c", line)
	cmd.Dir, cmd.Env = s.work, s.environment()
	cmd.WaitDelay = time.Minute
	_ = cmd.Run()
	return s.ctx.Err()
}

// copyIn copies files from a directory, by the name they get in the work directory.
func (s *stage) copyIn(from string, names map[string]string) error {
	for to, name := range names {
		if err := copyFile(filepath.Join(from, name), filepath.Join(s.work, to)); err != nil {
			return err
		}
	}
	return nil
}

func removeCase(root string, c testCase) {
	for _, side := range append(sides[:], "run") {
		_ = os.RemoveAll(filepath.Join(root, side, c.dir()))
	}
}

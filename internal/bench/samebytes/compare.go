package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// outcome is what came of a case.
type outcome struct {
	name            string
	commands, files int // that were compared
	differences     []difference
	rewritten       []int // texts that each allowance has changed
	err             error // the case could not be run
}

// difference is one thing that the builds do not have alike.
type difference struct {
	in    string   // what it is in, such as a file after a command
	lines []string // the diff without what is the same
	diff  string
	// apart is how far numbers are from each other, relative to the larger one or to
	// 1, where nothing but numbers differs; else it is +Inf.
	apart float64
}

// noted is a command with what it wrote.
type noted struct {
	command
	stdout, stderr []byte
	files          map[string]file
}

// file is a file of a case.
type file struct {
	mode    fs.FileMode
	content []byte
}

// traces are what a case left with one build.
type traces struct {
	commands []noted
	files    map[string]file // in the end
}

// read reads the traces in the directory of a case.
func read(dir string) (*traces, error) {
	t := &traces{}
	notes, err := os.ReadDir(filepath.Join(dir, logName))
	if err != nil {
		return nil, err
	}
	for _, entry := range notes {
		var n noted
		note := filepath.Join(dir, logName, entry.Name())
		text, err := os.ReadFile(filepath.Join(note, "command.json"))
		if err != nil {
			return nil, fmt.Errorf("a command was killed before its end was noted: %w", err)
		}
		if err := json.Unmarshal(text, &n.command); err != nil {
			return nil, err
		}
		slices.Sort(n.Removed)
		if n.stdout, err = os.ReadFile(filepath.Join(note, "stdout")); err != nil {
			return nil, err
		}
		if n.stderr, err = os.ReadFile(filepath.Join(note, "stderr")); err != nil {
			return nil, err
		}
		if n.files, err = readTree(filepath.Join(note, filesName)); err != nil {
			return nil, err
		}
		t.commands = append(t.commands, n)
	}
	t.files, err = readTree(filepath.Join(dir, workName))
	return t, err
}

// readTree reads the files below a directory, if there is one.
func readTree(dir string) (map[string]file, error) {
	files := map[string]file{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) && path == dir {
				return nil
			}
			return err
		}
		if path == dir {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		f := file{mode: info.Mode()}
		switch {
		case f.mode.Type() == fs.ModeSymlink:
			var target string
			target, err = os.Readlink(path)
			f.content = []byte(target)
		case f.mode.IsRegular():
			f.content, err = os.ReadFile(path)
		}
		files[strings.TrimPrefix(path, dir+string(filepath.Separator))] = f
		return err
	})
	return files, err
}

// line is a command as one types it.
func (n *noted) line() string {
	words := []string{"simtool"}
	for _, a := range n.Args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'$`\\*?[]{}()<>|&;#") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words = append(words, a)
	}
	line := strings.Join(words, " ")
	if n.Dir != "." {
		line += " (in " + n.Dir + ")"
	}
	return line
}

// pair is a command with both builds.
type pair struct{ was, is *noted }

// pairs finds the commands that both builds have run: they have the same words in the
// same directory, and of those the first goes with the first. The others are lines of
// commands that one build alone has run.
func pairs(was, is *traces) (both []pair, gone, come []string) {
	key := func(n *noted, seen map[string]int) string {
		k := n.line()
		seen[k]++
		return fmt.Sprintf("%s\x00%d", k, seen[k])
	}
	then, seen := map[string]*noted{}, map[string]int{}
	for i := range was.commands {
		then[key(&was.commands[i], seen)] = &was.commands[i]
	}
	clear(seen)
	for i := range is.commands {
		now := &is.commands[i]
		k := key(now, seen)
		if before, ok := then[k]; ok {
			both = append(both, pair{before, now})
			delete(then, k)
		} else {
			come = append(come, now.line()+"\n")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(then)) {
		gone = append(gone, then[k].line()+"\n")
	}
	return both, gone, come
}

// compare compares what two builds left.
func (o *outcome) compare(was, is *traces, normal *normalize) {
	normal = normal.forFiles(was, is)
	both, gone, come := pairs(was, is)
	for _, p := range both {
		o.compareCommand(p.was, p.is, normal)
	}
	for _, line := range gone {
		o.differ("the commands", []byte(line), nil)
	}
	for _, line := range come {
		o.differ("the commands", nil, []byte(line))
	}
	o.compareFiles("in the end", was.files, is.files, normal)
	o.rewritten = normal.rewritten
}

func (o *outcome) compareCommand(was, is *noted, normal *normalize) {
	o.commands++
	line := is.line()
	if was.Status != is.Status {
		o.differ("exit status of "+line, fmt.Appendln(nil, was.Status), fmt.Appendln(nil, is.Status))
	}
	if !was.Closed && !is.Closed {
		o.differ("stdout of "+line, normal.text(was.stdout, 0), normal.text(is.stdout, 1))
	}
	o.differ("stderr of "+line, normal.text(was.stderr, 0), normal.text(is.stderr, 1))
	o.differ("files removed by "+line, listed(was.Removed), listed(is.Removed))
	o.compareFiles("after "+line, was.files, is.files, normal)
}

func listed(names []string) []byte {
	if len(names) == 0 {
		return nil
	}
	return []byte(strings.Join(names, "\n") + "\n")
}

func (o *outcome) compareFiles(when string, was, is map[string]file, normal *normalize) {
	names := slices.Collect(maps.Keys(was))
	for name := range is {
		if _, ok := was[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		before, wasThere := was[name]
		now, isThere := is[name]
		in := name + " " + when
		switch {
		case !wasThere:
			o.differ(in, nil, []byte("there is such a file\n"))
		case !isThere:
			o.differ(in, []byte("there is such a file\n"), nil)
		default:
			o.files++
			if before.mode != now.mode {
				o.differ("mode of "+in, fmt.Appendln(nil, before.mode), fmt.Appendln(nil, now.mode))
			}
			o.differ(in, normal.text(before.content, 0), normal.text(now.content, 1))
		}
	}
}

// differ notes a difference if there is one.
func (o *outcome) differ(in string, was, is []byte) {
	if bytes.Equal(was, is) {
		return
	}
	d := difference{in: in, apart: apart(was, is)}
	if isText(was) && isText(is) {
		text := string(diff.Diff("old", was, "new", is))
		_, text, _ = strings.Cut(text, "\n") // "diff old new"
		for _, header := range []string{"--- old\n", "+++ new\n"} {
			text = strings.TrimPrefix(text, header)
		}
		d.diff = text
	} else {
		at := 0
		for at < min(len(was), len(is)) && was[at] == is[at] {
			at++
		}
		d.diff = fmt.Sprintf("-%d bytes, %q from byte %d on\n+%d bytes, %q\n",
			len(was), was[at:min(len(was), at+16)], at, len(is), is[at:min(len(is), at+16)])
	}
	for line := range strings.Lines(d.diff) {
		if line[0] == '-' || line[0] == '+' {
			d.lines = append(d.lines, strings.TrimSuffix(line, "\n"))
		}
	}
	o.differences = append(o.differences, d)
}

// isText reports whether a diff of lines says something.
func isText(b []byte) bool { return utf8.Valid(b) && !bytes.ContainsRune(b, 0) }

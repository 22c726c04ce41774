package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// repository is the working tree, and what is made of it.
type repository struct {
	top     string // the working tree
	scratch string
	trees   map[string]string // directories of the revisions that were unpacked
}

// build is one of the two programs.
type build struct {
	simtool string
	gallery string // the program that writes the README of the figures; "" if there is none
	// version and commit are how the program calls itself.
	version, commit string
	committed       time.Time // zero if unknown
}

func (r *repository) find(ctx context.Context) error {
	top, err := exec.CommandContext(ctx, "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return fmt.Errorf("no repository here: %w", err)
	}
	r.top = strings.TrimSpace(string(top))
	r.trees = map[string]string{}
	return nil
}

// source returns the directory that command lines are taken from.
func (r *repository) source(ctx context.Context, o *options) (string, error) {
	switch {
	case o.source != "":
		if info, err := os.Stat(o.source); err == nil && info.IsDir() {
			return filepath.Abs(o.source)
		}
		return r.unpack(ctx, o.source)
	case o.old != "":
		return r.top, nil
	default:
		return r.unpack(ctx, o.rev)
	}
}

// unpack writes the files of a revision into a directory of their own.
func (r *repository) unpack(ctx context.Context, revision string) (string, error) {
	if dir, ok := r.trees[revision]; ok {
		return dir, nil
	}
	dir := filepath.Join(r.scratch, fmt.Sprintf("tree%d", len(r.trees)))
	cmd := exec.CommandContext(ctx, "git", "-C", r.top, "archive", "--format=tar", revision)
	cmd.Stderr = os.Stderr
	archive, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	err = untar(archive, dir)
	_, _ = io.Copy(io.Discard, archive)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return "", fmt.Errorf("revision %s: %w", revision, err)
	}
	r.trees[revision] = dir
	return dir, nil
}

// untar writes the files of an archive that git made below a directory.
func untar(archive io.Reader, dir string) error {
	for t := tar.NewReader(archive); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(header.Name) {
			continue // the comment with the commit has no path of a file
		}
		path := filepath.Join(dir, header.Name)
		switch header.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(path, 0o755)
		case tar.TypeSymlink:
			err = os.Symlink(header.Linkname, path)
		case tar.TypeReg:
			var content []byte
			if content, err = io.ReadAll(t); err == nil {
				err = writeFile(path, content, header.FileInfo().Mode().Perm())
			}
		}
		if err != nil {
			return err
		}
	}
}

// builds returns the programs that are compared.
func (r *repository) builds(ctx context.Context, o *options) (old, new build, err error) {
	if o.old != "" {
		old, err = given(ctx, o.old)
	} else {
		var tree string
		if tree, err = r.unpack(ctx, o.rev); err == nil {
			old, err = compile(ctx, tree, filepath.Join(r.scratch, "builds", "old"))
		}
		if err == nil {
			old.committed, err = r.committed(ctx, o.rev)
		}
	}
	if err != nil {
		return old, new, err
	}
	if o.new != "" {
		new, err = given(ctx, o.new)
	} else {
		new, err = compile(ctx, r.top, filepath.Join(r.scratch, "builds", "new"))
	}
	return old, new, err
}

// committed returns the time of a revision.
func (r *repository) committed(ctx context.Context, revision string) (time.Time, error) {
	text, err := exec.CommandContext(ctx, "git", "-C", r.top, "show", "-s", "--format=%cI", revision+"^{commit}").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("revision %s: %w", revision, err)
	}
	return time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
}

// given describes a program that is there already.
func given(ctx context.Context, path string) (build, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return build{}, err
	}
	b := build{simtool: path}
	return b, b.askVersion(ctx)
}

// compile builds the programs of a tree. All builds call themselves by the same
// version, so that outputs do not differ by it.
func compile(ctx context.Context, tree, into string) (build, error) {
	b := build{simtool: filepath.Join(into, "simtool")}
	goBuild := func(output, pkg string) error {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w -X main.version=0.0.0 -X main.commit=0000000", "-o", output, pkg)
		cmd.Dir = tree
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s in %s: %w\n%s", pkg, tree, err, text)
		}
		return nil
	}
	if err := goBuild(b.simtool, "./cmd/simtool"); err != nil {
		return b, err
	}
	if gallery := "internal/figure/gallery"; exists(filepath.Join(tree, gallery)) {
		b.gallery = filepath.Join(into, "gallery")
		if err := goBuild(b.gallery, "./"+gallery); err != nil {
			return b, err
		}
	}
	return b, b.askVersion(ctx)
}

// askVersion asks the program who it is: simtool VERSION (commit COMMIT, ...).
func (b *build) askVersion(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, b.simtool, "version")
	cmd.Env = []string{"HOME=/no-home"}
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", b.simtool, err)
	}
	before, after, ok := strings.Cut(strings.TrimPrefix(string(text), "simtool "), " (commit ")
	commit, _, found := strings.Cut(after, ",")
	if !ok || !found {
		return fmt.Errorf("%s version: %q, want simtool VERSION (commit COMMIT, ...)", b.simtool, text)
	}
	b.version, b.commit = before, commit
	return nil
}

// Package merge puts the parts of a batch together.
package merge

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/moments"
	"simtool/internal/verb/setting"
)

// Options say where the whole goes.
type Options struct {
	Output batch.Output
	Kinds  []batch.DirectoryKind // of directories that can be merged

	noTable   error // why no table can be written, known once the format is chosen
	formatSet bool
	format    *setting.Setting
}

// New returns the command with its defaults. kinds are those of directories that can
// be merged.
func New(kinds ...batch.DirectoryKind) *Options { return &Options{Kinds: kinds} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	verb.RegisterFile(s, &o.Output)
	o.format = verb.RegisterFormat(s, &o.Output)
	// A suffix that no table has is wrong for tables only, and what the parts are is
	// not known before they are looked at.
	choose := o.format.Choose
	o.formatSet = true
	o.format.Choose = func(p setting.Place) (value, origin string, err error) {
		o.formatSet = false
		value, origin, o.noTable = choose(p)
		return value, origin, nil
	}
	return s
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	paths, err := verb.ExpandPaths(args)
	if err != nil {
		return err
	}
	paths = withoutManifests(paths)
	if len(paths) == 0 {
		return batch.Usagef("no files, want the parts of a batch")
	}
	directories, err := batch.AreDirectories(paths)
	switch {
	case err != nil:
		return err
	case directories:
		return e.MergeDirectories(ctx, o.Kinds, paths, &o.Output)
	case areMoments(paths):
		return o.mergeMoments(ctx, e, paths)
	case o.noTable != nil && !batch.AreAlone(paths):
		return o.noTable
	}
	return e.MergeTables(ctx, paths, &o.Output)
}

// withoutManifests leaves out the manifests that a pattern such as *.json takes
// for parts.
func withoutManifests(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		of, ok := strings.CutSuffix(path, dataio.ManifestSuffix)
		return ok && slices.Contains(paths, of)
	})
}

// areMoments reports whether some parts of a batch are files of moments.
func areMoments(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return filepath.Ext(path) == moments.Suffix })
}

// mergeMoments puts the parts of a recording's moments together.
func (o *Options) mergeMoments(ctx context.Context, e *batch.Env, paths []string) error {
	if o.formatSet {
		return batch.Usagef("--format is for tables, moments have one form")
	}
	if err := batch.WantSuffix(o.Output.Path, moments.Suffix); err != nil {
		return err
	}
	parts, order, err := batch.ReadParts(paths)
	if err != nil {
		return err
	}
	e.TellArithmetics(parts)
	sources, err := batch.MergedInputs(parts)
	if err != nil {
		return err
	}
	if o.Output.ToFile() {
		if err := batch.RemoveUnfinished(o.Output.Path); err != nil { // by a killed merge
			return err
		}
	}
	files, w, err := e.OpenArray(&o.Output, "an .npz file", paths)
	if err != nil {
		return err
	}
	defer files.Abort()
	var read []*moments.File
	for _, p := range parts {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		source, err := dataio.FileSource(p.Path)
		if err != nil {
			return err
		}
		output, err := p.Written(source)
		if err != nil {
			return err
		}
		f, err := moments.Read(p.Path)
		if err != nil {
			return err
		}
		files.AddPart(output)
		read = append(read, f)
	}
	whole, err := moments.Join(read)
	if err != nil {
		return err
	}
	if err := whole.Encode(w); err != nil {
		return err
	}
	files.Describe(parts, moments.Batch(order[0].Digest, batch.Whole))
	return files.Commit(sources, nil)
}

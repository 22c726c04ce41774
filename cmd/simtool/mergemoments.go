package main

import (
	"context"
	"path/filepath"
	"slices"

	"simtool/internal/io"
)

// areMoments reports whether some parts of a batch are files of moments.
func areMoments(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return filepath.Ext(path) == momentsSuffix })
}

// mergeMoments puts the parts of a recording's moments together.
func (a *app) mergeMoments(ctx context.Context, paths []string, o *outputOptions) error {
	if i := slices.IndexFunc(a.settings, func(s setting) bool { return s.flag.Name == "format" }); i >= 0 && !a.settings[i].chosen {
		return usagef("--format is for tables, moments have one form")
	}
	if err := wantSuffix(o.path, momentsSuffix); err != nil {
		return err
	}
	parts, order, err := readParts(paths)
	if err != nil {
		return err
	}
	sources, err := mergedInputs(parts)
	if err != nil {
		return err
	}
	files, w, err := a.openArray(o, "an .npz file", paths)
	if err != nil {
		return err
	}
	defer files.abort()
	var read []*momentsFile
	for _, p := range parts {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		source, err := dataio.FileSource(p.path)
		if err != nil {
			return err
		}
		output, err := p.written(source)
		if err != nil {
			return err
		}
		f, err := readMoments(p.path)
		if err != nil {
			return err
		}
		files.manifest.Parts = append(files.manifest.Parts, output)
		read = append(read, f)
	}
	whole, err := joinMoments(read)
	if err != nil {
		return err
	}
	if err := whole.encode(w); err != nil {
		return err
	}
	describe(files.manifest, parts[0].manifest, momentsBatch(order[0].Digest, wholeBatch))
	return files.commit(sources, nil)
}

// Command gallery writes the README of the directory of figures. For each figure it
// gives the question, the finding of the paper, the result, and the commands that made
// the figure.
//
// The result is the description in the figure itself, and the commands come from the
// manifests of the figure and of its data, so that neither can be outdated.
package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"simtool/internal/figure/report"
	"simtool/internal/io"
)

// entry is the written part of the text about a figure.
type entry struct {
	Figure, Title, Shows, Paper string
}

func main() {
	output := flag.String("o", "README.md", "write to this file, beside the figures")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(*output, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func write(output, config string) error {
	text, err := os.ReadFile(config)
	if err != nil {
		return err
	}
	var entries []entry
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&entries); err != nil {
		return fmt.Errorf("%s: %w", config, err)
	}
	page, err := gallery(filepath.Dir(output), entries)
	if err != nil {
		return err
	}
	_, err = dataio.WriteFile(output, dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		_, err := f.Write(page)
		return err
	})
	return err
}

// gallery renders the page of the figures in dir. It leaves out figures of data that are
// missing on this machine.
func gallery(dir string, entries []entry) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# Figures\n\nMade by `make figures`; this page is made with them.\n")
	for _, e := range entries {
		path := filepath.Join(dir, e.Figure+".svg")
		description, err := descriptionOf(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		commands, err := commandsFor(path)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\n## %s\n\n![%s](%s.svg)\n\n**Shows.** %s\n\n**The paper.** %s\n\n**Here.** %s\n\n```sh\n%s\n```\n",
			e.Title, e.Title, e.Figure, e.Shows, e.Paper, description, strings.Join(commands, "\n"))
	}
	return b.Bytes(), nil
}

// descriptionOf reads the description of an SVG figure.
func descriptionOf(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var svg struct {
		Desc string `xml:"desc"`
	}
	if err := xml.Unmarshal(content, &svg); err != nil || svg.Desc == "" {
		return "", fmt.Errorf("%s: no description in it", path)
	}
	return svg.Desc, nil
}

// commandsFor returns the commands that make a file, in the order of their execution.
func commandsFor(path string) ([]string, error) {
	m, ok := manifestOf(path)
	if !ok {
		return nil, nil // original data
	}
	var commands []string
	for _, in := range m.Inputs {
		before, err := commandsFor(in.Path)
		if err != nil {
			return nil, err
		}
		for _, c := range before {
			if !slices.Contains(commands, c) {
				commands = append(commands, c)
			}
		}
	}
	words := slices.DeleteFunc(slices.Clone(m.Argv), func(w string) bool { return w == "--force" || w == "-q" })
	return append(commands, report.ShellLine(words)), nil
}

// manifestOf finds the manifest next to a file, or that of its directory.
func manifestOf(path string) (*dataio.Manifest, bool) {
	for _, name := range []string{path + dataio.ManifestSuffix, filepath.Join(filepath.Dir(path), "manifest.json")} {
		content, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		m := &dataio.Manifest{}
		if json.Unmarshal(content, m) != nil {
			continue
		}
		wrote := func(o dataio.Output) bool { return filepath.Base(o.Path) == filepath.Base(path) }
		if slices.ContainsFunc(m.Outputs, wrote) {
			return m, true
		}
	}
	return nil, false
}

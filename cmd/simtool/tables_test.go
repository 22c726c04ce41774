package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"simtool/internal/figure"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/verb"
)

// TestHelpListsDeclaredColumns: the help of score has exactly the columns of its
// table, and so has every help that lists columns.
func TestHelpListsDeclaredColumns(t *testing.T) {
	lists := map[string]string{}
	everyCommand(fullTree(), func(cmd *cobra.Command) {
		for _, match := range regexp.MustCompile(`with the columns\s+(.*)\n`).FindAllStringSubmatch(cmd.Long, -1) {
			lists[cmd.CommandPath()] = match[1]
		}
	})
	if got := lists["simtool score"]; got != result.Scores.List() {
		t.Errorf("help of score lists the columns %q, want %q", got, result.Scores.List())
	}
	for path, list := range lists {
		words := strings.Fields(strings.NewReplacer(",", "", ".", "", ":", "").Replace(list))
		if !slices.ContainsFunc(result.All(), func(s *result.Schema) bool { return s.Has(words...) }) {
			t.Errorf("%q lists the columns %q, which no table has", path, list)
		}
	}
}

// TestTabularCommandsAreDeclared: the table that a command says it makes is declared,
// as it is and with every option that changes its columns.
func TestTabularCommandsAreDeclared(t *testing.T) {
	x, y := corners(t)
	a := newApp(newSession(streams{}).streams)
	checked := 0
	for cmd, create := range a.verbs {
		tabular, ok := create().(verb.Tabular)
		if !ok {
			continue
		}
		table, err := tabular.Schema(a.env, []string{x, y})
		if err != nil {
			t.Logf("%s: %v", cmd.CommandPath(), err)
			continue
		}
		checked++
		wantDeclared(t, cmd.CommandPath(), table.Name, table.Names())
	}
	if checked < 3 {
		t.Errorf("%d commands say which table they make", checked)
	}
}

// wantDeclared reports a table that is not declared, in this version, with all of its
// columns.
func wantDeclared(t *testing.T, of, name string, columns []string) {
	t.Helper()
	s, ok := result.Lookup(name)
	if !ok || s.Name != name {
		t.Errorf("%s: a table of schema %q is not declared", of, name)
		return
	}
	for _, c := range columns {
		if s.Open == "" && !s.Has(c) {
			t.Errorf("%s: %s has no column %q", of, name, c)
		}
	}
}

// TestTablesAreDeclared runs commands and looks at every table that a manifest lists:
// it names a declared schema, has no other columns, and figures know it by that name.
func TestTablesAreDeclared(t *testing.T) {
	x, _ := corners(t)
	t.Chdir(filepath.Dir(x))
	writeFile(t, ".", "labels.csv", "side\nleft\nleft\nright\nright\n")
	writeFile(t, ".", "scores.yaml", "command: score\ninputs:\n  y: y.csv\narguments: [x.csv, '{y}']\ngrid:\n  measures: [[cka], [nbs]]\n")
	writeFile(t, ".", "curves.yaml", "command: optimize\ninputs:\n  x: x.csv\narguments: ['{x}']\ngrid:\n  seed: 1-2\nset: {max-iter: 2, measure: cka}\noutput: 'runs/{seed}'\n")
	for _, line := range []string{
		"score x.csv y.csv -m cka -o scores.json",
		"score x.csv y.csv -m cka -o scores.csv.gz",
		"pc-sensitivity x.csv -m cka -o sensitivity.csv",
		"pc-sensitivity x.csv -m cka --slopes -o slopes.tsv",
		"pc-sensitivity x.csv -m cka --learning-order --max-iter 2 --repeats 1 -o order.csv",
		"joint-range --shape 6,2,2 -m cka,nbs --levels 2 --restarts 1 -o ranges.csv",
		"joint-range --shape 6,2,2 -m cka,nbs --given 0.9 --restarts 1 -o given.csv",
		"joint-range --shape 6,2,2 -m cka,nbs --grid 1 --steps 2 --paths paths.csv -o targets.jsonl",
		"optimize x.csv -m cka --max-iter 2 --restarts 2 --also nbs --labels labels.csv --folds 2 -o optimized",
		"decode x.csv --labels labels.csv --folds 2 -o decode.csv",
		"synth toy2d --labels classes.csv -o toy.npy",
		"measures -o measures.csv",
		"run scores.yaml -o run.csv",
		"run curves.yaml -o runs.csv",
	} {
		s := newSession(streams{})
		if status := s.run(t, strings.Fields(line)...); status != exitOK && status != exitPartial && status != exitNotConverged {
			t.Errorf("%s: exit status %d: %s", line, status, &s.err)
		}
	}
	seen := map[string]bool{}
	manifests := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "manifest.json") {
			return err
		}
		manifests++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		m := &dataio.Manifest{}
		if err := json.Unmarshal(text, m); err != nil {
			return err
		}
		for _, o := range m.Outputs {
			if dataio.IsArray(o.Path) {
				continue
			}
			r, err := figure.Load(o.Path, dataio.Options{})
			if err != nil {
				return err
			}
			seen[o.Schema] = true
			if r.Table.Schema != o.Schema {
				t.Errorf("%s: a figure takes it for a table of %q, the manifest says %q", o.Path, r.Table.Schema, o.Schema)
			}
			wantDeclared(t, o.Path, o.Schema, r.Table.Columns)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range result.All() {
		if !seen[s.Name] {
			t.Logf("no command wrote %s", s.Name)
		}
	}
	t.Logf("%d manifests, %d tables", manifests, len(seen))
}

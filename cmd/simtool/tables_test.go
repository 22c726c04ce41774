package main

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"simtool/internal/figure"
	"simtool/internal/io"
	"simtool/internal/result"
)

// TestHelpListsColumns: the help of a command has exactly the columns of its table.
func TestHelpListsColumns(t *testing.T) {
	for name, table := range map[string]*result.Schema{"score": result.Scores.Schema, "compare": result.Contrasts.Schema, "decode": result.Decodings.Schema, "influence": result.InfluenceTable.Schema, "advise": result.Advices.Schema, "extrapolate": result.Extrapolations.Schema} {
		cmd, _, err := fullTree().Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(cmd.Long, "with the columns\n\n")
		list, _, _ := strings.Cut(after, "\n\n")
		if got := strings.Fields(list); !slices.Equal(got, table.Names()) {
			t.Errorf("the help of %s lists the columns %q, want %q", name, got, table.Names())
		}
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

// unnamed are the declared tables that no file and no manifest names.
var unnamed = map[string]string{
	"simtool.gradient/v1":    "goes to standard output, as csv or for people",
	"simtool.run.outputs/v1": "is a part of simtool.run",
	"simtool.matrix/v1":      "figures unfold to a table of scores",
}

// TestTablesAreDeclared runs commands and looks at every table that a manifest lists,
// which are all that are declared: it names its schema, has no other columns, and
// figures know it by that name.
func TestTablesAreDeclared(t *testing.T) {
	x, _ := corners(t)
	t.Chdir(filepath.Dir(x))
	writeFile(t, ".", "z.csv", "d\n1\n2\n3\n5\n")
	writeFile(t, ".", "labels.csv", "side\nleft\nleft\nright\nright\n")
	writeFile(t, ".", "scores.yaml", "command: score\ninputs:\n  y: y.csv\narguments: [x.csv, '{y}']\ngrid:\n  measures: [[cka], [nbs]]\n")
	writeFile(t, ".", "curves.yaml", "command: optimize\ninputs:\n  x: x.csv\narguments: ['{x}']\ngrid:\n  seed: 1-2\nset: {max-iter: 2, measure: cka}\noutput: 'runs/{seed}'\n")
	for _, line := range []string{
		"score x.csv y.csv -m cka -o scores.json",
		"score x.csv y.csv -m cka -o scores.csv.gz",
		"influence x.csv y.csv -m cka -o influence.csv",
		"extrapolate x.csv y.csv -m cka -o extrapolate.csv",
		"advise x.csv -m cka -o advise.csv",
		"interpret x.csv -m cka=0.9 --starts 1 --also nbs -o interpret.csv",
		"pc-sensitivity x.csv -m cka -o sensitivity.csv",
		"pc-sensitivity x.csv -m cka --slopes -o slopes.tsv",
		"pc-sensitivity x.csv -m cka --learning-order --max-iter 2 --repeats 1 -o order.csv",
		"joint-range --shape 6,2,2 -m cka,nbs --levels 2 --restarts 1 -o ranges.csv",
		"joint-range --shape 6,2,2 -m cka,nbs --given 0.9 --restarts 1 -o given.csv",
		"joint-range --shape 6,2,2 -m cka,nbs --grid 2 --steps 2 --paths paths.csv -o targets.jsonl",
		"optimize x.csv -m cka --max-iter 2 --restarts 2 --also nbs --labels labels.csv --folds 2 -o optimized",
		"compare x.csv y.csv x.csv -m cka -o differences.csv --ranks ranks.csv",
		"decode x.csv --labels labels.csv --folds 2 -o decode.csv",
		"synth toy2d --labels classes.csv -o toy.npy",
		"measures -o measures.csv",
		"measures names procrustes -o names.csv",
		"collection x.csv y.csv z.csv -m cka -o collection.csv",
		"mlem simulate --stimuli 24 --features 3 -o simulated",
		"mlem fit --features simulated/features.csv --neural simulated/y.npy --null 0 --bootstrap 0 -o fit",
		"mlem layers simulated/y.npy --features simulated/features.csv --null 0 --bootstrap 0 -o layers",
		"mlem profiles layers/importance.csv layers/importance.csv --names a,b -o profiles.csv",
		"mlem score fit/model.json --features simulated/features.csv --neural simulated/y.npy -o score.csv",
		"mlem explain --features simulated/features.csv --neural simulated/y.npy --null 9 -o explain.csv",
		"mlem encode --features simulated/features.csv --neural simulated/y.npy --draws 2 --each-unit -o encode.csv",
		"mlem compare --features simulated/features.csv --neural simulated/y.npy --methods mlem,rsa -o compare.csv",
		"mlem study --methods mlem --replicates 1 --sizes 20 --stimuli 20 --noise 1 --features 3 --importance --timing -o study.csv",
		"run scores.yaml -o run.csv",
		"run curves.yaml -o runs.csv",
	} {
		s := newSession(streams{})
		if status := s.run(t, strings.Fields(line)...); status != exitOK && status != exitPartial && status != exitNotConverged {
			t.Errorf("%s: exit status %d: %s", line, status, &s.err)
		}
	}
	// What is not written to a file has no manifest.
	s := newSession(streams{})
	if status := s.run(t, "score", "x.csv", "y.csv", "--dry-run", "--format", "json"); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &s.err)
	}
	writeFile(t, ".", "dry.json", s.out.String())

	seen := map[string]bool{}
	look := func(path, schema string) {
		r, err := figure.Load(path, dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		seen[r.Table.Schema] = true
		if schema != "" && r.Table.Schema != schema {
			t.Errorf("%s: a figure takes it for a table of %q, the manifest says %q", path, r.Table.Schema, schema)
		}
		wantDeclared(t, path, r.Table.Schema, r.Table.Columns)
	}
	look("dry.json", "")
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "manifest.json") {
			return err
		}
		m, err := dataio.ReadManifest(path)
		if err != nil {
			return err
		}
		for _, o := range m.Outputs {
			if !dataio.IsArray(o.Path) && filepath.Base(o.Path) != "model.json" {
				look(o.Path, o.Schema)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range result.All() {
		switch reason := unnamed[s.Name]; {
		case reason == "" && !seen[s.Name]:
			t.Errorf("no command wrote a table of %s", s.Name)
		case reason != "" && seen[s.Name]:
			t.Errorf("a command wrote a table of %s, which %s", s.Name, reason)
		}
	}
}

// TestWritersAreCommands: the commands that declarations name exist, and have the
// options that they name.
func TestWritersAreCommands(t *testing.T) {
	root := fullTree()
	option := regexp.MustCompile(`--([a-z-]+)`)
	for _, s := range result.All() {
		for _, words := range strings.Split(strings.ReplaceAll(s.From, ",", ""), "simtool ")[1:] {
			cmd, left, err := root.Find(strings.Fields(words))
			if err != nil || cmd == root || cmd.HasSubCommands() && len(left) > 0 {
				t.Errorf("%s is written by %q: no command %q", s.Name, s.From, words)
				continue
			}
			for _, o := range option.FindAllStringSubmatch(s.From, -1) {
				has := false
				everyCommand(cmd, func(c *cobra.Command) { has = has || c.Flags().Lookup(o[1]) != nil })
				if !has {
					t.Errorf("%s is written by %q: no option --%s of %s", s.Name, s.From, o[1], cmd.CommandPath())
				}
			}
		}
	}
}

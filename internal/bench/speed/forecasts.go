//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// told finds the memory and the time in the words of a dry run.
var told = regexp.MustCompile(`(?:about|at most) (\d+) MB[^\n]*\n(?:.*\n)*?.*about ([\d.e+]+) s `)

// foretold returns what --dry-run says of the seconds and the MB of a command on one thread;
// ok is false where it says nothing.
func (b *bench) foretold(args []string) (seconds, megabytes float64, ok bool) {
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--quiet" })
	cmd := exec.Command(b.now, append(args, "--dry-run", "--jobs", "1")...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	text, err := cmd.CombinedOutput()
	found := told.FindSubmatch(text)
	if err != nil || found == nil {
		return 0, 0, false
	}
	megabytes, _ = strconv.ParseFloat(string(found[1]), 64)
	seconds, _ = strconv.ParseFloat(string(found[2]), 64)
	return seconds, megabytes * (1 << 20) / 1e6, true
}

// fitted are fits whose time and memory are foretold.
var fitted = []row{
	{"60 × 30, 5 features", fits, fit("fit60"), ""},
	{"200 × 100, 6 features, all products", fits, fit("fit200", "--interactions", "all"), ""},
	{"200 × 100, 6 features, each of 100 units", fits, fit("fit200", "--each-unit"), ""},
	{"500 × 100, 12 features", fits, fit("fit500"), ""},
	{"500 × 100, 12 features, all products", fits, fit("fit500", "--interactions", "all"), ""},
	{"500 × 100, 12 features, all absolute products", fits, fit("fit500", "--interactions", "all", "--metric", "absolute"), ""},
	{"500 × 100, 12 features, city-block distances", fits, fit("fit500", "--distance", "manhattan"), ""},
	{"500 × 100, 12 features, importance of all products", fits, fit("fit500", "--interactions", "all", "--interaction-importance"), ""},
	{"1000 × 50, 10 features", fits, fit("fit1000"), ""},
	{"1000 × 50, 10 features, all products", fits, fit("fit1000", "--interactions", "all"), ""},
	{"1000 × 50, 10 features, all products, 1000 bootstraps", fits, fit("fit1000", "--interactions", "all", "--bootstrap", "1000"), ""},
	{"1000 × 50, 10 features, 1999 permutations for p", fits, fit("fit1000", "--null", "1999"), ""},
	{"1000 × 50, 10 features, scores alone", fits, fit("fit1000", "--bootstrap", "0", "--permutations", "0", "--null", "0"), ""},
	{"1000 × 50, 10 features, 10 repeats", fits, fit("fit1000", "--repeats", "10"), ""},
	{"2000 × 300, 8 features", fits, fit("fit2000"), ""},
	{"2000 × 300, 8 features, all products", fits, fit("fit2000", "--interactions", "all"), ""},
	{"2000 × 300, 8 features, 100000 pairs", fits, fit("fit2000", "--max-pairs", "100000"), ""},
	{"10000 × 100, 6 features, all products", fits, fit("fit10000", "--interactions", "all"), ""},
	{"30000 × 64, 20 features", fits, fit("fit30000"), ""},
	{"3 layers of 1000 × 50, 10 features", fits, []string{"mlem", "layers", "fit1000.npy", "fit1000b.npy", "fit1000c.npy", "--features", "fit1000.csv", "--output", "out", "--force", "--quiet"}, ""},
}

// fit is a fit to the data of a name.
func fit(name string, more ...string) []string {
	return append([]string{"mlem", "fit", "--features", name + ".csv", "--neural", name + ".npy", "--output", "out", "--force", "--quiet"}, more...)
}

// fits writes features of stimuli, and patterns that follow from them and noise.
func fits(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "fit60.csv")); err == nil {
		return nil
	}
	for _, c := range []struct{ n, f, p int }{{60, 5, 30}, {200, 6, 100}, {500, 12, 100}, {1000, 10, 50}, {2000, 8, 300}, {10_000, 6, 100}, {30_000, 20, 64}} {
		r := rand.New(rand.NewPCG(15, uint64(c.n)))
		features, loads := normal(r, c.n*c.f), normal(r, c.f*c.p)
		var names []string
		for k := range c.f {
			names = append(names, fmt.Sprintf("feature%d", k))
		}
		name := fmt.Sprintf("fit%d", c.n)
		if err := writeText(filepath.Join(dir, name+".csv"), features, c.f, names); err != nil {
			return err
		}
		copies := []string{""}
		if c.n == 1000 {
			copies = []string{"", "b", "c"}
		}
		for _, end := range copies {
			patterns := normal(r, c.n*c.p)
			for i, v := range patterns {
				patterns[i] = 2 * v
				for k := range c.f {
					patterns[i] += features[i/c.p*c.f+k] * loads[k*c.p+i%c.p]
				}
			}
			if err := write(dir, map[string]array{name + end + ".npy": {patterns, []int{c.n, c.p}}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// forecasts writes the table of what is foretold of fits.
func (b *bench) forecasts(pattern *regexp.Regexp) error {
	fmt.Print(`
## Forecasts of fits

What ` + "`mlem fit --dry-run`" + ` says of time, on one thread, over the processor time that it took, the
shortest of three; and of memory, an upper bound, over its peak.

| mlem fit to stimuli × units | forecast | processor time | time ÷ truth | memory ÷ truth |
|---|---|---|---|---|
`)
	for _, r := range fitted {
		if !pattern.MatchString(r.name) {
			continue
		}
		if err := b.prepare(r); err != nil {
			return err
		}
		said, memory, ok := b.foretold(r.args)
		if !ok {
			return fmt.Errorf("%s: --dry-run tells no time", r.name)
		}
		least := cost{}
		for i := range 3 {
			c, err := b.run(b.now, r.args...)
			if err != nil {
				return err
			}
			if i == 0 || c.seconds < least.seconds {
				least = c
			}
		}
		fmt.Printf("| %s | %.2g s | %.2g s | %.1f | %.1f |\n", r.name, said, least.seconds, said/least.seconds, memory/least.peak)
	}
	return nil
}

// Command validation measures how far the intervals beside scores can be trusted: it
// draws many samples from populations whose scores are known and counts how often the
// interval of a sample holds the score of its population.
//
//	go run ./internal/bench/validation [-runs 400] [-only regexp] [-measure regexp] > docs/validation-inference.md
//
// The output is a table in Markdown. It depends on the seed alone, not on the number
// of processors or the time.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
)

func main() {
	runs := flag.Int("runs", 400, "samples that are drawn of each population")
	only := flag.String("only", ".", "populations whose name matches")
	measure := flag.String("measure", ".", "measures whose name matches")
	seed := flag.Uint64("seed", 1, "seed of the samples")
	neurons := flag.Bool("neurons", false, "intervals over neurons in place of those over stimuli")
	trueNulls := flag.Bool("nulls", false, "p values of systems that have nothing in common in place of intervals")
	models := flag.Bool("models", false, "differences of models in place of intervals")
	noisy := flag.Bool("ceilings", false, "scores as shares of noise ceilings in place of intervals")
	metric := flag.Bool("mlem", false, "intervals of mlem fit in place of those of measures")
	flag.Parse()
	for _, other := range []struct {
		asked bool
		write func(w io.Writer, only *regexp.Regexp, runs int, seed uint64, workers int) error
	}{{*models, comparisons}, {*noisy, ceilings}, {*metric, metrics}} {
		if !other.asked {
			continue
		}
		if err := other.write(os.Stdout, regexp.MustCompile(*only), *runs, *seed, runtime.GOMAXPROCS(0)); err != nil {
			fmt.Fprintln(os.Stderr, "validation:", err)
			os.Exit(1)
		}
		return
	}
	if *trueNulls {
		if err := nulls(os.Stdout, regexp.MustCompile(*only), *runs, *seed, runtime.GOMAXPROCS(0)); err != nil {
			fmt.Fprintln(os.Stderr, "validation:", err)
			os.Exit(1)
		}
		return
	}
	if *neurons {
		if err := overNeurons(os.Stdout, regexp.MustCompile(*measure), *runs, *seed, runtime.GOMAXPROCS(0)); err != nil {
			fmt.Fprintln(os.Stderr, "validation:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*runs, *only, *measure, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "validation:", err)
		os.Exit(1)
	}
}

func run(runs int, only, measure string, seed uint64) error {
	populations, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	names, err := regexp.Compile(measure)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	heading(out, runs)
	for _, c := range cells() {
		if !populations.MatchString(c.String()) {
			continue
		}
		rows, err := coverage(context.Background(), c, names, runs, seed, runtime.GOMAXPROCS(0))
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		for _, r := range rows {
			fmt.Fprintln(out, r.markdown())
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return out.Flush()
}

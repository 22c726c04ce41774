// Command mutants tests the tests: it makes one mistake in the program at a time
// and expects the tests that are named for it to fail.
//
//	go run ./internal/bench/mutants [-only REGEXP] [-jobs N] [-list]
//
// The list holds mistakes with which a program still prints plausible numbers: a
// factor of an interval, a stream of random numbers that is used twice, a sample
// that is trained on and tested too. Each names the tests that must notice it, so
// that it costs the compilation of one package and a moment. Changes that change
// no result are listed too, with the reason; those tests must pass.
//
// Nothing is written into the tree: the changed file reaches the compiler as an
// overlay. Tests run as in a bare clone, without data from outside of the
// repository.
//
// The command fails when a mistake survives, when a change that should change no
// result is noticed, when a text is not found exactly once, and when a changed
// file does not compile.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	only := flag.String("only", "", "those whose name matches a regular `expression`")
	jobs := flag.Int("jobs", 1, "`number` of them that are tested at the same time")
	list := flag.Bool("list", false, "list them and test nothing")
	flag.Parse()
	if err := run(*only, *jobs, *list); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(only string, jobs int, list bool) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	var chosen []mutant
	for _, m := range mutants() {
		if pattern.MatchString(m.name) {
			chosen = append(chosen, m)
		}
	}
	if list {
		describe(chosen)
		return nil
	}
	l, err := newLab()
	if err != nil {
		return err
	}
	defer l.close()
	start := time.Now()
	if err := l.passesUnchanged(chosen); err != nil {
		return err
	}
	count := l.examine(chosen, jobs, func(m mutant, r result) {
		fmt.Printf("%-12s %6.1f s  %s  %s\n", r.verdict, r.took.Seconds(), m.name, r.detail)
	})
	wrong := len(chosen) - count[killed] - count[equivalent]
	fmt.Printf("%d killed, %d equivalent, %d wrong, in %.0f s\n", count[killed], count[equivalent], wrong, time.Since(start).Seconds())
	if wrong > 0 {
		return fmt.Errorf("%d of %d are not as the list says", wrong, len(chosen))
	}
	return nil
}

// describe prints the list.
func describe(chosen []mutant) {
	missed := 0
	for _, m := range chosen {
		note := ""
		switch {
		case m.equivalent != "":
			note = "equivalent: " + m.equivalent
		case m.missed:
			note = "not noticed before " + m.tests
			missed++
		}
		fmt.Printf("%s\n\t%s: %q → %q\n\t%s\n", m.name, m.file, m.old, m.new, note)
	}
	fmt.Printf("%d, of which %d were not noticed when they were listed\n", len(chosen), missed)
}

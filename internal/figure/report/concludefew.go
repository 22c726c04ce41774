package report

import (
	"fmt"
	"math"
	"strconv"
)

// fewDraws are permutations that are too few for a p value below clearP.
type fewDraws struct {
	least float64 // the smallest p value that there can be, 0 where they are enough
	words string  // that begin a sentence
}

// fewDraws returns what the permutations of a table cannot say. Of B permutations the
// smallest p value is 1/(B + 1). B is that of the manifest; without it, the p values of
// three or more scores that all are multiples of 1/k for a small k, which two of them
// reach, are taken to be those of so few.
func (l *loaded) fewDraws() fewDraws {
	if l.draws == nil {
		draws := l.countDraws()
		l.draws = &draws
	}
	return *l.draws
}

func (l *loaded) countDraws() fewDraws {
	if l.Manifest != nil {
		if n, err := strconv.ParseFloat((settings{l.Manifest.Config}).number("permutations"), 64); err == nil {
			if least := 1 / (n + 1); least >= clearP-1e-12 {
				words := fmt.Sprintf("%g permutations", n)
				if n == 1 {
					words = "1 permutation"
				}
				return fewDraws{least, words}
			}
			return fewDraws{}
		}
	}
	var values []float64
	for i := range l.Table.Rows {
		if p := l.num(i, "pvalue"); finite(p) {
			values = append(values, p)
		}
	}
	if len(values) < 3 {
		return fewDraws{}
	}
	for k := 2; float64(k) <= 1/clearP; k++ {
		multiples, reached := true, 0
		for _, p := range values {
			n := p * float64(k)
			if math.Abs(n-1) < 1e-6 {
				reached++
			}
			multiples = multiples && n > 0.5 && math.Abs(n-math.Round(n)) < 1e-6
		}
		if multiples && reached > 1 {
			return fewDraws{1 / float64(k), "So few permutations"}
		}
	}
	return fewDraws{}
}

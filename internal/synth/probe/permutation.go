package probe

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// Significance is the outcome of a permutation test.
type Significance struct {
	P    float64   // of the accuracy averaged over bins
	Bins []float64 // of each time bin, not corrected for their number
}

// Test compares the accuracies of a dataset with those for labels permuted over
// conditions (the same permutation in all time bins), each with its own stratified
// folds. A p-value counts the observed arrangement (stats.PValue).
func (d *Decoder) Test(y *mat.Dense, observed Decoding, permutations int) (Significance, error) {
	overall := make([]float64, permutations)
	bins := make([][]float64, d.bins)
	for t := range bins {
		bins[t] = make([]float64, permutations)
	}
	errs := make([]error, permutations)
	each(permutations, runtime.GOMAXPROCS(0), func() func(int) {
		return func(i int) {
			key := "/" + strconv.Itoa(i)
			classes := slices.Clone(d.classes)
			rng := stats.Stream(d.config.Seed, "decode/permutation"+key)
			rng.Shuffle(len(classes), func(a, b int) { classes[a], classes[b] = classes[b], classes[a] })
			fold, err := d.assign(classes, key)
			if err != nil {
				errs[i] = err
				return
			}
			null, err := d.decode(y, classes, fold, make(Memory, d.bins*d.Folds), 1)
			if err != nil {
				errs[i] = err
				return
			}
			overall[i] = null.Accuracy
			for t, a := range null.Bins {
				bins[t][i] = a
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return Significance{}, err
		}
	}
	s := Significance{P: pValue(observed.Accuracy, overall), Bins: make([]float64, d.bins)}
	for t, a := range observed.Bins {
		s.Bins[t] = pValue(a, bins[t])
	}
	return s, nil
}

// pValue is stats.PValue for accuracies. These are sums of few fractions, and values
// that differ by rounding count as equal.
func pValue(observed float64, null []float64) float64 {
	return stats.PValue(observed-1e-12, null)
}

// each calls start once for each worker and distributes 0 … n−1 among the functions
// that it returns.
func each(n, workers int, start func() func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range max(1, min(workers, n)) {
		wg.Go(func() {
			work := start()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
}

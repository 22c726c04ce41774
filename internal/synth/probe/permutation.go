package probe

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Significance is the outcome of a permutation test.
type Significance struct {
	P    float64   // of the score averaged over bins
	Bins []float64 // of each time bin, not corrected for their number
	// Adjusted are the p-values of each time bin among the largest scores over all bins:
	// the probability that any bin is significant without reason is that of one.
	Adjusted []float64
	// Clusters are the p-values of the runs of bins that are decoded well, of each bin
	// that is in one, and NaN for others (stats.Family).
	Clusters []float64
	Null     float64 // mean score of permutations, averaged over bins
	NullBins []float64
}

// significance compares the scores of time bins, and their mean, with those of
// permutations, by bin.
func significance(overall float64, observed []float64, null permuted) Significance {
	s := Significance{P: pValue(overall, null.means()), Null: stats.Mean(null.means())}
	s.Clusters = stats.NewFamily(observed, null, false).Clusters()
	largest := null.largest()
	for t, v := range observed {
		s.Bins = append(s.Bins, pValue(v, null[t]))
		s.Adjusted = append(s.Adjusted, pValue(v, largest))
		s.NullBins = append(s.NullBins, stats.Mean(null[t]))
	}
	return s
}

// permuted are scores of permutations, by time bin.
type permuted [][]float64

// means returns the mean over time bins of each permutation.
func (f permuted) means() []float64 {
	out := make([]float64, len(f[0]))
	for _, bin := range f {
		for i, v := range bin {
			out[i] += v / float64(len(f))
		}
	}
	return out
}

// largest returns the largest score over time bins of each permutation.
func (f permuted) largest() []float64 {
	out := slices.Clone(f[0])
	for _, bin := range f[1:] {
		for i, v := range bin {
			out[i] = max(out[i], v)
		}
	}
	return out
}

// Test compares the accuracies of a dataset with those for labels permuted over
// conditions (the same permutation in all time bins), each with its own stratified
// folds. A p-value counts the observed arrangement (stats.PValue).
func (d *Decoder) Test(y *mat.Dense, observed Decoding, permutations int) (Significance, error) {
	bins := make(permuted, d.bins)
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
	return significance(observed.Accuracy, observed.Bins, bins), nil
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
	defer linalg.Waiting()()
	for range max(1, min(workers, n)) {
		wg.Go(func() {
			defer linalg.Working()()
			work := start()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
}

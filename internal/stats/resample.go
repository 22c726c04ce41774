package stats

import "math/rand/v2"

// Multiplicities draws n items from n with replacement and writes the number of
// draws of each into dst, of length n: one replicate of the bootstrap.
func Multiplicities(dst []float64, rng *rand.Rand) {
	clear(dst)
	for range dst {
		dst[rng.IntN(len(dst))]++
	}
}

// PValue returns (1+#{null ≥ observed})/(1+len(null)), the p-value of a one-sided
// permutation test. It counts the observed arrangement among the permutations and
// so is never 0 (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585).
func PValue(observed float64, null []float64) float64 {
	// An arrangement that gives the same statistic may differ in the last bits.
	const tolerance = 1e-12
	k := 1
	for _, v := range null {
		if v >= observed-tolerance {
			k++
		}
	}
	return float64(k) / float64(len(null)+1)
}

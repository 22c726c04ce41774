package data

// FoldBounds cuts n samples into k contiguous folds and returns the sample at which
// each ends: fold f holds the samples [bounds[f−1], bounds[f]), and the last bound is
// n. Fold sizes differ by at most one, and the first n mod k folds have one sample
// more, as in scikit-learn's KFold. All code that cuts samples into contiguous parts
// uses these bounds, so that its parts agree. k must be positive; folds beyond the
// number of samples are empty.
func FoldBounds(n, k int) []int {
	bounds := make([]int, k)
	at := 0
	for f := range bounds {
		at += n / k
		if f < n%k {
			at++
		}
		bounds[f] = at
	}
	return bounds
}

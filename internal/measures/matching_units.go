package measures

// bestOfMany says why there is no estimate for measures of a best matching.
const bestOfMany = "the best of many matchings is better by chance, in a way that leaving samples out does not remove"

// Estimator implements Estimable: there is no estimate.
func (m permutation) Estimator() (Estimator, bool) { return Estimator{Reason: bestOfMany}, false }

// Deletions implements Estimable.
func (m permutation) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(bestOfMany) }

// Estimator implements Estimable: there is no estimate.
func (m unitMatch) Estimator() (Estimator, bool) { return Estimator{Reason: bestOfMany}, false }

// Deletions implements Estimable.
func (m unitMatch) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(bestOfMany) }

package stats

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// StratifiedFolds deals items with the given class labels (0, 1, …) into folds so
// that each fold holds each class in its share of the whole, to within one item.
// It shuffles the members of a class and deals them in turn; each class continues
// at the fold where the one before stopped. It returns the fold of every item. It
// is an error if a class has one member, or fewer members than there are folds.
func StratifiedFolds(labels []int, folds int, rng *rand.Rand) ([]int, error) {
	smallest, class, err := SmallestClass(labels)
	if err != nil {
		return nil, err
	}
	if smallest < folds || folds < 2 {
		return nil, fmt.Errorf("class %d has %d items, too few for %d folds", class, smallest, folds)
	}
	fold := make([]int, len(labels))
	order := rng.Perm(len(labels))
	next := 0
	for c := range slices.Max(labels) + 1 {
		for _, i := range order {
			if labels[i] == c {
				fold[i] = next % folds
				next++
			}
		}
	}
	return fold, nil
}

// SmallestClass returns the number of members of the rarest class, and its number.
// The error is ErrOneClass if there is only one class.
func SmallestClass(labels []int) (members, class int, err error) {
	count := map[int]int{}
	for _, c := range labels {
		count[c]++
	}
	if len(count) < 2 {
		return 0, 0, ErrOneClass
	}
	members = len(labels) + 1
	for c, n := range count {
		if n < members || n == members && c < class {
			members, class = n, c
		}
	}
	return members, class, nil
}

package mlem

import (
	"fmt"
	"slices"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// split is a set of stimuli that a metric is fitted to, and of others that it is scored on.
type split struct {
	repeat, fold int   // from 0
	set          int   // number of the training set: whole, or repeat·Folds + fold
	test, train  []int // places
}

// partition is the fold of each cluster, outside for those of no fold.
type partition []int

const outside = -1

// given reports whether the options say which stimuli are held out.
func (o *Options) given() bool { return len(o.Test) > 0 }

// checkSplit refuses a split that is given and cannot be meant.
func (o *Options) checkSplit(n int) error {
	bad := func(format string, args ...any) error {
		return &data.InputError{Found: fmt.Sprintf(format, args...), Wanted: "want stimuli to fit to and others to score"}
	}
	if len(o.Train)+len(o.Test) == 0 {
		return nil
	}
	role := make([]string, n)
	for name, list := range map[string][]int{"training": o.Train, "test": o.Test} {
		for _, i := range list {
			switch {
			case i < 0 || i >= n:
				return bad("%s stimulus number %d of %d, counted from 0", name, i, n)
			case role[i] == name:
				return bad("stimulus number %d twice among the %s stimuli", i, name)
			case role[i] != "":
				return bad("stimulus number %d in training and test", i)
			}
			role[i] = name
		}
	}
	switch {
	case len(o.Train) < minStimuli, len(o.Test) < minStimuli:
		return &data.InputError{
			Found:  fmt.Sprintf("a split of %d training and %d test stimuli", len(o.Train), len(o.Test)),
			Wanted: fmt.Sprintf("want at least %d of each", minStimuli),
		}
	case o.Repeats > 1:
		return bad("a given split and %d repeats", o.Repeats)
	}
	return nil
}

// arrange puts the stimuli in the order of folds and clusters, and lists what is held out.
// Test stimuli of a given split are in no fold: folds of the training stimuli serve to
// choose a penalty.
func (f *fitting) arrange(s *sample) {
	// With more stimuli than this, the bootstrap resamples this many clusters.
	const clusters = 100
	train, test := seq(len(s.id)), []int(nil)
	if f.given() {
		train, test = f.Train, f.Test
	}
	group, stratum := pick(s.group, train), f.strata(train)
	f.chooseFolds(group)
	f.layout = newLayout(group, stratum, max(1, f.Folds), clusters, stats.Stream(f.Seed, "mlem/layout"))
	f.layout.order = pick(train, f.layout.order)
	if test != nil {
		own := newLayout(pick(s.group, test), f.strata(test), 1, clusters, stats.Stream(f.Seed, "mlem/layout/test"))
		f.layout.holdOut(pick(test, own.order), own.start)
	}
	if f.Take {
		f.sample = s.take(f.layout.order)
	} else {
		f.sample = s.subset(f.layout.order)
	}
	f.sample.cluster = f.layout.clusterOf()
	f.partitions = []partition{f.layout.fold}
	for r := 1; r < f.Repeats && f.Folds > 0; r++ {
		f.partitions = append(f.partitions, f.layout.redeal(f.Folds, f.strata(f.layout.order), stats.Stream(f.Seed, fmt.Sprintf("mlem/repeat/%d", r))))
	}
	if f.given() {
		f.splits = []split{{set: whole, test: f.layout.places(outside), train: f.layout.placesWhere(func(c int) bool { return f.layout.fold[c] != outside })}}
		return
	}
	for r, p := range f.partitions {
		for k := range f.Folds {
			f.splits = append(f.splits, split{
				repeat: r, fold: k, set: r*f.Folds + k,
				test:  f.layout.placesWhere(func(c int) bool { return p[c] == k }),
				train: f.layout.placesWhere(func(c int) bool { return p[c] != k }),
			})
		}
	}
}

// strata numbers the labels that folds are balanced over, of some stimuli; nil for none.
func (f *fitting) strata(stimuli []int) []int {
	all := numberLabels(f.Stratify)
	if all == nil {
		return nil
	}
	return pick(all, stimuli)
}

// warnGroups warns of groups with stimuli on both sides of a given split.
func (f *fitting) warnGroups(group []int) {
	if !f.given() || f.Groups == nil {
		return
	}
	train := pick(group, f.Train)
	both := 0
	for _, i := range f.Test {
		if slices.Contains(train, group[i]) {
			both++
		}
	}
	if both > 0 {
		f.warnings = append(f.warnings, fmt.Sprintf("%d of %d test stimuli share a group with training stimuli: scores are of stimuli that are not new", both, len(f.Test)))
	}
}

// trainingSets is the number of training sets besides that of all.
func (f *fitting) trainingSets() int { return len(f.partitions) * f.Folds }

// first returns the splits of the first repeat, whose test sets do not overlap.
func (f *fitting) first() []split {
	if f.given() {
		return f.splits
	}
	return f.splits[:min(len(f.splits), f.Folds)]
}

// training returns the training set of a split, or that of all stimuli where nothing is
// held out.
func (f *fitting) training(i int) (set int, m *moments) {
	if len(f.splits) == 0 || f.splits[i].set == whole {
		return whole, f.full
	}
	return f.splits[i].set, f.train[f.splits[i].set]
}

// testing returns the moments of the pairs within the test set of a split.
func (f *fitting) testing(i int) *moments {
	switch {
	case len(f.splits) == 0:
		return f.full
	case f.splits[i].set == whole:
		return f.heldOut
	}
	return f.test[f.splits[i].set]
}

// holdOut appends clusters that are in no fold. start holds their first places, and the
// end.
func (l *layout) holdOut(order, start []int) {
	at := len(l.order)
	l.order = append(l.order, order...)
	l.start = l.start[:len(l.start)-1]
	for _, s := range start {
		l.start = append(l.start, at+s)
		l.fold = append(l.fold, outside)
	}
	l.fold = l.fold[:len(l.fold)-1]
}

// redeal deals the clusters to folds once more. stratum holds that of each place, nil for
// one.
func (l *layout) redeal(folds int, stratum []int, rng interface{ Shuffle(int, func(i, j int)) }) partition {
	items := seq(len(l.fold))
	rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	size := func(c int) int { return l.start[c+1] - l.start[c] }
	slices.SortStableFunc(items, func(a, b int) int { return size(b) - size(a) })
	if stratum != nil {
		slices.SortStableFunc(items, func(a, b int) int { return stratum[l.start[a]] - stratum[l.start[b]] })
	}
	p := make(partition, len(items))
	for k, own := range deal(items, folds, size) {
		for _, c := range own {
			p[c] = k
		}
	}
	return p
}

// inside is the number of clusters that are in a fold.
func (l *layout) inside() int {
	n := 0
	for _, k := range l.fold {
		if k != outside {
			n++
		}
	}
	return n
}

package mlem

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// accumulate makes one pass over the pairs for the moments of the data, of the
// folds and of the bootstrap, and checks that a fit is possible.
func (f *fitting) accumulate(ctx context.Context) error {
	var s samplings
	add := func(weight func(cluster int) float64) {
		row := make([]float64, f.layout.clusters())
		for c := range row {
			row[c] = weight(c)
		}
		s.rows = append(s.rows, row)
	}
	inside := f.layout.fold // clusters in no fold are held out from all that is fitted
	among := func(p partition, counts func(fold int) bool) func(int) float64 {
		return func(c int) float64 {
			if inside[c] == outside || !counts(p[c]) {
				return 0
			}
			return 1
		}
	}
	add(among(inside, func(int) bool { return true }))
	for _, p := range f.partitions {
		for k := range f.Folds {
			add(among(p, func(fold int) bool { return fold != k }))
		}
	}
	for _, p := range f.partitions {
		for k := range f.Folds {
			add(among(p, func(fold int) bool { return fold == k }))
		}
	}
	risky := len(f.Shrink) > 1
	choosing := f.choosing() && !risky
	if choosing {
		for _, p := range f.partitions {
			for j := range f.Folds {
				for k := j + 1; k < f.Folds; k++ {
					add(among(p, func(fold int) bool { return fold != j && fold != k }))
				}
			}
		}
	}
	var parts [][]func(int) float64 // of each training set
	if risky {
		parts = f.jackknifeSets()
		for _, set := range parts {
			for _, weight := range set {
				add(weight)
			}
		}
	}
	if f.given() {
		add(func(c int) float64 {
			if inside[c] == outside {
				return 1
			}
			return 0
		})
	}
	clusters := f.layout.inside() // they come first
	for r := range f.Bootstrap {
		m := make([]float64, f.layout.clusters())
		stats.Multiplicities(m[:clusters], stats.Stream(f.Seed, fmt.Sprintf("mlem/bootstrap/%d", r)))
		s.rows = append(s.rows, m)
	}
	if f.Objective == Spearman {
		if err := f.addTransforms(ctx); err != nil {
			return err
		}
	}
	jackknife := f.Bootstrap > 0 && f.Permutations > 0
	if jackknife {
		for out := range f.layout.clusters() {
			add(func(c int) float64 {
				if c == out || inside[c] == outside {
					return 0
				}
				return 1
			})
		}
	}
	a := newAccumulator(f.sample, f.design, f.layout.start, f.Jobs)
	f.shift = a.shift
	var sums map[int]*mat.Dense
	if f.rowsByMoments(a.algebra) {
		sums = f.sumRows(ctx, a, s)
	}
	all, err := a.run(ctx, s, f.MaxMemory, f.Progress)
	if err != nil {
		return err
	}
	if err := f.rowParts(ctx, s, all, a.algebra, sums); err != nil {
		return err
	}
	take := func(n int) []*moments {
		part := all[:n]
		all = all[n:]
		return part
	}
	f.full = take(1)[0]
	sets := f.trainingSets()
	f.train, f.test = take(sets), take(sets)
	if choosing {
		f.pairOut = make([][]*moments, sets)
		for set := range sets {
			j := set % f.Folds
			f.pairOut[set] = append(make([]*moments, j+1), take(f.Folds-j-1)...)
		}
	}
	for _, set := range parts {
		f.jackknife = append(f.jackknife, take(len(set)))
	}
	if f.given() {
		f.heldOut = take(1)[0]
	}
	f.replicates = take(f.Bootstrap)
	f.leaveOut = all
	if f.full.count < 3 {
		return tooFewPairs(f.full.count)
	}
	q := f.full.problem(f.design.terms, f.shift, 0)
	f.findAliases(q)
	f.findTwins(q)
	f.findDependences(q)
	return nil
}

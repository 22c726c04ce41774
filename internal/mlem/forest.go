package mlem

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// A forest predicts the distance of a pair from its feature distances by the mean of
// regression trees (Breiman 2001, doi:10.1023/A:1010933404324), each grown on some of the
// pairs, with a third of the features to choose from at each node.
type forest struct {
	trees     [][]node
	reduction []float64 // by feature: mean decrease of the variance of the distances
}

// node is a split, or a leaf where feature is negative.
type node struct {
	feature     int
	below       float64 // pairs whose distance is at most this go left
	left, right int
	value       float64
}

const (
	forestTrees = 60
	forestPairs = 4000 // of each tree, at most
	forestLeaf  = 5    // pairs of a leaf, at least
	forestDepth = 14
	forestBins  = 32 // thresholds of a feature, at most
)

// growForest grows a forest on columns of feature distances and the distances y of pairs.
func growForest(x [][]float64, y []float64, rng *rand.Rand) *forest {
	f := &forest{reduction: make([]float64, len(x))}
	thresholds := make([][]float64, len(x))
	codes := make([][]uint8, len(x))
	for a, column := range x {
		thresholds[a] = thresholdsOf(column)
		codes[a] = make([]uint8, len(column))
		for p, v := range column {
			at, _ := slices.BinarySearch(thresholds[a], v)
			codes[a][p] = uint8(at)
		}
	}
	for range forestTrees {
		pairs := rng.Perm(len(y))[:min(len(y), forestPairs)]
		g := &grower{codes: codes, thresholds: thresholds, y: y, rng: rng, size: float64(len(pairs)), reduction: f.reduction}
		g.grow(pairs, 0)
		f.trees = append(f.trees, g.nodes)
	}
	for a := range f.reduction {
		f.reduction[a] /= forestTrees
	}
	return f
}

// thresholdsOf returns the values of a column but for the largest, or quantiles of many.
func thresholdsOf(column []float64) []float64 {
	sorted := slices.Sorted(slices.Values(column))
	distinct := slices.Compact(slices.Clone(sorted))
	if len(distinct) > forestBins {
		distinct = distinct[:0]
		for b := range forestBins {
			distinct = append(distinct, sorted[(b+1)*(len(sorted)-1)/(forestBins+1)])
		}
		return slices.Compact(distinct)
	}
	return distinct[:len(distinct)-1]
}

// grower grows a tree.
type grower struct {
	codes      [][]uint8
	thresholds [][]float64
	y          []float64
	rng        *rand.Rand
	size       float64
	nodes      []node
	reduction  []float64
}

// grow adds the tree of some pairs and returns the number of its root.
func (g *grower) grow(pairs []int, depth int) int {
	sum, n := 0.0, float64(len(pairs))
	for _, p := range pairs {
		sum += g.y[p]
	}
	at := len(g.nodes)
	g.nodes = append(g.nodes, node{feature: -1, value: sum / n})
	if depth == forestDepth || len(pairs) < 2*forestLeaf {
		return at
	}
	best, feature, bin := 1e-12*math.Abs(sum*sum/n), -1, 0
	for _, a := range g.rng.Perm(len(g.codes))[:max(1, len(g.codes)/3)] {
		var counts, sums [forestBins + 1]float64
		for _, p := range pairs {
			c := g.codes[a][p]
			counts[c]++
			sums[c] += g.y[p]
		}
		left, leftSum := 0.0, 0.0
		for b := range g.thresholds[a] {
			left, leftSum = left+counts[b], leftSum+sums[b]
			if left < forestLeaf || n-left < forestLeaf {
				continue
			}
			right := sum - leftSum
			if gain := leftSum*leftSum/left + right*right/(n-left) - sum*sum/n; gain > best {
				best, feature, bin = gain, a, b
			}
		}
	}
	if feature < 0 {
		return at
	}
	g.reduction[feature] += best / g.size
	var low, high []int
	for _, p := range pairs {
		if int(g.codes[feature][p]) <= bin {
			low = append(low, p)
		} else {
			high = append(high, p)
		}
	}
	left := g.grow(low, depth+1)
	right := g.grow(high, depth+1)
	g.nodes[at] = node{feature: feature, below: g.thresholds[feature][bin], left: left, right: right}
	return at
}

// predict returns the predicted distance of each pair.
func (f *forest) predict(x [][]float64) []float64 {
	out := make([]float64, len(x[0]))
	for _, nodes := range f.trees {
		for p := range out {
			at := 0
			for nodes[at].feature >= 0 {
				if n := &nodes[at]; x[n.feature][p] <= n.below {
					at = n.left
				} else {
					at = n.right
				}
			}
			out[p] += nodes[at].value / float64(len(f.trees))
		}
	}
	return out
}

// featureDistances returns the distances of the pairs in each feature.
func (e *evaluation) featureDistances() [][]float64 {
	out := make([][]float64, len(e.features.columns))
	for a := range out {
		out[a] = make([]float64, len(e.first))
		e.features.columns[a].distances(out[a], 1, e.first, e.second)
	}
	return out
}

// compareForest grows a forest on the pairs of each training set. The weight of a feature is
// the root of what it takes of the variance of the distances over the variance of its squared
// distances: that of a linear model which would explain as much by it.
func compareForest(ctx context.Context, in comparisonInput) (*Comparison, error) {
	f, err := newFitting(in.features, []*Neural{in.neural}, in.options)
	if err != nil {
		return nil, err
	}
	f.selectScored()
	grow := func(stimuli []int, key string) (*forest, [][]float64) {
		e := newEvaluation(f.sample.subset(stimuli), f.design)
		x := e.featureDistances()
		return growForest(x, e.distances(0), stats.Stream(f.Seed, "mlem/forest/"+key)), x
	}
	all, x := grow(evenlySpaced(len(f.sample.id), scoredStimuli), "all")
	w := mat.NewDense(len(x), len(x), nil)
	for a, column := range x {
		squares := make([]float64, len(column))
		for p, v := range column {
			squares[p] = v * v
		}
		if _, sd := meanRMS(squares); sd > 0 {
			w.Set(a, a, math.Sqrt(all.reduction[a])/sd)
		}
	}
	folds := make([]*forest, len(f.folds))
	err = forEach(ctx, f.Jobs, len(folds), func(_, k int) error {
		train := f.splits[k].train
		places := make([]int, 0, len(train))
		for _, at := range evenlySpaced(len(train), scoredStimuli) {
			places = append(places, train[at])
		}
		folds[k], _ = grow(places, f.layoutKey(k))
		return nil
	})
	if err != nil {
		return nil, err
	}
	predict := func(fold int, e *evaluation, feature int, order []int) []float64 {
		return folds[fold].predict(e.shuffled(feature, order).featureDistances())
	}
	return &Comparison{W: w, HeldOut: f.heldOutOf(predict), Warnings: f.warnings, found: &foundBy{f, predict}}, nil
}

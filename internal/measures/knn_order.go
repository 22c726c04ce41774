package measures

import (
	"context"
	"slices"
)

// orderNote says what an order of neighbours depends on.
const orderNote = "neighbours that are equally near stand in the order of samples, so many ties make that order matter"

func orderedParams(metric string) []Param {
	metrics := []string{metric}
	for _, other := range []string{metricInner, metricCosine, metricEuclidean} {
		if other != metric {
			metrics = append(metrics, other)
		}
	}
	return []Param{neighbourCount(1), choice("metric", metricHelp, metrics...), boolean("center", false, centreHelp)}
}

var rankSimilarityFamily = withForms(Family{
	Card: Card{
		Family:   "rank-similarity",
		Title:    "Rank similarity of nearest neighbours",
		Question: "Do the nearest neighbours that a sample has in both X and Y stand in the same order, the nearest first?",
		Formula: "mean over samples of Σ_j 2/((1 + |r_j − r'_j|)(r_j + r'_j)) / Σ_{k=1}^{m} 1/k over the m neighbours j that the sample has in both, " +
			"with the ranks r_j in X and r'_j in Y from 1; 0 for a sample without any",
		Params:         append(orderedParams(metricCosine), overlapForms()),
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"only the order of shared neighbours counts: how many are shared does not, apart from none, which mutual-knn or jaccard-knn tells",
			"with center=false a common offset makes all samples point the same way, and their cosines close to 1",
			orderNote,
		},
		References: []Reference{{
			Key: "wang2020towards", Authors: "Wang, Chenxu and Rao, Wei and Guo, Wenna and Wang, Pinghui and Liu, Jun and Guan, Xiaohong",
			Title: "Towards understanding the instability of network embedding",
			Venue: "IEEE Transactions on Knowledge and Data Engineering", Year: 2022, DOI: "10.1109/TKDE.2020.2989512",
		}, refKlabunde2025},
	},
	Aliases: []Alias{{"rank_similarity", "rank-similarity"}},
	New: func(a Args) (Measure, error) {
		m := newKNNOrder(a, rankAgreement)
		m.chance = chanceOfRanks
		return m, nil
	},
}, asScore, asScore)

var lcsKNNFamily = Family{
	Card: Card{
		Family:   "lcs-knn",
		Title:    "Longest common subsequence of nearest neighbours",
		Question: "How many of a sample's nearest neighbours in X come in the same order among those in Y?",
		Formula:  "mean over samples of the length of the longest common subsequence of both lists of k neighbours, the nearest first, divided by k",
		Params: append(orderedParams(metricInner),
			choice("as", "the length as a share of k (share), or in samples (length)", "share", "length")),
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Cost:           "n²·(p + q) + n·k²",
		Pitfalls: []string{
			"the inner product favours long samples: Huh et al. scale samples to norm 1 first, which is metric=cosine",
			"the published code gives the length, as=length", orderNote,
		},
		References: []Reference{refHuh2024},
	},
	Aliases: []Alias{{"lcs_knn-topk={}", "lcs-knn:k={}:as=length"}, {"lcs_knn", "lcs-knn:as=length"}},
	New: func(a Args) (Measure, error) {
		k := float64(a.Int("k"))
		if a.Text("as") == "length" {
			m := newKNNOrder(a, func(x, y []int32) float64 { return float64(commonSubsequence(x, y)) })
			m.card.Max, m.card.Identity = k, k
			return m, nil
		}
		return newKNNOrder(a, func(x, y []int32) float64 { return float64(commonSubsequence(x, y)) / k }), nil
	},
}

var editKNNFamily = withForms(Family{
	Card: Card{
		Family:         "edit-distance-knn",
		Title:          "Edit distance of nearest neighbours",
		Question:       "How few changes turn the list of a sample's nearest neighbours in X into that in Y?",
		Formula:        "1 − mean over samples of the edit distance (Levenshtein) of both lists of k neighbours, the nearest first, divided by k",
		Params:         append(orderedParams(metricInner), overlapForms()),
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Cost:           "n²·(p + q) + n·k²",
		Pitfalls: []string{
			"the inner product favours long samples: Huh et al. scale samples to norm 1 first, which is metric=cosine",
			"a neighbour at the wrong rank counts little more than one that is missing, so values are far below those of mutual-knn",
			orderNote,
		},
		References: []Reference{refHuh2024},
	},
	Aliases: []Alias{{"edit_distance_knn-topk={}", "edit-distance-knn:k={}"}, {"edit_distance_knn", "edit-distance-knn"}},
	New: func(a Args) (Measure, error) {
		k := float64(a.Int("k"))
		return newKNNOrder(a, func(x, y []int32) float64 { return 1 - float64(editDistance(x, y))/k }), nil
	},
}, asScore, asScore)

// knnOrder is the mean over samples of a function of the lists of their k neighbours in X
// and in Y, the nearest first.
type knnOrder struct {
	card  Card
	near  neighbourhood
	value func(x, y []int32) float64
	// chance returns the mean of value over all lists of k of n−1 samples; nil where no
	// formula is known.
	chance func(n, k int) float64
}

func newKNNOrder(a Args, value func(x, y []int32) float64) knnOrder {
	m := knnOrder{card: a.Card(), near: neighbourhoodOf(a), value: value}
	m.near.card(&m.card)
	return m
}

// rankAgreement returns the rank similarity of two lists.
func rankAgreement(x, y []int32) float64 {
	total, harmonic, shared := 0.0, 0.0, 0
	for r, j := range x {
		s := slices.Index(y, j)
		if s < 0 {
			continue
		}
		shared++
		harmonic += 1 / float64(shared)
		total += rankWeight(r, s)
	}
	if shared == 0 {
		return 0
	}
	return total / harmonic
}

// rankWeight returns 2/((1+|r−s|)(r+s)) for ranks that count from 0.
func rankWeight(r, s int) float64 {
	return 2 / (float64(1+max(r-s, s-r)) * float64(r+s+2))
}

// chanceOfRanks returns the mean rank similarity of lists of k of n−1 samples: with m
// neighbours in common, which have any ranks, it is m times the mean weight of two ranks,
// divided by 1 + 1/2 + … + 1/m.
func chanceOfRanks(n, k int) float64 {
	weight := 0.0
	for r := range k {
		for s := range k {
			weight += rankWeight(r, s) / float64(k*k)
		}
	}
	mean, harmonic := 0.0, 0.0
	for m := 1; m <= k; m++ {
		harmonic += 1 / float64(m)
		mean += chanceToShare(n, k, m) * float64(m) / harmonic * weight
	}
	return mean
}

// commonSubsequence returns the length of the longest common subsequence.
func commonSubsequence(x, y []int32) int {
	before, now := make([]int, len(y)+1), make([]int, len(y)+1)
	for _, a := range x {
		for j, b := range y {
			if a == b {
				now[j+1] = before[j] + 1
			} else {
				now[j+1] = max(before[j+1], now[j])
			}
		}
		before, now = now, before
	}
	return before[len(y)]
}

// editDistance returns the smallest number of insertions, deletions and replacements
// that turn one list into the other.
func editDistance(x, y []int32) int {
	before, now := natural(len(y)+1), make([]int, len(y)+1)
	for i, a := range x {
		now[0] = i + 1
		for j, b := range y {
			replace := before[j]
			if a != b {
				replace++
			}
			now[j+1] = min(replace, before[j+1]+1, now[j]+1)
		}
		before, now = now, before
	}
	return before[len(y)]
}

// Card implements Measure.
func (m knnOrder) Card() Card { return m.card }

// NeuronError implements NeuronError: no simulations have been made of it.
func (m knnOrder) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of orders of neighbours"
}

// Memory implements Memory.
func (m knnOrder) Memory(d Dims) Need { return m.near.need(d) }

// Score implements Measure.
func (m knnOrder) Score(p *Pair) (Score, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return Score{}, err
	}
	total := 0.0
	for i := range p.Samples() {
		total += m.value(x.inOrder(i), y.inOrder(i))
	}
	warnings, err := m.near.choiceOfNeighbours(p, true)
	return Score{Value: total / float64(p.Samples()), Warnings: warnings}, err
}

// Estimator implements Estimable: the value itself, without samples or units.
func (m knnOrder) Estimator() (Estimator, bool) { return m.near.estimator(), true }

// Deletions implements Estimable.
func (m knnOrder) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	x, y, err := p.deletable(m.near, u, true)
	if err != nil {
		return nil, err
	}
	return x.means(y, func(_ int, a, b listed) float64 { return m.value(a.order, b.order) }), nil
}

// NullMean implements NullMean: over all pairings of the samples the neighbours of a
// sample in X are any k of the n−1 others in Y, in any order.
func (m knnOrder) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if m.chance == nil || units != nil || p.segments != nil {
		return 0, false, nil
	}
	if err := p.check(m.card); err != nil {
		return 0, false, err
	}
	return m.chance(p.Samples(), m.near.k), true, nil
}

// Permuted implements Permutable: neighbours are found once.
func (m knnOrder) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return nil, false, err
	}
	n := p.Samples()
	scores, err := o.Each(ctx, func(order []int) (float64, error) {
		renamed := make([]int32, m.near.k)
		total := 0.0
		for i := range n {
			for at, j := range x.inOrder(i) {
				renamed[at] = int32(order[j])
			}
			total += m.value(renamed, y.inOrder(order[i]))
		}
		return total / float64(n), nil
	})
	return scores, err == nil, err
}

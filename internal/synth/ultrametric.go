package synth

import (
	"fmt"
	"math/rand/v2"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// UltrametricConfig describes items at the leaves of a tree that inherit binary
// features. The root draws each feature as a fair bit. Every descendant copies its
// parent, but draws each bit anew, again fairly, with probability 1 − Gamma.
//
// The features of two leaves whose last common ancestor lies d levels up then
// have correlation Gamma^(2d) in expectation, so the expected distances form an
// ultrametric. The construction is that of Cloos et al. (2025).
type UltrametricConfig struct {
	Branches []int   // descendants of a node, level by level from the root, default 2, 5, 10: 100 items
	Features int     // default 50
	Gamma    float64 // probability that a bit is inherited at a level, default 0.8
}

// DefaultUltrametric returns the default configuration.
func DefaultUltrametric() UltrametricConfig {
	return UltrametricConfig{Branches: []int{2, 5, 10}, Features: 50, Gamma: 0.8}
}

// Params implements Config.
func (c *UltrametricConfig) Params() []Param {
	return []Param{
		intsParam(&c.Branches, bounds{1, 1e6}, "branches", "descendants of a node, level by level from the root"),
		intParam(&c.Features, bounds{1, 1e6}, "features", "binary features"),
		floatParam(&c.Gamma, bounds{0, 1}, "gamma", "", "probability that a bit is inherited at a level"),
	}
}

// Generate implements Config. Data has shape items × features and holds 0 and
// 1; items with the same parent are neighbours. Labels has the column category,
// the parent of each item.
func (c *UltrametricConfig) Generate(seed uint64) (*Output, error) {
	if err := checkAll(c.Params()); err != nil {
		return nil, err
	}
	if err := checkSize(append([]int{c.Features}, c.Branches...)...); err != nil {
		return nil, err
	}
	stream := stats.Stream(seed, "ultrametric")
	nodes := make([]float64, c.Features)
	for i := range nodes {
		nodes[i] = fairBit(stream)
	}
	items := 1
	for _, branches := range c.Branches {
		nodes = c.descend(stream, nodes, branches)
		items *= branches
	}

	category := &data.Column{Name: "category", Kind: data.Categorical}
	siblings := c.Branches[len(c.Branches)-1]
	for i := range items {
		parent := i / siblings
		if i%siblings == 0 {
			category.Levels = append(category.Levels, fmt.Sprintf("c%d", parent))
		}
		category.Codes = append(category.Codes, parent)
	}
	return &Output{
		Data:   mustDataset(nodes, items, c.Features),
		Labels: &data.Table{Columns: []*data.Column{category}},
		DType:  "float32",
	}, nil
}

// descend returns the nodes of the next level, with siblings next to each other.
func (c *UltrametricConfig) descend(stream *rand.Rand, parents []float64, branches int) []float64 {
	children := make([]float64, 0, len(parents)*branches)
	for at := 0; at < len(parents); at += c.Features {
		for range branches {
			for _, bit := range parents[at : at+c.Features] {
				if stream.Float64() >= c.Gamma {
					bit = fairBit(stream)
				}
				children = append(children, bit)
			}
		}
	}
	return children
}

func fairBit(stream *rand.Rand) float64 { return float64(stream.Uint64() & 1) }

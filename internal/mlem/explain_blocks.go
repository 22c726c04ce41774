package mlem

import "math"

// blocks are the sums over the pairs of each two sets of stimuli from which correlations of
// weighted stimuli follow: how many they are, the sum of each vector and that of the product
// of each two, row by row of the triangle.
type blocks struct {
	sets, vectors int
	sums          [][]float64 // of sets g ≥ h, at g(g+1)/2 + h
}

// blocks sums over the pairs of sets of stimuli.
func (x *explaining) blocks(vectors [][]float64) *blocks {
	b := &blocks{sets: x.sets, vectors: len(vectors), sums: make([][]float64, x.sets*(x.sets+1)/2)}
	u := len(vectors)
	for p, i := range x.first {
		g, h := x.set[i], x.set[x.second[p]]
		if g < h {
			g, h = h, g
		}
		at := g*(g+1)/2 + h
		sum := b.sums[at]
		if sum == nil {
			sum = make([]float64, 1+u+u*(u+1)/2)
			b.sums[at] = sum
		}
		sum[0]++
		k := 1 + u
		for a, v := range vectors {
			sum[1+a] += v[p]
			for _, w := range vectors[:a+1] {
				sum[k] += v[p] * w[p]
				k++
			}
		}
	}
	return b
}

// correlations returns those of pairs that count by the product of the weights of the sets
// of their stimuli.
func (b *blocks) correlations(weight []float64) correlations {
	u := b.vectors
	total := make([]float64, 1+u+u*(u+1)/2)
	for g := range b.sets {
		for h := range g + 1 {
			if sum := b.sums[g*(g+1)/2+h]; sum != nil {
				total = addScaled(total, sum, weight[g]*weight[h])
			}
		}
	}
	n, mean, products := total[0], total[1:1+u], total[1+u:]
	c := make(correlations, u)
	k := 0
	for a := range c {
		c[a] = make([]float64, u)
		for e := range a + 1 {
			c[a][e] = products[k]/n - mean[a]/n*mean[e]/n
			k++
		}
	}
	for a := range c {
		for e := range a {
			if scale := math.Sqrt(c[a][a] * c[e][e]); scale > 0 {
				c[a][e] /= scale
			} else {
				c[a][e] = 0
			}
			c[e][a] = c[a][e]
		}
	}
	for a := range c {
		c[a][a] = 1
	}
	return c
}

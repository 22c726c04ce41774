package collection

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Join is a step of average linkage: two clusters become one.
type Join struct {
	Members []int // systems of the new cluster, increasing
	// Left and Right are the first systems of the two clusters.
	Left, Right int
	Height      float64 // mean distance between the two
}

// Tree joins the two clusters with the least mean distance between their systems until
// there is one (UPGMA, Sokal and Michener 1958). Of equal distances the first wins.
func Tree(d *mat.Dense) []Join {
	n, _ := d.Dims()
	apart := mat.DenseCopyOf(d)
	clusters := make([][]int, n)
	for i := range clusters {
		clusters[i] = []int{i}
	}
	alive := make([]int, n)
	for i := range alive {
		alive[i] = i
	}
	var joins []Join
	for len(alive) > 1 {
		a, b, least := alive[0], alive[1], math.Inf(1)
		for k, i := range alive {
			for _, j := range alive[k+1:] {
				if v := apart.At(i, j); v < least {
					a, b, least = i, j, v
				}
			}
		}
		wa, wb := float64(len(clusters[a])), float64(len(clusters[b]))
		for _, k := range alive {
			if k != a && k != b {
				v := (wa*apart.At(a, k) + wb*apart.At(b, k)) / (wa + wb)
				apart.Set(a, k, v)
				apart.Set(k, a, v)
			}
		}
		members := slices.Concat(clusters[a], clusters[b])
		slices.Sort(members)
		joins = append(joins, Join{Members: members, Left: clusters[a][0], Right: clusters[b][0], Height: least})
		clusters[a] = members
		alive = slices.DeleteFunc(alive, func(k int) bool { return k == b })
	}
	return joins
}

// Support returns for each join of a tree the share of other trees that have a cluster of
// the same systems.
func Support(tree []Join, others [][]Join) []float64 {
	out := make([]float64, len(tree))
	for k, join := range tree {
		count := 0
		for _, other := range others {
			if slices.ContainsFunc(other, func(o Join) bool { return slices.Equal(o.Members, join.Members) }) {
				count++
			}
		}
		out[k] = float64(count) / float64(max(1, len(others)))
	}
	return out
}

// Cut returns the cluster of each system when so many joins are left out, numbered by
// their first systems.
func Cut(tree []Join, clusters int) []int {
	n := len(tree) + 1
	first := make([]int, n)
	for i := range first {
		first[i] = i
	}
	for _, join := range tree[:n-clusters] {
		for _, i := range join.Members {
			first[i] = join.Members[0]
		}
	}
	number := map[int]int{}
	out := make([]int, n)
	for i, f := range first {
		if _, ok := number[f]; !ok {
			number[f] = len(number)
		}
		out[i] = number[f]
	}
	return out
}

// Silhouette returns the mean over systems of (b−a)/max(a,b), with a the mean distance to
// the others of the own cluster and b the least mean distance to another cluster; 0 for a
// system that is alone (Rousseeuw 1987).
func Silhouette(d *mat.Dense, cluster []int) float64 {
	count := slices.Max(cluster) + 1
	total := 0.0
	for i := range cluster {
		sums, sizes := make([]float64, count), make([]float64, count)
		for j, c := range cluster {
			if j != i {
				sums[c] += d.At(i, j)
				sizes[c]++
			}
		}
		own := cluster[i]
		if sizes[own] == 0 {
			continue
		}
		a, b := sums[own]/sizes[own], math.Inf(1)
		for c := range count {
			if c != own && sizes[c] > 0 {
				b = min(b, sums[c]/sizes[c])
			}
		}
		if most := max(a, b); most > 0 && !math.IsInf(b, 1) {
			total += (b - a) / most
		}
	}
	return total / float64(len(cluster))
}

// BestCut returns the cut with the largest silhouette from 2 to most clusters.
func BestCut(d *mat.Dense, tree []Join, most int) (cluster []int, silhouette float64) {
	silhouette = math.Inf(-1)
	for k := 2; k <= min(most, len(tree)); k++ {
		one := Cut(tree, k)
		if s := Silhouette(d, one); s > silhouette {
			cluster, silhouette = one, s
		}
	}
	return cluster, silhouette
}

// Cophenetic returns the Pearson correlation of the distances and the heights at which two
// systems are joined.
func Cophenetic(d *mat.Dense, tree []Join) (float64, bool) {
	n, _ := d.Dims()
	heights := mat.NewDense(n, n, nil)
	for k := len(tree) - 1; k >= 0; k-- {
		for _, i := range tree[k].Members {
			for _, j := range tree[k].Members {
				heights.Set(i, j, tree[k].Height)
			}
		}
	}
	return correlate(upper(d), upper(heights))
}

package mlem

import (
	"context"
	"fmt"
	"slices"

	"simtool/internal/stats"
)

// test is a test of a model: that it is unrelated to y (ShareAlone), that it adds nothing to
// the others (ShareUnique), or of all models together (ShareTotal).
type test struct {
	quantity Quantity
	model    string
}

// tested is what the permutations of a test say.
type tested struct {
	p      float64
	chance float64 // mean share of the variance that permuted models explain, or add
}

// tests returns the result of each test; none without permutations.
func (x *explaining) tests(ctx context.Context, vectors [][]float64, whole correlations) (map[test]tested, error) {
	out := map[test]tested{}
	if x.Null == 0 {
		return out, nil
	}
	perms := make([][]int32, x.Null)
	strata := x.strata()
	if w := stuckGroups(len(x.id), strata, x.group); w != "" {
		x.warnings = append(x.warnings, w)
	}
	for r := range perms {
		perms[r] = make([]int32, len(x.id))
		for i, at := range exchange(len(x.id), strata, x.group, stats.Stream(x.Seed, fmt.Sprintf("mlem/explain/null/%d", r))) {
			perms[r][i] = int32(at)
		}
	}
	var every []int
	for k := range len(vectors) - 1 {
		every = append(every, k)
	}
	for _, p := range x.players {
		name := p.name + p.group
		others := slices.DeleteFunc(slices.Clone(every), func(k int) bool { return slices.Contains(p.features, k) })
		var err error
		if out[test{ShareAlone, name}], err = x.permuted(ctx, vectors, whole, p.features, nil, perms); err != nil {
			return nil, err
		}
		_, _, left := whole.regress(append(slices.Clone(others), p.features...))
		if left == 0 && p.group == "" {
			continue // nothing of it is left to permute
		}
		if out[test{ShareUnique, name}], err = x.permuted(ctx, vectors, whole, p.features, others, perms); err != nil {
			return nil, err
		}
	}
	total, err := x.permuted(ctx, vectors, whole, every, nil, perms)
	out[test{ShareTotal, ""}] = total
	return out, err
}

// strata numbers the stimuli that may take each other's places: those of a level that have
// pairs. Those that have none stay where they are.
func (x *explaining) strata() []int {
	if x.level == nil && x.missing == nil {
		return nil
	}
	out := make([]int, len(x.id))
	levels := 0
	for i, l := range x.level {
		out[i] = l
		levels = max(levels, l+1)
	}
	for i, missing := range x.missing {
		if missing {
			out[i] = max(1, levels) + i
		}
	}
	return out
}

// permuted returns the share of the permutations of the stimuli of some features, of what
// others leave of these, in which they add as much to what the others explain as they do,
// with the data themselves as one permutation; and the mean of what they add.
func (x *explaining) permuted(ctx context.Context, vectors [][]float64, whole correlations, features, others []int, perms [][]int32) (tested, error) {
	fixed := [][]float64{vectors[0]} // y and the others, which keep their order
	c := len(others) + 1
	at := make(correlations, c+len(features)) // of y, others and what is permuted
	order := make([]int, 0, len(at)-1)
	for k := range at {
		at[k] = make([]float64, len(at))
		at[k][k] = 1
		if k > 0 {
			order = append(order, k-1)
		}
	}
	for k, o := range others {
		fixed = append(fixed, vectors[o+1])
		at[0][k+1], at[k+1][0] = whole[0][o+1], whole[0][o+1]
		for l, p := range others {
			at[k+1][l+1] = whole[o+1][p+1]
		}
	}
	base, _, _ := at.regress(order[:c-1])
	moved := make([][]float64, len(features))
	products := make([][][]float64, len(features))
	for j, feature := range features {
		moved[j] = whole.residual(vectors, feature, others)
		var err error
		if products[j], err = x.permutedProducts(ctx, x.Jobs, x.square(moved[j]), perms, fixed); err != nil {
			return tested{}, err
		}
	}
	n := float64(len(x.first))
	for j := range moved {
		for l := range j {
			at[c+j][c+l] = dot(moved[j], moved[l]) / n
			at[c+l][c+j] = at[c+j][c+l]
		}
	}
	gain := func(of func(j, k int) float64) float64 {
		for j := range features {
			for k := range c {
				at[k][c+j] = of(j, k)
				at[c+j][k] = at[k][c+j]
			}
		}
		r2, _, _ := at.regress(order)
		return r2 - base
	}
	observed := gain(func(j, k int) float64 { return dot(moved[j], fixed[k]) / n })
	null := make([]float64, len(perms))
	for r := range null {
		null[r] = gain(func(j, k int) float64 { return products[j][k][r] })
	}
	chance, _ := meanSD(null)
	return tested{stats.PValue(observed, null), chance}, nil
}

// residual returns what others leave of a feature, with mean 0 and mean square 1.
func (c correlations) residual(vectors [][]float64, feature int, others []int) []float64 {
	out := slices.Clone(vectors[feature+1])
	if len(others) == 0 {
		return out
	}
	n := float64(len(out))
	var basis [][]float64 // of the others, orthogonal
	for _, o := range others {
		v := slices.Clone(vectors[o+1])
		for range 2 { // again, for rounding
			for _, b := range basis {
				v = addScaled(v, b, -dot(v, b)/n)
			}
		}
		_, rms := meanRMS(v)
		if rms*rms <= dependent {
			continue
		}
		for p := range v {
			v[p] /= rms
		}
		basis = append(basis, v)
	}
	for range 2 {
		for _, b := range basis {
			out = addScaled(out, b, -dot(out, b)/n)
		}
	}
	if _, rms := meanRMS(out); rms > 0 {
		for p := range out {
			out[p] /= rms
		}
	}
	return out
}

// square returns values of pairs as a square matrix, with 0 for pairs that are not used.
func (x *explaining) square(values []float64) []float64 {
	n := len(x.id)
	z := make([]float64, n*n)
	for p, i := range x.first {
		j := x.second[p]
		z[int(i)*n+int(j)], z[int(j)*n+int(i)] = values[p], values[p]
	}
	return z
}

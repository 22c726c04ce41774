package measures

import (
	"math"
	"slices"
	"testing"
)

// TestFoldsOfGroups: with groups in any order of samples held-out scores are those of the
// samples group by group in contiguous folds, of measures of all kinds, and with units
// left out; every group is in one fold.
func TestFoldsOfGroups(t *testing.T) {
	const n, k = 30, 5
	groups, order := make([][]int, k), make([]int, 0, n)
	for i := range n {
		groups[i*7%k] = append(groups[i*7%k], i)
	}
	for _, g := range groups {
		order = append(order, g...)
	}
	for _, name := range []string{"linreg:cv=5", "ridge:lambda=1:cv=5", "procrustes:cv=5", "linreg:cv=5:direction=symmetric", "linreg:cv=5:as=pearson"} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		p := nullData(t, name, n, 3, 1)
		sorted := pairOf(t, datasetOf(rowsOf(p.X.raw, order)), datasetOf(rowsOf(p.Y.raw, order)))
		p.KeepTogether(groups)
		want, err := m.Score(sorted)
		if err != nil {
			t.Fatal(err)
		}
		checkScore(t, p, name, want.Value, 1e-11)
		if HeldOutFolds(m) != k {
			t.Errorf("%s has %d folds", name, HeldOutFolds(m))
		}
		est, ok := As[Estimable](m)
		if !ok {
			continue
		}
		if _, ok := est.Estimator(); !ok {
			continue
		}
		d, err := est.Deletions(p, &Units{n: n, Rows: groups})
		if err != nil {
			t.Fatal(err)
		}
		other, err := est.Deletions(sorted, BlockUnits(n, k))
		if err != nil {
			t.Fatal(err)
		}
		for g, v := range d.One {
			if !(math.Abs(v-other.One[g]) <= 1e-11) {
				t.Errorf("%s without group %d: %v, want %v", name, g, v, other.One[g])
			}
		}
	}
	uneven := [][]int{{0, 4, 8}, {1}, {2, 3, 5, 6, 7}, {9, 10}, {11, 12, 13}}
	for _, plan := range []foldPlan{{k: 3}, {k: 3, shuffled: true, seed: 4}} {
		folds := plan.grouped(uneven)
		sizes := make([]int, len(folds))
		for f, samples := range folds {
			sizes[f] = len(samples)
			for _, g := range uneven {
				if in := slices.Contains(samples, g[0]); in != slices.Contains(samples, g[len(g)-1]) {
					t.Errorf("group %v is in two folds", g)
				}
			}
		}
		if slices.Sort(sizes); !slices.Equal(sizes, []int{4, 5, 5}) {
			t.Errorf("folds of %v samples", sizes)
		}
	}
	p := nullData(t, "linreg", n, 3, 1)
	p.KeepTogether(groups)
	for _, rows := range (foldPlan{k: 4, test: 0.3, shuffled: true, seed: 2}).draws(p) {
		whole := 0
		for _, g := range groups {
			if !slices.ContainsFunc(g, func(i int) bool { return !slices.Contains(rows[0], i) }) {
				whole++
			}
		}
		if whole != 2 || len(rows[0]) != 2*n/k || len(rows[1]) != 3*n/k {
			t.Errorf("a split holds out %v, want two whole groups", rows[0])
		}
	}
	p = nullData(t, "linreg", n, 3, 1)
	p.KeepTogether(groups[:4:4])
	m, _ := Parse("linreg:cv=5")
	if _, err := m.Score(p); err == nil {
		t.Error("4 groups make 5 folds")
	}
}

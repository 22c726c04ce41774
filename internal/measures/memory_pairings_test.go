package measures

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// Pairings need no more memory than they announce beside that of the score. The test runs
// in a process of its own, as TestMemoryIsAnnounced does.
func TestMemoryOfPairingsIsAnnounced(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	if elsewhere(t) {
		return
	}
	const n, p, q = 300, 50, 40
	d := Dims{N: n, P: p, Q: q, Times: 1}
	rng := rand.New(rand.NewPCG(2, 3))
	x, y := gaussian(rng, n, p), gaussian(rng, n, q)
	o := Orders{Left: [][]int{natural(n), rng.Perm(n), rng.Perm(n)}, Right: [][]int{natural(n), rng.Perm(n), rng.Perm(n)}, Count: 9}
	for _, c := range permutableNames {
		if strings.Contains(c.name, rdmPrecomputed) {
			continue
		}
		m := named(t, c.name)
		together, each := PairingBytes(m, d)
		announced := ScoreBytes([]Named{{Name: c.name, Measure: m}}, d) + together + each
		var check memoryCheck
		check.run(t, "pairings of "+c.name, "samples", announced, func() error {
			pair := pairOf(t, datasetOf(x), datasetOf(y))
			if _, err := m.Score(pair); err != nil {
				return err
			}
			fast, _ := As[Permutable](m)
			_, _, err := fast.Permuted(context.Background(), pair, o)
			runtime.KeepAlive(pair)
			return err
		})
	}
}

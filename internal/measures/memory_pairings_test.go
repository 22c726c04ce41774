package measures

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
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
	const setting = "gcstoptheworld=2"
	if !strings.Contains(os.Getenv("GODEBUG"), setting) {
		child := exec.Command(os.Args[0], "-test.run=^TestMemoryOfPairingsIsAnnounced$")
		child.Env = append(os.Environ(), "GODEBUG="+setting+",memprofilerate=0", "GOMAXPROCS=1")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
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

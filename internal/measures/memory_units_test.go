package measures

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestMemoryOverNeurons: the sums over neurons of a closed form need no more than they
// announce.
func TestMemoryOverNeurons(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	if elsewhere(t) {
		return
	}
	for _, s := range []memoryShape{{name: "tall", n: 480, p: 60, q: 40}, {name: "wide", n: 60, p: 300, q: 200}} {
		d := Dims{N: int64(s.n), P: int64(s.p), Q: int64(s.q), Times: 1}
		rng := rand.New(rand.NewPCG(uint64(s.n), 3))
		x := gaussian(rng, s.n, s.p)
		var y mat.Dense
		y.Mul(x, gaussian(rng, s.p, s.q))
		m, err := Parse("cka")
		if err != nil {
			t.Fatal(err)
		}
		named := Named{Name: "cka", Measure: m}
		for units, what := range map[int]string{s.n: "rows", mostBlocks: "blocks"} {
			var check memoryCheck
			check.slack = Need{}.bytes(d)
			announced := ScoreBytes([]Named{named}, d) + EstimateBytes(m, d) + NeuronBytes(named, d)
			check.run(t, "neurons, "+what, s.name, announced, func() error {
				p, err := NewPair(systemOf(t, datasetOf(x)), systemOf(t, datasetOf(&y)))
				if err != nil {
					return err
				}
				_, err = p.ckaNeurons(BlockUnits(s.n, units))
				runtime.KeepAlive(p)
				return err
			})
		}
	}
}

// Estimates with units left out need no more memory than they announce beside that of
// the score, and not many times less. It runs in a process of its own, as
// TestMemoryIsAnnounced does.
func TestMemoryOfEstimatesIsAnnounced(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	if elsewhere(t) {
		return
	}
	names := []string{
		"cka", "cka:estimator=debiased", "cka:kernel=rbf", "nbs", "procrustes:as=angular-score", "shape:alpha=0.5:as=angular", "cca:stat=mean-squared", "linreg", "ridge:lambda=1",
		"linreg:cv=5", "rsa", "rsa:compare=spearman", "distance-correlation", "mutual-knn", "rank-similarity", "ensd",
	}
	for _, s := range []memoryShape{{name: "tall", n: 480, p: 60, q: 40}, {name: "square", n: 300, p: 150, q: 120}} {
		d := Dims{N: int64(s.n), P: int64(s.p), Q: int64(s.q), Times: 1}
		rng := rand.New(rand.NewPCG(uint64(s.n), 3))
		x := gaussian(rng, s.n, s.p)
		var y mat.Dense
		y.Mul(x, gaussian(rng, s.p, s.q))
		for _, name := range names {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			est, ok := As[Estimable](m)
			if !ok {
				t.Fatalf("%s has no estimate", name)
			}
			e, _ := est.Estimator()
			var check memoryCheck
			check.slack = Need{}.bytes(d)
			announced := ScoreBytes([]Named{{Name: name, Measure: m}}, d) + EstimateBytes(m, d)
			check.run(t, "estimate of "+name, s.name, announced, func() error {
				p, err := NewPair(systemOf(t, datasetOf(x)), systemOf(t, datasetOf(&y)))
				if err != nil {
					return err
				}
				if _, err := m.Score(p); err != nil {
					return err
				}
				u := BlockUnits(s.n, s.n)
				switch {
				case e.Group != nil:
					u = e.Group(p, u)
				case !e.Rows && e.MostRows < s.n:
					u = u.Merged(mostBlocks)
				}
				_, err = est.Deletions(p, u)
				runtime.KeepAlive(p)
				return err
			})
			check.announced = EstimateBytes(m, d) // a score announces what the worst data need
			check.end(t, s.name+": estimate of "+name)
		}
	}
}

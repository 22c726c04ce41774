package measures

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// TestMemoryIsLinearWithoutMediansAndRanks: four times the samples take four
// times the memory of what is computed by bands, and about sixteen times of what
// has a number for each pair.
func TestMemoryIsLinearWithoutMediansAndRanks(t *testing.T) {
	growth := map[string]float64{
		"cka": 0, "linreg:cv=5": 0, "procrustes": 0, "rsa": 0, "cka:estimator=debiased": 0,
		"cka:kernel=rbf:sigma=3": 4, "cka:kernel=laplace:sigma=3:estimator=lange": 4, "distance-correlation": 4,
		"rsa:rdm=euclidean": 4, "rsa:rdm=manhattan:compare=corr-cov": 4, "rsa:rdm=correlation": 4,
		"mutual-knn:metric=euclidean": 4, "cknna": 4,
		"cka:kernel=rbf": 16, "rsa:rdm=gaussian": 16, "rsa:compare=spearman": 16, "rsa:rdm=crossnobis:compare=kendall": 16,
	}
	for name, want := range growth {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		small := float64(Memory(m, Dims{N: 1e5, P: 30, Q: 40, Times: 1}))
		large := float64(Memory(m, Dims{N: 4e5, P: 30, Q: 40, Times: 1}))
		if want == 0 && large != 0 || want > 0 && math.Abs(large/small-want) > 0.05*want {
			t.Errorf("%s: %g bytes, and %g for four times the samples, want the factor %g", name, small, large, want)
		}
	}
}

// TestMemoryBoundsWhatIsAllocated: no measure has more memory in use at once
// than is announced. What the collector has not yet taken back does not count,
// so that it runs after little, and the sizes are those at which pairs matter.
func TestMemoryBoundsWhatIsAllocated(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	const slack = 12 << 20 // the data, their copies and what the collector lags
	x, y := tiledPair(1600)
	dx, dy := datasetOf(x), datasetOf(y)
	_, p := x.Dims()
	_, q := y.Dims()
	for _, above := range []int{4096, 0} {
		tileAbove(t, above)
		for _, name := range []string{
			"cka:kernel=rbf:sigma=40", "cka:kernel=laplace", "distance-correlation", "mutual-knn:metric=euclidean",
			"rsa:rdm=euclidean", "rsa:rdm=gaussian:compare=corr-cov", "rsa:compare=spearman", "rsa:rdm=correlation:compare=kendall",
		} {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			pair := pairOf(t, dx, dy)
			announced := Memory(m, Dims{N: 1600, P: int64(p), Q: int64(q), Times: 1})
			if got := peak(func() { valueOf(t, pair, name) }); got > announced+slack {
				t.Errorf("%s, tiled above %d: %d MB in use, %d announced", name, above, got>>20, announced>>20)
			}
		}
	}
}

// peak returns by how many bytes the heap grows while f runs, as seen now and
// then.
func peak(f func()) int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before, most := stats.HeapAlloc, stats.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return int64(most - before)
}

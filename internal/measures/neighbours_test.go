package measures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestNeighbourOracles(t *testing.T) {
	// Sorted Gram matrices, and scikit-learn's NearestNeighbors for cosine and
	// euclidean; cknna from full masked matrices.
	checkOracles(t, tallPair(t), map[string]float64{
		"mutual-knn:k=5":                            0.39,
		"mutual-knn:k=5:center=true":                0.4,
		"mutual-knn:k=5:metric=cosine":              0.36,
		"mutual-knn:k=5:metric=euclidean":           0.44,
		"jaccard-knn:k=3":                           0.2,
		"jaccard-knn:k=3:center=false":              0.15,
		"jaccard-knn:k=3:metric=inner":              0.215,
		"jaccard-knn:k=3:metric=inner:center=false": 0.19,
		"jaccard-knn:k=3:metric=euclidean":          0.195,
		"cknna:k=3":                                 0.4724211617256148,
		"cknna:k=5":                                 0.4954388754842302,
		"cknna:k=3:metric=cosine:center=true":       0.24954630886474205,
		"cknna:k=5:metric=cosine:center=true":       0.3680318892124493,
	})
	checkOracles(t, tallPair(t).Swap(), map[string]float64{
		"cknna:k=3": 0.47121068210784095,
		"cknna:k=5": 0.5015304343333613,
	})
}

// TestNeighboursOfLine: points on a line at 0, 1, 3, 7, 15: the nearest
// neighbours are plain to see.
func TestNeighboursOfLine(t *testing.T) {
	s := systemOf(t, datasetOf(mat.NewDense(5, 1, []float64{0, 1, 3, 7, 15})))
	nb, err := s.neighbours(neighbourhood{k: 2, metric: metricEuclidean})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{1, 2, 0, 2, 0, 1, 1, 2, 2, 3}; !slices.Equal(nb.index, want) {
		t.Errorf("neighbours %v, want %v", nb.index, want)
	}
	if _, nearest := nb.of(3); nearest[0] != -36 || nearest[1] != -16 {
		t.Errorf("similarities of sample 3 are %v, want -36 and -16", nearest)
	}
}

// TestNeighboursTakeLowestIndexOfTies: every sample occurs three times, at
// indices i, i+100 and i+200 of 300; whichever metric, the similarities to
// equal samples must be equal to the bit so that the lowest index wins.
func TestNeighboursTakeLowestIndexOfTies(t *testing.T) {
	const m, p = 100, 37
	once := gaussian(rand.New(rand.NewPCG(9, 10)), m, p)
	x := mat.NewDense(3*m, p, nil)
	for i := range 3 * m {
		copy(x.RawRowView(i), once.RawRowView(i%m))
	}
	s := systemOf(t, datasetOf(x))
	for _, h := range []neighbourhood{
		{4, metricInner, false},
		{4, metricCosine, false},
		{4, metricEuclidean, false},
	} {
		nb, err := s.neighbours(h)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 * m {
			index, _ := nb.of(i)
			chosen := map[int32]bool{}
			for _, j := range index {
				chosen[j] = true
			}
			for _, j := range index {
				for earlier := j - m; earlier >= 0; earlier -= m {
					if int(earlier) != i && !chosen[earlier] {
						t.Fatalf("%s: sample %d has %d for a neighbour, but not its equal %d", h.metric, i, j, earlier)
					}
				}
			}
		}
	}
}

// TestNeighboursOfIndependentSystems: the expected overlap is k/(n−1); its
// standard error here is about 0.0015.
func TestNeighboursOfIndependentSystems(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const n, k = 400, 10
	p := pairOf(t, datasetOf(gaussian(rng, n, 8)), datasetOf(gaussian(rng, n, 9)))
	if v, want := valueOf(t, p, "mutual-knn:metric=cosine"), float64(k)/(n-1); math.Abs(v-want) > 0.01 {
		t.Errorf("overlap %v, want about %v", v, want)
	}
}

func TestNeighbourRefusals(t *testing.T) {
	p := pairOf(t, datasetOf(ripples(11, 3, 0.7)), datasetOf(ripples(11, 3, 1.3)))
	for _, name := range []string{"mutual-knn", "jaccard-knn", "cknna"} {
		if why := reason(t, p, name); !strings.Contains(why, "at least 12") {
			t.Errorf("%s of 11 samples: %s", name, why)
		}
	}
	if _, err := Parse("cknna:k=1"); err == nil {
		t.Error("cknna:k=1: accepted")
	}
	zero := ripples(11, 3, 0.7)
	clear(zero.RawRowView(4))
	p = pairOf(t, datasetOf(zero), datasetOf(ripples(11, 3, 1.3)))
	if why := reason(t, p, "jaccard-knn:k=3:center=false"); !strings.Contains(why, "sample 4 (counted from 0) of a system is zero") {
		t.Errorf("a sample without direction: %s", why)
	}
	if v := valueOf(t, p, "jaccard-knn:k=3"); !(v > 0) {
		t.Errorf("centred: %v", v)
	}
	checkAliases(t, map[string]string{
		"measure/platonic/mutual_knn-topk=5":    "mutual-knn:k=5",
		"cknna-topk=10":                         "cknna",
		"measure/resi/jaccard_similarity":       "jaccard-knn:center=false",
		"measure/llm_repsim/jaccard_similarity": "jaccard-knn",
	})
}

func BenchmarkMutualKNN(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		x := gaussian(rand.New(rand.NewPCG(13, 14)), n, 256)
		y := gaussian(rand.New(rand.NewPCG(15, 16)), n, 256)
		m, err := Parse("mutual-knn")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Score(pairOf(b, datasetOf(x), datasetOf(y))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

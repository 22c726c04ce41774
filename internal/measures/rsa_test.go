package measures

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// checkScore holds the score of a pair to a value.
func checkScore(t *testing.T, p *Pair, name string, want, tolerance float64) {
	t.Helper()
	if got := scoreNamed(t, p, name); !near(got, want, tolerance) {
		t.Errorf("%s = %.15g, want %.15g", name, got, want)
	}
}

func scoreNamed(t *testing.T, p *Pair, name string) float64 {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Score(p)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s.Value
}

// TestRSA compares with scipy.spatial.distance.pdist and scipy.stats (pearsonr,
// spearmanr, kendalltau), and with −½HDH in NumPy for the whitened comparisons.
func TestRSA(t *testing.T) {
	x, y := waves()
	p := pairOf(t, datasetOf(x), datasetOf(y))
	for _, c := range []struct {
		rdm  string
		want [8]float64 // in the order of compareParam.Choices
	}{
		{"sqeuclidean", [8]float64{0.746791177724269, -0.162639142756257, -0.143346206032773, -0.143346206032773, -0.0881118881118881, -0.0881118881118881, 0.231994304954615, -0.0968261090954184}},
		{"euclidean", [8]float64{0.913331927555652, -0.155149652877318, -0.143346206032773, -0.143346206032773, -0.0881118881118881, -0.0881118881118881, 0.538924094981021, -0.103997583528165}},
		{"correlation", [8]float64{0.76664718229818, -0.17375837532828, -0.186514977559754, -0.186514977559754, -0.133799533799534, -0.133799533799534, 0.121658582021362, -0.179451269462132}},
		{"cosine", [8]float64{0.822944869563971, -0.114919367065544, -0.0855651810875692, -0.0855651810875692, -0.048018648018648, -0.048018648018648, 0.225950108426195, -0.125626277690829}},
		{"gaussian:sigma=1.5", [8]float64{0.925446059662393, -0.139126654374434, -0.143346206032773, -0.143346206032773, -0.0881118881118881, -0.0881118881118881, 0.556174016947148, -0.111074507946447}},
		{"gaussian", [8]float64{0.827962296417587, -0.155995864802146, -0.143346206032773, -0.143346206032773, -0.0881118881118881, -0.0881118881118881, 0.334605317740804, -0.0990692473746073}},
		{"manhattan", [8]float64{0.898762973122053, -0.122709775551279, -0.0926625613192778, -0.0926625613192777, -0.0703962703962704, -0.0703962703962704, 0.481562830335274, -0.0879235437265479}},
		{"mahalanobis", [8]float64{0.86522455344643, 0.12845516276173, 0.105563093622795, 0.105563093622795, 0.075990675990676, 0.075990675990676, 0.480596956615436, 0.125669364918473}},
	} {
		for i, compare := range compareParam.Choices {
			checkScore(t, p, "rsa:rdm="+c.rdm+":compare="+compare, c.want[i], 1e-12)
		}
	}
}

// TestRSAWithTies has integer data, of which one system has four different
// distances; from SciPy as above.
func TestRSAWithTies(t *testing.T) {
	x, y := mat.NewDense(10, 3, nil), mat.NewDense(10, 3, nil)
	for i := range 10 {
		for k := range 3 {
			x.Set(i, k, float64((3*i*i+5*k*i+k)%4))
			y.Set(i, k, float64((i*i+2*k*i+7*k)%5))
		}
	}
	p := pairOf(t, datasetOf(x), datasetOf(y))
	for compare, want := range map[string]float64{
		"cosine": 0.639220879154086, "pearson": -0.089281239932619, "spearman": -0.131575132223233, "rho-a": -0.125494071146245,
		"kendall": -0.102204036819371, "tau-a": -0.0828282828282828, "cosine-cov": 0.0963711479232142, "corr-cov": -0.101507613287406,
	} {
		checkScore(t, p, "rsa:compare="+compare, want, 1e-13)
	}
}

// TestMomentsAgainstPairs compares the closed forms with the sums over pairs, in
// every shape of data.
func TestMomentsAgainstPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, shape := range [][3]int{{40, 6, 9}, {40, 1, 3}, {40, 60, 5}, {15, 80, 90}, {7, 6, 5}, {3, 4, 4}} {
		n, p, q := shape[0], shape[1], shape[2]
		x, y := gaussian(rng, n, p), gaussian(rng, n, q)
		for i := range n { // a shared part, and an offset
			for k := range q {
				y.Set(i, k, y.At(i, k)+x.At(i, k%p)+3)
			}
		}
		pair := pairOf(t, datasetOf(x), datasetOf(y))
		for _, kind := range []string{rdmSqEuclidean, rdmCorrelation, rdmCosine, rdmMahalanobis} {
			d := dissimilarity{kind: kind}
			z, err := d.embeddedPair(pair)
			if err != nil {
				if _, ok := errors.AsType[*UndefinedError](err); ok && (p == 1 || n <= max(p, q)+1) {
					continue
				}
				t.Fatal(err)
			}
			for _, compare := range []string{compareCosine, comparePearson, compareCosineCov, compareCorrCov} {
				got, ok, err := moments(z, compare)
				if err != nil || !ok {
					t.Errorf("%v %s %s: ok=%v, %v", shape, kind, compare, ok, err)
					continue
				}
				want, err := d.direct(pair, compare)
				if err != nil {
					t.Fatal(err)
				}
				if !near(got, want, 1e-12) {
					t.Errorf("%v %s %s = %.15g, want %.15g", shape, kind, compare, got, want)
				}
			}
		}
	}
}

// TestNearlyEquidistantSamples has samples in all but equal distances, of which
// moments would lose the pattern in the mean: D(X) is D(Y) plus a constant 10⁴
// times as large.
func TestNearlyEquidistantSamples(t *testing.T) {
	const n, big, small = 8, 10, 1e-1 // D(X) = D(Y) + 2·big²
	x, y := mat.NewDense(n, n+1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		x.Set(i, i, big)
		v := float64(i*i%5) * small
		x.Set(i, n, v)
		y.Set(i, 0, v)
	}
	p := pairOf(t, datasetOf(x), datasetOf(y))
	if _, ok, err := moments(p, comparePearson); ok || err != nil {
		t.Errorf("moments: ok=%v, %v; want too many lost digits", ok, err)
	}
	// 1 up to the rounding of D(X), 2⁻⁵³·2·big² against small².
	checkScore(t, p, "rsa:compare=pearson", 1, 1e-11)
	checkScore(t, p, "rsa:compare=corr-cov", 1, 1e-11)
}

// TestWhitenedComparisonsOfOtherFamilies: cosine-cov of squared distances is
// linear CKA, of Mahalanobis distances Σρ²/√(r_X·r_Y) of the canonical
// correlations, and of Euclidean distances the squared distance correlation.
func TestWhitenedComparisonsOfOtherFamilies(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	p := pairOf(t, datasetOf(gaussian(rng, 30, 4)), datasetOf(gaussian(rng, 30, 9)))
	checkScore(t, p, "rsa:compare=cosine-cov", scoreNamed(t, p, "cka"), 1e-14)
	checkScore(t, p, "rsa:rdm=mahalanobis:compare=cosine-cov", scoreNamed(t, p, "cca:stat=mean-squared")*4/math.Sqrt(4*9), 1e-13)
	checkScore(t, p, "rsa:rdm=euclidean:compare=cosine-cov", scoreNamed(t, p, "distance-correlation:squared=true"), 1e-14)
}

// TestRSAIdentity scores systems against themselves and a moved copy.
func TestRSAIdentity(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, rdm := range RDMKinds() {
		if rdm == rdmCrossnobis {
			continue
		}
		x := gaussian(rng, 25, 6)
		suit(rdm, x)
		p := pairOf(t, datasetOf(x), datasetOf(mat.DenseCopyOf(x)))
		for _, compare := range compareParam.Choices {
			checkScore(t, p, "rsa:rdm="+rdm+":compare="+compare, 1, 1e-14)
		}
	}
	r, _ := noisyRepeats(t, 4)
	for _, compare := range compareParam.Choices {
		checkScore(t, pairOf(t, r, r), "rsa:rdm=crossnobis:compare="+compare, 1, 1e-14)
	}
}

// TestPrecomputedRDMs compares RDMs that were computed before with the measure
// that computes them.
func TestPrecomputedRDMs(t *testing.T) {
	x, y := waves()
	p := pairOf(t, datasetOf(x), datasetOf(y))
	var rdms [2]*mat.Dense
	for i, s := range []*System{p.X, p.Y} {
		var err error
		if rdms[i], err = RDM(s, "correlation"); err != nil {
			t.Fatal(err)
		}
	}
	files := pairOf(t, datasetOf(rdms[0]), datasetOf(rdms[1]))
	for _, compare := range compareParam.Choices {
		want := scoreNamed(t, p, "rsa:rdm=correlation:compare="+compare)
		checkScore(t, files, "rsa:rdm=precomputed:compare="+compare, want, 1e-12)
	}
}

// TestMonkeyAgainstHumanIT scores the published RDMs of 92 images in monkey and
// human inferior temporal cortex (Kriegeskorte et al. 2008, who report a
// correlation of .49); digits from NumPy and SciPy.
func TestMonkeyAgainstHumanIT(t *testing.T) {
	dir := datatest.Shared(t, "data/images92")
	p := pairOf(t, readNPY(t, dir+"/rdm_monkeyIT.npy"), readNPY(t, dir+"/rdm_humanIT.npy"))
	for compare, want := range map[string]float64{
		"pearson": 0.4912097961460494, "spearman": 0.43892380943522014, "kendall": 0.30404825552090625,
		"cosine": 0.9950224034694323, "corr-cov": 0.5270442772572738,
	} {
		checkScore(t, p, "rsa:rdm=precomputed:compare="+compare, want, 1e-12)
	}
}

func TestRSAUndefined(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	free := gaussian(rng, 4, 3)
	simplex := matrixOf([]float64{1, 0, 0, 0}, []float64{0, 1, 0, 0}, []float64{0, 0, 1, 0}, []float64{0, 0, 0, 1})
	shifted := mat.DenseCopyOf(simplex)
	shifted.Apply(func(_, _ int, v float64) float64 { return 0.1*v + 0.7 }, simplex)
	constant := matrixOf([]float64{1, 2}, []float64{1, 2}, []float64{1, 2}, []float64{1, 2})
	zeros := mat.NewDense(4, 4, nil)
	for _, c := range []struct {
		name, want string
		x          *mat.Dense
	}{
		{"rsa", "is constant", constant},
		{"rsa:compare=pearson", "equally dissimilar", simplex},
		{"rsa:compare=pearson", "equally dissimilar", shifted},
		{"rsa:compare=corr-cov", "equally dissimilar", shifted},
		{"rsa:compare=spearman", "equally dissimilar", simplex},
		{"rsa:rdm=cosine:compare=kendall", "equally dissimilar", shifted},
		{"rsa:rdm=correlation:compare=tau-a", "equally dissimilar", shifted},
		{"rsa:rdm=manhattan:compare=corr-cov", "equally dissimilar", simplex},
		{"rsa:rdm=euclidean:compare=pearson", "equally dissimilar", shifted},
		{"rsa:rdm=mahalanobis", "same Mahalanobis distance", free},
		{"rsa:rdm=precomputed", "are 0", zeros},
		{"rsa:rdm=precomputed:compare=spearman", "equally dissimilar", zeros},
		{"rsa:rdm=precomputed", "4 × 3", free},
	} {
		m, err := Parse(c.name)
		if err != nil {
			t.Fatal(err)
		}
		p := pairOf(t, datasetOf(c.x), datasetOf(c.x))
		s, err := m.Score(p)
		if _, ok := errors.AsType[*UndefinedError](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %v, %v; want an UndefinedError with %q", c.name, s.Value, err, c.want)
		}
	}
	two := datasetOf(gaussian(rng, 2, 3))
	for _, name := range []string{"rsa", "rsa:rdm=precomputed"} {
		m, _ := Parse(name)
		if _, err := m.Score(pairOf(t, two, two)); err == nil || !strings.Contains(err.Error(), "at least 3") {
			t.Errorf("%s of two samples: %v, want at least 3", name, err)
		}
	}
}

// TestRSANames holds the spellings of other programs.
func TestRSANames(t *testing.T) {
	for theirs, want := range map[string]string{
		"rsa-rdm=squared_euclidean-compare=cosine_cov":                        "rsa:compare=cosine-cov",
		"measure/rsatoolbox/rsa-rdm=squared_euclidean-compare=rho_a":          "rsa:compare=rho-a",
		"measure/brainscore/rsa-rdm=correlation-compare=spearman":             "rsa:rdm=correlation:compare=spearman",
		"measure/thingsvision/rsa-rdm=euclidean-compare=pearson":              "rsa:rdm=euclidean:compare=pearson",
		"rsa-rdm=cosine-compare=pearson":                                      "rsa:rdm=cosine:compare=pearson",
		"rsa-rdm=correlation-compare=kendall":                                 "rsa:rdm=correlation:compare=kendall",
		"rsa-euclidean-cosine":                                                "rsa",
		"rsa-euclidean-corr":                                                  "rsa:compare=pearson",
		"rsa-correlation-cosine":                                              "rsa:rdm=correlation",
		"rsa-correlation-tau-a":                                               "rsa:rdm=correlation:compare=tau-a",
		"measure/diffscore/rdm=correlation-similarity=cosine-score":           "rsa:rdm=correlation",
		"rdm=squared_euclidean-similarity=upper_triangular_correlation-score": "rsa:compare=pearson",
	} {
		m, err := Parse(theirs)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := m.Card().Name; got != want {
			t.Errorf("%s is %s, want %s", theirs, got, want)
		}
	}
	for _, bad := range []string{"rsa:sigma=2", "rsa:rdm=gaussian:noise=none", "rsa:rdm=crossnobis:sigma=2", "rsa:compare=tau"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

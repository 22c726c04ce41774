package inference

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// samplesOf returns n samples of p features that have a signal of three dimensions in
// common with all others of the seed.
func samplesOf(seed uint64, n, p int, noise float64) *data.Dataset {
	shared, own := rand.New(rand.NewPCG(1, uint64(n))), rand.New(rand.NewPCG(seed, 7))
	signal := mat.NewDense(n, 3, nil)
	for i := range n {
		for k := range 3 {
			signal.Set(i, k, shared.NormFloat64()/float64(k+1))
		}
	}
	load := mat.NewDense(3, p, nil)
	for k := range 3 {
		for j := range p {
			load.Set(k, j, own.NormFloat64())
		}
	}
	var x mat.Dense
	x.Mul(signal, load)
	values := make([]float64, 0, n*p)
	for i := range n {
		for j := range p {
			values = append(values, x.At(i, j)+noise*own.NormFloat64()+float64(j%3))
		}
	}
	return dataset(values, n, p)
}

func dataset(values []float64, shape ...int) *data.Dataset {
	d, err := data.New(values, shape...)
	if err != nil {
		panic(err)
	}
	return d
}

func subject(t *testing.T, name string, x, y *data.Dataset) *Subject {
	t.Helper()
	m, err := measures.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSubject(m, x, y)
	if err != nil {
		t.Fatal(err)
	}
	s.Distances = data.TakesDistances(name)
	return s
}

// singles are groups of one sample each.
func singles(n int) [][]int {
	groups := make([][]int, n)
	for i := range groups {
		groups[i] = []int{i}
	}
	return groups
}

func influencesOf(t *testing.T, s *Subject) *Influences {
	t.Helper()
	f, err := s.Samples(t.Context(), singles(s.Pair.Samples()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// byHand scores copies of the data that were made by hand.
func byHand(t *testing.T, name string, x, y *data.Dataset) (float64, error) {
	t.Helper()
	s := subject(t, name, x, y)
	score, err := s.Measure.Score(s.Pair)
	return score.Value, err
}

// without copies all rows of 2-d data but one.
func without(d *data.Dataset, row int) *data.Dataset {
	p := d.Width()
	values := append(append([]float64{}, d.Values[:row*p]...), d.Values[(row+1)*p:]...)
	return dataset(values, d.Samples()-1, p)
}

// withoutColumn copies all columns of 2-d data but one.
func withoutColumn(d *data.Dataset, column int) *data.Dataset {
	var values []float64
	for i, v := range d.Values {
		if i%d.Width() != column {
			values = append(values, v)
		}
	}
	return dataset(values, d.Samples(), d.Width()-1)
}

func close(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// TestDeletionsByHand holds the scores without a unit to those of data that never had
// it, for the measures that are scored by default and one of each other kind; for few
// samples, and for so many that moments are used.
func TestDeletionsByHand(t *testing.T) {
	names := append([]string{
		"procrustes:as=squared", "procrustes:cv=3", "shape", "ensd", "gulp:lambda=0.5", "pwcca", "ridge:lambda=2", "pls-sv", "linreg:pool=columns",
		"eigenspace-overlap", "cka:kernel=rbf", "cka:estimator=lange", "distance-correlation", "mutual-knn:k=3", "cknna:k=3", "match",
		"rsa:compare=pearson", "rsa:compare=kendall", "rsa:compare=corr-cov", "rsa:rdm=euclidean:compare=cosine-cov", "rsa:rdm=cosine",
		"rsa:rdm=mahalanobis:compare=pearson", "rsa:rdm=manhattan:compare=spearman", "distance-correlation:squared=true:estimator=debiased",
		"linreg:cv=4:folds=conditions",
	}, measures.Default...)
	for _, size := range []struct{ n, p, q int }{{23, 5, 4}, {12, 17, 3}, {96, 6, 5}} {
		x, y := samplesOf(1, size.n, size.p, 0.5), samplesOf(2, size.n, size.q, 0.5)
		for _, name := range names {
			if name == "rsa:rdm=mahalanobis:compare=pearson" && size.p >= size.n {
				continue // every two samples are equally far apart
			}
			if name == "pwcca" && size.p >= size.n {
				continue // the weights are not determined
			}
			s := subject(t, name, x, y)
			f := influencesOf(t, s)
			for _, i := range []int{0, 7, size.n - 1} {
				want, err := byHand(t, name, without(x, i), without(y, i))
				if err != nil {
					t.Errorf("%s of %d × %d: %v", name, size.n, size.p, err)
					continue
				}
				if u := f.Units[i]; !close(u.Without, want, 1e-10) || u.Change != f.Value-u.Without {
					t.Errorf("%s of %d × %d: without sample %d %v, by hand %v", name, size.n, size.p, i, u.Without, want)
				}
			}
			for side, d := range []*data.Dataset{x, y} {
				f, err := s.Features(t.Context(), Side(side))
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range []int{0, d.Width() - 1} {
					xs, ys := x, y
					if Side(side) == X {
						xs = withoutColumn(x, j)
					} else {
						ys = withoutColumn(y, j)
					}
					want, err := byHand(t, name, xs, ys)
					if u := f.Units[j]; err == nil && !close(u.Without, want, 1e-10) || (err == nil) != (u.Missing == "") {
						t.Errorf("%s of %d × %d: without feature %d of side %d %v (%s), by hand %v (%v)", name, size.n, size.p, j, side, u.Without, u.Missing, want, err)
					}
				}
			}
		}
	}
}

// TestMomentsStandIn: moments give the scores of many samples where they have the digits,
// and where they have not, samples do.
func TestMomentsStandIn(t *testing.T) {
	x, y := samplesOf(1, 96, 6, 0.5), samplesOf(2, 96, 5, 0.5)
	for name, want := range map[string]bool{
		"cka": true, "nbs": true, "linreg": true, "cca": true, "svcca": true, "procrustes:as=squared": true,
		"linreg:cv=3": false, "cka:estimator=debiased": false, "rsa": false,
	} {
		s := subject(t, name, x, y)
		if got := s.throughMoments(influencesOf(t, s).Value) != nil; got != want {
			t.Errorf("%s: from moments %v, want %v", name, got, want)
		}
	}
	// Systems that nearly coincide are at an angle that moments cannot tell from 0.
	near := dataset(append([]float64{}, x.Values...), 96, 6)
	near.Values[0] += 1e-7
	s := subject(t, "procrustes", x, near)
	f := influencesOf(t, s)
	if s.throughMoments(f.Value) != nil {
		t.Error("an angle near 0 comes from moments")
	}
	if f.Units[0].Without != 0 {
		t.Errorf("without the only sample that differs the angle is %v", f.Units[0].Without)
	}
	// Without the one sample that differs by much, the others nearly coincide.
	near.Values[0] += 1e3
	near.Values[7] += 1e-7
	s = subject(t, "procrustes", x, near)
	f = influencesOf(t, s)
	want, err := byHand(t, "procrustes", without(x, 0), without(near, 0))
	if err != nil || !(want > 0) || !close(f.Units[0].Without/want, 1, 1e-6) {
		t.Errorf("without the sample that differs the angle is %v, by hand %v (%v)", f.Units[0].Without, want, err)
	}
}

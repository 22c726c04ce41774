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

func agrees(got, want, tolerance float64) bool {
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
		"linreg:cv=4:folds=conditions", "cka:kernel=rbf:sigma=3", "cka:kernel=laplace:sigma=3:estimator=debiased", "rsa:rdm=gaussian:compare=pearson", "distance-correlation:squared=true",
	}, measures.Default...)
	for _, size := range []struct{ n, p, q int }{{23, 5, 4}, {12, 17, 3}, {96, 6, 5}, {70, 20, 18}} {
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
				if u := f.Units[i]; !agrees(u.Without, want, 1e-10) || u.Change != f.Value-u.Without {
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
					if u := f.Units[j]; err == nil && !agrees(u.Without, want, 1e-10) || (err == nil) != (u.Missing == "") {
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
		value := influencesOf(t, s).Value
		samples, ofX, ofY := s.momentsWithout(t.Context(), value, singles(96)), s.momentsWithoutFeatures(t.Context(), value, X), s.momentsWithoutFeatures(t.Context(), value, Y)
		if (samples != nil) != want || (ofX != nil) != want || (ofY != nil) != want {
			t.Errorf("%s: from moments %v, %v and %v, want %v", name, samples != nil, ofX != nil, ofY != nil, want)
		}
	}
	// Pairs do for measures of pairs.
	for _, name := range []string{"cka", "cka:estimator=debiased", "rsa", "rsa:compare=spearman", "distance-correlation"} {
		s := subject(t, name, x, y)
		if s.pairsWithout(t.Context(), influencesOf(t, s).Value, singles(96)) == nil {
			t.Errorf("%s: not from pairs", name)
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
	if err != nil || !(want > 0) || !agrees(f.Units[0].Without/want, 1, 1e-6) {
		t.Errorf("without the sample that differs the angle is %v, by hand %v (%v)", f.Units[0].Without, want, err)
	}
}

// grid is time × condition × neuron data of a signal that changes over both.
func grid(seed uint64, times, conditions, neurons int) *data.Dataset {
	d := samplesOf(seed, times*conditions, neurons, 0.4)
	return dataset(d.Values, times, conditions, neurons)
}

// chosen copies 3-d data with some times and conditions only.
func chosen(d *data.Dataset, time, condition func(k int) bool) *data.Dataset {
	var values []float64
	times, conditions := 0, 0
	for t := range d.Shape[0] {
		if !time(t) {
			continue
		}
		times++
		conditions = 0
		for c := range d.Shape[1] {
			if !condition(c) {
				continue
			}
			conditions++
			at := (t*d.Shape[1] + c) * d.Shape[2]
			values = append(values, d.Values[at:at+d.Shape[2]]...)
		}
	}
	return dataset(values, times, conditions, d.Shape[2])
}

// TestGroupsByHand holds the scores without a condition or a time to those of data that
// never had it: from moments, from pairs, and one by one.
func TestGroupsByHand(t *testing.T) {
	x, y := grid(1, 12, 8, 5), grid(2, 12, 8, 4)
	anyOf := func(int) bool { return true }
	but := func(k int) func(int) bool { return func(i int) bool { return i != k } }
	conditions, times := make([][]int, 8), make([][]int, 12)
	for i := range 96 {
		conditions[i%8] = append(conditions[i%8], i)
		times[i/8] = append(times[i/8], i)
	}
	names := append([]string{
		"linreg:cv=4:folds=conditions", "rsa:compare=pearson", "rsa:rdm=euclidean:compare=cosine-cov", "distance-correlation",
		"cka:kernel=rbf:sigma=3:estimator=debiased", "cka:kernel=rbf", "cka:as=angular", "mutual-knn:k=3",
	}, measures.Default...)
	for _, name := range names {
		s := subject(t, name, x, y)
		for kind, groups := range map[string][][]int{"condition": conditions, "time": times} {
			f, err := s.Samples(t.Context(), groups)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []int{0, 3} {
				time, condition := anyOf, but(k)
				if kind == "time" {
					time, condition = but(k), anyOf
				}
				want, err := byHand(t, name, chosen(x, time, condition), chosen(y, time, condition))
				if err != nil {
					t.Fatal(err)
				}
				if u := f.Units[k]; !agrees(u.Without, want, 1e-10) {
					t.Errorf("%s without %s %d: %v, by hand %v", name, kind, k, u.Without, want)
				}
			}
		}
	}
}

// TestDigitsOfAFarSample: without the one sample that all sums consist of, the others have
// their digits.
func TestDigitsOfAFarSample(t *testing.T) {
	x, y := samplesOf(1, 80, 4, 0.5), samplesOf(2, 80, 3, 0.5)
	for j := range 3 {
		x.Values[4*5+j] += 1e5
		y.Values[3*5+j] -= 1e5
	}
	for _, name := range []string{
		"cka", "nbs", "linreg", "cca", "rsa", "rsa:compare=pearson", "cka:estimator=debiased", "distance-correlation", "rsa:rdm=euclidean:compare=cosine-cov",
	} {
		f := influencesOf(t, subject(t, name, x, y))
		want, err := byHand(t, name, without(x, 5), without(y, 5))
		if err != nil {
			t.Fatal(err)
		}
		if !agrees(f.Units[5].Without, want, 1e-11) {
			t.Errorf("%s without the far sample: %v, by hand %v", name, f.Units[5].Without, want)
		}
		if f.Rests() != 5 {
			t.Errorf("%s rests on %d, want 5 (share %v, change %v)", name, f.Rests(), f.Units[5].Share, f.Units[5].Change)
		}
		other, err := byHand(t, name, without(x, 9), without(y, 9))
		if err != nil || !agrees(f.Units[9].Without, other, 1e-9) {
			t.Errorf("%s without another: %v, by hand %v (%v)", name, f.Units[9].Without, other, err)
		}
	}
}

// TestRests: what rests on one unit and what does not.
func TestRests(t *testing.T) {
	units := func(value float64, without ...float64) *Influences {
		f := &Influences{Value: value}
		for _, v := range without {
			u := Influence{Without: v, Change: value - v, Share: math.NaN()}
			if math.IsNaN(v) {
				u.Missing = "constant"
			}
			f.Units = append(f.Units, u)
		}
		f.shares(func(u Influence) float64 { return u.Change })
		return f
	}
	nan := math.NaN()
	for _, c := range []struct {
		f    *Influences
		want int
	}{
		{units(0.8, 0.79, 0.81, 0.4, 0.8, 0.8), 2},     // one makes it
		{units(0.3, 0.31, 0.29, 0.9, 0.3, 0.3), 2},     // one hides it
		{units(0.8, 0.79, 0.81, 0.75, 0.8, 0.8), -1},   // a large share of little
		{units(0.8, 0.5, 0.81, 0.4, 0.8, 0.5), -1},     // several
		{units(0.8, 0.79, 0.4, 0.81), -1},              // too few to tell
		{units(0.8, 0.8, nan, 0.79), 1},                // nothing without one
		{units(0.8, nan), 0},                           // the only one
		{units(0.8, nan, nan), -1},                     // nothing without either
		{units(0.8, 0.8, 0.8, 0.8, 0.8, 0.8), -1},      // no variation
		{units(0, 0, 0, 1e-15, 0, 0), -1},              // rounding
		{units(-0.01, -0.01, -0.012, 0.02, -0.009), 2}, // another sign
	} {
		if got := c.f.Rests(); got != c.want {
			t.Errorf("%v rests on %d, want %d", c.f.Units, got, c.want)
		}
	}
	total := 0.0
	for _, u := range units(0.8, 0.79, 0.81, 0.4, 0.8, 0.8).Units {
		total += u.Share
	}
	if math.Abs(total-1) > 1e-15 {
		t.Errorf("shares add up to %v", total)
	}
}

// TestUndefined: data without a score are an error; a unit without which there is none
// says why.
func TestUndefined(t *testing.T) {
	constant := dataset([]float64{1, 1, 1, 1, 1}, 5, 1)
	x := samplesOf(1, 5, 2, 0.5)
	if _, err := subject(t, "cka", x, constant).Samples(t.Context(), singles(5)); err == nil {
		t.Error("constant data have influences")
	}
	step := dataset([]float64{1, 1, 3, 1, 1}, 5, 1)
	f := influencesOf(t, subject(t, "cka", x, step))
	for i, u := range f.Units {
		if (u.Missing != "") != (i == 2) || math.IsNaN(u.Without) != (i == 2) || math.IsNaN(u.Slope) {
			t.Errorf("sample %d: %+v", i, u)
		}
	}
	if f.Rests() != 2 {
		t.Errorf("rests on %d", f.Rests())
	}
	// Two samples are the least; without one there are no systems.
	f = influencesOf(t, subject(t, "cka", dataset([]float64{1, 2}, 2, 1), dataset([]float64{3, 1}, 2, 1)))
	for i, u := range f.Units {
		if u.Missing == "" || !math.IsNaN(u.Without) {
			t.Errorf("without sample %d of two: %+v", i, u)
		}
	}
	if _, err := subject(t, "rsa:rdm=precomputed", dataset([]float64{0, 1, 2, 1, 0, 3, 2, 3, 0}, 3, 3), dataset([]float64{0, 1, 2, 1, 0, 1, 2, 1, 0}, 3, 3)).Features(t.Context(), X); err == nil {
		t.Error("dissimilarities have features")
	}
}

// TestRestsBySlopes: derivatives alone tell of a sample that a score rests on.
func TestRestsBySlopes(t *testing.T) {
	x, y := samplesOf(1, 40, 3, 2), samplesOf(2, 40, 3, 2)
	for j := range 3 {
		x.Values[3*5+j] += 8
		y.Values[3*5+j] -= 8
	}
	s := subject(t, "cka", x, y)
	s.SlopesOnly = true
	f := influencesOf(t, s)
	if f.Rests() != 5 || !math.IsNaN(f.Units[5].Without) || !math.IsNaN(f.Units[5].Change) {
		t.Errorf("rests on %d, and the far sample is %+v of %v", f.Rests(), f.Units[5], f.Value)
	}
}

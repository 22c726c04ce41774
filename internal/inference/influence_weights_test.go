package inference

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// The scores of weighted samples, from their definitions and independent of package
// measures: A, B and C are sums of centred samples times their weights, with weighted
// means.

type weightedMoments struct {
	a, b, c *mat.Dense
	n       float64 // Σw
}

func weighted(x, y *data.Dataset, w []float64) weightedMoments {
	n := 0.0
	for _, v := range w {
		n += v
	}
	centred := func(d *data.Dataset) *mat.Dense {
		m := mat.DenseCopyOf(d.Matrix())
		for j := range d.Width() {
			mean := 0.0
			for i, v := range w {
				mean += v * m.At(i, j) / n
			}
			for i := range w {
				m.Set(i, j, m.At(i, j)-mean)
			}
		}
		return m
	}
	product := func(l, r *mat.Dense) *mat.Dense {
		_, p := l.Dims()
		_, q := r.Dims()
		out := mat.NewDense(p, q, nil)
		for j := range p {
			for k := range q {
				v := 0.0
				for i := range w {
					v += w[i] * l.At(i, j) * r.At(i, k)
				}
				out.Set(j, k, v)
			}
		}
		return out
	}
	xc, yc := centred(x), centred(y)
	return weightedMoments{product(xc, xc), product(yc, yc), product(xc, yc), n}
}

func norm(m mat.Matrix) float64 { return mat.Norm(m, 2) }

func singularValues(m mat.Matrix) []float64 {
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		panic("no singular values")
	}
	return svd.Values(nil)
}

func nuclear(m mat.Matrix) float64 {
	total := 0.0
	for _, v := range singularValues(m) {
		total += v
	}
	return total
}

// power returns M^e of a symmetric positive definite matrix.
func power(m *mat.Dense, e float64) *mat.Dense {
	p, _ := m.Dims()
	var eig mat.EigenSym
	if !eig.Factorize(mat.NewSymDense(p, mat.DenseCopyOf(m).RawMatrix().Data), true) {
		panic("no eigenvalues")
	}
	var v, scaled, out mat.Dense
	eig.VectorsTo(&v)
	scaled.Apply(func(_, j int, u float64) float64 { return u * math.Pow(eig.Values(nil)[j], e) }, &v)
	out.Mul(&scaled, v.T())
	return &out
}

func product(ms ...mat.Matrix) *mat.Dense {
	out := mat.DenseCopyOf(ms[0])
	for _, m := range ms[1:] {
		var next mat.Dense
		next.Mul(out, m)
		out = &next
	}
	return out
}

func correlations(m weightedMoments) []float64 {
	return singularValues(product(power(m.a, -0.5), m.c, power(m.b, -0.5)))
}

func meanOf(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v / float64(len(values))
	}
	return total
}

func bures(m weightedMoments) float64 { return nuclear(m.c) / math.Sqrt(mat.Trace(m.a)*mat.Trace(m.b)) }

// whitened is the partial whitening Z of the shape metric, as A^½·Z, with the trace kept.
func whitening(a *mat.Dense, alpha float64) *mat.Dense {
	p, _ := a.Dims()
	z := power(a, -0.5)
	z.Scale(1-alpha, z)
	for j := range p {
		z.Set(j, j, z.At(j, j)+alpha)
	}
	after := product(z.T(), a, z)
	z.Scale(math.Sqrt(mat.Trace(a)/mat.Trace(after)), z)
	return z
}

var weightedScores = map[string]func(m weightedMoments) float64{
	"cka":                         func(m weightedMoments) float64 { return norm(m.c) * norm(m.c) / norm(m.a) / norm(m.b) },
	"cka:as=angular":              func(m weightedMoments) float64 { return math.Acos(norm(m.c) * norm(m.c) / norm(m.a) / norm(m.b)) },
	"nbs":                         bures,
	"procrustes:as=angular-score": func(m weightedMoments) float64 { return 1 - 2*math.Acos(bures(m))/math.Pi },
	"procrustes:as=squared": func(m weightedMoments) float64 {
		return mat.Trace(m.a) + mat.Trace(m.b) - 2*nuclear(m.c)
	},
	"cca": func(m weightedMoments) float64 { return meanOf(correlations(m)) },
	"cca:stat=mean-squared": func(m weightedMoments) float64 {
		r := correlations(m)
		for i := range r {
			r[i] *= r[i]
		}
		return meanOf(r)
	},
	"linreg": func(m weightedMoments) float64 {
		return mat.Trace(product(m.c, power(m.b, -1), m.c.T())) / mat.Trace(m.a)
	},
	"ridge:lambda=2": func(m weightedMoments) float64 {
		q, _ := m.b.Dims()
		s := mat.DenseCopyOf(m.b)
		for j := range q {
			s.Set(j, j, s.At(j, j)+2)
		}
		w := product(power(s, -1), m.c.T())
		residual := mat.Trace(m.a) - 2*mat.Trace(product(m.c, w)) + mat.Trace(product(w.T(), m.b, w))
		return 1 - residual/mat.Trace(m.a)
	},
	"ensd": func(m weightedMoments) float64 {
		return norm(m.c) * norm(m.c) * mat.Trace(m.a) * mat.Trace(m.b) / math.Pow(norm(m.a)*norm(m.b), 2)
	},
	"pls-sv": func(m weightedMoments) float64 {
		p, q := m.c.Dims()
		return nuclear(m.c) / (m.n - 1) / float64(min(p, q))
	},
	"gulp": func(m weightedMoments) float64 {
		p, q := m.c.Dims()
		total := float64(p + q)
		for _, r := range correlations(m) {
			total -= 2 * r * r
		}
		return total
	},
	"shape:alpha=0.5": func(m weightedMoments) float64 {
		zx, zy := whitening(m.a, 0.5), whitening(m.b, 0.5)
		return math.Acos(nuclear(product(zx.T(), m.c, zy)) / math.Sqrt(mat.Trace(m.a)*mat.Trace(m.b)))
	},
}

// slopeOf is the fourth-order difference of a function of one weight at 1.
func slopeOf(at func(w float64) float64) float64 {
	const h = 1e-3
	return (at(1-2*h) - 8*at(1-h) + 8*at(1+h) - at(1+2*h)) / (12 * h)
}

func ones(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// TestSlopesOfWeightedSamples holds slopes to differences of scores of weighted samples.
func TestSlopesOfWeightedSamples(t *testing.T) {
	x, y := samplesOf(1, 19, 4, 0.5), samplesOf(2, 19, 5, 0.5)
	for name, score := range weightedScores {
		f := influencesOf(t, subject(t, name, x, y))
		if f.Method != ByGradient {
			t.Errorf("%s: slopes by %s", name, f.Method)
		}
		w := ones(19)
		if v := score(weighted(x, y, w)); !agrees(v, f.Value, 1e-10) {
			t.Errorf("%s: value %v, of equal weights %v", name, f.Value, v)
		}
		for i, u := range f.Units {
			want := slopeOf(func(v float64) float64 {
				w := ones(19)
				w[i] = v
				return score(weighted(x, y, w))
			})
			if math.Abs(u.Slope-want) > 1e-9 {
				t.Errorf("%s: slope of sample %d %.12g, of weighted samples %.12g", name, i, u.Slope, want)
			}
		}
	}
}

// TestSlopesOfEveryVariant does the same for every measure of second moments with a
// gradient, whose score of weighted moments is its own.
func TestSlopesOfEveryVariant(t *testing.T) {
	x, y := samplesOf(1, 21, 4, 0.5), samplesOf(2, 21, 3, 0.5)
	tested := 0
	for _, family := range measures.Families() {
		for _, variant := range append([]string{""}, variantsOf(family)...) {
			name := family.Card.Family + variant
			m, err := measures.Parse(name)
			if err != nil {
				continue // parameters that do not go together
			}
			d, ok := measures.AsDifferentiable(m)
			from, moments := measures.AsFromMoments(m)
			if _, counts := measures.As[measures.CountDependent](m); !ok || !moments || from.MomentFolds() > 0 || counts {
				continue
			}
			tested++
			f := influencesOf(t, subject(t, name, x, y))
			for i := range 3 {
				want := slopeOf(func(v float64) float64 {
					w := ones(21)
					w[i] = v
					return scoreOfWeighted(t, d, x, y, w)
				})
				if math.Abs(f.Units[i].Slope-want) > 1e-7*max(1, math.Abs(f.Value)) {
					t.Errorf("%s: slope of sample %d %.12g, of weighted moments %.12g", name, i, f.Units[i].Slope, want)
				}
			}
		}
	}
	if tested < 30 {
		t.Errorf("only %d variants", tested)
	}
}

// variantsOf sets each parameter of a family to each of its other words.
func variantsOf(f measures.Family) []string {
	var out []string
	for _, p := range f.Card.Params {
		for _, word := range p.Choices {
			if word != p.Default {
				out = append(out, ":"+p.Name+"="+word)
			}
		}
	}
	return out
}

func scoreOfWeighted(t *testing.T, m measures.Measure, x, y *data.Dataset, w []float64) float64 {
	t.Helper()
	sums := weighted(x, y, w)
	moments := linalg.NewMoments(x.Width(), y.Width())
	moments.N, moments.XX, moments.YY, moments.XY = len(w), sums.a, sums.b, sums.c
	pair, err := measures.NewMomentPair("x", "y", &measures.Segments{Moments: []*linalg.Moments{moments}, Bounds: []int{len(w)}})
	if err != nil {
		t.Fatal(err)
	}
	score, err := m.Score(pair)
	if err != nil {
		t.Fatal(err)
	}
	return score.Value
}

// TestSlopesOfWeightedFeatures holds the slopes of features to differences of scores of
// features that are scaled by √v, from their definitions.
func TestSlopesOfWeightedFeatures(t *testing.T) {
	x, y := samplesOf(1, 19, 4, 0.5), samplesOf(2, 19, 5, 0.5)
	tested := 0
	for name, score := range weightedScores {
		for _, side := range []Side{X, Y} {
			s := subject(t, name, x, y)
			f, err := s.Features(t.Context(), side)
			if err != nil {
				t.Fatal(err)
			}
			if f.Method == ByDeletion {
				continue
			}
			tested++
			for j, u := range f.Units {
				want := slopeOf(func(v float64) float64 {
					scaled := [2]*data.Dataset{x, y}
					scaled[side] = scaledFeature(scaled[side], j, math.Sqrt(v))
					return score(weighted(scaled[0], scaled[1], ones(19)))
				})
				if math.Abs(u.Slope-want) > 1e-9 {
					t.Errorf("%s: slope of feature %d of side %d %.12g, of a weighted one %.12g", name, j, side, u.Slope, want)
				}
			}
		}
	}
	if tested < 14 {
		t.Errorf("only %d slopes", tested)
	}
}

func scaledFeature(d *data.Dataset, feature int, by float64) *data.Dataset {
	values := append([]float64{}, d.Values...)
	for i := feature; i < len(values); i += d.Width() {
		values[i] *= by
	}
	return dataset(values, d.Shape...)
}

// TestFeaturesThatWeighNothing: a measure that any linear map of a system leaves as it
// is does not see the weights of its features, so that deletions stand for them.
func TestFeaturesThatWeighNothing(t *testing.T) {
	x, y := samplesOf(1, 19, 4, 0.5), samplesOf(2, 19, 5, 0.5)
	for name, want := range map[string][2]Method{
		"cca": {ByDeletion, ByDeletion}, "linreg": {ByGradient, ByDeletion}, "cka": {ByGradient, ByGradient},
		"linreg:cv=3": {ByGradient, ByDeletion}, "rsa": {ByGradient, ByGradient}, "rsa:rdm=correlation": {ByDeletion, ByDeletion},
		"rsa:rdm=cosine": {ByGradient, ByGradient}, "mutual-knn:k=3": {ByDeletion, ByDeletion},
	} {
		for _, side := range []Side{X, Y} {
			f, err := subject(t, name, x, y).Features(t.Context(), side)
			if err != nil {
				t.Fatal(err)
			}
			if f.Method != want[side] {
				t.Errorf("%s: slopes of side %d by %s, want %s", name, side, f.Method, want[side])
			}
			for j, u := range f.Units {
				if f.Method == ByDeletion && u.Slope != u.Change {
					t.Errorf("%s: feature %d of side %d has the slope %v and the change %v", name, j, side, u.Slope, u.Change)
				}
			}
		}
	}
}

// TestSlopesThatAddUp: weights that are all the same are a change of scale, which most
// scores do not see. A distance in the squared units of the data grows with it.
func TestSlopesThatAddUp(t *testing.T) {
	x, y := samplesOf(1, 30, 4, 0.5), samplesOf(2, 30, 5, 0.5)
	for name, degree := range map[string]float64{
		"cka": 0, "nbs": 0, "procrustes": 0, "cca": 0, "svcca": 0, "linreg": 0, "ensd": 0, "rsa:compare=cosine-cov": 0,
		"procrustes:as=squared": 1, "procrustes:as=euclidean": 0.5,
	} {
		f := influencesOf(t, subject(t, name, x, y))
		total, largest := 0.0, 0.0
		for _, u := range f.Units {
			total += u.Slope
			largest = max(largest, math.Abs(u.Slope))
		}
		if want := degree * f.Value; math.Abs(total-want) > 1e-12*max(1, math.Abs(f.Value)) || largest == 0 {
			t.Errorf("%s: slopes add up to %v, want %v (the largest is %v)", name, total, want, largest)
		}
	}
}

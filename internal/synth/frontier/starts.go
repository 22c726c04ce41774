package frontier

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// start is a path of data Y, base + cos θ·near + sin θ·far. A score changes along the
// path, so that one of its points has about the level asked for.
//
// Scores that are sums of singular values have kinks where a singular value is 0,
// and many minima are there. Gradients do not lead to a kink, but a search that
// begins at a kink stays there. Most paths therefore keep the singular vectors of
// the reference X = Σσᵢuᵢvᵢᵀ: their features are combinations of one uᵢ and of
// directions w that are orthogonal to X. Iterates keep that form for scores that are
// invariant to rotations.
type start struct {
	base, near, far []float64
	confine         func(g []float64) // keeps zeros of the start at 0; nil if there are none
	within          bool              // the start serves only levels that the path attains
}

// startMaker makes the starts for a reference of n×p and a Y of n×q.
type startMaker struct {
	n, q int
	xc   *mat.Dense // X without its means
	u    *mat.Dense // n×r
	s    []float64
	w    [][]float64 // orthonormal, orthogonal to u and to the constant
	seed uint64
}

// spaced returns ranks from 1 to k: all ranks if k is small, and otherwise some that
// are evenly spaced on a logarithmic scale.
func spaced(k int) []int {
	const most = 12
	var ranks []int
	for i := range most {
		rank := i + 1
		if k > most {
			rank = int(math.Round(math.Pow(float64(k), float64(i)/(most-1))))
		}
		if rank <= k && !slices.Contains(ranks, rank) {
			ranks = append(ranks, rank)
		}
	}
	return ranks
}

func newStartMaker(x *mat.Dense, q int, seed uint64) (*startMaker, error) {
	n, p := x.Dims()
	xc, _ := linalg.Center(x)
	u, s, _, err := linalg.SVD(xc)
	if err != nil {
		return nil, err
	}
	r := linalg.Rank(s, n, p)
	if r == 0 {
		return nil, &data.InputError{Found: "every sample has the same values", Wanted: "want data with principal components"}
	}
	m := &startMaker{n: n, q: q, xc: xc, u: mat.DenseCopyOf(u.Slice(0, n, 0, r)), s: s[:r], seed: seed}
	m.w = orthogonalTo(m.u, min(q, n-1-r), stats.Stream(seed, "frontier/orthogonal"))
	return m, nil
}

// starts returns the paths, the given number of random ones included.
func (m *startMaker) starts(random int) ([]start, error) {
	r := len(m.s)
	k := min(r, m.q)
	ranks := spaced(k)
	var out []start
	if len(m.w) > 1 {
		before := 0
		for _, rank := range ranks {
			out = append(out, m.hiddenByNoise(before, rank))
			before = rank
		}
	}
	for _, rank := range ranks {
		out = append(out, m.leading(rank, m.s))
	}
	out = append(out, m.scaling(k))
	ones := make([]float64, r)
	floats.AddConst(1, ones)
	out = append(out, m.leading(k, ones))
	for i := range random {
		random, err := m.random(stats.Stream(m.seed, "frontier/random/"+strconv.Itoa(i)))
		if err != nil {
			return nil, err
		}
		out = append(out, random)
	}
	return out, nil
}

// leading returns the path from the first components, with given sizes, to data that
// are unrelated to X.
func (m *startMaker) leading(rank int, sizes []float64) start {
	near, far := mat.NewDense(m.n, m.q, nil), mat.NewDense(m.n, m.q, nil)
	for i := range rank {
		m.add(near, i, sizes[i], mat.Col(nil, i, m.u))
	}
	for j, w := range m.w {
		m.add(far, m.q-len(m.w)+j, 1, w)
	}
	if m.w == nil { // no direction is orthogonal to X: end in random data
		far = gaussian(m.n, m.q, stats.Stream(m.seed, "frontier/far"))
	}
	size := floats.Norm(m.s, 2)
	far.Scale(size/linalg.Norm(far), far)
	near.Scale(size/linalg.Norm(near), near)
	return start{near: near.RawMatrix().Data, far: far.RawMatrix().Data, confine: m.without(rank), within: rank < min(len(m.s), m.q)}
}

// scaling returns the path from a small multiple of X to a large one, for measures that
// are not invariant to scaling.
func (m *startMaker) scaling(rank int) start {
	const smallest, largest = 1e-2, 1e3
	near, far := mat.NewDense(m.n, m.q, nil), mat.NewDense(m.n, m.q, nil)
	for i := range rank {
		component := mat.Col(nil, i, m.u)
		m.add(near, i, smallest*m.s[i], component)
		m.add(far, i, largest*m.s[i], component)
	}
	return start{near: near.RawMatrix().Data, far: far.RawMatrix().Data, within: true}
}

// without returns the function that removes the components of X beyond the first ones
// from Y or from a gradient. The product of Y with X then has at most that rank, in
// spite of rounding errors.
func (m *startMaker) without(rank int) func(g []float64) {
	r := len(m.s)
	if rank >= r {
		return nil
	}
	out := mat.DenseCopyOf(m.u.Slice(0, m.n, rank, r))
	return func(g []float64) {
		y := mat.NewDense(m.n, m.q, g)
		var along mat.Dense
		along.Mul(out.T(), y)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, out.RawMatrix(), along.RawMatrix(), 1, y.RawMatrix())
	}
}

// hiddenByNoise returns a path of data with the leading components of X in as many features,
// and one more feature that is unrelated to X and has nearly all of the variance.
// Regression is invariant to that feature, and rotations see little else. Along the
// path the components from one rank to another become unrelated to X. Where there is
// no other feature, the feature of the last component gets that variance.
func (m *startMaker) hiddenByNoise(before, rank int) start {
	const larger, much = 1e3, 1e5
	base, near, far := mat.NewDense(m.n, m.q, nil), mat.NewDense(m.n, m.q, nil), mat.NewDense(m.n, m.q, nil)
	before = max(before, rank-(len(m.w)-1)) // there are no more unrelated directions
	for i := range rank {
		size := larger * m.s[i]
		if i == m.q-1 {
			size *= much
		}
		component := mat.Col(nil, i, m.u)
		if i < before {
			m.add(base, i, size, component)
			continue
		}
		m.add(near, i, size, component)
		m.add(far, i, size, m.w[1+i-before])
	}
	if rank < m.q {
		m.add(base, m.q-1, much*larger*floats.Norm(m.s, 2), m.w[0])
	}
	return start{base: base.RawMatrix().Data, near: near.RawMatrix().Data, far: far.RawMatrix().Data, within: true}
}

// random returns the path from a noisy X to noise.
func (m *startMaker) random(rng *rand.Rand) (start, error) {
	noise, far := gaussian(m.n, m.q, rng), gaussian(m.n, m.q, rng)
	polar, _, err := linalg.Polar(linalg.CrossGram(noise, m.xc))
	if err != nil {
		return start{}, err
	}
	var near mat.Dense
	near.Mul(m.xc, polar.T())
	size := linalg.Norm(m.xc)
	noise.Scale(0.3*size/linalg.Norm(noise), noise)
	near.Add(&near, noise)
	far.Scale(size/linalg.Norm(far), far)
	return start{near: near.RawMatrix().Data, far: far.RawMatrix().Data}, nil
}

// add adds size·w to a feature of y.
func (m *startMaker) add(y *mat.Dense, feature int, size float64, w []float64) {
	for i, v := range w {
		y.Set(i, feature, y.At(i, feature)+size*v)
	}
}

// gaussian returns n×q random values without their column means.
func gaussian(n, q int, rng *rand.Rand) *mat.Dense {
	y := mat.NewDense(n, q, nil)
	values := y.RawMatrix().Data
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	yc, _ := linalg.Center(y)
	return yc
}

// orthogonalTo returns m random orthonormal vectors that are orthogonal to the
// columns of u and have mean zero.
func orthogonalTo(u *mat.Dense, m int, rng *rand.Rand) [][]float64 {
	n, r := u.Dims()
	var found [][]float64
	for len(found) < m {
		w := gaussian(n, 1, rng).RawMatrix().Data
		for range 2 { // the second pass removes the rounding errors of the first
			floats.AddConst(-floats.Sum(w)/float64(n), w)
			for i := range r {
				column := mat.Col(nil, i, u)
				floats.AddScaled(w, -floats.Dot(column, w), column)
			}
			for _, other := range found {
				floats.AddScaled(w, -floats.Dot(other, w), other)
			}
			floats.Scale(1/floats.Norm(w, 2), w)
		}
		found = append(found, w)
	}
	return found
}

// withX returns the path with the same X before each Y.
func (s start) withX(x []float64) start {
	still := make([]float64, len(x))
	base := s.base
	if base == nil {
		base = make([]float64, len(s.near))
	}
	return start{base: slices.Concat(x, base), near: slices.Concat(still, s.near), far: slices.Concat(still, s.far), within: s.within}
}

// at writes the point of the path at the angle θ.
func (s start) at(v []float64, theta float64) {
	floats.ScaleTo(v, math.Cos(theta), s.near)
	floats.AddScaled(v, math.Sin(theta), s.far)
	if s.base != nil {
		floats.Add(v, s.base)
	}
}

// towards writes the point of the path whose score A is nearest to a level. It
// returns errOffLevel where within is set and the path stays far from the level.
func (s start) towards(v, g []float64, p pair, level float64) error {
	const pieces, nearby = 6, 0.1
	gap := func(theta float64) (float64, error) {
		s.at(v, theta)
		a, err := p.first(v, g)
		return a - level, err
	}
	// The ends are left out: the score may be undefined there.
	angle := func(k int) float64 { return (0.001 + 0.998*float64(k)/pieces) * math.Pi / 2 }
	best, least, before, crossed := 0.0, math.Inf(1), 0.0, false
	for k := range pieces + 1 {
		d, err := gap(angle(k))
		if err != nil {
			return err
		}
		if math.Abs(d) < least {
			best, least = angle(k), math.Abs(d)
		}
		if k > 0 && (before < 0) != (d < 0) {
			if best, err = root(gap, angle(k-1), angle(k), before, d); err != nil {
				return err
			}
			crossed = true
			break
		}
		before = d
	}
	if s.within && !crossed && least > nearby {
		return errOffLevel
	}
	s.at(v, best)
	return nil
}

// root returns a point between a and b where f changes sign, to the level tolerance,
// by the Illinois form of false position.
func root(f func(float64) (float64, error), a, b, fa, fb float64) (float64, error) {
	c := b
	for range 30 {
		c = (a*fb - b*fa) / (fb - fa)
		fc, err := f(c)
		if err != nil {
			return 0, err
		}
		if math.Abs(fc) <= levelTolerance {
			break
		}
		if (fc < 0) != (fb < 0) {
			a, fa = b, fb
		} else {
			fa /= 2
		}
		b, fb = c, fc
	}
	return c, nil
}

package mlem

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Generator is a way to make patterns with a known metric.
type Generator string

// The generators.
const (
	// Realisable makes patterns whose squared distances are exactly dᵀWd before
	// noise is added: each feature moves a pattern in its own directions, by the
	// root of its weight.
	//
	// With interactions features are binary and W has only negative products. This
	// is necessary: if binary features a and b occur in all four combinations, the
	// parallelogram inequality of the four patterns permits no positive W_ab in any
	// Euclidean space. A mismatch in both counts
	// d_a·d_b = ½(d_a + d_b − d_{a⊕b}), so the features and their exclusive-ors
	// realise dᵀWd when each row of W sums to no less than 0.
	Realisable Generator = "realisable"

	// MDS is the generator of the MLEM paper: a random positive definite W
	// (scikit-learn's make_spd_matrix), distances √(dᵀWd) between random binary
	// features, and points that approximate these distances by metric
	// multidimensional scaling. Its W has positive products, so no patterns realise
	// it, and no method can recover it perfectly.
	MDS Generator = "mds"
)

// Simulation holds the settings of a simulation. Start from DefaultSimulation.
type Simulation struct {
	Generator    Generator
	Stimuli      int
	Features     int
	Kinds        []Kind  // of the features in turn: Numeric, Categorical (3 levels), and Binary
	Hidden       int     // units
	Noise        float64 // sd of Gaussian noise on every unit, in sd of the patterns
	Interactions bool    // Realisable: products, all features binary
	Sparsity     float64 // share of the weights that are 0, and of the possible products
	Correlation  float64 // of the Gaussian variables behind the features
	Conjunctions int     // SignedCode: pairs of features that have a direction of their own together
	Missing      float64 // share of the values of the table that are missing
	Seed         uint64  // of all random numbers, but see DataSeed
	DataSeed     uint64  // of the features and noise if not 0, for several recordings of one truth
}

// Binary is a Categorical feature of two levels, in Simulation.Kinds.
const Binary Kind = "binary"

// DefaultSimulation returns 200 stimuli of 10 features of all kinds in 64 units
// with noise of 1 sd.
func DefaultSimulation() Simulation {
	return Simulation{Generator: Realisable, Stimuli: 200, Features: 10, Kinds: []Kind{Binary, Categorical, Numeric}, Hidden: 64, Noise: 1, Seed: 1}
}

// Simulated is a recording with a known metric.
type Simulated struct {
	Table *data.Table
	Y     *mat.Dense // stimuli × units
	Clean *mat.Dense // the same without noise
	W     *mat.Dense // features × features, of unit Frobenius norm
}

// Simulate makes a recording. It depends on the settings and the seed only.
// Errors are *data.InputError, or ctx's.
func Simulate(ctx context.Context, s Simulation) (*Simulated, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	rng := stats.Stream(s.Seed, "mlem/simulate")
	switch {
	case s.Generator == MDS || s.Interactions:
		s.Kinds = []Kind{Binary}
	case s.singleCoordinate():
		// A category of three levels has two coordinates, but one row of W.
		s.Kinds = slices.DeleteFunc(slices.Clone(s.Kinds), func(k Kind) bool { return k == Categorical })
		if len(s.Kinds) == 0 {
			s.Kinds = []Kind{Binary}
		}
	}
	draws := rng
	if s.DataSeed != 0 {
		draws = stats.Stream(s.DataSeed, "mlem/simulate/data")
	}
	out := &Simulated{Table: s.table(draws)}
	var clean *mat.Dense
	var err error
	switch {
	case s.Generator == MDS:
		out.W = spdMatrix(s.Features, rng)
		clean, err = s.scaleDistances(ctx, out.Table, out.W)
	case s.Generator == MLP:
		clean, out.W, err = s.network(out.Table, rng)
	case s.Generator == SignedCode:
		var points *mat.Dense
		points, out.W = s.linearCode(out.Table, rng)
		clean, err = s.embed(s.conjoin(out.Table, points), rng)
	case s.Interactions:
		out.W = s.dominantMatrix(rng)
		clean, err = s.embed(interactionCoordinates(out.Table, out.W), rng)
	default:
		out.W = s.diagonalMatrix(rng)
		clean, err = s.embed(coordinates(out.Table, out.W), rng)
	}
	if err != nil {
		return nil, err
	}
	out.Clean = mat.DenseCopyOf(clean)
	sd := patternSD(clean)
	n, h := clean.Dims()
	for i := range n {
		row := clean.RawRowView(i)
		for j := range h {
			row[j] += s.Noise * sd * draws.NormFloat64()
		}
	}
	out.Y = clean
	if s.Missing > 0 {
		s.leaveOut(out.Table, draws)
	}
	return out, nil
}

func (s *Simulation) check() error {
	bad := func(format string, args ...any) error {
		return &data.InputError{Found: fmt.Sprintf(format, args...)}
	}
	switch {
	case s.Generator != Realisable && s.Generator != MDS && !s.singleCoordinate():
		return bad("unknown generator %q, want realisable, signed, mds or mlp", s.Generator)
	case s.Conjunctions < 0 || s.Conjunctions > 0 && (s.Generator != SignedCode || 2*s.Conjunctions > s.Features):
		return bad("%d conjunctions of %d features of the generator %s, want two features for each and the generator signed", s.Conjunctions, s.Features, s.Generator)
	case s.Interactions && s.singleCoordinate():
		return bad("interactions of the generator %s, which has them without", s.Generator)
	case !(s.Missing >= 0 && s.Missing < 1):
		return bad("a share of %g of missing values, want one in [0,1)", s.Missing)
	case s.Stimuli < 4 || s.Features < 1 || s.Hidden < 1:
		return bad("%d stimuli, %d features, %d units; want at least 4, 1 and 1", s.Stimuli, s.Features, s.Hidden)
	case !(s.Noise >= 0) || math.IsInf(s.Noise, 1):
		return bad("noise of %g standard deviations, want a finite number from 0 on", s.Noise)
	case !(s.Sparsity >= 0 && s.Sparsity < 1):
		return bad("a share of %g of weights that are 0, want one in [0,1)", s.Sparsity)
	case !(s.Correlation >= 0 && s.Correlation < 1):
		return bad("a correlation of %g, want one in [0,1)", s.Correlation)
	case len(s.Kinds) == 0 && s.Generator == Realisable && !s.Interactions:
		return bad("no kinds of features")
	}
	for _, k := range s.Kinds {
		if k != Binary && k != Categorical && k != Numeric {
			return bad("simulated features of kind %q, want binary, categorical or numeric", k)
		}
	}
	return nil
}

// singleCoordinate reports whether each feature has one coordinate.
func (s *Simulation) singleCoordinate() bool { return s.Generator == SignedCode || s.Generator == MLP }

// table draws features from correlated Gaussian variables: categories by thresholds,
// numbers by the distribution function.
func (s *Simulation) table(rng *rand.Rand) *data.Table {
	t := &data.Table{}
	shared := make([]float64, s.Stimuli)
	for i := range shared {
		shared[i] = rng.NormFloat64()
	}
	for f := range s.Features {
		kind := s.Kinds[f%len(s.Kinds)]
		c := &data.Column{Name: fmt.Sprintf("%s%d", kind, f+1), Kind: data.Categorical}
		levels := 0
		switch kind {
		case Numeric:
			c.Kind = data.Numeric
		case Binary:
			levels = 2
		default:
			levels = 3
		}
		for l := range levels {
			c.Levels = append(c.Levels, string(rune('A'+l)))
		}
		for i := range s.Stimuli {
			z := math.Sqrt(s.Correlation)*shared[i] + math.Sqrt(1-s.Correlation)*rng.NormFloat64()
			u := 0.5 * math.Erfc(-z/math.Sqrt2)
			if levels == 0 {
				c.Values = append(c.Values, u)
			} else {
				c.Codes = append(c.Codes, min(int(u*float64(levels)), levels-1))
			}
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// diagonalMatrix draws weights that are absolute values of normal variables.
func (s *Simulation) diagonalMatrix(rng *rand.Rand) *mat.Dense {
	w := mat.NewDense(s.Features, s.Features, nil)
	zeros := min(int(s.Sparsity*float64(s.Features)), s.Features-1)
	for i, f := range rng.Perm(s.Features) {
		v := math.Abs(rng.NormFloat64())
		if i >= zeros {
			w.Set(f, f, v)
		}
	}
	return scaled(1/linalg.Norm(w), w)
}

// dominantMatrix draws negative products and a diagonal that outweighs them.
func (s *Simulation) dominantMatrix(rng *rand.Rand) *mat.Dense {
	w := mat.NewDense(s.Features, s.Features, nil)
	for a := range s.Features {
		for b := range a {
			v := math.Abs(rng.NormFloat64())
			if rng.Float64() < s.Sparsity {
				continue
			}
			w.Set(a, b, -v)
			w.Set(b, a, -v)
		}
	}
	for a := range s.Features {
		// The main effect exceeds the amount that the products need.
		sum := math.Abs(rng.NormFloat64()) * math.Sqrt(float64(s.Features))
		for b := range s.Features {
			if b != a {
				sum -= w.At(a, b)
			}
		}
		w.Set(a, a, sum)
	}
	return scaled(1/linalg.Norm(w), w)
}

// spdMatrix draws U·(11ᵀ + diag(r))·Uᵀ with U the eigenvectors of AᵀA, A and r
// uniform, as make_spd_matrix does.
func spdMatrix(f int, rng *rand.Rand) *mat.Dense {
	a := mat.NewDense(f, f, nil)
	for i := range f {
		for j := range f {
			a.Set(i, j, rng.Float64())
		}
	}
	u, _, _, err := linalg.SVD(linalg.Gram(a))
	if err != nil {
		panic(err) // finite by construction
	}
	m := mat.NewDense(f, f, nil)
	for i := range f {
		for j := range f {
			m.Set(i, j, 1)
		}
		m.Set(i, i, 1+rng.Float64())
	}
	var um, w mat.Dense
	um.Mul(u, m)
	w.Mul(&um, u.T())
	for i := range f {
		for j := range i {
			w.Set(i, j, w.At(j, i))
		}
	}
	return scaled(1/linalg.Norm(&w), &w)
}

// coordinates returns points with squared distances Σ_f w_f·d_f².
func coordinates(t *data.Table, w *mat.Dense) *mat.Dense {
	var columns [][]float64
	for f, c := range t.Columns {
		root := math.Sqrt(w.At(f, f))
		if c.Kind == data.Numeric {
			lo, hi := c.Values[0], c.Values[0]
			for _, v := range c.Values {
				lo, hi = min(lo, v), max(hi, v)
			}
			column := make([]float64, c.Len())
			for i, v := range c.Values {
				column[i] = root * (v - lo) / (hi - lo)
			}
			columns = append(columns, column)
			continue
		}
		for l := range c.Levels {
			column := make([]float64, c.Len())
			for i, code := range c.Codes {
				if code == l {
					column[i] = root / math.Sqrt2
				}
			}
			columns = append(columns, column)
		}
	}
	return stackColumns(columns)
}

// interactionCoordinates returns points with squared distances dᵀWd for binary
// features.
func interactionCoordinates(t *data.Table, w *mat.Dense) *mat.Dense {
	var columns [][]float64
	for a, ca := range t.Columns {
		var sum float64
		for b := range t.Columns {
			sum += w.At(a, b)
		}
		column := make([]float64, ca.Len())
		for i, code := range ca.Codes {
			column[i] = math.Sqrt(max(sum, 0)) * float64(code)
		}
		columns = append(columns, column)
		for b, cb := range t.Columns[:a] {
			if w.At(a, b) == 0 {
				continue
			}
			either := make([]float64, ca.Len())
			for i, code := range ca.Codes {
				either[i] = math.Sqrt(-w.At(a, b)) * float64(code^cb.Codes[i])
			}
			columns = append(columns, either)
		}
	}
	return stackColumns(columns)
}

func stackColumns(columns [][]float64) *mat.Dense {
	x := mat.NewDense(len(columns[0]), len(columns), nil)
	for j, c := range columns {
		x.SetCol(j, c)
	}
	return x
}

// embed maps points to patterns over the hidden units by a random rotation, which
// keeps distances.
func (s *Simulation) embed(points *mat.Dense, rng *rand.Rand) (*mat.Dense, error) {
	_, p := points.Dims()
	if p > s.Hidden {
		return nil, &data.InputError{Found: fmt.Sprintf("%d units for %d directions", s.Hidden, p), Wanted: fmt.Sprintf("want at least %d units", p)}
	}
	g := mat.NewDense(s.Hidden, p, nil)
	for i := range s.Hidden {
		for j := range p {
			g.Set(i, j, rng.NormFloat64())
		}
	}
	q, _ := linalg.QR(g)
	var y mat.Dense
	y.Mul(points, q.T())
	return &y, nil
}

// patternSD returns the standard deviation of all values about the means of units.
func patternSD(y *mat.Dense) float64 {
	c, _ := linalg.Center(y)
	n, h := c.Dims()
	return linalg.Norm(c) / math.Sqrt(float64(n*h))
}

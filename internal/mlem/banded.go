package mlem

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// bandedDesign is the columns of a regression in bands, and what is regressed on them.
type bandedDesign struct {
	x, y *mat.Dense // stimuli × columns, stimuli × units
	band []int      // of each column
}

// bandedChoice is a point of the search: shares γ of the bands, which add up to 1, and a
// penalty α. Band b has the penalty λ_b = α/γ_b, and no part where γ_b is 0:
//
//	‖y − Σ_b √γ_b X_b v_b‖² + α Σ_b ‖v_b‖²,  w_b = √γ_b v_b.
type bandedChoice struct {
	shares []float64
	alpha  float64
}

// bandedBasis is the ridge regression of a training set for all penalties at once: the
// prediction for rows of another set is t·diag(1/(s+α))·c, of training means.
type bandedBasis struct {
	s     []float64  // eigenvalues of Σ γ_b X_bX_bᵀ
	left  *mat.Dense // stimuli × eigenvalues
	c     *mat.Dense // leftᵀ·y, eigenvalues × units
	back  *mat.Dense // columns × eigenvalues: w = back·diag(1/(s+α))·c
	means trainMeans
}

// basis forms the eigenvectors, of columns or, where these are more, of stimuli.
func (d *bandedDesign) basis(shares []float64) (*bandedBasis, error) {
	xc, mx := linalg.Center(d.x)
	yc, my := linalg.Center(d.y)
	n, p := xc.Dims()
	scaled := mat.DenseCopyOf(xc)
	for i := range n {
		row := scaled.RawRowView(i)
		for j := range row {
			row[j] *= math.Sqrt(shares[d.band[j]])
		}
	}
	b := &bandedBasis{means: trainMeans{mx, my}, left: new(mat.Dense), c: new(mat.Dense), back: new(mat.Dense)}
	var v *mat.Dense
	var err error
	if p <= n {
		if b.s, v, err = linalg.EigSym(linalg.Gram(scaled)); err != nil {
			return nil, err
		}
		b.c.Mul(v.T(), linalg.CrossGram(scaled, yc))
		b.left.Mul(scaled, v)
		b.back = v
	} else {
		if b.s, v, err = linalg.EigSym(linalg.OuterGram(scaled)); err != nil {
			return nil, err
		}
		b.c.Mul(v.T(), yc)
		b.left = v
		b.back.Mul(scaled.T(), v)
	}
	for j := range p {
		row := b.back.RawRowView(j)
		root := math.Sqrt(shares[d.band[j]])
		for k := range row {
			row[k] *= root
		}
	}
	for k := range b.s {
		b.s[k] = max(0, b.s[k])
	}
	return b, nil
}

// shrunk returns diag(1/(s+α))·c.
func (b *bandedBasis) shrunk(alpha float64) *mat.Dense {
	out := mat.DenseCopyOf(b.c)
	for k, s := range b.s {
		row := out.RawRowView(k)
		f := 0.0
		if s+alpha > 0 {
			f = 1 / (s + alpha)
		}
		for u := range row {
			row[u] *= f
		}
	}
	return out
}

// operator returns what makes coefficients of centred patterns, columns × stimuli.
func (b *bandedBasis) operator(alpha float64) *mat.Dense {
	rows, _ := b.back.Dims()
	scaled := mat.DenseCopyOf(b.back)
	for j := range rows {
		row := scaled.RawRowView(j)
		for k, s := range b.s {
			f := 0.0
			if s+alpha > 0 {
				f = 1 / (s + alpha)
			}
			row[k] *= f
		}
	}
	var out mat.Dense
	out.Mul(scaled, b.left.T())
	return &out
}

// bandedSearch finds for each unit, and for all together, the choice with the least mean
// squared error over the test sets, averaged over these. The first of equally good choices
// is taken. It does so once more for each row of draws, in which stimulus i counts as often
// as its column says; nil for none.
func (d *bandedDesign) bandedSearch(shares [][]float64, alphas []float64, tests [][]int, draws *mat.Dense, more func() error) (*bandedFound, error) {
	n, q := d.y.Dims()
	weight, best := d.unitWeights(), newBandedVote(q)
	votes := make([]*bandedVote, len(tests)) // of all folds but one
	errors := make([]*mat.Dense, len(tests)) // minus those of the fold, by penalty and unit
	for k := range votes {
		votes[k], errors[k] = newBandedVote(q), mat.NewDense(len(alphas), q, nil)
	}
	redrawn := make([]*bandedVote, 0)
	var resampled []*mat.Dense // by penalty: draws × units
	if draws != nil {
		count, _ := draws.Dims()
		for range count {
			redrawn = append(redrawn, newBandedVote(q))
		}
		for range alphas {
			resampled = append(resampled, mat.NewDense(count, q, nil))
		}
	}
	type part struct {
		train *bandedDesign
		x, y  *mat.Dense
		draws *mat.Dense // −1/(rows·tests) times those of the test set
	}
	var parts []part
	for _, test := range tests {
		held := make([]bool, n)
		for _, i := range test {
			held[i] = true
		}
		var train []int
		for i := range n {
			if !held[i] {
				train = append(train, i)
			}
		}
		own := part{train: &bandedDesign{pickRows(d.x, train), pickRows(d.y, train), d.band}, x: pickRows(d.x, test), y: pickRows(d.y, test)}
		if draws != nil {
			own.draws = scaled(-1/float64(len(test)*len(tests)), pickColumns(draws, test))
		}
		parts = append(parts, own)
	}
	for _, share := range shares {
		if err := more(); err != nil {
			return nil, err
		}
		score := mat.NewDense(len(alphas), q, nil)
		for _, r := range resampled {
			r.Zero()
		}
		for k, part := range parts {
			b, err := part.train.basis(share)
			if err != nil {
				return nil, err
			}
			var t mat.Dense
			t.Mul(centredBy(part.x, b.means.x), b.back)
			y := centredBy(part.y, b.means.y)
			rows, _ := y.Dims()
			for a, alpha := range alphas {
				var fit mat.Dense
				fit.Mul(&t, b.shrunk(alpha))
				sum := errors[k].RawRowView(a)
				clear(sum)
				for i := range rows {
					f := fit.RawRowView(i)
					for u, v := range y.RawRowView(i) {
						r := v - f[u]
						f[u] = r * r
						sum[u] -= r * r / float64(rows*len(tests))
					}
				}
				if draws != nil {
					var own mat.Dense
					own.Mul(part.draws, &fit)
					resampled[a].Add(resampled[a], &own)
				}
			}
			score.Add(score, errors[k])
		}
		for a, alpha := range alphas {
			c := bandedChoice{share, alpha}
			best.add(c, score.RawRowView(a), nil, weight)
			for k, vote := range votes {
				vote.add(c, score.RawRowView(a), errors[k].RawRowView(a), weight)
			}
			for r, vote := range redrawn {
				vote.add(c, resampled[a].RawRowView(r), nil, weight)
			}
		}
	}
	found := &bandedFound{each: best.choice, scores: best.score, shared: best.shared, gain: make([]float64, q), redrawn: redrawn}
	for _, vote := range votes {
		for u := range q {
			found.gain[u] += weight[u] * (vote.held[u] - vote.sharedHeld[u])
		}
	}
	return found, nil
}

// bandedFit is the fit of units that have one choice to a training set.
type bandedFit struct {
	units    []int
	operator *mat.Dense // columns × stimuli: w = operator·(y − ȳ)
	w        *mat.Dense // columns × units
	means    trainMeans
}

// coefficients returns those of some units, columns × units.
func (b *bandedBasis) coefficients(alpha float64, units []int) *mat.Dense {
	own := *b
	own.c = pickColumns(b.c, units)
	var out mat.Dense
	out.Mul(b.back, own.shrunk(alpha))
	return &out
}

// fits returns the fit of each choice.
func (d *bandedDesign) fits(chosen []bandedChoice) ([]bandedFit, error) {
	type key struct {
		shares *float64
		alpha  float64
	}
	var out []bandedFit
	at := map[key]int{}
	bases := map[*float64]*bandedBasis{}
	for u, c := range chosen {
		k := key{&c.shares[0], c.alpha}
		if _, known := at[k]; !known {
			at[k] = len(out)
			b := bases[k.shares]
			if b == nil {
				var err error
				if b, err = d.basis(c.shares); err != nil {
					return nil, err
				}
				bases[k.shares] = b
			}
			out = append(out, bandedFit{operator: b.operator(c.alpha), means: b.means})
		}
		out[at[k]].units = append(out[at[k]].units, u)
	}
	for i := range out {
		f := &out[i]
		y := centredBy(pickColumns(d.y, f.units), pick(f.means.y, f.units))
		f.w = new(mat.Dense)
		f.w.Mul(f.operator, y)
	}
	return out, nil
}

func pickColumns(x *mat.Dense, columns []int) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(columns), nil)
	for i := range n {
		row, from := out.RawRowView(i), x.RawRowView(i)
		for k, c := range columns {
			row[k] = from[c]
		}
	}
	return out
}

// scaleBands divides the columns of each band by the root of the sum of their variances, so
// that a share says the same of small and of large bands, and returns the divisors.
func (d *bandedDesign) scaleBands(bands int) []float64 {
	xc, _ := linalg.Center(d.x)
	n, p := xc.Dims()
	scale := make([]float64, bands)
	for i := range n {
		for j, v := range xc.RawRowView(i) {
			scale[d.band[j]] += v * v / float64(n)
		}
	}
	by := make([]float64, p)
	for j := range by {
		by[j] = 1
		if s := math.Sqrt(scale[d.band[j]]); s > 0 {
			by[j] = s
		}
	}
	d.x = dividedBy(d.x, by)
	return by
}

func dividedBy(x *mat.Dense, by []float64) *mat.Dense {
	out := mat.DenseCopyOf(x)
	n, _ := out.Dims()
	for i := range n {
		row := out.RawRowView(i)
		for j := range row {
			row[j] /= by[j]
		}
	}
	return out
}

// centredBy subtracts means from the rows of a matrix.
func centredBy(x *mat.Dense, means []float64) *mat.Dense {
	out := mat.DenseCopyOf(x)
	n, _ := out.Dims()
	for i := range n {
		row := out.RawRowView(i)
		for j := range row {
			row[j] -= means[j]
		}
	}
	return out
}

// bandShares draws points of the search: equal shares first, then each band alone, and then
// Dirichlet distributed ones, of concentration 0.1 and 1 in turn, so that some leave bands
// out and some mix all.
func bandShares(bands, draws int, seed uint64) [][]float64 {
	equal := make([]float64, bands)
	for b := range equal {
		equal[b] = 1 / float64(bands)
	}
	out := [][]float64{equal}
	for b := 0; b < bands && bands > 1; b++ {
		alone := make([]float64, bands)
		alone[b] = 1
		out = append(out, alone)
	}
	rng := stats.Stream(seed, "mlem/banded")
	for r := range draws {
		if bands == 1 {
			break
		}
		concentration := [2]float64{0.1, 1}[r%2]
		logs, most := make([]float64, bands), math.Inf(-1)
		for b := range logs {
			// ln of a gamma variable of shape a < 1: that of one of shape a+1 and ln(U)/a.
			logs[b] = logGammaVariable(concentration+1, rng) + math.Log(1-rng.Float64())/concentration
			most = max(most, logs[b])
		}
		total := 0.0
		shares := make([]float64, bands)
		for b, l := range logs {
			shares[b] = math.Exp(l - most)
			total += shares[b]
		}
		for b := range shares {
			shares[b] /= total
		}
		out = append(out, shares)
	}
	return out
}

// logGammaVariable draws the logarithm of a gamma variable of a shape of at least 1
// (Marsaglia and Tsang 2000, doi:10.1145/358407.358414).
func logGammaVariable(shape float64, rng interface {
	NormFloat64() float64
	Float64() float64
},
) float64 {
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return math.Log(d * v)
		}
	}
}

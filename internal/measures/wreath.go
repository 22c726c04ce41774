package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// refGodfrey2022 studies what permutations and positive scalings of features, the wreath
// product of both groups, do to a layer of rectifiers: nothing that the next layer could
// not undo.
var refGodfrey2022 = Reference{
	Key: "godfrey2022symmetries", Authors: "Godfrey, Charles and Brown, Davis and Emerson, Tegan and Kvinge, Henry",
	Title: "On the symmetries of deep learning models and their internal representations",
	Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2022, DOI: "10.48550/arXiv.2205.14258",
}

const wreathSpace = "of layers with space, give every position of every image as a sample: features are then channels, and moving all images alike changes nothing"

var wreathProcrustesFamily = Family{
	Card: Card{
		Family:         "wreath-procrustes",
		Title:          "Procrustes similarity up to permutation and scale of features",
		Question:       "How near to each other are single features of X and of Y, whatever the scale of each?",
		Formula:        "1 − √((p + q − 2·max_P Σ_(i,j)∈P x̂_i·ŷ_j)/(4·max(p,q))), x̂ and ŷ the features scaled to norm 1, P a one-to-one matching",
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Permutation | Scaling,
		Y:              Permutation | Scaling,
		MinSamples:     2,
		Cost:           "n·p·q + min(p,q)²·max(p,q)",
		Pitfalls: []string{
			"made for responses that are not negative: the means of features are not removed, and make features alike that have nothing else in common",
			"every feature counts alike, whatever its variance",
			wreathSpace,
		},
		References: []Reference{refGodfrey2022, refJonker1987},
	},
	Aliases: []Alias{{"wreath_procrustes", "wreath-procrustes"}},
	New:     func(a Args) (Measure, error) { return wreathProcrustes{a.Card()}, nil },
}

type wreathProcrustes struct{ card Card }

// Card implements Measure.
func (m wreathProcrustes) Card() Card { return m.card }

// Score implements Measure.
func (m wreathProcrustes) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, y := unitFeatures(p.X.raw), unitFeatures(p.Y.raw)
	gaps := 0.0
	matched := map[int]bool{}
	for i, j := range assignment(linalg.CrossGram(x, y)) {
		if j < 0 {
			gaps += columnSquare(x, i)
			continue
		}
		matched[j] = true
		for k := range p.Samples() {
			d := x.At(k, i) - y.At(k, j)
			gaps += d * d
		}
	}
	for j := range p.Y.p {
		if !matched[j] {
			gaps += columnSquare(y, j)
		}
	}
	return Score{Value: 1 - math.Sqrt(gaps/(4*float64(max(p.X.p, p.Y.p))))}, nil
}

// unitFeatures returns the columns scaled to norm 1; one of zeros stays.
func unitFeatures(x *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(x)
	factors := columnNorms(x)
	for j, norm := range factors {
		if norm > 0 {
			factors[j] = 1 / norm
		}
	}
	scaleColumns(out, factors)
	return out
}

func columnSquare(x *mat.Dense, j int) float64 {
	norm := mat.Norm(x.ColView(j), 2)
	return norm * norm
}

// Memory implements Memory: features of norm 1, and their products with a transposed copy
// where it is needed.
func (m wreathProcrustes) Memory(d Dims) Need {
	return work(d.values() + 2*d.P*d.Q + 16*(d.P+d.Q))
}

// NeuronError implements NeuronError.
func (m wreathProcrustes) NeuronError(Dims) string { return bestOfMany }

// Estimator implements Estimable: there is no estimate.
func (m wreathProcrustes) Estimator() (Estimator, bool) {
	return Estimator{Reason: bestOfMany}, false
}

// Deletions implements Estimable.
func (m wreathProcrustes) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined(bestOfMany)
}

var wreathCKAFamily = withForms(Family{
	Card: Card{
		Family:         "wreath-cka",
		Title:          "Centred kernel alignment up to permutation and scale of features",
		Question:       "Do pairs of samples that drive some one feature of X together drive some one feature of Y together?",
		Formula:        "h(K,L)/√(h(K,K)·h(L,L)), h Song's estimate of HSIC, K_ij = max_k x̂_ik·x̂_jk over the features x̂ centred and scaled to norm 1, L likewise",
		Params:         []Param{cosineForms()},
		Min:            -1,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Permutation | Scaling | Translation,
		Y:              Permutation | Scaling | Translation,
		MinSamples:     4,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"the largest product of many is large by chance where features are many",
			"every feature counts alike, whatever its variance",
			"with space, published code adds the products over positions before it takes the largest; here every sample stands for itself",
		},
		References: []Reference{refGodfrey2022, refSong2012},
	},
	Aliases: []Alias{{"wreath_cka", "wreath-cka"}},
	New:     func(a Args) (Measure, error) { return wreathCKA{a.Card()}, nil },
}, asScore, asScore)

type wreathCKA struct{ card Card }

// Card implements Measure.
func (m wreathCKA) Card() Card { return m.card }

// Score implements Measure.
func (m wreathCKA) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	k, l, err := m.kernels(p)
	if err != nil {
		return Score{}, err
	}
	value, err := cosineOf(k.cross(l), k.squares, l.squares, debiased)
	return Score{Value: clip(value)}, err
}

// songKernel is a U-centred kernel by bands, with its squared norm.
type songKernel struct {
	centredBands
	squares float64
}

func (k songKernel) cross(l songKernel) float64 {
	xy, _, _ := products(k.centredBands, l.centredBands)
	return xy
}

// kernels returns the kernels of both systems.
func (m wreathCKA) kernels(p *Pair) (k, l songKernel, err error) {
	x, y, _, err := p.standardised()
	if err != nil {
		return k, l, err
	}
	if k, err = largestKernel(p.X, x); err != nil {
		return k, l, err
	}
	l, err = largestKernel(p.Y, y)
	return k, l, err
}

func largestKernel(s *System, x *mat.Dense) (songKernel, error) {
	b := largestProducts(x)
	e := b.extent()
	u := b.uCentred(e)
	_, squares, _ := products(u, u)
	t := s.hsicTolerance()
	const bothOrders = 2
	if !(squares > t*t*bothOrders*e.squares) {
		return songKernel{}, noHSIC(debiased)
	}
	return songKernel{u, squares}, nil
}

// gap implements gapped.
func (m wreathCKA) gap(p *Pair) (float64, error) {
	if p.identical() {
		return 0, nil
	}
	k, l, err := m.kernels(p)
	if err != nil {
		return 0, err
	}
	d := gap(k.centredBands, l.centredBands, 1/math.Sqrt(k.squares), 1/math.Sqrt(l.squares))
	return d * d / 2, nil
}

// largestProducts returns the largest product of entries of each two rows.
func largestProducts(x *mat.Dense) banded {
	return directBands(x.RawMatrix().Rows, func(i, j int) float64 {
		a, b := x.RawRowView(i), x.RawRowView(j)
		most := a[0] * b[0]
		for k, v := range a {
			most = max(most, v*b[k])
		}
		return most
	})
}

// Memory implements Memory.
func (m wreathCKA) Memory(d Dims) Need {
	return together(d.needCentred(), kept(standardisedKey{}, d.values()), work(2*d.bandMemory()+8*d.N))
}

// NeuronError implements NeuronError.
func (m wreathCKA) NeuronError(Dims) string { return bestOfMany }

// Estimator implements Estimable: there is no estimate.
func (m wreathCKA) Estimator() (Estimator, bool) { return Estimator{Reason: bestOfMany}, false }

// Deletions implements Estimable.
func (m wreathCKA) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(bestOfMany) }

// NullMean implements NullMean: Song's estimate is 0 on average over all pairings.
func (m wreathCKA) NullMean(p *Pair, units *Units) (float64, bool, error) {
	return 0, units == nil && p.segments == nil, nil
}

package measures

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The forms of the Procrustes distance that are not those of a cosine. The form squared
// is the square of the distance, not of a cosine.
const (
	asEuclidean         = "euclidean"
	asProcrustesSquared = "squared distance"
	asNormalised        = "normalised"
)

var procrustesFamily = Family{
	Card: Card{
		Family:   "procrustes",
		Title:    "Orthogonal Procrustes distance",
		Question: "How far apart do X and Y remain after the best rotation (and, in the angular forms, the best scale)?",
		Formula:  "angular: arccos(‖C‖*/(‖Xc‖‖Yc‖)); squared: ‖Xc‖² + ‖Yc‖² − 2‖C‖*; euclidean: its square root; normalised: √(2 − 2 cos θ)",
		Params: []Param{
			moreForms(choice("as", "the angle θ in radians (angular), 1 − 2θ/π (angular-score), the distance in the units of the data (euclidean), its square (squared), the distance of the systems scaled to unit norm (normalised)",
				asAngular, asAngularScore, asEuclidean, asSquared, asNormalised), asScore, asOneMinus, asAngularDistance),
			integer("cv", 0, 0, maxFolds, "held out in this many contiguous folds: the rotation is found on the others, and the mean over folds reported; 0 for none"),
		},
		Symmetric:      true,
		Inflated:       true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·p·q + min(p,q)³",
		Pitfalls: []string{
			"the euclidean and squared forms grow with the number of samples and the units of the data",
			"the narrower system is padded with zeros, as is usual: unequal widths are not an obstacle, nor a penalty",
		},
		References: []Reference{refSchonemann1966, refWilliams2021, refDing2021, refCloos2025},
	},
	Aliases: []Alias{
		{"procrustes-angular", "procrustes"},
		{"procrustes-angular-score", "procrustes:as=angular-score"},
		{"procrustes-euclidean", "procrustes:as=euclidean"},
		{"procrustes-squared", "procrustes:as=squared"},
		{"procrustes-normalised", "procrustes:as=normalised"},
		{"procrustes-normalized", "procrustes:as=normalised"},
		{"procrustes-score", "procrustes:as=angular-score"},
		{"procrustes-angular_score", "procrustes:as=angular-score"},
		{"procrustes-sq-euclidean", "procrustes:as=squared"},
		{"procrustes-euclidean#{}folds_cv", "procrustes:as=euclidean:cv={}"},
		{"procrustes-distance=angular", "procrustes"},
		{"procrustes-distance=angular-score", "procrustes:as=angular-score"},
		{"procrustes-distance=euclidean", "procrustes:as=euclidean"},
		{"procrustes-distance=squared_euclidean", "procrustes:as=squared"},
		{"procrustes-angular#{}folds_cv", "procrustes:cv={}"},
	},
	Refused: map[string]string{
		"procrustes-angular-score#{}folds_cv":   "diffscore computes the Euclidean distance under this name; say procrustes:as=euclidean:cv=5 or procrustes:as=angular-score:cv=5",
		"procrustes-euclidean-score#{}folds_cv": "diffscore computes the angle under this name; say procrustes:cv=5 or procrustes:as=euclidean:cv=5",
	},
	New: newProcrustes,
}

type procrustes struct {
	card Card
	as   string
	cv   int
}

func newProcrustes(a Args) (Measure, error) {
	m := procrustes{card: a.Card(), as: a.Text("as"), cv: a.Int("cv")}
	if m.as == asSquared {
		m.as = asProcrustesSquared
	}
	if m.cv == 1 {
		return nil, errors.New("cv=1: want 0 or at least 2 folds")
	}
	m.card = rotationCard(m.card, m.as, m.cv)
	return m, nil
}

// rotationCard sets the fields of the card of a distance after a rotation that depend on
// its form, and on the folds that it is held out in: a rotation may be wrong there.
func rotationCard(card Card, as string, cv int) Card {
	lo := 0.0
	if cv > 0 {
		lo = -1
		card.MinSamples, card.Folds, card.Inflated = max(2, cv), cv, false
	}
	if as == asEuclidean || as == asProcrustesSquared {
		card.Min, card.Max, card.Identity, card.HigherIsCloser = 0, math.Inf(1), 0, false
		card.X &^= Scaling
		card.Y &^= Scaling
		return card
	}
	if f, ok := formNamed(as); ok {
		f.set(&card, lo)
	} else {
		formCard(&card, as, lo)
	}
	return card
}

// Card implements Measure.
func (m procrustes) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m procrustes) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m procrustes) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	if m.cv > 0 {
		return m.heldOut(p)
	}
	a, err := p.alignment()
	if err != nil {
		return Score{}, err
	}
	v, err := m.report(a)
	return Score{Value: v}, err
}

func (m procrustes) report(a alignment) (float64, error) {
	switch m.as {
	case asProcrustesSquared:
		return a.squared()
	case asEuclidean:
		d, err := a.squared()
		return math.Sqrt(d), err
	}
	theta, err := a.angle()
	switch m.as {
	case asAngularScore:
		return 1 - 2*theta/math.Pi, err
	case asSquared:
		s := math.Cos(theta)
		return s * s, err
	case asAngular:
		return theta, err
	default:
		f, _ := formNamed(m.as)
		if m.as == asNegativeLog && theta >= math.Pi/2 {
			return 0, errNoLogarithm
		}
		v, _, _ := f.of(theta, 1, 1)
		return v, err
	}
}

// ComponentScore implements Theory without folds, by
//
//	‖X‖² + ‖Y‖² − 2‖C‖* = Σλᵢ((1−|aᵢcos φᵢ|)² + aᵢ²sin² φᵢ).
func (m procrustes) ComponentScore(p AlignedPair) (float64, bool) {
	if m.cv > 0 {
		return 0, false
	}
	v := p.rotated()
	switch m.as {
	case asProcrustesSquared, asEuclidean:
		sum := 0.0
		for i, x := range v.x {
			d := x - v.y[i]
			sum += d*d + v.z[i]*v.z[i]
		}
		if m.as == asEuclidean {
			sum = math.Sqrt(sum)
		}
		return sum, true
	default:
		return v.form(m.as), true
	}
}

// Scale implements Monotone: the angle is the arccosine of NBS. Distances in the units of
// the data also depend on these units, and held-out ones on the folds.
func (m procrustes) Scale() (Scale, bool) {
	return Scale{BuresCosine, m.as}, m.cv == 0 && m.as != asEuclidean && m.as != asProcrustesSquared
}

// MomentFolds implements FromMoments.
func (m procrustes) MomentFolds() int { return m.cv }

// Memory implements Memory. Folds need their moments, and their samples where moments do
// not suffice.
func (m procrustes) Memory(d Dims) Need {
	p, q := d.compact()
	whole := together(d.needMoments(), d.needCompact(), d.needAlignment(p, q))
	if m.cv == 0 {
		return whole
	}
	plan := foldPlan{k: m.cv}
	return together(plan.need(d, p, q), d.needCompact(), work(plan.splitMemory(p, q)+d.needAlignment(p, q).work+2*d.N*(p+q)))
}

// rotationOf returns the rotation that training samples determine, the polar factor of
// their C over the dimensions that they have in common: a direction that training does
// not have would be turned as its rounding errors say, and held-out samples may have
// much of it.
func rotationOf(train *foldMoments, x, y grain) (*mat.Dense, error) {
	p, q := train.dims()
	r, least, err := commonDimensions(train.xy, train.xx, diagonal(train.yy), train.n, x, y)
	if err != nil {
		return nil, err
	}
	if r == min(p, q) {
		polar, _, err := linalg.PolarAbove(train.xy, least)
		return polar, err
	}
	u, s, v, err := linalg.SVD(train.xy)
	if err != nil {
		return nil, err
	}
	_, polar := polarDerivative(u, s[:r], v, least)
	return polar, nil
}

// commonDimensions returns the number of singular values of C = XᵀY that the rounding of
// the numbers does not explain, the largest, and what computing C can make of others. xx
// and yy are the sums of squares of the n samples in each feature.
// With columns of norm 1, products with n independent rounding errors of norm ε are
// ε/√n.
func commonDimensions(cross *mat.Dense, xx, yy []float64, n float64, x, y grain) (r int, least float64, err error) {
	p, q := cross.Dims()
	size := operations(max(p, q)) * epsilon
	least = size * math.Sqrt(sum(xx)) * math.Sqrt(sum(yy))
	dx, noiseX := x.units(xx)
	dy, noiseY := y.units(yy)
	noise := (noiseX + noiseY) / math.Sqrt(n)
	if noise <= size {
		return min(p, q), least, nil
	}
	scaled := mat.DenseCopyOf(cross)
	scaleRows(scaled, dx)
	scaleColumns(scaled, dy)
	values, err := linalg.SingularValues(scaled)
	if err != nil {
		return 0, 0, err
	}
	cut := size + noise*math.Sqrt(float64(max(p, q)))
	for r < len(values) && values[r] > cut {
		r++
	}
	return r, least, nil
}

// heldOut finds the rotation on the training samples of each fold, and returns the mean
// over folds of the form on the held-out samples. Both are centred by the means of the
// training samples. The rotation is undetermined outside the span of the training
// samples, where it is set to 0.
func (m procrustes) heldOut(p *Pair) (Score, error) {
	plan := foldPlan{k: m.cv}
	if err := p.checkFolds(plan); err != nil {
		return Score{}, err
	}
	var f *folds
	first := m.cv
	if p.given != nil {
		f, first = p.foldsOf(plan.draws(p)[0], false), 1
	} else {
		f = p.folds(plan, false)
	}
	train, test := f.newSplit()
	total := 0.0
	for i := range first {
		f.split(i, &train, &test)
		polar, err := rotationOf(&train, p.X.grain(), p.Y.grain())
		if err != nil {
			return Score{}, err
		}
		xx, yy := sum(test.xx), linalg.Trace(test.yy)
		if xx == 0 || yy == 0 {
			return Score{}, undefined("fold %d of %d: the samples left out all lie at the mean of the others", i+1, first)
		}
		a := alignment{polar: constantPolar(polar), nuclear: linalg.Dot(polar, test.xy), xx: xx, yy: yy}
		if f.rowed != nil {
			a.rows = func() (x, y *mat.Dense) { return f.rowed().testRows(i, &train) }
		}
		v, err := m.report(a)
		if err != nil {
			return Score{}, err
		}
		total += v
	}
	return Score{Value: total / float64(first)}, nil
}

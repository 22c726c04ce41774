package measures

import (
	"errors"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The estimators of the Hilbert-Schmidt independence criterion.
const (
	biased   = "biased"
	debiased = "debiased"
	lange    = "lange"
)

var ckaFamily = withForms(Family{
	Card: Card{
		Family:   "cka",
		Title:    "Centred kernel alignment",
		Question: "Do pairs of samples that are alike in X tend to be alike in Y?",
		Formula:  "HSIC(Kx,Ky)/√(HSIC(Kx,Kx)·HSIC(Ky,Ky)); with the linear kernel and the biased estimator ‖C‖²/(‖A‖ ‖B‖)",
		Params: []Param{
			choice("kernel", "linear ⟨x,x'⟩, rbf exp(−‖x−x'‖²/(2σ²)), or laplace exp(−‖x−x'‖/(σ√2))", "linear", "rbf", "laplace"),
			sigmaParam,
			choice("estimator", "of HSIC: biased (Gretton), debiased (Song's U-centring, unbiased, at least 4 samples), or lange (centre, then leave the diagonal out)", biased, debiased, lange),
			moreForms(choice("as", asHelp, asScore, asSquared, asAngular, asAngularScore),
				asAngularDistance, asOneMinus, asNormalised, asNegativeLog, asEuclidean, asSquaredEuclidean),
		},
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		MinSamples:     2,
		Cost:           "n·p·q",
		Pitfalls: []string{
			"components count by the square of their variance: a few large ones decide, the rest may be missing altogether",
			"as=euclidean is the side of a triangle with the angle between the kernels and the norms of the data, as the similarity-repository has it: no distance between the kernels (as=normalised is)",
			"the biased estimator is inflated when features outnumber samples: use estimator=debiased then",
		},
		References: []Reference{refKornblith2019, refGretton2005, refSong2012, refLange2022, refCloos2025},
	},
	Aliases: []Alias{
		{"cka-score", "cka"},
		{"cka-angular", "cka:as=angular"},
		{"cka-angular-score", "cka:as=angular-score"},
		{"cka-hsic_song", "cka:estimator=debiased"},
		{"cka-hsic_song-score", "cka:estimator=debiased"},
		{"cka-hsic_gretton", "cka"},
		{"cka-hsic_gretton-angular", "cka:as=angular"},
		{"cka-hsic_gretton-angular-score", "cka:as=angular-score"},
		{"cka-hsic_lange", "cka:estimator=lange"},
		{"cka-hsic_lange-angular", "cka:estimator=lange:as=angular"},
		{"cka-hsic_lange-angular-score", "cka:estimator=lange:as=angular-score"},
		{"cka-kernel=linear-hsic=gretton-angular-score", "cka:as=angular-score"},
		{"cka-kernel=linear-hsic=song-angular", "cka:estimator=debiased:as=angular"},
		{"cka-kernel=linear-hsic=lange-angular", "cka:estimator=lange:as=angular"},
		{"cka-kernel=(laplace-sigma={})-hsic=lange-score", "cka:kernel=laplace:sigma={}:estimator=lange"},
		{"kernel=linear-similarity=(centered-zero_diagonal-cosine)-score", "cka:estimator=lange"},
		{"cka-kernel=linear-hsic=gretton-score", "cka"},
		{"cka-kernel=linear-hsic=gretton-angular", "cka:as=angular"},
		{"cka-kernel=linear-hsic=song-score", "cka:estimator=debiased"},
		{"cka-kernel=linear-hsic=lange-score", "cka:estimator=lange"},
		{"cka-kernel=(rbf-sigma={})-hsic=gretton-score", "cka:kernel=rbf:sigma={}"},
		{"cka-kernel=(rbf-sigma={})-hsic=song-score", "cka:kernel=rbf:sigma={}:estimator=debiased"},
		{"cka-kernel=(rbf-sigma={})-hsic=lange-score", "cka:kernel=rbf:sigma={}:estimator=lange"},
		{"cka-kernel=(laplace-sigma={})-hsic=gretton-score", "cka:kernel=laplace:sigma={}"},
		{"cka-kernel=(laplace-sigma={})-hsic=song-score", "cka:kernel=laplace:sigma={}:estimator=debiased"},
		{"kernel=linear-similarity=(centered-cosine)-score", "cka"},
		{"rsa-euclidean-centered-cosine", "cka"},
		{"rsa-correlation-corr", "cka"}, // diffscore computes CKA under this name
	},
	Notes: map[string]string{
		"rsa-correlation-corr": "this name is diffscore's for linear CKA; correlation RDMs compared by correlation are rsa:rdm=correlation:compare=pearson",
	},
	New: newCKA,
}, asAngular, asScore, asSquared, asAngular, asAngularScore)

type cka struct {
	card      Card
	kernel    kernel
	estimator string
	as        string
}

func newCKA(a Args) (Measure, error) {
	m := cka{card: a.Card(), estimator: a.Text("estimator"), as: a.Text("as")}
	m.kernel = kernel{kind: a.Text("kernel"), sigma: a.Text("sigma")}
	lo := 0.0
	m.card.Inflated = m.estimator != debiased
	if m.estimator != biased {
		lo = -1
		m.card.MinSamples = 4
	}
	formCard(&m.card, m.as, lo)
	m.card.FromMoments = m.linear()
	if m.kernel.kind != "linear" {
		m.card.Cost = "n²·(p + q)"
		m.card.Pitfalls = append([]string{"a kernel much narrower than the distances sees no structure, one much wider is linear: report sigma"}, m.card.Pitfalls...)
		if !strings.HasSuffix(m.kernel.sigma, medianSuffix) {
			m.card.X &^= Scaling
			m.card.Y &^= Scaling
		}
	} else if m.kernel.sigma != sigmaParam.Default {
		return nil, errors.New("sigma belongs to kernel=rbf and kernel=laplace")
	}
	return m, nil
}

// Card implements Measure.
func (m cka) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m cka) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m cka) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	if m.kernel.kind != "linear" {
		return m.scoreKernel(p)
	}
	var xy float64
	xx, yy := p.X.gramSquares(), p.Y.gramSquares()
	if m.estimator == biased {
		xy = p.crossSquares()
	} else {
		dx, dy := p.X.rowNorms(), p.Y.rowNorms()
		squareX, squareY := xx, yy
		if known, ok := toldOf[float64](p, songKey{}); ok && m.estimator == debiased && p.X != p.Y {
			xy = known
		} else {
			xy = p.crossSquares() + m.correction(dx, dy)
		}
		xx += m.correction(dx, dx)
		yy += m.correction(dy, dy)
		t1, t2 := m.weights(p.Samples())
		if cancels(xx, squareX, t1, t2, dx) || cancels(yy, squareY, t1, t2, dy) {
			return m.scoreKernel(p)
		}
		if angular := m.as == asAngular || m.as == asAngularScore; angular && xy*cosineScale(xx, yy) > exactAngle {
			return m.scoreKernel(p)
		}
	}
	cosine, err := cosineOf(xy, xx, yy, m.estimator)
	if err != nil {
		return Score{}, err
	}
	return report(m.as, cosine, func() (float64, error) {
		switch {
		case p.identical():
			return 0, nil
		case cosine < exactAngle || p.segments != nil:
			return math.Acos(clip(cosine)), nil
		default:
			return p.gramAngle(), nil
		}
	})
}

// ComponentScore implements Theory with the angle between Kx and Ky. There is no closed
// form for kernels that are not linear and for the other estimators.
func (m cka) ComponentScore(p AlignedPair) (float64, bool) {
	return p.kernels().form(m.as), m.linear()
}

// MomentFolds implements FromMoments.
func (cka) MomentFolds() int { return 0 }

// Memory implements Memory: moments, and of nearly identical systems what gramAngle
// takes. Without diagonals moments may not suffice, so that kernel matrices are formed.
func (m cka) Memory(d Dims) Need {
	if m.kernel.kind != "linear" {
		return m.needKernel(d)
	}
	all := d.needSquares()
	if m.needsKernels(d.N) {
		return together(all, m.needKernel(d))
	}
	if !d.bySamples() && m.estimator == biased && (m.as == asAngular || m.as == asAngularScore) {
		p, q := d.compact()
		all = together(all, d.needCompact(), work(d.N*(p+q)+d.gapMemory(p, q)))
	}
	return all
}

// Scale implements Monotone for linear kernels and the biased estimator.
func (m cka) Scale() (Scale, bool) { return Scale{KernelCosine, m.as}, m.linear() }

// linear reports whether the measure is ‖C‖²/(‖A‖ ‖B‖), in some form.
func (m cka) linear() bool { return m.kernel.kind == "linear" && m.estimator == biased }

// cosineOf returns xy/√(xx·yy) without overflow.
func cosineOf(xy, xx, yy float64, estimator string) (float64, error) {
	if !(xx > 0) || !(yy > 0) {
		return 0, noHSIC(estimator)
	}
	if xx == yy {
		return xy / xx, nil // 1 for a system with itself
	}
	return xy * cosineScale(xx, yy), nil
}

// cosineScale returns 1/√(xx·yy).
func cosineScale(xx, yy float64) float64 { return 1 / math.Sqrt(xx) / math.Sqrt(yy) }

// gramSquares returns ‖Kx‖² = ‖A‖², of the smaller of the two matrices.
func (s *System) gramSquares() float64 {
	if s.twin != nil {
		return s.twin.of.gramSquares()
	}
	return always(&s.memo, gramSquaresKey{}, func() float64 {
		smaller := s.outer
		if s.slim() || s.momentsOnly() {
			smaller = s.gram
		}
		norm := linalg.Norm(smaller())
		return norm * norm
	})
}

type (
	gramSquaresKey  struct{}
	crossSquaresKey struct{}
)

// crossSquares returns ⟨Kx,Ky⟩ = ‖C‖².
func (p *Pair) crossSquares() float64 {
	if p.X == p.Y {
		return p.X.gramSquares()
	}
	return always(&p.memo, crossSquaresKey{}, func() float64 {
		if p.bySamples() {
			return linalg.Dot(p.X.outer(), p.Y.outer())
		}
		norm := linalg.Norm(p.cross())
		return norm * norm
	})
}

// bySamples reports whether matrices of samples × samples are the ones to form: a system
// has more features than samples, and C would need its compact matrix.
func (p *Pair) bySamples() bool {
	return p.segments == nil && (!p.X.slim() || !p.Y.slim())
}

// weights returns t₁ and t₂ of the estimator of HSIC for linear kernels as
//
//	h(X,Y) = ‖C‖² + dxᵀT·dy,  T = t₁I + t₂11ᵀ,
//
// with the diagonals dx and dy of Kx and Ky. The estimator without the diagonal (lange)
// has t₁ = −1. n(n−3) times Song's unbiased estimate is, with K̃ the kernel matrix
// without its diagonal,
//
//	tr(K̃L̃) + (1ᵀK̃1)(1ᵀL̃1)/((n−1)(n−2)) − 2/(n−2)·1ᵀK̃L̃1.
//
// Centring the data does not change it. Then K1 = 0, so that K̃1 is minus the diagonal of
// K, which gives t₁ = −1 − 2/(n−2) and t₂ = 1/((n−1)(n−2)). The cost is O(n·p·q).
func (m cka) weights(samples int) (t1, t2 float64) {
	n := float64(samples)
	switch m.estimator {
	case debiased:
		return -1 - 2/(n-2), 1 / ((n - 1) * (n - 2))
	case lange:
		return -1, 0
	default:
		return 0, 0
	}
}

// correction returns dxᵀT·dy.
func (m cka) correction(dx, dy []float64) float64 {
	t1, t2 := m.weights(len(dx))
	return t1*dot(dx, dy) + t2*sum(dx)*sum(dy)
}

// gramAngle returns the angle between the matrices Kx and Ky from the norm of
// Kx/‖Kx‖ − Ky/‖Ky‖. It is for small angles.
func (p *Pair) gramAngle() float64 {
	if p.bySamples() {
		return chord(unitGap(p.X.outer(), p.Y.outer()))
	}
	return chord(outerGap(unitKernel(p.X), unitKernel(p.Y)))
}

// unitGap returns ‖K/‖K‖ − L/‖L‖‖.
func unitGap(k, l *mat.Dense) float64 {
	unitK, unitL := 1/linalg.Norm(k), 1/linalg.Norm(l)
	n, _ := k.Dims()
	squares := 0.0
	for i := range n {
		other := l.RawRowView(i)
		for j, v := range k.RawRowView(i) {
			d := v*unitK - other[j]*unitL
			squares += d * d
		}
	}
	return math.Sqrt(squares)
}

// unitKernel returns Z scaled so that ‖ZZᵀ‖ = 1.
func unitKernel(s *System) *mat.Dense {
	var z mat.Dense
	z.Scale(1/math.Sqrt(linalg.Norm(s.gram())), s.compact())
	return &z
}

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

var ckaFamily = Family{
	Card: Card{
		Family:   "cka",
		Title:    "Centred kernel alignment",
		Question: "Do pairs of samples that are alike in X tend to be alike in Y?",
		Formula:  "HSIC(Kx,Ky)/√(HSIC(Kx,Kx)·HSIC(Ky,Ky)); with the linear kernel and the biased estimator ‖C‖²/(‖A‖ ‖B‖)",
		Params: []Param{
			choice("kernel", "linear ⟨x,x'⟩, rbf exp(−‖x−x'‖²/(2σ²)), or laplace exp(−‖x−x'‖/(σ√2))", "linear", "rbf", "laplace"),
			sigmaParam,
			choice("estimator", "of HSIC: biased (Gretton), debiased (Song's U-centring, unbiased, at least 4 samples), or lange (centre, then leave the diagonal out)", biased, debiased, lange),
			choice("as", asHelp, asScore, asSquared, asAngular, asAngularScore),
		},
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		MinSamples:     2,
		Cost:           "n·p·q (linear), n²·(p+q) (rbf, laplace)",
		Pitfalls: []string{
			"components count by the square of their variance: a few large ones decide, the rest may be missing altogether",
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
		{"rsa-correlation-corr", "cka"}, // what diffscore computes under this name
	},
	New: newCKA,
}

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
	if m.estimator != biased {
		lo = -1
		m.card.MinSamples = 4
	}
	formCard(&m.card, m.as, lo)
	if m.kernel.kind != "linear" {
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

// Score implements Measure.
func (m cka) Score(p *Pair) (Score, error) {
	if err := p.check(m.card.MinSamples); err != nil {
		return Score{}, err
	}
	if m.kernel.kind != "linear" {
		return m.scoreKernel(p)
	}
	var xy, xx, yy float64
	switch m.estimator {
	case biased:
		xy, xx, yy = p.crossSquares(), p.X.gramSquares(), p.Y.gramSquares()
	case debiased:
		xy, xx, yy = songLinear(p), songLinear(&Pair{X: p.X, Y: p.X}), songLinear(&Pair{X: p.Y, Y: p.Y})
	case lange:
		dx, dy := p.X.rowNorms(), p.Y.rowNorms()
		xy = p.crossSquares() - dot(dx, dy)
		xx = p.X.gramSquares() - dot(dx, dx)
		yy = p.Y.gramSquares() - dot(dy, dy)
	}
	cosine, err := cosineOf(xy, xx, yy, m.estimator)
	if err != nil {
		return Score{}, err
	}
	return report(m.as, cosine, func() (float64, error) {
		switch {
		case p.identical():
			return 0, nil
		case cosine < exactAngle || m.estimator != biased:
			return math.Acos(clip(cosine)), nil
		default:
			return p.gramAngle(), nil
		}
	})
}

// cosineOf divides xy by √(xx·yy), which rounding must not overflow.
func cosineOf(xy, xx, yy float64, estimator string) (float64, error) {
	if !(xx > 0) || !(yy > 0) {
		return 0, undefined("the %s estimate of a system's own HSIC is not positive, so it cannot be normalised", estimator)
	}
	return xy / math.Sqrt(xx) / math.Sqrt(yy), nil
}

// gramSquares returns ‖Kx‖² = ‖A‖².
func (s *System) gramSquares() float64 {
	norm := linalg.Norm(s.gram())
	return norm * norm
}

// crossSquares returns ⟨Kx,Ky⟩ = ‖C‖².
func (p *Pair) crossSquares() float64 {
	if p.X == p.Y {
		return p.X.gramSquares()
	}
	norm := linalg.Norm(p.cross())
	return norm * norm
}

// songLinear returns n(n−3) times Song's unbiased estimate of HSIC for linear
// kernels. With K̃ the kernel matrix without its diagonal,
//
//	tr(K̃L̃) + (1ᵀK̃1)(1ᵀL̃1)/((n−1)(n−2)) − 2/(n−2)·1ᵀK̃L̃1,
//
// which does not change when the data are centred; then K1 = 0, so that K̃1 is
// minus the diagonal d of K and everything is O(n·p·q):
//
//	‖C‖² − dxᵀdy + (Σdx)(Σdy)/((n−1)(n−2)) − 2/(n−2)·dxᵀdy.
func songLinear(p *Pair) float64 {
	n := float64(p.Samples())
	dx, dy := p.X.rowNorms(), p.Y.rowNorms()
	inner := dot(dx, dy)
	return p.crossSquares() - inner + sum(dx)*sum(dy)/((n-1)*(n-2)) - 2*inner/(n-2)
}

// gramAngle returns the angle between the matrices Kx and Ky when it is small,
// from the norm of Kx/‖Kx‖ − Ky/‖Ky‖. With the thin QR decomposition of
// [Zx/√‖Kx‖, Zy/√‖Ky‖] and R = [R₁,R₂] this is ‖R₁R₁ᵀ − R₂R₂ᵀ‖; with fewer
// samples than features the n×n matrices are subtracted as they are.
func (p *Pair) gramAngle() float64 {
	x, y := unitKernel(p.X), unitKernel(p.Y)
	n, k := x.Dims()
	_, l := y.Dims()
	if n > k+l {
		both := mat.NewDense(n, k+l, nil)
		both.Slice(0, n, 0, k).(*mat.Dense).Copy(x)
		both.Slice(0, n, k, k+l).(*mat.Dense).Copy(y)
		_, r := linalg.QR(both)
		x = mat.DenseCopyOf(r.Slice(0, k+l, 0, k))
		y = mat.DenseCopyOf(r.Slice(0, k+l, k, k+l))
	}
	gap := linalg.OuterGram(x)
	gap.Sub(gap, linalg.OuterGram(y))
	return chord(linalg.Norm(gap))
}

// unitKernel scales Z so that ‖ZZᵀ‖ = 1.
func unitKernel(s *System) *mat.Dense {
	var z mat.Dense
	z.Scale(1/math.Sqrt(linalg.Norm(s.gram())), s.compact())
	return &z
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func sum(a []float64) float64 {
	s := 0.0
	for _, v := range a {
		s += v
	}
	return s
}

package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// newtonSoftmax is the penalised loss of a Softmax as a function of Θ, (r+1)×(K−1).
// With rows z_i whose last value is 1, logits F = Z·Θ·Hᵀ and probabilities P,
//
//	∂/∂Θ = Zᵀ(P−T)H + Θ/C,
//	∂²/∂θ_a∂θ_b = Zᵀ·diag_i(h_aᵀ(diag p_i − p_ip_iᵀ)h_b)·Z + I/C,
//
// where T is 1 for the class of a sample. The penalty leaves out the intercepts in
// the last row of Θ.
type newtonSoftmax struct {
	z        *mat.Dense
	labels   []int
	h        *mat.Dense
	c        float64
	theta    []float64
	trial    []float64
	step     []float64
	gradient []float64
	logits   *mat.Dense // m×(K−1), in contrasts
	prob     *mat.Dense // m×K
	error    *mat.Dense // (P−T)H, m×(K−1)
	weighted *mat.Dense // m×(r+1)
	curve    []float64  // the samples' weights in a block of the Hessian
	hessian  *mat.Dense
	loss     float64
	sizeAt0  float64
}

// reset starts a new problem at Θ = 0.
func (f *newtonSoftmax) reset(z *mat.Dense, labels []int, h *mat.Dense, c float64) {
	m, r1 := z.Dims()
	classes, k := h.Dims()
	f.z, f.labels, f.h, f.c = z, labels, h, c
	f.theta = resized(f.theta, r1*k)
	f.trial, f.step, f.gradient = resized(f.trial, r1*k), resized(f.step, r1*k), resized(f.gradient, r1*k)
	f.curve = resized(f.curve, m)
	f.logits, f.error = reshaped(f.logits, m, k), reshaped(f.error, m, k)
	f.prob, f.weighted = reshaped(f.prob, m, classes), reshaped(f.weighted, m, r1)
	clear(f.theta)
	f.loss = f.evaluate(f.theta)
	f.differentiate(f.theta)
	f.sizeAt0 = floats.Norm(f.gradient, 2)
}

// keepIfBetter keeps Θ as the start unless 0 is a better one.
func (f *newtonSoftmax) keepIfBetter() {
	loss := f.evaluate(f.theta)
	if loss < f.loss {
		f.loss = loss
		return
	}
	clear(f.theta)
	f.evaluate(f.theta)
}

// evaluate returns the loss at Θ and stores the probabilities in prob.
func (f *newtonSoftmax) evaluate(theta []float64) float64 {
	m, r1 := f.z.Dims()
	_, k := f.h.Dims()
	t := blas64.General{Rows: r1, Cols: k, Stride: k, Data: theta}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.z.RawMatrix(), t, 0, f.logits.RawMatrix())
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, f.logits.RawMatrix(), f.h.RawMatrix(), 0, f.prob.RawMatrix())
	loss := 0.0
	for i := range m {
		p := f.prob.RawRowView(i)
		largest := slices.Max(p)
		own := p[f.labels[i]]
		total := 0.0
		for c, v := range p {
			p[c] = math.Exp(v - largest)
			total += p[c]
		}
		for c := range p {
			p[c] /= total
		}
		loss += largest - own + math.Log(total)
	}
	penalty := 0.0
	for _, v := range theta[:(r1-1)*k] {
		penalty += v * v
	}
	return loss + penalty/(2*f.c)
}

// differentiate writes the gradient at Θ, where evaluate was called last.
func (f *newtonSoftmax) differentiate(theta []float64) {
	m, r1 := f.z.Dims()
	_, k := f.h.Dims()
	for i := range m {
		copy(f.error.RawRowView(i), f.h.RawRowView(f.labels[i]))
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.prob.RawMatrix(), f.h.RawMatrix(), -1, f.error.RawMatrix())
	copy(f.gradient, theta)
	penalised := (r1 - 1) * k
	for i := range f.gradient[:penalised] {
		f.gradient[i] /= f.c
	}
	clear(f.gradient[penalised:])
	g := blas64.General{Rows: r1, Cols: k, Stride: k, Data: f.gradient}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, f.z.RawMatrix(), f.error.RawMatrix(), 1, g)
}

// minimise moves Θ to the optimum.
func (f *newtonSoftmax) minimise(samples int) error {
	const tolerance = 1e-6
	target := tolerance * max(f.sizeAt0, 1e-3*float64(samples))
	if len(f.theta) > maxNewton {
		return f.lbfgs(target)
	}
	const maxSteps = 100
	for range maxSteps {
		f.differentiate(f.theta)
		if floats.Norm(f.gradient, 2) <= target {
			return nil
		}
		f.newtonStep()
		t := 1.0
		for ; t > 1e-10; t /= 2 {
			floats.AddScaledTo(f.trial, f.theta, -t, f.step)
			// Close to the optimum rounding hides an improvement of the loss, but
			// Newton's step still leads to the optimum.
			if loss := f.evaluate(f.trial); loss <= f.loss+1e-13*math.Abs(f.loss) {
				f.loss = loss
				break
			}
		}
		if t <= 1e-10 {
			f.evaluate(f.theta)
			return nil // the gradient consists of rounding errors
		}
		f.theta, f.trial = f.trial, f.theta
	}
	return nil
}

// newtonStep writes H⁻¹g into step. The unknowns of one contrast are neighbours
// in the Hessian, so that its blocks are matrix products.
func (f *newtonSoftmax) newtonStep() {
	m, r1 := f.z.Dims()
	classes, k := f.h.Dims()
	size := r1 * k
	f.hessian = reshaped(f.hessian, size, size)
	raw := f.hessian.RawMatrix()
	hs := f.h.RawMatrix().Data
	for a := range k {
		for b := a; b < k; b++ {
			for i := range m {
				p := f.prob.RawRowView(i)
				var ab, ma, mb float64
				for c := range classes {
					pa := p[c] * hs[c*k+a]
					ab += pa * hs[c*k+b]
					ma += pa
					mb += p[c] * hs[c*k+b]
				}
				w := ab - ma*mb
				to := f.weighted.RawRowView(i)
				for j, v := range f.z.RawRowView(i) {
					to[j] = w * v
				}
			}
			block := blas64.General{Rows: r1, Cols: r1, Stride: raw.Stride, Data: raw.Data[a*r1*raw.Stride+b*r1:]}
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, f.weighted.RawMatrix(), f.z.RawMatrix(), 0, block)
		}
		for j := range r1 - 1 {
			raw.Data[(a*r1+j)*(raw.Stride+1)] += 1 / f.c
		}
		// The intercept's curvature fades where all samples are far from the
		// borders; rounding must not make it negative.
		raw.Data[(a*r1+r1-1)*(raw.Stride+1)] += 1e-12 * float64(m)
	}
	for j := range r1 {
		for a := range k {
			f.step[a*r1+j] = f.gradient[j*k+a]
		}
	}
	upper := blas64.Symmetric{N: size, Stride: raw.Stride, Data: raw.Data, Uplo: blas.Upper}
	b := blas64.General{Rows: size, Cols: 1, Stride: 1, Data: f.step}
	if t, ok := lapack64.Potrf(upper); ok {
		lapack64.Potrs(t, b)
	}
	// Without a Cholesky factor the step is along the gradient.
	copy(f.trial, f.step)
	for j := range r1 {
		for a := range k {
			f.step[j*k+a] = f.trial[a*r1+j]
		}
	}
}

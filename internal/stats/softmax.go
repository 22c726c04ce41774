package stats

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Softmax fits l2-penalised multinomial logistic regressions, one after the other,
// and keeps its memory between fits. For n samples x of p features with classes
// k_i ∈ {0, …, K−1} it solves
//
//	minimise  −Σ_i log P(k_i|x_i) + ‖W‖²/(2C),  P(k|x) ∝ exp(w_k·x + b_k),
//
// where the intercepts b are not penalised and nothing is scaled. For K = 2 there
// is one weight vector, P(1|x) = 1/(1+exp(−w·x−b)). This is the problem of
// scikit-learn's LogisticRegression(C=C).
//
// For K > 2 the weights of all classes sum to zero at the optimum. The solver
// therefore writes W = Hᵀ·Θ with K−1 orthonormal contrasts H between classes, which
// keep ‖W‖. It uses Newton's method, or L-BFGS for more than maxNewton unknowns, in
// coordinates in which features of any scale take the same steps; the problem is that of
// the features as they are.
// With far more features than samples the optimum lies in the span of the centred
// samples, and the solver works in an orthonormal basis of it.
//
// The zero value with C set is ready for use. One goroutine may use it at a time.
type Softmax struct {
	C float64 // inverse strength of the penalty; positive

	classes, width int // K, p
	contrast       *mat.Dense
	means          []float64
	theta          []float64 // (p+1)×(K−1), the intercepts last, of the last fit

	z      *mat.Dense // training samples in the coordinates of the fit and a 1
	basis  *mat.Dense // basis of those coordinates, p×r; nil when they are the features
	labels []int
	newton newtonSoftmax
}

// maxNewton is the number of unknowns up to which their Hessian is factorised.
const maxNewton = 1000

// Fit fits the rows of x listed in train, whose classes are labels[row] in
// [0,classes). It begins at start, the Theta of a similar problem, or at zero when
// start is nil. It stops when the gradient is below 1e-6 of its size at zero
// weights. The error is ErrOneClass when a single class is present, and that of
// linalg for x with NaN or infinities.
func (s *Softmax) Fit(x *mat.Dense, train, labels []int, classes int, start []float64) error {
	if s.C <= 0 {
		panic("stats: penalty must be positive")
	}
	s.labels = s.labels[:0]
	several := false
	for _, i := range train {
		s.labels = append(s.labels, labels[i])
		several = several || labels[i] != labels[train[0]]
	}
	if !several {
		return ErrOneClass
	}
	s.setClasses(classes)
	s.setSamples(x, train)
	m, r1 := s.z.Dims()
	r, k := r1-1, classes-1
	c := s.C
	if classes == 2 {
		c /= 2 // for w = √2·θ there, so that ‖w‖²/(2C) = ‖θ‖²/C
	}
	s.newton.reset(s.z, s.labels, s.contrast, c)
	if len(start) == (s.width+1)*k {
		s.fromFeatures(s.newton.theta, start, r, k)
		s.newton.keepIfBetter()
	}
	if err := s.newton.minimise(m); err != nil {
		return err
	}
	s.toFeatures(s.newton.theta, r, k)
	return nil
}

// SoftmaxMemory bounds the bytes that a Softmax allocates for a fit of m samples of p
// features with so many classes: the training samples in the coordinates of the fit,
// twice, the QR factors that lead to these coordinates where there are more features
// than samples, the probabilities, and the Hessian or the steps that L-BFGS remembers and
// the factor that it whitens with.
func SoftmaxMemory(m, p, classes int64) int64 {
	const panel, kernels = 64, 1 << 16 // of a QR factorisation; of products of matrices
	r, k, numbers := p, classes-1, int64(kernels)
	if p > m+m/4 {
		r, numbers = m, numbers+4*p*m+3*m*m+3*panel*(panel+max(m, panel))
	}
	unknowns := (r + 1) * k
	numbers += 2*m*(r+1) + m*(2*k+classes+3) + 4*unknowns + (p+1)*k + p + classes*k
	if unknowns <= maxNewton {
		numbers += 2 * unknowns * unknowns
	} else {
		numbers += 64*unknowns + (r+1)*(r+1)
	}
	return 8 * numbers
}

func (s *Softmax) setClasses(classes int) {
	if s.classes != classes {
		s.classes, s.contrast = classes, contrasts(classes)
	}
}

// contrasts returns the K×(K−1) Helmert matrix, whose orthonormal columns sum to
// zero: column j is (−1, …, −1, j, 0, …)/√(j(j+1)) for j = 1 … K−1.
func contrasts(classes int) *mat.Dense {
	h := mat.NewDense(classes, classes-1, nil)
	for j := 1; j < classes; j++ {
		scale := 1 / math.Sqrt(float64(j)*float64(j+1))
		for i := range j {
			h.Set(i, j-1, -scale)
		}
		h.Set(j, j-1, float64(j)*scale)
	}
	return h
}

// setSamples centres the training samples and rotates them into few coordinates.
func (s *Softmax) setSamples(x *mat.Dense, train []int) {
	_, p := x.Dims()
	m := len(train)
	s.width = p
	s.means = resized(s.means, p)
	clear(s.means)
	for _, i := range train {
		for j, v := range x.RawRowView(i) {
			s.means[j] += v
		}
	}
	for j := range s.means {
		s.means[j] /= float64(m)
	}
	s.basis = nil
	if p <= m+m/4 {
		s.z = reshaped(s.z, m, p+1)
		for a, i := range train {
			row := s.z.RawRowView(a)
			for j, v := range x.RawRowView(i) {
				row[j] = v - s.means[j]
			}
			row[p] = 1
		}
		return
	}
	zt := mat.NewDense(p, m, nil)
	for a, i := range train {
		for j, v := range x.RawRowView(i) {
			zt.Set(j, a, v-s.means[j])
		}
	}
	q, r := linalg.QR(zt)
	s.basis = q
	s.z = reshaped(s.z, m, m+1)
	for a := range m {
		row := s.z.RawRowView(a)
		for j := range m {
			row[j] = r.At(j, a)
		}
		row[m] = 1
	}
}

// fromFeatures converts weights on the features, with an intercept for features that
// are not centred, to the coordinates of the fit.
func (s *Softmax) fromFeatures(theta, start []float64, r, k int) {
	p := s.width
	if s.basis == nil {
		copy(theta, start)
	} else {
		w := blas64.General{Rows: p, Cols: k, Stride: k, Data: start}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, s.basis.RawMatrix(), w, 0, blas64.General{Rows: r, Cols: k, Stride: k, Data: theta})
	}
	for j := range k {
		b := start[p*k+j]
		for i, mean := range s.means {
			b += mean * start[i*k+j]
		}
		theta[r*k+j] = b
	}
}

// toFeatures is the reverse of fromFeatures and writes s.theta.
func (s *Softmax) toFeatures(theta []float64, r, k int) {
	p := s.width
	s.theta = resized(s.theta, (p+1)*k)
	if s.basis == nil {
		copy(s.theta, theta)
	} else {
		w := blas64.General{Rows: p, Cols: k, Stride: k, Data: s.theta}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, s.basis.RawMatrix(), blas64.General{Rows: r, Cols: k, Stride: k, Data: theta}, 0, w)
	}
	for j := range k {
		b := theta[r*k+j]
		for i, mean := range s.means {
			b -= mean * s.theta[i*k+j]
		}
		s.theta[p*k+j] = b
	}
}

// Theta returns the contrasts of the last fit, (p+1)×(K−1) row by row with the
// intercepts last, to start another fit from. It is overwritten by the next.
func (s *Softmax) Theta() []float64 { return s.theta }

// Predict returns the most probable class of a sample under the last fit, and the
// lowest of several equally probable ones.
func (s *Softmax) Predict(x []float64) int {
	k := s.classes - 1
	best, class := math.Inf(-1), 0
	theta := s.theta
	var small [16]float64
	f := small[:0]
	for j := range k {
		v := theta[s.width*k+j]
		for i, xi := range x {
			v += xi * theta[i*k+j]
		}
		f = append(f, v)
	}
	for c := range s.classes {
		v := 0.0
		for j, fj := range f {
			v += fj * s.contrast.At(c, j)
		}
		if v > best {
			best, class = v, c
		}
	}
	return class
}

// resized returns a slice of length n, in the memory of a if it is enough.
func resized(a []float64, n int) []float64 {
	if cap(a) < n {
		return make([]float64, n)
	}
	return a[:n]
}

// reshaped returns an r×c matrix, in the memory of a if it is enough.
func reshaped(a *mat.Dense, r, c int) *mat.Dense {
	if a == nil {
		return mat.NewDense(r, c, nil)
	}
	data := a.RawMatrix().Data
	if cap(data) < r*c {
		return mat.NewDense(r, c, nil)
	}
	if ar, ac := a.Dims(); ar == r && ac == c {
		return a
	}
	return mat.NewDense(r, c, data[:r*c])
}

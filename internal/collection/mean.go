package collection

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Mean is the Fréchet mean of systems under rotations: of centred n×p_k data X_k the n×d
// matrix M, with d the largest p_k, and the maps Q_k that make
//
//	Σ_k ‖X_kQ_k − M‖²
//
// least, Q_k with orthonormal columns where p_k = d and otherwise the first p_k rows of an
// orthogonal matrix, as of data with columns of zeros added (Gower 1975).
type Mean struct {
	Mean    *mat.Dense
	Aligned []*mat.Dense // X_kQ_k
	// Residuals are ‖X_kQ_k − M‖² of each system, and Stimuli the same sums of each sample
	// over systems.
	Residuals, Stimuli []float64
	// Squares are ‖X_k‖².
	Squares []float64
	Steps   int
}

// Objective is Σ‖X_kQ_k − M‖².
func (m *Mean) Objective() float64 { return total(m.Residuals) }

// Explained is the share of the variance of all systems that their mean has.
func (m *Mean) Explained() float64 { return 1 - m.Objective()/total(m.Squares) }

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// Procrustes returns the mean of systems with equal numbers of samples, which it centres
// and, where unit is set, scales to norm 1. It rotates all to the mean and takes the mean of
// what is rotated, by turns, beginning with the system start: each turn makes the sum
// smaller. It ends when a turn gains less than 1e-12 of it, after 1000 turns at most, at a
// local minimum. Of systems with more features than samples it works in as many dimensions
// as there are samples.
func Procrustes(systems []*mat.Dense, start int, unit bool) (*Mean, error) {
	n, _ := systems[0].Dims()
	m := &Mean{Squares: make([]float64, len(systems)), Residuals: make([]float64, len(systems)), Stimuli: make([]float64, n)}
	centred, widest := m.centre(systems, unit)
	var axes *mat.Dense
	if d := widest; d > n {
		x := centred[start]
		centred, widest = compacted(centred)
		var err error
		if axes, err = axesOf(x, centred[start], d, widest); err != nil {
			return nil, err
		}
	}
	m.Aligned = make([]*mat.Dense, len(systems))
	for k := range m.Aligned {
		m.Aligned[k] = mat.NewDense(n, widest, nil)
	}
	m.Mean = mat.NewDense(n, widest, nil)
	_, p := centred[start].Dims()
	m.Mean.Slice(0, n, 0, p).(*mat.Dense).Copy(centred[start])
	const turns, gain = 1000, 1e-12
	before := math.Inf(1)
	for m.Steps = 1; m.Steps <= turns; m.Steps++ {
		for k, x := range centred {
			// XᵀM is p_k×d; its polar factor is the Q that makes tr(QᵀXᵀM) largest.
			q, _, err := linalg.Polar(linalg.CrossGram(x, m.Mean))
			if err != nil {
				return nil, err
			}
			m.Aligned[k].Mul(x, q)
			// Directions of X in which the mean has nothing are kept, in axes that are free.
			complete(m.Aligned[k], x, q)
		}
		m.Mean.Zero()
		for _, a := range m.Aligned {
			m.Mean.Add(m.Mean, a)
		}
		m.Mean.Scale(1/float64(len(systems)), m.Mean)
		m.residuals()
		after := m.Objective()
		if before-after <= gain*after || after <= gain*gain*total(m.Squares) {
			break
		}
		before = after
	}
	if axes != nil {
		m.turnBack(axes)
	}
	return m, nil
}

// complete adds to an aligned system what a polar factor of less than full rank has left
// out of it: Q is a partial isometry over the numerical rank, and X − XQQᵀ is rotated to
// axes that Q does not use.
func complete(aligned, x, q *mat.Dense) {
	p, d := q.Dims()
	missing := float64(p) - linalg.Dot(q, q) // of the rank
	if missing < 0.5 {
		return
	}
	left := restOf(q, p)     // p×(p−r)
	free := restOf(q.T(), d) // d×(d−r)
	_, columns := left.Dims()
	var rest, turned mat.Dense
	rest.Mul(x, left)
	turned.Mul(&rest, free.Slice(0, d, 0, columns).T())
	aligned.Add(aligned, &turned)
}

// restOf returns an orthonormal basis of what the columns of a partial isometry do not
// span.
func restOf(q mat.Matrix, size int) *mat.Dense {
	projector := mat.NewDense(size, size, nil)
	projector.Mul(q, q.T())
	values, vectors, err := linalg.EigSym(projector)
	if err != nil {
		return mat.NewDense(size, size, nil)
	}
	rank := 0
	for rank < size && values[rank] > 0.5 {
		rank++
	}
	if rank == size {
		return mat.NewDense(size, 1, nil)
	}
	return mat.DenseCopyOf(vectors.Slice(0, size, rank, size))
}

// centre returns copies of systems whose features have mean 0 over their samples, scaled to
// norm 1 where unit is set, and the width of the widest; it notes their squares.
func (m *Mean) centre(systems []*mat.Dense, unit bool) (centred []*mat.Dense, widest int) {
	centred = make([]*mat.Dense, len(systems))
	for k, x := range systems {
		_, p := x.Dims()
		widest = max(widest, p)
		centred[k], _ = linalg.Center(x)
		m.Squares[k] = linalg.Dot(centred[k], centred[k])
		if unit && m.Squares[k] > 0 {
			centred[k].Scale(1/math.Sqrt(m.Squares[k]), centred[k])
			m.Squares[k] = 1
		}
	}
	return centred, widest
}

func (m *Mean) residuals() {
	clear(m.Stimuli)
	for k, a := range m.Aligned {
		m.Residuals[k] = 0
		for i := range m.Stimuli {
			mean := m.Mean.RawRowView(i)
			sum := 0.0
			for j, v := range a.RawRowView(i) {
				sum += (v - mean[j]) * (v - mean[j])
			}
			m.Stimuli[i] += sum
			m.Residuals[k] += sum
		}
	}
}

// Tangent returns the principal components of the systems about their mean: coordinates of
// each system on the first axes of X_kQ_k − M, and the share of each axis in the sum of
// squares.
func (m *Mean) Tangent(axes int) (places *mat.Dense, shares []float64, err error) {
	count := len(m.Aligned)
	gram := mat.NewDense(count, count, nil)
	deviations := make([]*mat.Dense, count)
	for k, a := range m.Aligned {
		deviations[k] = mat.DenseCopyOf(a)
		deviations[k].Sub(deviations[k], m.Mean)
		for i, v := range deviations[k].RawMatrix().Data {
			if math.IsNaN(v) { // a sample that the system lacks
				deviations[k].RawMatrix().Data[i] = 0
			}
		}
		for l := range k + 1 {
			v := linalg.Dot(deviations[k], deviations[l])
			gram.Set(k, l, v)
			gram.Set(l, k, v)
		}
	}
	values, vectors, err := linalg.EigSym(gram)
	if err != nil {
		return nil, nil, err
	}
	all := math.Max(0, mat.Trace(gram))
	axes = min(axes, count)
	places, shares = mat.NewDense(count, axes, nil), make([]float64, axes)
	for c := range axes {
		root := math.Sqrt(math.Max(0, values[c]))
		if all > 0 {
			shares[c] = math.Max(0, values[c]) / all
		}
		largest := 0.0
		for k := range count {
			if v := vectors.At(k, c); math.Abs(v) > math.Abs(largest)*(1+1e-9) {
				largest = v
			}
		}
		for k := range count {
			places.Set(k, c, math.Copysign(root, largest)*vectors.At(k, c))
		}
	}
	return places, shares, nil
}

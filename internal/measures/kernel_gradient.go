package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// kernelCKA is the objective of CKA with a kernel of the distance.
type kernelCKA struct {
	cka
	centring
	target *mat.Dense // Kx as the estimator wants it, with unit norm
	norms  []float64  // squared norms of the rows of Yc
	k      *mat.Dense // kernel values
	dist   *mat.Dense // squared distances
	gamma  *mat.Dense // ∂/∂K, then ∂/∂D
	sorted []float64  // distances in order, for the median
}

func (m cka) bindKernel(x *System, q int) (Objective, error) {
	kx, err := m.kernel.matrix(x, m.estimator)
	if err != nil {
		return nil, err
	}
	n := x.Samples()
	o := &kernelCKA{
		cka: m, centring: newCentring(n, q), target: mat.DenseCopyOf(kx), norms: make([]float64, n),
		k: mat.NewDense(n, n, nil), dist: mat.NewDense(n, n, nil), gamma: mat.NewDense(n, n, nil),
	}
	norm := linalg.Norm(kx)
	if !(norm > 0) {
		return nil, undefined("%s: the centred kernel matrix is 0", x.label())
	}
	o.target.Scale(1/norm, o.target)
	return o, nil
}

// Gradient implements Objective. With K̃ the centred kernel matrices, P the
// centring of the estimator and s = ⟨K̃x,K̃y⟩/(‖K̃x‖‖K̃y‖),
//
//	∂s/∂Ky = P*(K̃x/‖K̃x‖ − s·K̃y/‖K̃y‖)/‖K̃y‖;
//
// this passes through the kernel, and its width when that follows the median
// distance, to squared distances D, and ∂s/∂Y = 4(diag(Γ1) − Γ)Y with
// Γ = ∂s/∂D.
func (o *kernelCKA) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	squaredDistances(o.dist, o.norms, yc)
	factor, relative, err := o.kernel.factor()
	if err != nil {
		return 0, err
	}
	sigma := factor
	var lower, upper float64 // the middle squared distances
	if relative {
		if lower, upper, err = o.middle(); err != nil {
			return 0, err
		}
		sigma = factor * (math.Sqrt(lower) + math.Sqrt(upper)) / 2
	}
	o.fill(sigma)
	centred := o.gamma
	centred.Copy(o.k)
	centreKernel(centred, o.estimator)
	norm := linalg.Norm(centred)
	if !(norm > 0) {
		return 0, constantModel()
	}
	cosine := linalg.Dot(o.target, centred) / norm
	value, slope := chain(o.as, cosine)
	for i := range o.norms {
		row := centred.RawRowView(i)
		for j, t := range o.target.RawRowView(i) {
			row[j] = slope / norm * (t - cosine/norm*row[j])
		}
	}
	if o.estimator == lange {
		doubleCentre(centred) // the adjoint of centring after the diagonal was cleared
	}
	o.throughKernel(sigma)
	if relative {
		o.throughWidth(sigma, factor, lower, upper)
	}
	throughDistances(g, o.gamma, yc)
	return value, nil
}

// middle returns the one or two squared distances whose roots average to the
// median distance.
func (o *kernelCKA) middle() (lower, upper float64, err error) {
	o.sorted = o.sorted[:0]
	for i := range o.norms {
		o.sorted = append(o.sorted, o.dist.RawRowView(i)[i+1:]...)
	}
	slices.Sort(o.sorted)
	lower, upper = o.sorted[(len(o.sorted)-1)/2], o.sorted[len(o.sorted)/2]
	if upper == 0 {
		return 0, 0, undefined("the median distance between samples is 0, so sigma=%s gives no width", o.kernel.sigma)
	}
	return lower, upper, nil
}

// fill evaluates the kernel; U-centring wants a zero diagonal.
func (o *kernelCKA) fill(sigma float64) {
	for i := range o.norms {
		row := o.k.RawRowView(i)
		for j, d := range o.dist.RawRowView(i) {
			row[j] = o.kernel.value(d, sigma)
		}
		if o.estimator == debiased {
			row[i] = 0
		}
	}
}

// throughKernel turns Γ = ∂/∂K into ∂/∂D for a fixed width, and leaves in k
// what throughWidth needs: Γ∘K.
func (o *kernelCKA) throughKernel(sigma float64) {
	for i := range o.norms {
		gi, ki, di := o.gamma.RawRowView(i), o.k.RawRowView(i), o.dist.RawRowView(i)
		for j := range gi {
			product := gi[j] * ki[j]
			ki[j] = product
			switch {
			case i == j || di[j] == 0:
				gi[j] = 0
			case o.kernel.kind == "laplace":
				gi[j] = -product / (2 * math.Sqrt2 * sigma * math.Sqrt(di[j]))
			default:
				gi[j] = -product / (2 * sigma * sigma)
			}
		}
	}
}

// throughWidth adds to Γ = ∂/∂D what the median distance passes on. The
// derivative with respect to σ falls on the middle pairs, shared between those
// that tie and between their two orders.
func (o *kernelCKA) throughWidth(sigma, factor, lower, upper float64) {
	toSigma := 0.0
	for i := range o.norms {
		ki := o.k.RawRowView(i)
		for j, d := range o.dist.RawRowView(i) {
			if o.kernel.kind == "laplace" {
				toSigma += ki[j] * math.Sqrt(d) / (sigma * sigma * math.Sqrt2)
			} else {
				toSigma += ki[j] * d / (sigma * sigma * sigma)
			}
		}
	}
	for _, middle := range []float64{lower, upper} {
		if middle == 0 {
			continue
		}
		ties := 0.0
		for _, d := range o.sorted {
			if d == middle {
				ties++
			}
		}
		share := toSigma * factor / 2 / (2 * math.Sqrt(middle)) / (2 * ties)
		for i := range o.norms {
			gi := o.gamma.RawRowView(i)
			for j, d := range o.dist.RawRowView(i) {
				if i != j && d == middle {
					gi[j] += share
				}
			}
		}
	}
}

// squaredDistances writes the squared Euclidean distances between the rows of
// yc, and their squared norms, without allocating.
func squaredDistances(dist *mat.Dense, norms []float64, yc *mat.Dense) {
	linalg.OuterGramTo(dist, yc)
	for i := range norms {
		norms[i] = dist.At(i, i)
	}
	for i := range norms {
		row := dist.RawRowView(i)
		for j := range row {
			row[j] = max(0, norms[i]+norms[j]-2*row[j])
		}
		row[i] = 0
	}
}

// throughDistances writes ∂L/∂Y = 4(diag(Γ1) − Γ)Y, Γ = ∂L/∂D symmetric with
// every unordered pair counted in both orders, without allocating.
func throughDistances(g, gamma, yc *mat.Dense) {
	gemm(-4, gamma, yc, 0, g)
	for i := range gamma.RawMatrix().Rows {
		w := 4 * sum(gamma.RawRowView(i))
		gi := g.RawRowView(i)
		for j, v := range yc.RawRowView(i) {
			gi[j] += w * v
		}
	}
}

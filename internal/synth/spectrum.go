package synth

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// SpectrumConfig describes Gaussian data with given explained variances
//
//	X = Z·diag(√(N·Variance·f))·Vᵀ,
//
// where f is Explained divided by its sum, V a random orthonormal frame of the N
// neurons and Z standard normal, n samples × k components.
//
// With Exact the columns of Z are centred and made orthonormal times √n. The
// covariance matrix of the sample (divisor n) then has the eigenvalues
// N·Variance·f up to rounding, and each neuron has variance Variance on average.
// The similarity of such data to others by CKA, Bures or Procrustes is that of
// any recording with the same explained variances and Gaussian scores. Without Exact,
// f are the explained variances of the population, and those of the sample scatter
// about them.
type SpectrumConfig struct {
	Explained  []float64 // f up to a factor, default 0.5, 0.25, 0.125, 0.0625, 0.0625
	Bins       int       // time bins, default 1: 2-d data
	Conditions int       // samples of a bin, default 200
	Neurons    int       // N; default 0, as many as Explained
	Variance   float64   // mean variance of a neuron, default 1
	Exact      bool      // explained variances of the sample rather than of the population, default true
}

// DefaultSpectrum returns the default configuration.
func DefaultSpectrum() SpectrumConfig {
	return SpectrumConfig{
		Explained: []float64{0.5, 0.25, 0.125, 0.0625, 0.0625},
		Bins:      1, Conditions: 200, Variance: 1, Exact: true,
	}
}

// Params implements Config.
func (c *SpectrumConfig) Params() []Param {
	return []Param{
		floatsParam(&c.Explained, bounds{0, unbounded}, "explained", "", "explained variance of each component, up to a common factor"),
		intParam(&c.Bins, bounds{1, 1e6}, "bins", "time bins; 1 gives samples × neurons"),
		intParam(&c.Conditions, bounds{1, 1e9}, "conditions", "conditions, or samples of a single bin"),
		intParam(&c.Neurons, bounds{0, 1e6}, "neurons", "neurons; 0 for as many as components"),
		floatParam(&c.Variance, bounds{1e-12, 1e12}, "variance", "", "mean variance of a neuron"),
		boolParam(&c.Exact, "exact", "hold the explained variances exactly in the sample, not in the population"),
	}
}

// Generate implements Config. Data has shape bins × conditions × neurons, or
// samples × neurons with one bin; Truth holds Z and V. There are no labels. The
// same seed gives the same bits on the same kind of processor, and the same
// values to rounding on others.
func (c *SpectrumConfig) Generate(seed uint64) (*Output, error) {
	variances, neurons, err := c.eigenvalues()
	if err != nil {
		return nil, err
	}
	samples, k := c.Bins*c.Conditions, len(variances)
	scores := mat.NewDense(samples, k, normals(stats.Stream(seed, "spectrum/scores"), samples*k))
	if c.Exact {
		scores, _ = linalg.Center(scores)
		scores = haar(scores)
		scores.Scale(math.Sqrt(float64(samples)), scores)
	}
	loadings := haar(mat.NewDense(neurons, k, normals(stats.Stream(seed, "spectrum/loadings"), neurons*k)))

	scaled := mat.DenseCopyOf(scores)
	for j, v := range variances {
		column := scaled.ColView(j).(*mat.VecDense)
		column.ScaleVec(math.Sqrt(v), column)
	}
	values := make([]float64, samples*neurons)
	mat.NewDense(samples, neurons, values).Mul(scaled, loadings.T())
	return &Output{
		Data:  blockOf(values, c.Bins, c.Conditions, neurons),
		DType: "float64",
		Truth: &Truth{Variances: variances, Scores: scores, Loadings: loadings},
	}, nil
}

// eigenvalues checks the configuration and returns N·Variance·f and N.
func (c *SpectrumConfig) eigenvalues() (variances []float64, neurons int, err error) {
	if err := checkAll(c.Params()); err != nil {
		return nil, 0, err
	}
	k := len(c.Explained)
	neurons = c.Neurons
	if neurons == 0 {
		neurons = k
	}
	if err := checkSize(c.Bins, c.Conditions, neurons); err != nil {
		return nil, 0, err
	}
	if err := checkFewer("explained", k, neurons, "neurons"); err != nil {
		return nil, 0, err
	}
	if c.Exact {
		if err := checkFewer("explained", k, c.Bins*c.Conditions-1, "samples less one"); err != nil {
			return nil, 0, err
		}
	}
	sum := 0.0
	for _, f := range c.Explained {
		sum += f
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return nil, 0, &ParamError{Param: "explained", Found: fmt.Sprintf("a sum of %g", sum), Wanted: "a positive finite sum"}
	}
	variances = make([]float64, k)
	for i, f := range c.Explained {
		variances[i] = float64(neurons) * c.Variance * (f / sum)
	}
	return variances, neurons, nil
}

// haar returns the orthonormal factor Q of a Gaussian matrix G = Q·R with the
// diagonal of R made positive, which is uniformly distributed over orthonormal
// frames (Mezzadri 2007, Notices of the AMS 54:592).
func haar(g *mat.Dense) *mat.Dense {
	q, r := linalg.QR(g)
	_, k := q.Dims()
	for j := range k {
		if r.At(j, j) < 0 {
			column := q.ColView(j).(*mat.VecDense)
			column.ScaleVec(-1, column)
		}
	}
	return q
}

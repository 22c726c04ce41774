package synth

import (
	"math"

	"simtool/internal/stats"
)

// ExpGaussianConfig describes independent Gaussian neurons whose variances
// decay exponentially: neuron j of N has variance
//
//	Largest·(Smallest/Largest)^(j/(N−1)), j = 0 … N−1.
//
// These are the population variances; every sample is drawn independently. The
// set is that of Cloos et al. (2025).
type ExpGaussianConfig struct {
	Bins       int     // time bins, default 15; 1 gives 2-d data
	Conditions int     // default 40
	Neurons    int     // N, default 100
	Largest    float64 // variance of the first neuron, default 1
	Smallest   float64 // variance of the last neuron, default 1e-4
}

// DefaultExpGaussian returns the default configuration.
func DefaultExpGaussian() ExpGaussianConfig {
	return ExpGaussianConfig{Bins: 15, Conditions: 40, Neurons: 100, Largest: 1, Smallest: 1e-4}
}

// Params implements Config.
func (c *ExpGaussianConfig) Params() []Param {
	return []Param{
		intParam(&c.Bins, bounds{1, 1e6}, "bins", "time bins; 1 gives samples × neurons"),
		intParam(&c.Conditions, bounds{1, 1e9}, "conditions", "conditions, or samples of a single bin"),
		intParam(&c.Neurons, bounds{1, 1e6}, "neurons", "neurons"),
		floatParam(&c.Largest, bounds{1e-12, 1e12}, "largest", "", "variance of the first neuron"),
		floatParam(&c.Smallest, bounds{1e-12, 1e12}, "smallest", "", "variance of the last neuron"),
	}
}

// Generate implements Config. Data has shape bins × conditions × neurons. There
// are no labels, because the conditions do not differ.
func (c *ExpGaussianConfig) Generate(seed uint64) (*Output, error) {
	if err := checkAll(c.Params()); err != nil {
		return nil, err
	}
	if err := checkSize(c.Bins, c.Conditions, c.Neurons); err != nil {
		return nil, err
	}
	variances := logSpaced(c.Largest, c.Smallest, c.Neurons)
	values := normals(stats.Stream(seed, "exp-gaussian"), c.Bins*c.Conditions*c.Neurons)
	for j, v := range variances {
		sd := math.Sqrt(v)
		for i := j; i < len(values); i += c.Neurons {
			values[i] *= sd
		}
	}
	return &Output{
		Data:  blockOf(values, c.Bins, c.Conditions, c.Neurons),
		DType: "float64",
		Truth: &Truth{Variances: variances},
	}, nil
}

// logSpaced returns n numbers from first to last at equal ratios. For n = 1 it
// returns first.
func logSpaced(first, last float64, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = first
		if i > 0 {
			list[i] = first * math.Pow(last/first, float64(i)/float64(n-1))
		}
	}
	return list
}

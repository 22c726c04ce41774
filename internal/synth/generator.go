package synth

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Config is the configuration of a generator.
type Config interface {
	// Params returns the parameters of the generator, bound to the
	// configuration: setting one changes the field behind it.
	Params() []Param
	// Generate makes the dataset. It returns a *ParamError when a parameter is
	// out of bounds or when two of them do not go together.
	Generate(seed uint64) (*Output, error)
}

// Generator is an entry of the registry.
type Generator struct {
	Name    string
	Summary string        // one line, without a full stop
	New     func() Config // a fresh configuration with the defaults
}

// Output is the output of a generator. The caller owns it.
type Output struct {
	Data   *data.Dataset
	Labels *data.Table // one row per condition, or per sample of 2-d data; nil where they do not differ
	Time   []float64   // centres of the time bins in ms from stimulus onset; nil where there is no such axis
	DType  string      // "float32" where every value fits it exactly, else "float64"
	Truth  *Truth      // nil where there are no components
}

// Truth is the structure that a generator put into the data:
//
//	Data = 1·meanᵀ + Scores·diag(√Variances)·Loadingsᵀ + noise
//
// for n samples × p features and k components. Samples of a recording are ordered by
// time, and within a time bin by condition.
type Truth struct {
	Names         []string   // of the components; nil where they have none
	Variances     []float64  // k component variances, in squares of the data's unit
	Scores        *mat.Dense // n×k, of mean square 1, exactly or in expectation, see the generator; nil where not kept
	Loadings      *mat.Dense // p×k with orthonormal columns; nil stands for the identity
	NoiseVariance float64    // of the independent noise of every value
}

// generators is the registry, in the order in which help lists it.
var generators = []Generator{
	{
		"recording", "simulated population recording of a context-dependent decision",
		func() Config { c := DefaultRecording(); return &c },
	},
	{
		"model", "simulated model of that recording, of known quality",
		func() Config { c := DefaultModel(); return &c },
	},
	{
		"toy2d", "curved reaches to two sides in the plane",
		func() Config { c := DefaultToy2D(); return &c },
	},
	{
		"ultrametric", "binary features inherited down a tree of categories",
		func() Config { c := DefaultUltrametric(); return &c },
	},
	{
		"exp-gaussian", "independent Gaussian neurons with log-spaced variances",
		func() Config { c := DefaultExpGaussian(); return &c },
	},
	{
		"spectrum", "Gaussian data with given explained variances",
		func() Config { c := DefaultSpectrum(); return &c },
	},
}

// Generators returns the registry.
func Generators() []Generator { return slices.Clone(generators) }

// maxValues bounds the size of a generated dataset: 8 GiB in float64.
const maxValues = 1 << 30

// checkSize refuses shapes of more than maxValues values. Every dimension must
// be positive.
func checkSize(shape ...int) error {
	size := 1
	for _, d := range shape {
		if d > maxValues/size {
			return &ParamError{
				Found:  "a dataset of shape " + data.ShapeString(shape),
				Wanted: fmt.Sprintf("at most %d values", maxValues),
			}
		}
		size *= d
	}
	return nil
}

// checkFewer refuses a value of param, a number of components, above limit, the
// number of counted.
func checkFewer(param string, components, limit int, counted string) error {
	if components <= limit {
		return nil
	}
	return &ParamError{
		Param:  param,
		Found:  fmt.Sprintf("%d components", components),
		Wanted: fmt.Sprintf("at most %d, the number of %s", limit, counted),
	}
}

// blockOf wraps values as bins × conditions × neurons, or as samples × neurons
// when there is a single bin.
func blockOf(values []float64, bins, conditions, neurons int) *data.Dataset {
	if bins == 1 {
		return mustDataset(values, conditions, neurons)
	}
	return mustDataset(values, bins, conditions, neurons)
}

// mustDataset wraps values of the given shape. It panics if they do not fit.
func mustDataset(values []float64, shape ...int) *data.Dataset {
	d, err := data.New(values, shape...)
	if err != nil {
		panic("synth: " + err.Error())
	}
	return d
}

package measures

import "gonum.org/v1/gonum/mat"

// NeuronLimit is a measure of which the value for any number of neurons follows from
// those that were recorded, infinitely many included.
type NeuronLimit interface {
	Measure
	// HasNeuronCurve reports whether there is such a curve for the present parameters.
	HasNeuronCurve() bool
	// NeuronCurve returns the value as a function of the number of neurons. Its errors
	// over stimuli are those of the units. It returns an *UndefinedError where the data
	// have none.
	NeuronCurve(p *Pair, u *Units) (NeuronCurve, error)
}

// NeuronCurve is the value of a measure as a function of the number of neurons.
type NeuronCurve interface {
	// At returns the estimate for p neurons of X and q of Y, either of which may be +Inf,
	// with the estimates without each neuron and each unit.
	At(p, q float64) (*NeuronDeletions, error)
}

// NeuronDeletions are estimates from everything (All), without neuron j of X (X[j]), of Y
// (Y[j]), and without unit g of the samples (Units[g]).
type NeuronDeletions struct {
	All         float64
	X, Y, Units []float64
	Most        float64 // no value is larger, but estimates may be
}

// NeuronError is a measure whose error over neurons, for recordings of as many neurons,
// leaving neurons out gives. It is for measures of which simulations have shown that.
type NeuronError interface {
	Measure
	// NeuronError returns why that does not hold for the present parameters or a pair
	// of such sizes, "" where it does.
	NeuronError(d Dims) string
}

// overstated is why measures that whiten have no error over neurons: without a group of
// neurons they fall by more than they differ between recordings: 1.5 to 8 times in
// docs/validation-neurons.md.
const overstated = "leaving neurons out overstates the error of this measure, twofold and more"

// WithNeurons returns the pair with some of the neurons of each system: those of the
// given indices, or all where they are nil. It returns an *UndefinedError where the
// neurons are not known.
func (p *Pair) WithNeurons(x, y []int) (*Pair, error) {
	if p.segments != nil {
		return nil, undefined("a choice of neurons needs the samples themselves, but only second moments are known")
	}
	return &Pair{X: p.X.withNeurons(x), Y: p.Y.withNeurons(y), groups: p.groups}, nil
}

func (s *System) withNeurons(some []int) *System {
	if some == nil {
		return s
	}
	return &System{
		name: s.name, n: s.n, p: len(some), raw: columnsOf(s.raw, some), times: s.times,
		conditionOf: s.conditionOf, precision: s.precision,
	}
}

// columnsOf copies some columns of a matrix.
func columnsOf(x *mat.Dense, some []int) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(some), nil)
	for i := range n {
		from, to := x.RawRowView(i), out.RawRowView(i)
		for k, j := range some {
			to[k] = from[j]
		}
	}
	return out
}

// NeuronBytes bounds the bytes in use beside those of the score, its estimate and the data
// while the error over neurons is computed: of a closed form the samples once more, sums
// over units of each neuron, and products of neurons with the compact matrices; otherwise
// the data that stay with their score.
func NeuronBytes(m Named, d Dims) int64 {
	if limit, ok := As[NeuronLimit](m); ok && limit.HasNeuronCurve() {
		p, q := d.compact()
		return word * (3*d.N*(d.P+d.Q) + max(d.P, d.Q)*(p+q) + 20*(d.N+d.P+d.Q))
	}
	if with, ok := As[NeuronError](m); !ok || with.NeuronError(d) != "" {
		return 0
	}
	return word*d.N*(d.P+d.Q) + ScoreBytes([]Named{m}, d)
}

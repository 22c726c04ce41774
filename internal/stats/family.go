package stats

import "math"

// ClusterThreshold is the place of a score among random ones, in their standard
// deviations, from which on it may be part of a cluster: one in twenty normal scores is
// beyond it.
const ClusterThreshold = 1.6448536269514722

// A Family is several tests of one hypothesis on the same random draws, such as those of
// the times of a recording, each score in units of the deviation of its own draws:
//
//	z = (s − mean)/sd.
//
// The probability that any of them is significant without reason is that of one, in
// Largest and in Clusters, because draws are compared as a whole.
type Family struct {
	z    []float64   // by test; NaN for one that is no part of the family
	null [][]float64 // by test, of each draw; nil for such a test
	all  bool        // the draws are all there are, the scores themselves among them
}

// NewFamily returns the family of scores, of which larger ones are more extreme, and of
// their random draws, which every test has in the same order. A test without draws, with
// another number of them than the first, or whose draws are all equal, is no part of it.
func NewFamily(scores []float64, draws [][]float64, all bool) Family {
	f := Family{make([]float64, len(scores)), make([][]float64, len(scores)), all}
	count := -1
	for k, of := range draws {
		f.z[k] = math.NaN()
		if of == nil || count >= 0 && len(of) != count {
			continue
		}
		mean := Mean(of)
		square := 0.0
		for _, v := range of {
			square += (v - mean) * (v - mean)
		}
		sd := math.Sqrt(square / float64(len(of)-1))
		if !(sd > 1e-12*max(1, math.Abs(mean))) || math.IsNaN(scores[k]) {
			continue
		}
		count = len(of)
		f.z[k] = (scores[k] - mean) / sd
		f.null[k] = make([]float64, count)
		for i, v := range of {
			f.null[k][i] = (v - mean) / sd
		}
	}
	return f
}

// draws returns the number of draws of the family, 0 where no test is part of it.
func (f Family) draws() int {
	for _, of := range f.null {
		if of != nil {
			return len(of)
		}
	}
	return 0
}

// Largest returns the p value of each test among the largest z of each draw (Westfall and
// Young 1993),
//
//	(1 + #{max_k z_k ≥ z})/(1 + draws),
//
// or #/all, and NaN for a test that is no part of the family.
func (f Family) Largest() []float64 {
	most := make([]float64, f.draws())
	for i := range most {
		most[i] = math.Inf(-1)
		for _, of := range f.null {
			if of != nil {
				most[i] = max(most[i], of[i])
			}
		}
	}
	return f.among(f.z, most, 1e-12)
}

// Clusters returns for each test the p value of the cluster that it is in, and NaN for a
// test that is in none. The tests stand in an order, such as that of time. A cluster is a
// run of neighbours whose z are ClusterThreshold or more, of the mass Σz, which is
// compared with the largest mass of each draw (Maris and Oostenveld 2007). It says that
// there is something in the cluster, not where it begins or ends.
func (f Family) Clusters() []float64 {
	most := make([]float64, f.draws())
	line := make([]float64, len(f.z))
	for i := range most {
		for k, of := range f.null {
			line[k] = math.NaN()
			if of != nil {
				line[k] = of[i]
			}
		}
		for _, m := range masses(line) {
			if m > most[i] { // not NaN
				most[i] = m
			}
		}
	}
	return f.among(masses(f.z), most, 1e-9)
}

// masses returns the mass of the cluster of each test, NaN outside of clusters.
func masses(z []float64) []float64 {
	out := make([]float64, len(z))
	for from := 0; from < len(z); {
		out[from] = math.NaN()
		end, mass := from, 0.0
		for end < len(z) && z[end] >= ClusterThreshold {
			mass += z[end]
			end++
		}
		for k := from; k < end; k++ {
			out[k] = mass
		}
		from = max(end, from+1)
	}
	return out
}

// among returns the p value of each number that is known among the largest of each draw.
// Numbers that differ by slack, relative to large ones, are ties.
func (f Family) among(numbers, most []float64, slack float64) []float64 {
	out := make([]float64, len(numbers))
	for k, v := range numbers {
		out[k] = math.NaN()
		if math.IsNaN(v) {
			continue
		}
		count := 0
		for _, m := range most {
			if m >= v-slack*max(1, math.Abs(v)) {
				count++
			}
		}
		if out[k] = float64(1+count) / float64(1+len(most)); f.all {
			out[k] = float64(max(1, count)) / float64(len(most))
		}
	}
	return out
}

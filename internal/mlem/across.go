package mlem

// toTraining is what the name of a split has where a held-out stimulus is compared with
// those that were fitted to.
const toTraining = " to training"

// crossPairs bounds the pairs of a held-out stimulus and one that was fitted to whose
// distances are scored in a fold. Where there are more, training stimuli that are spread
// over all folds represent the others.
const crossPairs = 200_000

// across returns the pairs of a stimulus of the test set of split i and one of its
// training set, for representation k alone: the places of the test set come first. Both
// sets are in one metric that was fitted to the one, so that these pairs are to those
// within the test set as predictions for one new stimulus are to those for two.
func (f *fitting) across(i, k int) *evaluation {
	p := f.splits[i]
	test := p.test[:min(len(p.test), len(f.held(i).id))]
	most := f.mostAcross(len(test))
	var places []int
	places = append(places, test...)
	for _, at := range evenlySpaced(len(p.train), most) {
		places = append(places, p.train[at])
	}
	own := *f.sample
	own.neural = own.neural[k : k+1]
	s := own.subset(places)
	e := &evaluation{sample: s, design: f.design, held: len(test)}
	for i := range e.held {
		for j := e.held; j < len(places); j++ {
			if s.uses(i, j) {
				e.first, e.second = append(e.first, int32(i)), append(e.second, int32(j))
			}
		}
	}
	return e
}

// mostAcross bounds the training stimuli that so many held-out ones are compared with.
func (o *Options) mostAcross(test int) int {
	most := max(minStimuli, crossPairs/test)
	if o.MaxMemory > 0 {
		most = min(most, max(minStimuli, o.MaxMemory/perScoredPair/test))
	}
	return most
}

// distancesAcross returns the regressed distance of every pair, of the one representation
// that the set has.
func (e *evaluation) distancesAcross(int) []float64 {
	n := len(e.id)
	cols := n - e.held
	all := make([]float64, e.held*cols)
	e.neural[0].block(all, 0, e.held, e.held, n)
	if len(e.first) == len(all) {
		return all
	}
	out := make([]float64, len(e.first))
	for p, i := range e.first {
		out[p] = all[int(i)*cols+int(e.second[p])-e.held]
	}
	return out
}

package mlem

const word = 8 // bytes of a number

// Memory bounds the bytes that FitEach has in use for k representations, the patterns
// bytes of their patterns included (see Neural.Bytes), twice unless it may Take them. First it needs the sums over
// pairs of all resampled data sets, and after them the pairs that are scored and
// permuted. known is false where monotone transforms are fitted, because the size of
// their curves is not known beforehand. The error is that of Check.
func (o Options) Memory(features *Features, k int, patterns int64) (bytes int64, known bool, err error) {
	d, err := o.settle(features)
	if err != nil || o.Objective == Spearman {
		return 0, false, err
	}
	n := features.Stimuli()
	const clusters = 100 // as in newFitting; each may be one more in a fold
	cells := min(n, clusters+max(1, o.Folds))
	if o.given() {
		cells = min(n, cells+clusters)
	}
	perRepeat := 2 * o.Folds
	if o.choosing() {
		perRepeat += 4*o.Folds*o.Folds + 4*o.Folds // groups of the jackknife, or pairs of folds
	}
	sets := 2 + max(1, o.Repeats)*perRepeat + o.Bootstrap
	if o.Bootstrap > 0 && o.Permutations > 0 {
		sets += cells
	}
	p := len(d.terms)
	a := &accumulator{design: d, sample: &sample{neural: make([]*Neural, k)}, jobs: o.Jobs}
	sums := a.footprint(sets)
	if o.MaxMemory > 0 {
		sums = min(sums, o.MaxMemory) // otherwise the fit is refused
	}
	const tile = 4096 // pairs at most for which a worker has regressors
	side := n/cells + 2
	threads := workers(o.Jobs, cells)
	worker := side*side*k + tile*(p+len(features.columns)+8) + p*(p+8)
	used := int64(sums) + word*int64(threads*worker+sets*(a.batch()+cells)+2*cells*cells)
	used += word * int64(4*n*len(features.columns))
	own, err := d.moments(features)
	if err != nil {
		return 0, false, err
	}
	return used + o.patternsMemory(n, int64(max(1, k)), patterns) + own.memory(int64(cells), patterns/int64(max(1, k)*n)/word, int64(threads)) + o.scoresMemory(len(features.columns), d.width(), n), true, nil
}

// patternsMemory bounds the bytes for the patterns of k representations and what is computed
// of them. They are copied in the order of the layout, unless the fit may take them; for the
// pairs that are scored, and by a worker those of one representation for the pairs of a
// held-out and a training stimulus.
func (o Options) patternsMemory(n int, k, patterns int64) int64 {
	copies := int64(2)
	if o.Take {
		copies = 1
	}
	folds := max(1, o.Folds)
	scored := min(n, scoredStimuli) + folds*min(n/folds+1, heldStimuli)
	if o.given() {
		scored = min(n, scoredStimuli) + min(len(o.Test), heldStimuli)
	}
	held := min(n, heldStimuli)
	across := min(n, held+o.mostAcross(held))
	threads := int64(workers(o.Jobs, folds))
	return copies*patterns + patterns*int64(scored)/int64(n) + threads*patterns/k*int64(across)/int64(n)
}

// momentNumbers are the numbers of coordinates of the features and of elementary products of
// them, see algebra.
type momentNumbers struct{ coordinates, products int64 }

// moments returns the numbers of a design.
func (g *design) moments(features *Features) (momentNumbers, error) {
	signed := g
	if g.first == nil {
		var err error
		if signed, err = newSignedDesign(features, Interactions{}, nil); err != nil {
			return momentNumbers{}, err
		}
	}
	out := momentNumbers{coordinates: int64(signed.width())}
	for _, t := range signed.terms {
		out.products += int64(t.Tied + 1)
	}
	return out, nil
}

// memory bounds the bytes of the moments of clusters, and of those with the patterns of one
// representation.
func (m momentNumbers) memory(clusters, units, threads int64) int64 {
	const block = 5 << 20 // of squaresByUnits, or of a few workers of squaresBySamples
	const most = 64 << 20 // of algebra.takes
	numbers := 1 + m.coordinates + m.coordinates*m.coordinates + m.products*(m.coordinates+m.products)
	own := int64(0)
	if clusters*numbers <= mostMoments {
		own = (clusters + 2*samplingsAtOnce*threads) * numbers
	}
	return word * (block + own + min(most, clusters*(m.coordinates*units+(m.products+m.coordinates)*clusters)) + 4*clusters*clusters)
}

// scoresMemory bounds the bytes for the scores and importances of one representation, which
// come one after the other. width is the number of coordinates.
func (o Options) scoresMemory(features, width, n int) int64 {
	const perPair = 72 // in sample: lists of pairs, distances, predictions, and what sorts them
	const listed = 8
	folds := max(1, o.Folds)
	held, splits := n/folds+1, folds
	if o.given() {
		held, splits = len(o.Test), 1
	}
	most := min(n, o.mostScored())
	held = min(held, most, heldStimuli)
	whole, fold := pairsOf(most), pairsOf(held)
	if o.Folds == 0 && !o.given() {
		held, fold, splits = most, whole, 0
	}
	lists := listed * (whole + splits*fold)
	scores := perPair*whole + (workers(o.Jobs, 2*folds+1)-1)*perScoredPair*max(fold, crossPairs)
	players := features + len(o.FeatureGroups)
	if o.InteractionImportance {
		players += features * (features - 1) / 2
	}
	stimuli := o.importanceStimuli(held, fold, players)
	// The lost ranks of each player, slopes, and for each worker the coordinates that replace
	// those of a feature.
	each := players + 2*width + 16 + workers(o.Jobs, players)*(2*width+16)
	const slabs, block = 32, 1024
	null := o.Null * (stimuli + slabs*(players+1) + workers(o.Jobs, slabs)*block)
	importances := word * (pairsOf(stimuli)*each + stimuli*stimuli + null)
	return int64(lists + max(scores, importances))
}

func pairsOf(n int) int { return n * (n - 1) / 2 }

// Bytes returns the size of the patterns, or of the distances, in d.
func (d *Neural) Bytes() int64 {
	total := int64(0)
	if d.matrix != nil {
		total += int64(len(d.matrix.RawMatrix().Data))
	}
	if d.points != nil {
		total += int64(len(d.points.RawMatrix().Data))
	}
	if d.minus != nil {
		total += int64(len(d.minus.RawMatrix().Data))
	}
	return word * (total + int64(len(d.norms[0])+len(d.norms[1])+len(d.twin)+len(d.index)))
}

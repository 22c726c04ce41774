package mlem

import "math"

// Work is what fits are expected to take of a processor, in units whose time is known of a
// machine.
type Work struct {
	Flops float64 // multiplications and additions of products of matrices
	Items float64 // work on single numbers, as many as that much ranking
	Pairs Pairs
	// ByPairs says that distances of pairs are formed to fit to, not only to score.
	ByPairs bool
}

// Pairs are the numbers of pairs that a fit of one representation scores.
type Pairs struct {
	InSample float64 // of the fit to all stimuli
	Held     float64 // within the sets that are held out, of all splits
	Across   float64 // of a held-out and a training stimulus, of all splits
	Permuted float64 // of the sets whose features are permuted, of all splits
}

// Work on single numbers in comparison with ranking one of some ten thousand. Those of a pair
// grow with the coordinates that it differs in.
const (
	itemScored    = 7.0  // a pair is predicted, ranked twice and correlated
	itemInfluence = 3.7  // and its influence found
	itemPermuted  = 3.3  // a pair is predicted from permuted features, and ranked
	itemIsolated  = 2.0  // a pair is predicted without a player
	itemGathered  = 0.27 // a pair takes the distance of another
	itemShuffled  = 0.8  // a stimulus changes place
	itemCentred   = 0.5  // a number of a pattern: checked, centred, put in order
	itemRegressor = 0.45 // of a pair
	itemDistance  = 0.45 // a distance of a pair, beside products
	itemMoment    = 0.9  // of the regressors of a sampling
	itemJackknife = 1.0  // a pair is ranked once more for the jackknife
	itemLooked    = 0.4  // a pair is looked at that may be left out
	itemLoop      = 0.11 // a difference of two numbers of patterns that no product has
	itemSolve     = 2500 // what surrounds a minimisation
	itemFactor    = 0.05 // an operation of a decomposition of a small matrix

	// stepsOfPSD are those of an interior point: nine where the least squares lie outside of
	// the cone, none where they lie inside, which only the data tell.
	stepsOfPSD = 3

	// smallCell is the number of stimuli of two clusters up to which a product of their
	// patterns takes as long for what surrounds it as for itself.
	smallCell = 12
)

// NeuralSize is what the work on a representation depends on.
type NeuralSize struct {
	Units   int  // of the patterns whose differences are distances; 0 of given distances
	Squared bool // whether the regressed distances are squared lengths of these
	Looped  bool // whether no product of matrices gives the distances
}

// Size returns that of a representation.
func (d *Neural) Size() NeuralSize {
	s := NeuralSize{Squared: d.squaredLength(), Looped: d.Distance == Manhattan}
	if d.points != nil {
		_, s.Units = d.points.Dims()
	}
	if d.minus != nil {
		_, q := d.minus.Dims()
		s.Units += q
	}
	return s
}

// Work counts what FitEach takes for representations of such sizes. known is false where
// monotone transforms are fitted, whose number of turns depends on the data. The error is that
// of Check.
func (o Options) Work(features *Features, sizes []NeuralSize) (w Work, known bool, err error) {
	d, err := o.settle(features)
	if err != nil || o.Objective == Spearman {
		return Work{}, false, err
	}
	own, err := d.moments(features)
	if err != nil {
		return Work{}, false, err
	}
	c := counts{
		Options: o, n: features.Stimuli(), terms: float64(len(d.terms)), width: float64(d.width()),
		coordinates: float64(own.coordinates), products: float64(own.products), features: features.under(o.Metric), design: d,
	}
	c.sizes()
	w.Pairs = c.pairs()
	pairwise := false
	alike := map[NeuralSize]float64{}
	for _, s := range sizes {
		alike[s]++
	}
	for s, k := range alike {
		each := Work{Pairs: w.Pairs}
		c.distances(&each, s, min(float64(len(sizes)), distancesAtOnce))
		c.solves(&each)
		c.scores(&each, s)
		c.importances(&each)
		w.Flops += k * each.Flops
		w.Items += k * each.Items
		pairwise = pairwise || !c.takes(s)
	}
	c.regressors(&w, pairwise)
	w.ByPairs = pairwise
	return w, true, nil
}

// counts are the sizes that the work of a fit depends on.
type counts struct {
	Options
	design                                *design
	features                              *Features
	n                                     int
	terms, width                          float64 // of the design
	coordinates, products                 float64 // of its algebra
	clusters, samplings, groups, training int     // groups of the jackknife of a training set
	splits, test, scored                  int     // stimuli that are held out in one, and all that are scored in sample
	players                               int
}

// sizes sets what follows from options and the number of stimuli.
func (c *counts) sizes() {
	const clusters = 100 // as in arrange
	folds, repeats := c.Folds, max(1, c.Repeats)
	c.clusters = min(c.n, clusters+max(0, folds-1))
	inside := c.n
	c.training = 1 + repeats*folds
	switch {
	case c.given():
		c.splits, c.test, inside = 1, len(c.Test), len(c.Train)
		c.clusters = min(inside, clusters) + min(len(c.Test), clusters)
	case folds > 0:
		c.splits, c.test = repeats*folds, (c.n+folds-1)/folds
	}
	c.scored = min(inside, c.mostScored())
	c.samplings = 1 + 2*repeats*folds + c.Bootstrap
	if len(c.Shrink) > 1 {
		c.groups = folds * 4
		if c.Constraint == PSD {
			c.groups = folds
		}
		c.samplings += c.training * c.groups
	} else if c.choosing() {
		c.samplings += repeats * folds * (folds - 1) / 2
	}
	if c.Bootstrap > 0 && c.Permutations > 0 {
		c.samplings += c.clusters
	}
	c.players = c.design.features + len(c.FeatureGroups)
	if c.InteractionImportance {
		seen := map[[2]int]bool{}
		for _, t := range c.design.terms {
			if a, b := c.design.featureOf(t.A), c.design.featureOf(t.B); a != b {
				seen[[2]int{a, b}] = true
			}
		}
		c.players += len(seen)
	}
}

// pairs counts the pairs that are scored, where none is left out.
func (c *counts) pairs() Pairs {
	p := Pairs{InSample: float64(pairsOf(c.scored))}
	set, sets := c.scored, 1
	if c.splits > 0 {
		set, sets = min(c.test, c.mostScored(), heldStimuli), c.splits
		p.Held = float64(c.splits * pairsOf(set))
		train := c.n - c.test
		if c.given() {
			train = len(c.Train)
		}
		p.Across = float64(c.splits * set * min(train, c.mostAcross(set)))
	}
	if c.Permutations > 0 {
		p.Permuted = float64(sets * pairsOf(c.importanceStimuli(set, pairsOf(set), c.players)))
	}
	return p
}

// regressors counts the sums over pairs of all resampled sets that representations share.
func (c *counts) regressors(w *Work, pairwise bool) {
	n, s, cl, p := float64(c.n), float64(c.samplings), float64(c.clusters), c.terms
	e, products, moments := c.coordinates, c.products, c.numbers()
	if c.algebra() {
		w.Flops += n*products*products + 2*s*cl*moments
		w.Items += itemMoment * s * products * products / 2
	}
	if pairwise {
		w.Items += c.fittedPairs() * itemRegressor * (p + c.width)
		if !c.algebra() {
			w.Flops += c.fittedPairs()*p*p + s*c.cells()*p*p
		}
	}
	switch {
	case c.rowsByMoments():
		w.Flops += 2*s*cl*moments + 2*s*e*p*(e+p)
		w.Items += itemMoment * s * (products*p + p*p)
	case c.rowsByPairs():
		w.Flops += 2*s*cl*n*p + s*n*p*p
		w.Items += n * n * itemRegressor * (p + c.width)
	}
}

// distances counts the sums with the distances of a representation, one of so many that one
// product multiplies.
func (c *counts) distances(w *Work, size NeuralSize, atOnce float64) {
	n, q, s, cl, p := float64(c.n), float64(size.Units), float64(c.samplings), float64(c.clusters), c.terms
	e, products := c.coordinates, c.products
	w.Items += itemCentred * n * q
	if c.takes(size) {
		bySamples, byUnits := squaresWork(n, q, cl)
		w.Flops += 2*n*q*(e+2+products) + 2*cl*cl*q*(e+products+2) + 2*min(bySamples, byUnits) + 2*s*(cl*cl*(products+3)+cl*e*q+e*e*q)
		w.Items += itemMoment * s * cl * products
		if c.rowsByMoments() {
			w.Flops += 2 * s * cl * cl * (products + e + 1)
		}
		return
	}
	pairs := c.fittedPairs()
	side := n / cl
	w.Flops += 2*pairs*p*distancesAtOnce/atOnce + 2*s*c.cells()*(p+2)
	switch {
	case c.few():
		size.Looped = true
		c.formed(w, size, pairs, 1)
	case c.allPairs():
		c.formed(w, size, pairs, 1+smallCell/side)
	default: // of all pairs, wherever some are left out
		c.formed(w, size, float64(pairsOf(c.n)), 1+smallCell/side)
		w.Items += itemLooked * float64(pairsOf(c.n))
	}
	switch {
	case !c.rowsByMoments() && !c.rowsByPairs():
	case size.Squared:
		w.Flops += 2*n*q*cl + 2*s*n*(cl+p)
	case c.rowsByPairs() || c.n <= RowStimuli:
		w.Flops += 2 * s * n * (cl + p)
		c.formed(w, size, n*n, 1)
	}
}

// formed counts the forming of distances, of which each takes longer by a factor where few are
// formed at a time.
func (c *counts) formed(w *Work, size NeuralSize, distances, factor float64) {
	w.Items += itemDistance * distances
	if size.Looped {
		w.Items += itemLoop * distances * float64(size.Units)
		return
	}
	w.Flops += 2 * factor * distances * float64(size.Units)
}

// numbers is the number of moments of a cluster.
func (c *counts) numbers() float64 {
	return 1 + c.coordinates + c.coordinates*c.coordinates + c.products*(c.coordinates+c.products)
}

// cells is the number of pairs of clusters.
func (c *counts) cells() float64 { return float64(c.clusters) * float64(c.clusters+1) / 2 }

// algebra reports whether moments of the regressors come without pairs, see newAlgebra.
func (c *counts) algebra() bool {
	return c.allPairs() && c.design.hasAlgebra(c.features) && float64(c.clusters)*c.numbers() <= mostMoments
}

// takes is algebra.takes.
func (c *counts) takes(size NeuralSize) bool {
	return c.algebra() && size.Squared && takesMoments(float64(c.n), float64(size.Units), float64(c.clusters), c.coordinates, c.products)
}

// rowsByMoments and rowsByPairs report by which way effects of stimuli are told apart, see
// rowParts.
func (c *counts) rowsByMoments() bool {
	return c.RowEffects && c.algebra() && (!c.rowsFit() || c.n >= fewRows*len(c.design.terms))
}

func (c *counts) rowsByPairs() bool {
	return c.RowEffects && c.allPairs() && !c.rowsByMoments() && c.rowsFit()
}

func (c *counts) rowsFit() bool { return c.rowSumsFit(c.n, c.clusters, len(c.design.terms)) }

// few reports whether the pairs that are used are so few that they are listed, see listPairs.
func (c *counts) few() bool {
	return c.MaxPairs > 0 && fewOfAll*c.fittedPairs() <= float64(pairsOf(c.n))
}

// allPairs reports whether no pair is left out.
func (c *counts) allPairs() bool {
	return c.SplitBy == nil && c.features.dropped() == nil && c.fittedPairs() == float64(pairsOf(c.n))
}

// fittedPairs counts the pairs that are fitted to.
func (c *counts) fittedPairs() float64 {
	all := pairsOf(c.n)
	if c.MaxPairs > 0 {
		all = min(all, c.MaxPairs)
	}
	return float64(all)
}

// solves counts the minimisations of one representation.
func (c *counts) solves(w *Work) {
	p, f := c.terms, c.width
	free := p * p * p / 3
	each := free
	if c.Constraint == PSD {
		each += stepsOfPSD * (p*p*p/3 + 10*p*p + 20*f*f*f)
	}
	solved := float64(c.training)
	if len(c.Shrink) > 1 {
		const tried = 5 // of a list of penalties, see leastRisk
		solved += float64(c.training) * tried * float64(1+c.groups)
	} else if c.choosing() {
		solved += float64(c.training * len(c.penalties()) * max(1, c.Folds))
	}
	solved += float64(c.Bootstrap)
	if c.Bootstrap > 0 && c.Permutations > 0 {
		solved += float64(c.clusters)
	}
	if c.DropOne {
		solved += float64(c.players * c.training)
	}
	if c.Shapley {
		solved += math.Pow(2, float64(c.players)) * float64(max(1, c.splits))
	}
	w.Items += solved*(itemSolve+itemFactor*(each+4*p*p)) + float64(c.Bootstrap)*(itemSolve+itemFactor*free)
}

// scores counts the scores of one representation.
func (c *counts) scores(w *Work, size NeuralSize) {
	pairs := w.Pairs.InSample + w.Pairs.Held + w.Pairs.Across
	c.formed(w, size, pairs, 1)
	w.Items += pairs*(itemScored+itemRegressor*c.width) + itemInfluence*(w.Pairs.Held+w.Pairs.Across)
	w.Flops += pairs * 2 * c.width * c.width
}

// importances counts the permutations of one representation.
func (c *counts) importances(w *Work) {
	pairs, players := w.Pairs.Permuted, float64(c.players)
	if pairs > 0 {
		w.Items += pairs * (itemScored + 2*itemRegressor*c.width + players*(itemIsolated+itemPermuted*float64(c.Permutations)))
		w.Flops += 4 * pairs * c.width * c.width
		if c.Bootstrap > 0 {
			set := 100 // as in fitInfluence
			if c.InteractionImportance {
				set = 64
			}
			own := float64(pairsOf(min(c.scored, set)))
			w.Items += (players + 1) * own * (itemRegressor*c.terms + itemJackknife*float64(c.clusters+1))
			w.Flops += (players + 1) * own * 2 * c.terms * float64(c.clusters+1)
		}
	}
	if c.Null > 0 && c.splits > 0 {
		null, vectors := pairs, players+1
		if pairs == 0 {
			null, vectors = w.Pairs.Held, 1
		}
		null /= float64(max(1, c.Repeats))
		w.Items += null*(itemScored+itemGathered*float64(c.Null)) + itemShuffled*float64(c.Null*c.scored)
		w.Flops += 2 * null * float64(c.Null) * vectors
	}
	if c.DropOne {
		w.Items += w.Pairs.Held * players * (itemScored + itemRegressor*c.width)
	}
}

package measures

import (
	"math"
	"math/rand/v2"
	"slices"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// maxFolds bounds the number of folds in the name of a measure.
const maxFolds = 1000

// The kinds of folds.
const (
	contiguous = "contiguous" // blocks of samples in their order
	conditions = "conditions" // whole conditions, in random order
	splits     = "splits"     // whole conditions, drawn anew for each
)

var (
	cvParam    = integer("cv", 0, 0, maxFolds, "held out in this many folds, the mean over folds reported; 0 scores the samples that were fitted")
	foldsParam = choice("folds", "contiguous blocks of samples in their order, whole conditions in random order (rows are conditions unless the data are time × condition × neuron), or splits: as many times the share test of the conditions, drawn anew each time", contiguous, conditions, splits)
	testParam  = number("test", "0.1", 0, 0.99, "share of the conditions that folds=splits holds out, rounded up")
	seedParam  = integer("seed", 1, 0, 1<<31-1, "seed of the random order of folds=conditions and of folds=splits")
)

// foldPlan says how samples are split into folds. It is a key of shared quantities.
type foldPlan struct {
	k        int
	shuffled bool // whole conditions in random order
	seed     int
	// test is the share of the conditions in a test set where each is drawn anew, 0 for
	// folds that every sample is in once.
	test float64
}

func planOf(a Args) foldPlan {
	plan := foldPlan{k: a.Int("cv"), shuffled: a.Text("folds") != contiguous}
	if plan.shuffled { // other folds are the same for all seeds, and shared
		plan.seed = a.Int("seed")
	}
	if a.Text("folds") == splits {
		plan.test = a.Float("test")
	}
	return plan
}

// check returns an UndefinedError if the system has too few samples, or whole conditions,
// for one in every fold.
func (plan foldPlan) check(s *System) error {
	units := s.n
	if plan.shuffled {
		units = len(s.conditions())
	}
	return plan.enough(units, "conditions")
}

// enough returns an UndefinedError for too few units to be held out, which a word names.
func (plan foldPlan) enough(units int, word string) error {
	if plan.test > 0 && units < 2+plan.held(units) {
		return undefined("%d %s, of which %d are held out: want at least 2 others", units, word, plan.held(units))
	}
	if plan.test == 0 && units < plan.k {
		return undefined("%d %s, but %d folds are asked for", units, word, plan.k)
	}
	return nil
}

// held returns the number of conditions in a test set that is drawn anew.
func (plan foldPlan) held(units int) int { return int(math.Ceil(plan.test*float64(units) - 1e-9)) }

// units returns the samples or conditions that are distributed over the folds: the
// numbers of the samples of each, in increasing order.
func (plan foldPlan) units(s *System) [][]int {
	if plan.shuffled {
		return s.conditions()
	}
	all, units := make([]int, s.n), make([][]int, s.n)
	for i := range units {
		all[i] = i
		units[i] = all[i : i+1 : i+1]
	}
	return units
}

// conditions returns the samples of each condition, in the order of the conditions. It
// skips conditions without samples, so that results are those of data without them.
func (s *System) conditions() [][]int {
	if s.conditionOf == nil {
		units := make([][]int, s.n/s.times)
		for i := range s.n {
			c := i % len(units)
			units[c] = append(units[c], i)
		}
		return units
	}
	units := make([][]int, slices.Max(s.conditionOf)+1)
	for i, c := range s.conditionOf {
		units[c] = append(units[c], i)
	}
	return slices.DeleteFunc(units, func(samples []int) bool { return len(samples) == 0 })
}

// draws returns the test samples, and the others, of each split that is drawn anew: the
// first and the remaining conditions, or groups that stay together, of a random order. It
// returns those of a given split in place of any plan, and nil for folds that every sample
// is in once.
func (plan foldPlan) draws(p *Pair) [][][]int {
	if p.given != nil {
		return [][][]int{{p.given.test, p.given.train}}
	}
	if plan.test == 0 {
		return nil
	}
	units := slices.Clone(p.groups)
	if units == nil {
		units = plan.units(p.X)
	}
	held := plan.held(len(units))
	rng := rand.New(rand.NewPCG(uint64(plan.seed), 0x73706c697473)) // "splits"
	out := make([][][]int, plan.k)
	for i := range out {
		rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		test, train := slices.Concat(units[:held]...), slices.Concat(units[held:]...)
		slices.Sort(test)
		slices.Sort(train)
		out[i] = [][]int{test, train}
	}
	return out
}

// assign returns the samples of each fold. A fold holds consecutive units of the order;
// see data.FoldBounds.
func (plan foldPlan) assign(s *System) [][]int {
	units := plan.units(s)
	if plan.shuffled {
		rng := rand.New(rand.NewPCG(uint64(plan.seed), 0x666f6c6473)) // "folds"
		rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	}
	folds := make([][]int, plan.k)
	first := 0
	for f, end := range data.FoldBounds(len(units), plan.k) {
		for _, samples := range units[first:end] {
			folds[f] = append(folds[f], samples...)
		}
		first = end
	}
	return folds
}

// grouped returns the samples of each fold where groups of samples stay together: the
// largest groups first, each in the fold that has the fewest samples so far. Groups of
// equal size are in their order, or in random order.
func (plan foldPlan) grouped(groups [][]int) [][]int {
	order := slices.Clone(groups)
	if plan.shuffled {
		rng := rand.New(rand.NewPCG(uint64(plan.seed), 0x666f6c6473)) // "folds"
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	slices.SortStableFunc(order, func(a, b []int) int { return len(b) - len(a) })
	folds := make([][]int, plan.k)
	for _, samples := range order {
		least := 0
		for f := range folds {
			if len(folds[f]) < len(folds[least]) {
				least = f
			}
		}
		folds[least] = append(folds[least], samples...)
	}
	for _, samples := range folds {
		slices.Sort(samples)
	}
	return folds
}

// HeldOutFolds returns the number of folds that a measure holds out, 0 for none.
func HeldOutFolds(m Measure) int {
	if with, ok := As[interface {
		Measure
		MomentFolds() int
	}](m); ok {
		return with.MomentFolds()
	}
	if with, ok := As[interface {
		Measure
		heldOutFolds() int
	}](m); ok {
		return with.heldOutFolds()
	}
	return 0
}

// need returns the need of folds of p and q features with their moments, and of their
// samples where these are used.
func (plan foldPlan) need(d Dims, p, q int64) Need {
	return together(kept(foldsKey{plan, p == d.P}, 2*int64(plan.k)*(q*q+p*q+2*p+2*q)+d.N*(p+q)), work(linalg.ProductMemory(d.N, p, q)))
}

// splitMemory returns the size of the moments of a training set and of a test set.
func (plan foldPlan) splitMemory(p, q int64) int64 { return 2 * (q*q + p*q + 2*p + 2*q) }

package score

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/measures/exacttest"
	"simtool/internal/verb/moments"
	"simtool/internal/verb/verbtest"
)

var (
	randomDatasets = flag.Int("random", 30, "random datasets that every measure is tried on")
	firstDataset   = flag.Int("first", 0, "the first of them")
	someVariants   = flag.String("variants", "", "regular expression of the measures that are tried, all if empty")
	datasetFolder  = flag.String("keep", "", "folder for the files of the last one")
)

// randomPair is a pair of files, what they hold, and how they are to be read.
type randomPair struct {
	what  string
	words []string
	// intended are the numbers that were meant, those in the files but for rounding.
	// Missing samples are left out, and rows are in the order of X.
	intended, stored exacttest.Pair
	// eps is the relative rounding of the numbers of each side that were meant, 0 where
	// none was rounded, place that of their last decimal if it is one for all, and tied
	// says of which side distances repeat.
	eps, place [2]float64
	tied       [2]bool
	// dependent says that some feature was a combination of others before rounding.
	dependent bool
	missing   bool
}

// TestRandomDatasets compares every variant, on every dataset and by a road drawn at
// random, with 320 bits: the score agrees, or it is refused or carries a warning. A longer
// run is -args -random=1000 (make random); -first=N -random=1 -keep=FOLDER repeats one, and
// -variants=REGEXP tries some of the measures.
func TestRandomDatasets(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	if *datasetFolder == "" {
		*datasetFolder = t.TempDir()
	}
	t.Chdir(*datasetFolder)
	some := regexp.MustCompile(*someVariants)
	names := slices.DeleteFunc(oneParameterVariants(t), func(name string) bool { return !some.MatchString(name) })
	counts := map[string]*outcome{}
	for _, name := range names {
		counts[name] = &outcome{}
	}
	for i := *firstDataset; i < *firstDataset+*randomDatasets; i++ {
		rng := rand.New(rand.NewPCG(13, uint64(i)))
		p := newRandomPair(t, rng)
		road := []string{"in memory", "by moments", "streamed", "in little memory"}[rng.IntN(4)]
		rows := p.score(t, names, "in memory")
		compared := compareRows(t, i, p, "in memory", rows, counts)
		if p.missing && road != "in memory" {
			road = "in little memory" // blocks are not looked through for NaN
		}
		if road != "in memory" {
			compareRoads(t, i, p, road, compared)
		}
	}
	total := outcome{}
	for _, name := range names {
		c := counts[name]
		total.add(*c)
		t.Logf("%-45s agree %4d, refused %4d, warned and off %3d, undefined and said so %3d", name, c.agree, c.refused, c.warned, c.undefined)
		if c.agree == 0 {
			t.Errorf("%s was never scored", name)
		}
	}
	t.Logf("%d datasets, %d variants: agree %d, refused %d, warned and off %d, undefined and said so %d", *randomDatasets, len(names), total.agree, total.refused, total.warned, total.undefined)
}

// outcome counts what became of the scores of a measure.
type outcome struct{ agree, refused, warned, undefined int }

func (o *outcome) add(other outcome) {
	o.agree += other.agree
	o.refused += other.refused
	o.warned += other.warned
	o.undefined += other.undefined
}

// derivedForms are functions of an angle that other variants are compared in, for which
// nothing is left to compare but the function; package measures has them at 320 bits.
var derivedForms = []string{"as=angular-distance", "as=one-minus", "as=normalised", "as=negative-log", "as=squared-euclidean", "pool=none", "rsa:as=", "rsa-geotopological:as=", "distance-correlation:as=", "wreath-cka:as=", "ensd:as="}

// dear are those whose 320 bits take minutes: package measures has them on fewer data.
var dear = []string{"kernel-ridge:", "rsa-riemannian:"}

// heldOutWhitening are measures of which 320 bits have no definition.
var heldOutWhitening = []string{"shape:cv=", "cca:cv=", "pwcca:as=", "svcca:as=", "cka:as=euclidean", "cca:as=euclidean", "nbs:as=euclidean"}

// oneParameterVariants are the core measures and each family with its defaults and with
// one parameter changed, but for those that want other data or shuffle folds, and for
// forms of what is compared already.
func oneParameterVariants(t *testing.T) []string {
	t.Helper()
	names := slices.Clone(measures.Default)
	for _, f := range measures.Families() {
		try := []string{f.Card.Family}
		for _, p := range f.Card.Params {
			values := slices.Clone(p.Choices)
			if p.Check != nil {
				values = append(values, "5", "0.5", "3", "0.7median")
			}
			for _, v := range values {
				if v != p.Default && p.Valid(v) == nil {
					try = append(try, f.Card.Family+":"+p.Name+"="+v)
				}
			}
		}
		skip := slices.Concat([]string{"crossnobis", "precomputed", "seed=", "folds="}, derivedForms, heldOutWhitening, dear)
		for _, name := range try {
			other := slices.ContainsFunc(skip, func(word string) bool { return strings.Contains(name, word) })
			if _, err := measures.Parse(name); err == nil && !other && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// newRandomPair draws a pair of systems, a form of storage for each, missing samples,
// names, and axes, and writes the files x and y.
func newRandomPair(t *testing.T, rng *rand.Rand) randomPair {
	t.Helper()
	times := 1
	n := 13 + rng.IntN(8)
	if rng.IntN(8) == 0 {
		n = 4 + rng.IntN(6)
	}
	if rng.IntN(5) == 0 {
		times = 2 + rng.IntN(3)
		n = max(2, n/times) * times
	}
	latent := normals(rng, n, 1)
	var r randomPair
	var systems [2]meant
	var forms [2]storage
	tables := rng.IntN(3) == 0 && times == 1
	for side := range systems {
		kind := kindNames[rng.IntN(len(kindNames))]
		m := kinds[kind](rng, n, latent)
		forms[side] = storageFor(rng, m, kind, tables)
		systems[side] = m
		r.dependent = r.dependent || kind == "bottleneck"
		r.tied[side] = m.over != 0 || kind == "repeated samples"
		r.eps[side], r.place[side] = forms[side].eps, forms[side].place
		r.what += fmt.Sprintf("%s as %s; ", kind, forms[side].name)
	}
	var written [2]*mat.Dense
	for side, m := range systems {
		written[side] = m.nearest()
		written[side].Apply(func(_, _ int, v float64) float64 { return forms[side].round(v) }, written[side])
	}
	stored := [2]*mat.Dense{mat.DenseCopyOf(written[0]), mat.DenseCopyOf(written[1])}
	kept := make([]int, n)
	for i := range kept {
		kept[i] = i
	}
	if rng.IntN(3) == 0 {
		kept = r.leaveOut(rng, kept, forms, written)
	}
	path := [2]string{"x.npy", "y.npy"}
	if tables {
		path = [2]string{"x.csv", "y.csv"}
		r.writeTables(t, rng, path, forms, written)
	} else {
		r.writeArrays(t, rng, path, forms, written, times)
	}
	r.words = append([]string{path[0], path[1]}, r.words...)
	r.stored = exacttest.Pair{X: exacttest.From(stored[0]).Rows(kept), Y: exacttest.From(stored[1]).Rows(kept)}
	r.intended = exacttest.Pair{X: systems[0].exact().Rows(kept), Y: systems[1].exact().Rows(kept)}
	r.what += fmt.Sprintf("n %d of %d, times %d, %s", len(kept), n, times, strings.Join(r.words, " "))
	return r
}

// storageFor draws a form of storage that holds the numbers.
func storageFor(rng *rand.Rand, m meant, kind string, text bool) storage {
	forms := reals
	if m.over == 1 {
		forms = slices.Concat(reals, wholes, wholes)
	}
	forms = slices.DeleteFunc(slices.Clone(forms), func(s storage) bool {
		// Four decimals are no digits of small units, and numbers in general position
		// tie in few digits.
		return (s.put == nil) != text || (kind == "units" || kind == "repeated samples") && s.eps > 1e-6
	})
	return forms[rng.IntN(len(forms))]
}

// leaveOut makes some numbers missing, and returns the samples that are left.
func (r *randomPair) leaveOut(rng *rand.Rand, kept []int, forms [2]storage, written [2]*mat.Dense) []int {
	for side, m := range written {
		if forms[side].eps == 0 && forms[side].put != nil || rng.IntN(3) == 0 {
			continue // integers have no NaN
		}
		n, p := m.Dims()
		for range 1 + rng.IntN(2) {
			i := rng.IntN(n)
			m.Set(i, rng.IntN(p), math.NaN())
			kept = slices.DeleteFunc(kept, func(k int) bool { return k == i })
			r.missing = true
		}
	}
	if r.missing {
		r.words = append(r.words, "--missing", "drop")
	}
	return kept
}

// writeTables writes text; the samples of Y may come in another order with their names.
func (r *randomPair) writeTables(t *testing.T, rng *rand.Rand, path [2]string, forms [2]storage, written [2]*mat.Dense) {
	t.Helper()
	n, _ := written[0].Dims()
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var names []string
	orders := [2][]int{order, order}
	if rng.IntN(2) == 0 {
		for i := range n {
			names = append(names, fmt.Sprintf("face%c", 'a'+i))
		}
		orders[1] = rng.Perm(n)
		r.words = append(r.words, "--ids", "name")
	}
	for side := range path {
		forms[side].writeTable(t, path[side], written[side], names, orders[side])
	}
}

// writeArrays writes arrays, of three axes in any order if there are several times.
func (r *randomPair) writeArrays(t *testing.T, rng *rand.Rand, path [2]string, forms [2]storage, written [2]*mat.Dense, times int) {
	t.Helper()
	axes := ""
	if times > 1 {
		axes = []string{"tcn", "tnc", "ctn", "cnt", "ntc", "nct"}[rng.IntN(6)]
		r.words = append(r.words, "--axes", axes)
	}
	for side, m := range written {
		n, p := m.Dims()
		if times == 1 {
			forms[side].writeArray(t, path[side], m.RawMatrix().Data, n, p)
			continue
		}
		size := map[rune]int{'t': times, 'c': n / times, 'n': p}
		var shape []int
		for _, a := range axes {
			shape = append(shape, size[a])
		}
		values := make([]float64, 0, n*p)
		at := map[rune]int{}
		for i := range shape[0] {
			for j := range shape[1] {
				for k := range shape[2] {
					for d, v := range []int{i, j, k} {
						at[rune(axes[d])] = v
					}
					values = append(values, m.At(at['t']*size['c']+at['c'], at['n']))
				}
			}
		}
		forms[side].writeArray(t, path[side], values, shape...)
	}
}

// told is what a road says of one measure.
type told struct {
	name           string
	value          float64
	refused, warns string
}

// score runs the command by a road.
func (r randomPair) score(t *testing.T, names []string, road string) []told {
	t.Helper()
	list := strings.Join(names, ",")
	words := append(slices.Clone(r.words), "-m", list, "--inference", "none", "--format", "csv")
	switch road {
	case "by moments":
		made := verbtest.Run(t, moments.New(), append(slices.Clone(r.words), "-o", "m.npz", "--force", "--cv", "2,3,5")...)
		if _, refused := data.AsInputError(made.Err); refused {
			return nil // of names in another order
		} else if made.Err != nil {
			t.Fatalf("%s: %v", r.what, made.Err)
		}
		words = []string{"--moments", "m.npz", "-m", list, "--inference", "none", "--format", "csv"}
	case "streamed":
		defer func(n int64) { streamAbove = n }(streamAbove)
		streamAbove = 1
	case "in little memory":
		words = append(words, "--max-memory", "100K")
	}
	ran := verbtest.Run(t, New(), words...)
	if memory := (*MemoryError)(nil); errors.As(ran.Err, &memory) {
		return nil
	}
	if _, refused := data.AsInputError(ran.Err); refused && len(r.intended.X) < 2 {
		return nil // one sample is left
	}
	if ran.Stdout == "" {
		t.Fatalf("%s (%s): %v", r.what, road, ran.Err)
	}
	var out []told
	for at, row := range verbtest.Rows(t, ran.Stdout) {
		c := told{name: names[at], refused: row["error"]}
		for _, line := range strings.Split(row["warning"], "; ") {
			if !strings.HasSuffix(line, "which have missing values") { // that is said of all scores
				c.warns += line
			}
		}
		if c.refused == "" {
			v, err := strconv.ParseFloat(row["value"], 64)
			if err != nil {
				t.Fatal(err)
			}
			c.value = v
		}
		out = append(out, c)
	}
	return out
}

// compareRows compares scores with 320 bits, and returns those that agree.
func compareRows(t *testing.T, i int, r randomPair, road string, rows []told, counts map[string]*outcome) []told {
	t.Helper()
	var agree []told
	for _, c := range rows {
		count := counts[c.name]
		if c.refused != "" {
			count.refused++
			continue
		}
		want, undefined, tolerance := r.truth(t, c)
		switch {
		case undefined && c.warns != "":
			count.undefined++
		case undefined:
			t.Errorf("dataset %d, %s: %s %s is %.15g, where the mathematics has no value", i, r.what, road, c.name, c.value)
		case math.Abs(c.value-want) <= tolerance:
			count.agree++
			agree = append(agree, c)
		case c.warns != "":
			count.warned++
			t.Logf("dataset %d, %s: %s %s is %.15g, 320 bits give %.15g; it says: %s", i, r.what, road, c.name, c.value, want, c.warns)
		default:
			t.Errorf("dataset %d, %s: %s %s is %.15g, 320 bits give %.15g (within %.1g)", i, r.what, road, c.name, c.value, want, tolerance)
		}
	}
	return agree
}

// truth returns the score of 320 bits that a score is held to, and how far from it the
// score may be. Where rounding has split no ties and made no dimensions, it is that of
// the numbers as they are stored; else that of the numbers that were meant, from which
// the score may be as far as their rounding takes it. Numbers of systems whose distances
// repeat are not moved for measures that order distances.
func (r randomPair) truth(t *testing.T, c told) (want float64, undefined bool, tolerance float64) {
	t.Helper()
	ordered := slices.ContainsFunc([]string{"spearman", "kendall", "rho-a", "tau-a", "knn", "rank-similarity", "second-order"}, func(word string) bool { return strings.Contains(c.name, word) })
	if tied := r.tied[0] || r.tied[1]; (!r.dependent || !hasRank(c.name)) && (!ordered || !tied) {
		if v, err := exacttest.Score(c.name, r.stored); err == nil {
			want = exacttest.Float(v)
			tolerance = 1e-9 * max(1, math.Abs(want))
			if math.Abs(c.value-want) <= tolerance {
				return want, false, tolerance
			}
		}
	}
	exact, err := exacttest.Score(c.name, r.intended)
	if errors.Is(err, exacttest.ErrUndefined) {
		return 0, true, 0
	}
	if err != nil {
		t.Fatal(err)
	}
	want = exacttest.Float(exact)
	tolerance = 1e-9 * max(1, math.Abs(want))
	if ordered {
		open, valued := r.openOrder(c.name, exact)
		tolerance = max(tolerance, min(matters, open), valued)
	}
	if math.Abs(c.value-want) <= tolerance {
		return want, false, tolerance
	}
	rng := rand.New(rand.NewPCG(13, 1))
	for range 8 {
		moved := r.intended
		for side, x := range []*exacttest.Matrix{&moved.X, &moved.Y} {
			switch {
			case !ordered:
				*x = exacttest.Rounded(rng, *x, r.eps[side], r.place[side])
			case !r.tied[side]: // ties reach over several roundings
				*x = exacttest.Rounded(rng, *x, 16*r.eps[side], 16*r.place[side])
			}
		}
		if v, err := exacttest.Score(c.name, moved); err == nil {
			tolerance = max(tolerance, 10*math.Abs(exacttest.Difference(v, exact)))
		}
	}
	return want, false, tolerance
}

// hasRank reports whether a measure counts dimensions, of which rounding may make some.
// All others are continuous functions of the numbers.
func hasRank(name string) bool {
	family, _, _ := strings.Cut(name, ":")
	return strings.Contains(name, "mahalanobis") || strings.Contains(name, "cv=") ||
		slices.Contains([]string{"cca", "svcca", "pwcca", "linreg", "ridge", "pls", "shape", "gulp", "eigenspace-overlap", "aligned-cosine"}, family)
}

// matters is the largest change of a score by an order that rounding leaves open of which
// nothing has to be said.
const matters = 2e-3

// openOrder returns twice how far a score is from that of the numbers that were meant at
// most, if distances count as equal that the rounding of the numbers may have made or
// split. valued is ten times what rounding makes of the similarities that some measures
// have besides their order, while the order stays.
func (r randomPair) openOrder(name string, exact exacttest.Number) (open, valued float64) {
	rng := rand.New(rand.NewPCG(13, 2))
	for _, roundings := range []float64{0.5, 2, 8, 32} {
		tied := r.intended
		for side := range tied.Open {
			tied.Open[side] = roundings * max(r.eps[side], r.place[side])
		}
		v, err := exacttest.Score(name, tied)
		if err != nil {
			continue
		}
		open = max(open, 2*math.Abs(exacttest.Difference(v, exact)))
		if !strings.Contains(name, "cknna") && !strings.Contains(name, "second-order") {
			continue
		}
		moved := tied
		for side, x := range []*exacttest.Matrix{&moved.X, &moved.Y} {
			*x = exacttest.Rounded(rng, *x, r.eps[side], r.place[side])
		}
		if m, err := exacttest.Score(name, moved); err == nil && roundings > 1 {
			valued = max(valued, 10*math.Abs(exacttest.Difference(m, v)))
		}
	}
	return open, valued
}

// compareRoads holds the scores of second moments to those of samples that agree.
func compareRoads(t *testing.T, i int, r randomPair, road string, direct []told) {
	t.Helper()
	var names []string
	var want []told
	for _, c := range direct {
		if m, err := measures.Parse(c.name); err == nil && m.Card().FromMoments {
			names, want = append(names, c.name), append(want, c)
		}
	}
	if names == nil {
		return
	}
	for at, c := range r.score(t, names, road) {
		if c.refused != "" || c.warns != "" {
			continue
		}
		if gap := math.Abs(c.value - want[at].value); gap > 1e-6*max(1, math.Abs(c.value)) {
			t.Errorf("dataset %d, %s: %s %s is %.15g, but %.15g in memory", i, r.what, road, c.name, c.value, want[at].value)
		}
	}
}

package optimize

import (
	"fmt"
	"math"
	"slices"

	"simtool/internal/measures"
)

// Precision is the type of number in which the products of a gradient are computed. The
// iterate, the memory of the method, and all that is analysed are float64 in any case, and
// so are the scores of the start, of iterates that are analysed or kept, of those that
// decide whether to stop, and of the last one. Scores in between are right to about 1e-6.
type Precision string

// The precisions.
const (
	// Automatic is Single for Adam where it is faster and the measures have it.
	Automatic Precision = "auto"
	Double    Precision = "float64"
	Single    Precision = "float32"
)

// Precisions lists the precisions. The first is the default.
func Precisions() []Precision { return []Precision{Automatic, Double, Single} }

// singleFrom is the number of values of X and Y from which products of float32 are faster.
const singleFrom = 1 << 16

// InSingle reports whether the products of gradients are of float32, for a reference of
// n×p and q features.
func (c *Config) InSingle(n, p, q int) bool {
	switch c.Precision {
	case Double:
		return false
	case Single:
		return true
	}
	return c.Method.single() && n*(p+q) >= singleFrom && c.Goal.hasSingle()
}

// hasSingle reports whether the measures of all terms may have gradients by products of
// float32.
func (g *Goal) hasSingle() bool {
	return !slices.ContainsFunc(g.Terms, func(t Term) bool {
		_, ok := measures.As[measures.SinglePrecision](t.Measure)
		return !ok
	})
}

// checkPrecision refuses a precision that the method or a measure does not have.
func (c *Config) checkPrecision() error {
	switch {
	case !slices.Contains(Precisions(), c.Precision):
		return fmt.Errorf("precision: %q, want one of %q", c.Precision, Precisions())
	case c.Precision != Single:
		return nil
	case !c.Method.single():
		return fmt.Errorf("precision: %s compares losses, which takes float64", c.Method)
	case !c.Goal.hasSingle():
		return fmt.Errorf("precision: %s has no gradient by products of float32", c.Goal)
	}
	return nil
}

// decisive is the distance of scores within which an iterate is scored in float64: it
// exceeds the error of scores by products of float32.
const decisive = 1e-5

// decides reports whether a score by products of float32 is to be computed again in float64,
// because something depends on it: the end, or a snapshot.
func (r *restart) decides(score float64) bool {
	c := r.cfg
	if !math.IsNaN(c.Target) && math.Abs(score-c.Target) <= c.Tolerance+decisive {
		return true
	}
	near := func(asked float64) bool { return c.Goal.Closer(score, asked) || math.Abs(score-asked) <= decisive }
	if !math.IsNaN(c.Stop) && near(c.Stop) {
		return true
	}
	for i, asked := range c.Snapshot.Scores {
		if !r.state.ScoresPassed[i] && near(asked) {
			return true
		}
	}
	return false
}

// analysed reports whether something depends on the values of an iterate that will have
// the given number.
func (r *restart) analysed(iteration int) bool {
	c := r.cfg
	return iteration == 0 || iteration == c.MaxIter || slices.Contains(c.Snapshot.Iterations, iteration) ||
		iteration == r.state.NextRecord && c.records()
}

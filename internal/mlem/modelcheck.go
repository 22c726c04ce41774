package mlem

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Seal gives the model the checksum of its other fields.
func (m *Model) Seal() { m.Checksum = m.sum() }

// sum is the SHA-256 of the model in JSON without its checksum, however a file
// indents it.
func (m *Model) sum() string {
	bare := *m
	bare.Checksum = ""
	text, err := json.Marshal(&bare)
	if err != nil { // it has a number that is not finite, which Check refuses
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Check refuses a model that no fit has made: with a checksum that is not its own, a
// field that cannot be, or parts that do not fit together. A model without a checksum,
// as earlier versions wrote it, is held to the rest alone.
func (m *Model) Check() error {
	check := func() error {
		for _, of := range []func() error{m.checkSettings, m.checkFeatures, m.checkTerms, m.checkWeights, m.checkNumbers} {
			if err := of(); err != nil {
				return err
			}
		}
		return nil
	}
	err := check()
	if err == nil && m.Checksum != "" && m.Checksum != m.sum() {
		err = errors.New("a checksum that is not its own: it is damaged, or was edited")
	}
	if err != nil {
		return &data.InputError{Found: "a model with " + err.Error(), Wanted: "want one that mlem fit wrote"}
	}
	return nil
}

// finite reports whether all values are.
func finite(values ...float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return v-v != 0 })
}

// checkSettings checks what is one of a few words.
func (m *Model) checkSettings() error {
	switch {
	case m.Metric != "" && m.Metric != Signed:
		return fmt.Errorf("the metric %q", m.Metric)
	case !slices.Contains(MissingNames(), string(m.Missing)):
		return fmt.Errorf("missing values that are treated as %q", m.Missing)
	case !slices.Contains([]Constraint{Diagonal, PSD, Unconstrained}, m.Constraint):
		return fmt.Errorf("the constraint %q", m.Constraint)
	case m.Objective != Pearson && m.Objective != Spearman:
		return fmt.Errorf("the objective %q", m.Objective)
	case !slices.Contains([]Distance{Euclidean, SqEuclidean, Manhattan, Cosine, Correlation, Mahalanobis, NormDiff, Crossnobis, Given}, m.Distance):
		return fmt.Errorf("the distance %q", m.Distance)
	}
	return nil
}

// checkFeatures checks the encodings.
func (m *Model) checkFeatures() error {
	seen := map[string]bool{}
	for i := range m.Features {
		e := &m.Features[i]
		if e.Name == "" || seen[e.Name] {
			return fmt.Errorf("feature %d of the name %q", i+1, e.Name)
		}
		seen[e.Name] = true
		if err := e.check(); err != nil {
			return fmt.Errorf("feature %q %w", e.Name, err)
		}
	}
	return nil
}

// check refuses an encoding that learn does not make.
func (e *Encoding) check() error {
	distinct := func(levels []string) bool {
		sorted := slices.Sorted(slices.Values(levels))
		return len(slices.Compact(sorted)) == len(levels)
	}
	ranged, periodic, levels, steps := e.Lo != 0 || e.Hi != 0, e.Period != 0, e.Levels != nil, e.Steps != nil
	alone := false // it has what its kind has and nothing else
	switch e.Kind {
	case Numeric:
		if !finite(e.Lo, e.Hi) || e.Lo >= e.Hi {
			return fmt.Errorf("that ranges from %g to %g", e.Lo, e.Hi)
		}
		alone = !periodic && !levels && !steps
	case Categorical:
		if len(e.Levels) < 2 || !distinct(e.Levels) {
			return fmt.Errorf("with the levels %.100q", e.Levels)
		}
		alone = !ranged && !periodic && !steps
	case Circular:
		if !finite(e.Period) || e.Period <= 0 {
			return fmt.Errorf("of the period %g", e.Period)
		}
		alone = !ranged && !levels && !steps
	case Ordinal:
		rising := slices.IsSorted(e.Steps) && len(slices.Compact(slices.Clone(e.Steps))) == len(e.Steps)
		if len(e.Levels)+len(e.Steps) < 2 || !distinct(e.Levels) || !finite(e.Steps...) || !rising {
			return fmt.Errorf("with the ordered levels %.100q or %.5g", e.Levels, e.Steps)
		}
		alone = !ranged && !periodic && levels != steps
	case Precomputed:
		alone = !ranged && !periodic && !levels && !steps
	default:
		return fmt.Errorf("of the kind %q", e.Kind)
	}
	if !alone {
		return fmt.Errorf("that is %s and has a range, a period or levels that such features do not have", e.Kind)
	}
	return nil
}

// checkTerms checks which weights the model has.
func (m *Model) checkTerms() error {
	f := m.width()
	if f == 0 || len(m.W) != f {
		return fmt.Errorf("%d coordinates of features and %d rows of weights", f, len(m.W))
	}
	if len(m.Terms) < len(m.Features) {
		return fmt.Errorf("%d terms for %d features", len(m.Terms), len(m.Features))
	}
	seen := map[Term]bool{}
	for t, term := range m.Terms {
		outside := term.A < 0 || term.B < term.A || term.Tied < 0 || term.Tied > f || term.B+term.Tied >= f || seen[term]
		if outside || m.Metric == "" && (t < f && term != (Term{A: t, B: t}) || term.Tied > 0) {
			return fmt.Errorf("term (%d,%d) in place %d", term.A, term.B, t)
		}
		seen[term] = true
	}
	return nil
}

// checkWeights checks W: symmetric with zeros where there is no term, of unit norm, and
// in the cone of the constraint.
func (m *Model) checkWeights() error {
	f := len(m.W)
	for a, row := range m.W {
		if len(row) != f {
			return fmt.Errorf("%d weights in row %d for %d features", len(row), a+1, f)
		}
		if !finite(row...) {
			return errors.New("weights that are not finite")
		}
	}
	w := m.Matrix()
	if !mat.Equal(w, symmetricMatrix(f, m.Terms, m.weights())) {
		return errors.New("weights that are not symmetric, or not of its terms")
	}
	const rounding = 1e-6
	norm, once := normalise(m.weights(), m.Terms), 0.0
	for t, v := range m.weights() {
		if once += v * v; m.Terms[t].A != m.Terms[t].B {
			once += v * v
		}
	}
	// Earlier versions counted a weight of several entries one time.
	if norm != 0 && math.Abs(norm-1) > rounding && math.Abs(math.Sqrt(once)-1) > rounding {
		return fmt.Errorf("weights of the norm %g, not 1", norm)
	}
	switch m.Constraint {
	case Diagonal:
		if slices.Min(m.weights()) < 0 || slices.ContainsFunc(m.Terms, func(t Term) bool { return t.A != t.B }) {
			return errors.New("weights that are negative, or of products, under the constraint diagonal")
		}
	case PSD:
		symmetric := mat.NewSymDense(f, w.RawMatrix().Data)
		var e mat.EigenSym
		if !e.Factorize(symmetric, false) || slices.Min(e.Values(nil)) < -rounding {
			return errors.New("weights that are not positive semidefinite, under the constraint spd")
		}
	}
	return nil
}

// checkNumbers checks the numbers besides. The scale may be negative: shrinking, ranks in place
// of distances, and pairs that do not count alike for the noise that stimuli share give
// a metric whose correlation with the distances is not the largest.
func (m *Model) checkNumbers() error {
	switch {
	case !finite(m.Power) || m.Power <= 0:
		return fmt.Errorf("the power %g", m.Power)
	case !finite(m.Scale, m.Intercept):
		return fmt.Errorf("the scale %g and the intercept %g", m.Scale, m.Intercept)
	case !finite(m.Lambda, m.Shrink, m.KKT) || m.Lambda < 0 || m.Shrink < 0 || m.KKT < 0:
		return fmt.Errorf("the penalties %g and %g and the violation %g", m.Lambda, m.Shrink, m.KKT)
	case m.Stimuli < minStimuli || m.Pairs < 1 || m.Pairs/m.Stimuli > m.Stimuli || m.Pairs > m.Stimuli*(m.Stimuli-1)/2:
		return fmt.Errorf("%d pairs of %d stimuli", m.Pairs, m.Stimuli)
	}
	return nil
}

package optimize

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/measures"
)

// Term is a measure in a weighted sum.
type Term struct {
	Name    string // as in the specification
	Weight  float64
	Measure measures.Differentiable
}

// Goal is the objective of an optimisation: the weighted sum of the scores of one or
// more measures.
type Goal struct {
	Terms []Term
	// Maximise says that similar data have a large sum. It is false for a sum of
	// distances.
	Maximise bool
}

// ParseGoal reads a weighted sum of measures such as "nbs",
// "cka*0.5+nbs*0.5" or "cka-0.1*procrustes": terms NAME, NAME*WEIGHT or
// WEIGHT*NAME joined by + or −, with NAME as in measures.Parse. A sum that starts
// with a similarity is maximised, one that starts with a distance is minimised. The
// other terms with a positive weight must be of the same kind. It returns a
// *measures.NameError for a measure that is unknown, has no gradient or is of the
// other kind.
func ParseGoal(spec string) (*Goal, error) {
	g := &Goal{}
	for _, part := range splitTerms(spec) {
		term, err := parseTerm(part)
		if err != nil {
			return nil, err
		}
		g.Terms = append(g.Terms, term)
	}
	if g.Terms[0].Weight < 0 {
		return nil, &measures.NameError{
			Name: spec, Reason: "the first measure has a negative weight",
			Hint: "start with the measure that is to become more similar; a low score is reached with a target",
		}
	}
	g.Maximise = g.Terms[0].Measure.Card().HigherIsCloser
	for _, t := range g.Terms[1:] {
		if t.Weight > 0 && t.Measure.Card().HigherIsCloser != g.Maximise {
			return nil, &measures.NameError{
				Name:   spec,
				Reason: fmt.Sprintf("%s and %s are a similarity and a distance, which cannot be added", g.Terms[0].Name, t.Name),
				Hint:   "give the distance a negative weight, or use the form that is a score",
			}
		}
	}
	return g, nil
}

// splitTerms cuts a sum before every + and − between terms. The signs of a number
// (1e-3, key=-1) and hyphens within a name are not between terms: a − joins terms
// only before a number and a '*', as in "cka-0.1*nbs".
func splitTerms(spec string) []string {
	var parts []string
	start := 0
	for i := 1; i < len(spec); i++ {
		if spec[i] != '+' && spec[i] != '-' {
			continue
		}
		exponent := i >= 2 && (spec[i-1] == 'e' || spec[i-1] == 'E') && isDigit(spec[i-2]) && i+1 < len(spec) && isDigit(spec[i+1])
		operator := strings.ContainsRune("*=+", rune(spec[i-1]))
		if exponent || operator || spec[i] == '-' && !startsWithWeight(spec[i+1:]) {
			continue
		}
		parts = append(parts, spec[start:i])
		start = i
	}
	return append(parts, spec[start:])
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// startsWithWeight reports whether s starts with a number and an asterisk.
func startsWithWeight(s string) bool {
	weight, _, found := strings.Cut(s, "*")
	_, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
	return found && err == nil
}

// parseTerm reads [±]NAME, [±]NAME*WEIGHT or [±]WEIGHT*NAME.
func parseTerm(text string) (Term, error) {
	name, sign := strings.TrimSpace(text), 1.0
	if rest, found := strings.CutPrefix(name, "-"); found {
		name, sign = rest, -1
	}
	name = strings.TrimSpace(strings.TrimPrefix(name, "+"))
	weight := 1.0
	if left, right, found := strings.Cut(name, "*"); found {
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		w, err := strconv.ParseFloat(right, 64)
		if err == nil {
			name = left
		} else if w, err = strconv.ParseFloat(left, 64); err == nil {
			name = right
		} else {
			return Term{}, &measures.NameError{Name: strings.TrimSpace(text), Reason: "neither side of * is a number, want NAME*WEIGHT"}
		}
		weight = w
	}
	weight *= sign
	if weight == 0 || math.IsNaN(weight) || math.IsInf(weight, 0) {
		return Term{}, &measures.NameError{Name: strings.TrimSpace(text), Reason: "a weight must be a finite number other than 0"}
	}
	m, err := measures.Parse(name)
	if err != nil {
		return Term{}, err
	}
	d, ok := measures.AsDifferentiable(m)
	if !ok {
		return Term{}, &measures.NameError{Name: name, Reason: "it has no gradient, so nothing can be optimised towards it"}
	}
	return Term{Name: name, Weight: weight, Measure: d}, nil
}

// String renders the goal so that ParseGoal reads it back.
func (g *Goal) String() string {
	if len(g.Terms) == 1 && g.Terms[0].Weight == 1 {
		return g.Terms[0].Name
	}
	parts := make([]string, len(g.Terms))
	for i, t := range g.Terms {
		parts[i] = t.Name + "*" + strconv.FormatFloat(t.Weight, 'g', -1, 64)
	}
	return strings.Join(parts, "+")
}

// Closer reports whether a sum of a is at least as similar as one of b.
func (g *Goal) Closer(a, b float64) bool {
	if g.Maximise {
		return a >= b
	}
	return a <= b
}

// boundGoal is a goal with its reference and width fixed.
type boundGoal struct {
	weights []float64
	parts   []measures.Objective
	scores  []float64  // of the terms, at the last Y
	part    *mat.Dense // gradient of a single term; nil when there is one only
	ends    []float64  // the largest magnitude of a term; 0 if it has no end
}

// bind fixes the reference. With single, gradients are by products of float32 where a
// measure has them for its parameters.
func (g *Goal) bind(x *measures.System, q int, single bool) (*boundGoal, error) {
	b := &boundGoal{scores: make([]float64, len(g.Terms))}
	if len(g.Terms) > 1 {
		b.part = mat.NewDense(x.Samples(), q, nil)
	}
	for _, t := range g.Terms {
		o, err := t.bind(x, q, single)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		b.parts, b.weights = append(b.parts, o), append(b.weights, t.Weight)
		card := t.Measure.Card()
		end := 0.0
		if card.Y&measures.Scaling != 0 {
			end = 1 // a number without units
		}
		if !math.IsInf(card.Max, 1) {
			end = math.Abs(card.Max)
			if !math.IsInf(card.Min, -1) {
				end = max(end, math.Abs(card.Min))
			}
		}
		b.ends = append(b.ends, end)
	}
	return b, nil
}

// bind binds the measure of a term.
func (t Term) bind(x *measures.System, q int, single bool) (measures.Objective, error) {
	if with, ok := measures.As[measures.SinglePrecision](t.Measure); ok && single {
		if o, ok, err := with.BindSingle(x, q); ok || err != nil {
			return o, err
		}
	}
	return t.Measure.Bind(x, q)
}

// magnitude returns the size of the sum in comparison with which its rounding errors are:
// the ends of the scales of its terms, and the last scores of those that have none.
func (g *boundGoal) magnitude() float64 {
	total := 0.0
	for i, end := range g.ends {
		total += math.Abs(g.weights[i]) * max(end, math.Abs(g.scores[i]))
	}
	return total
}

// Gradient implements measures.Objective for the weighted sum.
func (g *boundGoal) Gradient(dst, y *mat.Dense) (float64, error) {
	total := 0.0
	for i, o := range g.parts {
		into := dst
		if i > 0 {
			into = g.part
		}
		score, err := o.Gradient(into, y)
		if err != nil {
			return 0, err
		}
		g.scores[i] = score
		total += g.weights[i] * score
		switch {
		case i > 0:
			floats.AddScaled(dst.RawMatrix().Data, g.weights[i], g.part.RawMatrix().Data)
		case g.weights[0] != 1:
			dst.Scale(g.weights[0], dst)
		}
	}
	return total, nil
}

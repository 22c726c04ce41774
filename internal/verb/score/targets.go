package score

import (
	"errors"
	"math"
	"slices"
	"strconv"

	"simtool/internal/measures"
)

// hasTargets reports whether a measure is scored feature by feature, which adds the column
// target.
func (o *Options) hasTargets() bool {
	return slices.ContainsFunc(o.named, func(m measures.Named) bool {
		_, ok := measures.TargetsOf(m)
		return ok
	})
}

// withTargets returns the row of a measure, and after it those of the features that it
// predicts, each with its score and, where X has repeats, the ceiling of that. Intervals
// and nulls are those of the mean.
func withTargets(pair *measures.Pair, m measures.Named, more others, names targetNames, row scoreRow) ([]scoreRow, error) {
	t, ok := measures.TargetsOf(m)
	if !ok || row.err != nil {
		return []scoreRow{row}, nil
	}
	values, err := t.Targets(pair)
	if err != nil {
		return nil, err
	}
	ceilings, err := targetCeilings(t, more)
	if err != nil {
		return nil, err
	}
	if len(names) != len(values) {
		names = nil // features were left out
	}
	rows := []scoreRow{row}
	for j, v := range values {
		one := row
		one.target, one.value, one.assessment, one.pAdj, one.warning = names.of(j), v, nil, 0, ""
		if math.IsNaN(v) {
			one.err = &measures.UndefinedError{Reason: "the feature does not vary on the samples that are predicted"}
		}
		if ceilings != nil && !math.IsNaN(ceilings[j]) {
			a := unassessed
			a.Ceiling, a.Normalised = ceilings[j], v/ceilings[j]
			one.assessment = &a
		}
		rows = append(rows, one)
	}
	return rows, nil
}

// targetCeilings returns the ceilings of features, nil where none are known.
func targetCeilings(t measures.Targeted, more others) ([]float64, error) {
	if more.repeats == nil {
		return nil, nil
	}
	ceilings, err := t.TargetCeilings(more.repeats)
	if errors.Is(err, measures.ErrNoCeiling) {
		return nil, nil
	}
	return ceilings, err
}

// targetNames are the names of the features of X and of Y; nil where a file gives none.
type targetNames []string

// of returns the name of a feature, or its number.
func (n targetNames) of(j int) string {
	if j < len(n) && n[j] != "" {
		return n[j]
	}
	return strconv.Itoa(j)
}

// targetNamesOf returns those of the system that a measure predicts.
func targetNamesOf(m measures.Named, x, y []string) targetNames {
	if t, ok := measures.TargetsOf(m); ok && t.TargetsY() {
		return y
	}
	return x
}

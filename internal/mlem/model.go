package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Model is a fitted metric together with the encodings that applying it to other
// stimuli needs. It is the content of model.json.
type Model struct {
	Features    []Encoding  `json:"features"`
	Metric      Metric      `json:"metric,omitempty"` // "" for absolute, as in models of earlier versions
	Missing     Missing     `json:"missing"`
	Markers     []string    `json:"na"` // cells that count as missing besides the empty one; nil for the defaults
	Constraint  Constraint  `json:"constraint"`
	Objective   Objective   `json:"objective"`
	Distance    Distance    `json:"distance"`
	Power       float64     `json:"power"` // of the distance that is predicted
	Terms       []Term      `json:"terms"`
	W           [][]float64 `json:"w"` // symmetric, of unit Frobenius norm, in the order of the coordinates of Features
	Scale       float64     `json:"scale"`
	Intercept   float64     `json:"intercept"`
	Lambda      float64     `json:"lambda"`
	Shrink      float64     `json:"shrink,omitempty"` // penalty towards equal weights
	KKT         float64     `json:"kkt"`              // largest violation of the optimality conditions, in standard units
	Stimuli     int         `json:"stimuli"`
	Pairs       int         `json:"pairs"`
	Description string      `json:"description"`
	Checksum    string      `json:"checksum,omitempty"` // of the other fields; see Seal
}

// model returns the model of representation k for the solution s with penalty
// pen.
func (f *fitting) model(k int, s solution, pen penalty) *Model {
	w := s.w
	m := f.full.problem(f.design.terms, f.shift, k)
	y := f.sample.neural[k]
	out := &Model{
		Features: f.sample.features.encodings, Metric: f.Metric.recorded(), Missing: f.sample.features.missing, Markers: f.sample.features.markers,
		Constraint: f.Constraint, Objective: f.Objective, Distance: y.Distance, Power: y.Power(),
		Terms: f.design.terms, Scale: m.regression(w), Stimuli: f.layout.start[f.layout.inside()], Pairs: int(f.full.count),
		Lambda: pen.ridge, Shrink: pen.shrink, KKT: s.kkt,
		Description: "the predicted power of the neural distance is intercept + scale·dᵀWd, d the vector of feature distances",
	}
	out.Intercept = m.meanY - out.Scale*dot(w, m.meanX)
	metric := f.design.matrix(w)
	out.W = make([][]float64, f.design.width())
	for a := range out.W {
		out.W[a] = mat.Row(nil, a, metric)
	}
	out.Seal()
	return out
}

// Power returns the power of the distance that is regressed.
func (d *Neural) Power() float64 {
	switch d.Distance {
	case Euclidean, Mahalanobis, NormDiff:
		return 2 * d.power
	}
	return d.power
}

// weights returns the entries of W in the order of the terms.
func (m *Model) weights() []float64 {
	w := make([]float64, len(m.Terms))
	for t, term := range m.Terms {
		w[t] = m.W[term.A][term.B]
	}
	return w
}

// Encode prepares the features of other stimuli for the model.
func (m *Model) Encode(table *data.Table) (*Features, []string, error) {
	return ApplyEncodings(table, m.Features, m.Missing)
}

// Predict returns intercept + scale·dᵀWd for all pairs i<j of the stimuli, row
// by row: predicted distances to the power m.Power. Pairs of stimuli without a value have none,
// NaN, where the model leaves such pairs out (MissingDropPair).
func (m *Model) Predict(features *Features) ([]float64, error) {
	e, err := m.evaluation(features, nil)
	if err != nil {
		return nil, err
	}
	out := e.predict(m.weights())
	for p := range out {
		out[p] = m.Intercept + m.Scale*out[p]
	}
	if err := checkPredictions(out); err != nil {
		return nil, err
	}
	if dropped := features.dropped(); dropped != nil {
		for p, i := range e.first {
			if dropped[i] || dropped[e.second[p]] {
				out[p] = math.NaN()
			}
		}
	}
	return out, nil
}

// checkPredictions refuses predictions that overflow, as those for features far out
// of the range of a model do.
func checkPredictions(x []float64) error {
	for _, v := range x {
		if v-v != 0 {
			return &data.InputError{Found: "features whose predicted distances overflow", Wanted: "want values in the range of the model's"}
		}
	}
	return nil
}

// Score compares the model's predictions for other stimuli with their neural
// distances. level is the coverage of the interval, which is of the statistic by. Score refits nothing, so R2 is
// negative when the scale of the representation differs. Of more than 2,500 stimuli,
// 2,500 that are spread over the table represent all.
func (m *Model) Score(features *Features, neural *Neural, by Statistic, level float64) (Score, error) {
	if err := checkLevel(level); err != nil {
		return Score{}, err
	}
	by, err := by.check()
	if err != nil {
		return Score{}, err
	}
	e, err := m.evaluation(features, neural)
	if err != nil {
		return Score{}, err
	}
	x, y := e.predict(m.weights()), e.distances(0)
	if err := checkPredictions(x); err != nil {
		return Score{}, err
	}
	s := e.score(x, y, e.ties(0), foldFit{scale: m.Scale, intercept: m.Intercept}, by)
	if !s.Defined() {
		return Score{}, &data.InputError{Path: neural.Name, Found: "predicted or neural distances that are all equal", Wanted: "want some that differ"}
	}
	s.Split = "held-out"
	s.Interval = by.interval(s.Of(by), s.SE, level)
	return s.Score, nil
}

// evaluation returns the stimuli of features and their neural distances as a set that
// can be scored.
func (m *Model) evaluation(features *Features, neural *Neural) (*evaluation, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	n := features.Stimuli()
	if neural != nil && n < minStimuli {
		return nil, &data.InputError{Found: fmt.Sprintf("%d stimuli", n), Wanted: fmt.Sprintf("want at least %d", minStimuli)}
	}
	if len(features.columns) != len(m.Features) {
		return nil, &data.InputError{Found: fmt.Sprintf("%d features", len(features.columns)), Wanted: fmt.Sprintf("want the %d of the model", len(m.Features))}
	}
	s := &sample{features: features, id: make([]int, n)}
	for i := range s.id {
		s.id[i] = i
	}
	s.group = s.id
	if neural != nil {
		if neural.Stimuli() != n {
			return nil, &data.InputError{Path: neural.Name, Found: fmt.Sprintf("%d stimuli", neural.Stimuli()), Wanted: fmt.Sprintf("want %d as in the features", n)}
		}
		s.neural = []*Neural{neural}
		s.missing = features.dropped()
	}
	if neural != nil && n > scoredStimuli {
		s = s.subset(evenlySpaced(n, scoredStimuli))
	}
	s.features = s.features.under(m.metric())
	design := &design{features: len(m.Features), terms: m.Terms, first: s.features.firstCoordinates()}
	if s.features.signed && design.interacts() {
		if err := features.checkSigns(); err != nil {
			return nil, err
		}
	}
	e := newEvaluation(s, design)
	if neural != nil && len(e.first) < 3 {
		return nil, tooFewPairs(float64(len(e.first)))
	}
	return e, nil
}

// metric returns the metric of the model.
func (m *Model) metric() Metric {
	if m.Metric == "" {
		return Absolute
	}
	return m.Metric
}

// width returns the number of coordinates of the features.
func (m *Model) width() int {
	if m.Metric != Signed {
		return len(m.Features)
	}
	total := 0
	for i := range m.Features {
		total += m.Features[i].coordinateCount()
	}
	return total
}

// Matrix returns W as a matrix.
func (m *Model) Matrix() *mat.Dense {
	f := len(m.W)
	out := mat.NewDense(f, f, nil)
	for a, row := range m.W {
		copy(out.RawRowView(a), row)
	}
	return out
}

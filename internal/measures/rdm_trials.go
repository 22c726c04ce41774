package measures

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Trials are single responses to conditions, each of which was recorded as often as it was:
// samples of a system with the number of the condition of each, from 0 to Conditions−1, and
// the number of its run. Noise is independent between runs. Runs nil says that it is
// independent between all trials.
type Trials struct {
	*System
	Of         []int // condition of each trial
	Runs       []int
	Conditions int
}

// TrialRDM returns the dissimilarities of the conditions of trials, C×C, NaN where the
// trials do not determine one. Those of all kinds but crossnobis are between the means of
// the trials of the conditions. Crossnobis is cross-validated, for any numbers of trials:
//
//	d_ij = Σ_{r≠s} w_r·w_s·δ_rᵀΣ⁻¹δ_s / Σ_{r≠s} w_r·w_s
//
// over runs r, s that have both conditions, δ_r the difference of their means in run r and
// w_r = n_ri·n_rj/(n_ri+n_rj) of the numbers of trials, the inverse variance of δ_r. What a
// run adds to all of its trials cancels. With as many trials of every condition in every
// run it is the mean over r ≠ s that rdm=crossnobis of repeats is. Without runs, products
// are over pairs of different trials,
//
//	d_ij = s_ii + s_jj − 2·s_ij, s_ij the mean of x_aᵀΣ⁻¹x_b over trials a ≠ b of i and j.
//
// Σ is the covariance of all trials about the means of their conditions, as noise= says.
//
// The errors, C×C, are standard errors for Gaussian noise (see trialNoise), and are known for
// noise=none alone, otherwise nil: where Σ is estimated from the same trials, its own error
// adds to that of a strong signal, whose variance was seen to be up to three times as large.
//
// The returned *NameError and *UndefinedError are those of RDM.
func TrialRDM(t Trials, spec string) (m, errors *mat.Dense, warnings []string, err error) {
	d, err := parseRDM(spec)
	if err != nil {
		return nil, nil, nil, err
	}
	if d.kind != rdmCrossnobis {
		m, warnings, err = SettledRDM(t.means(), spec)
		return m, nil, warnings, err
	}
	if len(t.Of) == t.Conditions {
		return nil, nil, nil, undefined("%s: one trial of each condition: %s", t.label(), t.wanted())
	}
	x, y := (*mat.Dense)(nil), (*mat.Dense)(nil)
	if d.noise == noisePoisson {
		x, y, err = rates(t.System)
	} else {
		x, err = noiseNormalised(t.System, d.noise, t.groups())
		y = x
	}
	if err != nil {
		return nil, nil, nil, err
	}
	var noise trialNoise
	if d.noise == noiseNone {
		noise = t.noiseOf(x)
	}
	var values, deviations []float64
	open := 0
	t.estimates(x, y, func(e estimate) {
		if math.IsNaN(e.value) {
			open++
		}
		values = append(values, e.value)
		deviations = append(deviations, noise.deviation(e))
	})
	switch {
	case open == len(values):
		return nil, nil, nil, undefined("%s: no two conditions have independent trials: %s", t.label(), t.wanted())
	case slices.ContainsFunc(values, func(v float64) bool { return math.IsInf(v, 0) }):
		return nil, nil, nil, overflowing(t.System)
	case open > 0:
		warnings = append(warnings, fmt.Sprintf("%s: %d of %d dissimilarities are NaN: %s", t.label(), open, len(values), t.wanted()))
	}
	if d.noise == noiseNone {
		errors = square(deviations, t.Conditions)
	}
	return square(values, t.Conditions), errors, warnings, nil
}

// wanted says what two conditions need for a cross-validated dissimilarity.
func (t Trials) wanted() string {
	if t.Runs == nil {
		return "crossnobis wants at least 2 trials of each condition"
	}
	return "crossnobis wants at least 2 runs that have both conditions"
}

// groups returns the trials of each condition.
func (t Trials) groups() [][]int {
	out := make([][]int, t.Conditions)
	for i, c := range t.Of {
		out[c] = append(out[c], i)
	}
	return out
}

// means returns the system of the means over the trials of each condition.
func (t Trials) means() *System {
	x := mat.NewDense(t.Conditions, t.p, nil)
	for c, rows := range t.groups() {
		for _, i := range rows {
			addScaled(x.RawRowView(c), 1/float64(len(rows)), t.raw.RawRowView(i))
		}
	}
	return &System{name: t.name, n: t.Conditions, p: t.p, raw: x, times: 1, precision: t.precision}
}

// estimate is a cross-validated dissimilarity of two conditions. With noise of covariance Σ
// its variance is 4·linear·δᵀΣδ + 2·square·tr Σ².
type estimate struct {
	value          float64 // NaN where the trials do not determine it
	linear, square float64

	mean  []float64 // δ̄, the weighted mean difference, until the next estimate
	noise float64   // the covariance of δ̄ over Σ
}

// estimates calls f with the estimates of conditions i < j, row by row, from products of
// rows of x and y, the same matrix but for counts.
func (t Trials) estimates(x, y *mat.Dense, f func(estimate)) {
	pairs := t.ofTrials
	if t.Runs != nil {
		pairs = t.ofRuns
	}
	at := pairs(x, y)
	for i := range t.Conditions {
		for j := i + 1; j < t.Conditions; j++ {
			f(at(i, j))
		}
	}
}

// ofTrials returns the estimates of trials that are all independent of each other. With
// n_i trials of condition i, s_ii = (‖Σ_a x_a‖² − Σ_a ‖x_a‖²)/(n_i(n_i−1)).
func (t Trials) ofTrials(x, y *mat.Dense) func(i, j int) estimate {
	_, width := x.Dims()
	mx, my := mat.NewDense(t.Conditions, width, nil), mat.NewDense(t.Conditions, width, nil)
	own, count := make([]float64, t.Conditions), make([]float64, t.Conditions)
	for c, rows := range t.groups() {
		n := float64(len(rows))
		count[c] = n
		for _, i := range rows {
			addScaled(mx.RawRowView(c), 1/n, x.RawRowView(i))
			addScaled(my.RawRowView(c), 1/n, y.RawRowView(i))
			own[c] += dot(x.RawRowView(i), y.RawRowView(i))
		}
		own[c] = (n*n*dot(mx.RawRowView(c), my.RawRowView(c)) - own[c]) / (n * (n - 1))
	}
	mean := make([]float64, width)
	return func(i, j int) estimate {
		a, b := count[i], count[j]
		if a < 2 || b < 2 {
			return estimate{value: math.NaN()}
		}
		copy(mean, mx.RawRowView(i))
		addScaled(mean, -1, mx.RawRowView(j))
		cross := dot(mx.RawRowView(i), my.RawRowView(j)) + dot(mx.RawRowView(j), my.RawRowView(i))
		return estimate{own[i] + own[j] - cross, 1/a + 1/b, 1/(a*(a-1)) + 1/(b*(b-1)) + 2/(a*b), mean, 1/a + 1/b}
	}
}

// cell holds the trials of a condition in a run.
type cell struct {
	n    float64
	x, y []float64 // means
}

// cells returns the cells of each run.
func (t Trials) cells(x, y *mat.Dense) []map[int]*cell {
	_, width := x.Dims()
	var runs []map[int]*cell
	for i, c := range t.Of {
		for len(runs) <= t.Runs[i] {
			runs = append(runs, map[int]*cell{})
		}
		at := runs[t.Runs[i]][c]
		if at == nil {
			at = &cell{x: make([]float64, width), y: make([]float64, width)}
			runs[t.Runs[i]][c] = at
		}
		at.n++
		addScaled(at.x, 1, x.RawRowView(i))
		addScaled(at.y, 1, y.RawRowView(i))
	}
	for _, run := range runs {
		for _, at := range run {
			scale(at.x, 1/at.n)
			scale(at.y, 1/at.n)
		}
	}
	return runs
}

// ofRuns returns the estimates of trials of runs. With W = Σ w_r and D = W² − Σ w_r² the
// variance of Σ_{r≠s} w_r·w_s·δ_rᵀδ_s/D, where δ_r has the covariance Σ/w_r, is
// 4·δᵀΣδ·Σ w_r(W−w_r)²/D² + 2·tr Σ²/D.
func (t Trials) ofRuns(x, y *mat.Dense) func(i, j int) estimate {
	_, width := x.Dims()
	runs := t.cells(x, y)
	dx, dy, sx, sy := make([]float64, width), make([]float64, width), make([]float64, width), make([]float64, width)
	return func(i, j int) estimate {
		clear(sx)
		clear(sy)
		total, squares, cubes, within := 0.0, 0.0, 0.0, 0.0
		both := 0
		for _, run := range runs {
			a, b := run[i], run[j]
			if a == nil || b == nil {
				continue
			}
			both++
			w := a.n * b.n / (a.n + b.n)
			for k := range dx {
				dx[k], dy[k] = a.x[k]-b.x[k], a.y[k]-b.y[k]
			}
			addScaled(sx, w, dx)
			addScaled(sy, w, dy)
			within += w * w * dot(dx, dy)
			total += w
			squares += w * w
			cubes += w * w * w
		}
		if both < 2 {
			return estimate{value: math.NaN()}
		}
		pairs := total*total - squares
		value := (dot(sx, sy) - within) / pairs
		scale(sx, 1/total)
		return estimate{value, (total*total*total - 2*total*squares + cubes) / (pairs * pairs), 1 / pairs, sx, 1 / total}
	}
}

package measures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
)

// trialsOf returns trials of random numbers, of which the conditions and runs are given.
func trialsOf(t *testing.T, r *rand.Rand, of, runs []int, conditions, width int) Trials {
	t.Helper()
	values := make([]float64, len(of)*width)
	for i := range values {
		values[i] = r.NormFloat64() + math.Sin(float64(of[i/width]*width+i%width))
	}
	return Trials{System: systemOfValues(t, values, len(of), width), Of: of, Runs: runs, Conditions: conditions}
}

func systemOfValues(t *testing.T, values []float64, shape ...int) *System {
	t.Helper()
	d, err := data.New(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSystem(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// balanced returns the conditions and runs of repeats that hold every condition once.
func balanced(repeats, conditions int) (of, runs []int) {
	for i := range repeats * conditions {
		of, runs = append(of, i%conditions), append(runs, i/conditions)
	}
	return of, runs
}

func TestBalancedTrialsAreRepeats(t *testing.T) {
	const repeats, conditions, width = 4, 5, 6
	of, runs := balanced(repeats, conditions)
	trials := trialsOf(t, rand.New(rand.NewPCG(1, 2)), of, runs, conditions, width)
	values := trials.raw.RawMatrix().Data
	for i, v := range values {
		values[i] = math.Abs(v) // counts want it
	}
	for _, spec := range []string{"crossnobis", "crossnobis:noise=none", "crossnobis:noise=diagonal", "crossnobis:noise=poisson"} {
		t.Run(spec, func(t *testing.T) {
			want, err := RDM(systemOfValues(t, values, repeats, conditions, width), spec)
			if err != nil {
				t.Fatal(err)
			}
			flat := trials
			flat.System = systemOfValues(t, values, repeats*conditions, width)
			got, _, _, err := TrialRDM(flat, spec)
			if err != nil {
				t.Fatal(err)
			}
			for i := range conditions {
				for j := range conditions {
					if d := math.Abs(got.At(i, j) - want.At(i, j)); d > 1e-12*(1+math.Abs(want.At(i, j))) {
						t.Errorf("(%d,%d): %v, repeats give %v", i, j, got.At(i, j), want.At(i, j))
					}
				}
			}
		})
	}
}

// Unbalanced trials beside the formula, pair of trials by pair of trials.
func TestUnbalancedTrials(t *testing.T) {
	const conditions, width = 3, 4
	of := []int{0, 0, 1, 2, 0, 1, 1, 2, 2, 2, 0, 1}
	runs := []int{0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2} // condition 2 is missing in run 2
	r := rand.New(rand.NewPCG(3, 4))
	trials := trialsOf(t, r, of, runs, conditions, width)
	row := func(i int) []float64 { return trials.raw.RawRowView(i) }
	mean := func(run, c int) (m []float64, n float64) {
		m = make([]float64, width)
		for i := range of {
			if of[i] == c && runs[i] == run {
				n++
				addScaled(m, 1, row(i))
			}
		}
		scale(m, 1/n)
		return m, n
	}
	byRuns := func(i, j int) float64 {
		above, below := 0.0, 0.0
		for a := range 3 {
			for b := range 3 {
				ai, nai := mean(a, i)
				aj, naj := mean(a, j)
				bi, nbi := mean(b, i)
				bj, nbj := mean(b, j)
				if a == b || nai*naj*nbi*nbj == 0 {
					continue
				}
				w := nai * naj / (nai + naj) * nbi * nbj / (nbi + nbj)
				below += w
				for k := range width {
					above += w * (ai[k] - aj[k]) * (bi[k] - bj[k])
				}
			}
		}
		return above / below
	}
	product := func(i, j int) float64 {
		sum, count := 0.0, 0.0
		for a := range of {
			for b := range of {
				if a != b && of[a] == i && of[b] == j {
					sum += dot(row(a), row(b))
					count++
				}
			}
		}
		return sum / count
	}
	byTrials := func(i, j int) float64 { return product(i, i) + product(j, j) - 2*product(i, j) }
	for name, want := range map[string]func(i, j int) float64{"runs": byRuns, "trials": byTrials} {
		one := trials
		if name == "trials" {
			one.Runs = nil
		}
		got, errors, _, err := TrialRDM(one, "crossnobis:noise=none")
		if err != nil {
			t.Fatal(err)
		}
		for i := range conditions {
			for j := range i {
				if d := math.Abs(got.At(i, j) - want(i, j)); d > 1e-12 {
					t.Errorf("%s: (%d,%d) is %v, by the formula %v", name, i, j, got.At(i, j), want(i, j))
				}
				if !(errors.At(i, j) > 0) {
					t.Errorf("%s: the standard error of (%d,%d) is %v", name, i, j, errors.At(i, j))
				}
			}
		}
		// What a run adds to its trials, or all trials have, cancels.
		values := slices.Clone(trials.raw.RawMatrix().Data)
		for i := range values {
			values[i] += 1e3
			if name == "runs" {
				values[i] += 100 * float64(runs[i/width])
			}
		}
		moved := one
		moved.System = systemOfValues(t, values, len(of), width)
		again, _, _, err := TrialRDM(moved, "crossnobis:noise=none")
		if err != nil {
			t.Fatal(err)
		}
		for i := range conditions {
			for j := range i {
				if d := math.Abs(again.At(i, j) - got.At(i, j)); d > 1e-9 {
					t.Errorf("%s: an offset moves (%d,%d) by %g", name, i, j, d)
				}
			}
		}
	}
}

// The variance of dissimilarities over draws of noise is that of the formula with the true
// covariance, their mean the true dissimilarity, and the mean of the estimated tr Σ² the
// true one. The squared standard errors, of which the part of the signal is at least 0, are
// right on average for a large signal and too large for none.
func TestErrorsOfTrials(t *testing.T) {
	const conditions, width, draws = 3, 6, 4000
	of := []int{0, 0, 1, 2, 0, 1, 1, 2, 2, 2, 0, 1, 0, 1, 2, 2, 0, 1}
	runs := []int{0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4}
	r := rand.New(rand.NewPCG(5, 6))
	deviation := func(k int) float64 { return 0.5 + float64(k)/4 }
	trace := 0.0 // of Σ²
	for k := range width {
		trace += math.Pow(deviation(k), 4)
	}
	for _, c := range []struct {
		runs []int
		size float64 // of the signal
		most float64 // squared standard errors over the variance
	}{{runs, 0, 1.9}, {nil, 0, 1.9}, {runs, 4, 1.1}, {nil, 4, 1.1}} {
		t.Run(fmt.Sprint(c.runs != nil, c.size), func(t *testing.T) {
			truth, along := 0.0, 0.0 // δᵀδ and δᵀΣδ
			for k := range width {
				d := c.size * (math.Cos(float64(k)) - math.Cos(float64(2*width+k)))
				truth += d * d
				along += d * d * deviation(k) * deviation(k)
			}
			sum, squares, variance, traces, formula := 0.0, 0.0, 0.0, 0.0, 0.0
			for range draws {
				values := make([]float64, len(of)*width)
				for i := range values {
					trial, k := i/width, i%width
					values[i] = deviation(k)*r.NormFloat64() + c.size*math.Cos(float64(of[trial]*width+k))
				}
				trials := Trials{System: systemOfValues(t, values, len(of), width), Of: of, Runs: c.runs, Conditions: conditions}
				noise := trials.noiseOf(trials.raw)
				traces += noise.square
				at := 0
				trials.estimates(trials.raw, trials.raw, func(e estimate) {
					if at++; at != 2 { // of conditions 0 and 2
						return
					}
					sum += e.value
					squares += e.value * e.value
					formula = 4*e.linear*along + 2*e.square*trace
					variance += math.Pow(noise.deviation(e), 2)
				})
			}
			mean := sum / draws
			seen := squares/draws - mean*mean
			if z := (mean - truth) / math.Sqrt(seen/draws); math.Abs(z) > 4 {
				t.Errorf("the mean is %.4f, the truth %.4f: %.1f standard errors", mean, truth, z)
			}
			// The standard error of a variance of 4,000 nearly normal numbers is 2.2 %.
			if ratio := formula / seen; math.Abs(ratio-1) > 0.1 {
				t.Errorf("the formula gives %.3f of the variance", ratio)
			}
			if ratio := traces / draws / trace; math.Abs(ratio-1) > 0.05 {
				t.Errorf("tr Σ² is estimated as %.3f of itself", ratio)
			}
			if ratio := variance / draws / seen; ratio < 0.9 || ratio > c.most {
				t.Errorf("the squared standard error is %.3f of the variance", ratio)
			}
		})
	}
}

func TestTrialsThatDetermineLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	one := trialsOf(t, r, []int{0, 1, 2}, nil, 3, 4)
	if _, _, _, err := TrialRDM(one, "crossnobis"); err == nil || !strings.Contains(err.Error(), "one trial of each condition") {
		t.Errorf("one trial of each: %v", err)
	}
	some := trialsOf(t, r, []int{0, 0, 1, 1, 2}, nil, 3, 4)
	m, _, warnings, err := TrialRDM(some, "crossnobis:noise=none")
	if err != nil {
		t.Fatal(err)
	}
	if math.IsNaN(m.At(0, 1)) || !math.IsNaN(m.At(0, 2)) || len(warnings) != 1 {
		t.Errorf("%v with %q", m.RawMatrix().Data, warnings)
	}
	run := trialsOf(t, r, []int{0, 0, 1, 1}, []int{0, 0, 0, 0}, 2, 4)
	if _, _, _, err := TrialRDM(run, "crossnobis:noise=none"); err == nil || !strings.Contains(err.Error(), "2 runs") {
		t.Errorf("one run: %v", err)
	}
	means, _, _, err := TrialRDM(some, "sqeuclidean")
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for k := range 4 {
		d := (some.raw.At(0, k)+some.raw.At(1, k))/2 - some.raw.At(4, k)
		want += d * d
	}
	if math.Abs(means.At(0, 2)-want) > 1e-12*want {
		t.Errorf("the distance of means is %v, want %v", means.At(0, 2), want)
	}
}

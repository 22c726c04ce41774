package inference

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// saysWithin reports whether a note says that a value is within its null.
func saysWithin(a Assessment) bool {
	return slices.ContainsFunc(a.Notes, func(n string) bool { return strings.HasPrefix(n, WithinNull) })
}

// Systems that are the same have the best value without an error, in every form.
func TestIdenticalSystems(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	x := normals(rng, 40*4)
	p := pairOf(t, x, x, []int{40, 4}, []int{40, 4})
	for name, best := range map[string]float64{"cka": 1, "cka:estimator=debiased": 1, "cka:as=angular": 0, "nbs": 1, "nbs:as=angular": 0} {
		a := assessed(t, p, name, Structure{Kind: Rows}, 0)
		if a.Lo != best || a.Hi != best || a.Corrected != best || a.SE != 0 {
			t.Errorf("%s of identical systems: %v [%v, %v], se %v; want %v throughout (%v)", name, a.Corrected, a.Lo, a.Hi, a.SE, best, a.Warnings)
		}
		if saysWithin(a) {
			t.Errorf("%s of identical systems is said to be within its null", name)
		}
	}
}

// Calibration by a quantile: of all 720 orders of six rows, found by a program of its own,
// the one that a twentieth exceeds; below it the calibrated value is 0.
func TestQuantileCalibration(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	zero, above := 0, 0
	for range 30 {
		x, y := normals(rng, 6*3), normals(rng, 6*2)
		for i := range 6 {
			y[2*i] += 2 * x[3*i]
			y[2*i+1] += x[3*i+1]
		}
		p := pairOf(t, x, y, []int{6, 3}, []int{6, 2})
		var all []float64
		everyOrder(6, func(order []int) { all = append(all, plainCKA(x, arranged(y, 2, order), 6)) })
		slices.Sort(all)
		threshold, value := all[684-1], plainCKA(x, y, 6) // ⌈0.95·720⌉
		want := max(0, (value-threshold)/(1-threshold))
		a := assessedBy(t, p, "cka", Structure{Kind: Rows}, Options{Mode: AutoMode, Level: 0.95, Permutations: 9, Quantile: true})
		if !(math.Abs(a.Calibrated-want) < 1e-9) {
			t.Errorf("calibrated %v, want %v", a.Calibrated, want)
		}
		if (a.Calibrated > 1e-9) != (a.PValue <= 0.05) {
			t.Errorf("calibrated %v with p = %v: above 0 is p ≤ .05", a.Calibrated, a.PValue)
		}
		if want == 0 {
			zero++
		} else {
			above++
		}
	}
	if zero < 3 || above < 3 {
		t.Errorf("%d values at the threshold or below and %d above: the data test one side only", zero, above)
	}
}

// Noise is said to be within its null, by p values, drawn pairings and intervals, but for
// about the share of chance; a signal is not.
func TestWithinNull(t *testing.T) {
	const runs = 60
	for _, c := range []struct {
		name  string
		draws int
		least int // of 60 true nulls
		most  int
	}{{"cka", 19, 50, 59}, {"nbs", 0, 48, 59}, {"cka", 0, 50, 60}, {"rsa:compare=pearson", 19, 50, 59}, {"rsa", 0, 50, 60}} {
		noise, signal := 0, 0
		for run := range runs {
			rng := rand.New(rand.NewPCG(uint64(run), 6))
			x, y, z := normals(rng, 60*4), normals(rng, 60*3), normals(rng, 60*3)
			for i := range 60 {
				for j := range 3 {
					z[3*i+j] += 1.5 * x[4*i+j]
				}
			}
			if saysWithin(assessed(t, pairOf(t, x, y, []int{60, 4}, []int{60, 3}), c.name, Structure{Kind: Rows}, c.draws)) {
				noise++
			}
			if saysWithin(assessed(t, pairOf(t, x, z, []int{60, 4}, []int{60, 3}), c.name, Structure{Kind: Rows}, c.draws)) {
				signal++
			}
		}
		if noise < c.least || noise > c.most || signal > 1 {
			t.Errorf("%s with %d permutations: %d of %d noise pairs and %d signals are said to be within their null", c.name, c.draws, noise, runs, signal)
		}
	}
}

// The smallest p value of nine pairings, or of all six orders of three rows, is above 0.05
// whatever the value is: a signal is not within its null for that, and noise still is.
func TestFewPairingsPutNoSignalWithinItsNull(t *testing.T) {
	const runs = 30
	for _, c := range []struct{ rows, draws int }{{60, 9}, {60, 1}, {3, 99}} {
		noise, signal := 0, 0
		for run := range runs {
			rng := rand.New(rand.NewPCG(uint64(run), 11))
			x, y := normals(rng, c.rows*4), normals(rng, c.rows*4)
			z := make([]float64, len(x))
			for i := range z {
				z[i] = x[i] + 0.01*y[i]
			}
			shape := []int{c.rows, 4}
			if saysWithin(assessed(t, pairOf(t, x, y, shape, shape), "nbs", Structure{Kind: Rows}, c.draws)) {
				noise++
			}
			// Three rows of which two happen to be alike have a second order as good.
			if a := assessed(t, pairOf(t, x, z, shape, shape), "nbs", Structure{Kind: Rows}, c.draws); saysWithin(a) && a.PValue <= max(1./6, 1/float64(c.draws+1))+1e-9 {
				signal++
			}
		}
		// By chance noise reaches the smallest p value of nine in a tenth of the runs, that of
		// one in half of them.
		if signal > 0 || c.draws == 9 && noise < runs*3/4 {
			t.Errorf("%d rows and %d permutations: %d of %d signals and %d of the noise are within their null", c.rows, c.draws, signal, runs, noise)
		}
	}
}

// Counts under a gain that both systems share warn of heavy tails; Gaussian data do not.
func TestHeavyTails(t *testing.T) {
	warned := func(a Assessment) bool {
		return slices.ContainsFunc(a.Warnings, func(w string) bool { return strings.Contains(w, "rsa:compare=spearman") })
	}
	gaussian, gained := 0, 0
	for run := range 40 {
		rng := rand.New(rand.NewPCG(uint64(run), 8))
		x, y := normals(rng, 100*10), normals(rng, 100*10)
		if warned(assessed(t, pairOf(t, x, y, []int{100, 10}, []int{100, 10}), "cka", Structure{Kind: Rows}, 0)) {
			gaussian++
		}
		for i := range 100 {
			gain := math.Exp(1.3 * rng.NormFloat64())
			for j := range 10 {
				x[10*i+j] *= gain
				y[10*i+j] *= gain
			}
		}
		if warned(assessed(t, pairOf(t, x, y, []int{100, 10}, []int{100, 10}), "cka", Structure{Kind: Rows}, 0)) {
			gained++
		}
	}
	if gaussian > 0 || gained < 36 {
		t.Errorf("heavy tails are warned of in %d of 40 Gaussian and %d of 40 gain-modulated pairs", gaussian, gained)
	}
}

// Two recordings of independent noise, 100 × 1000: calibrated is 0 on average, p values
// are uniform (the distance of Kolmogorov and Smirnov within what 1 % of uniform draws
// exceed, and above what 99.9 % of them do). The long validation has 200 draws.
func TestNoisePairs(t *testing.T) {
	const runs, draws = 24, 19
	for _, name := range []string{"rsa", "cka", "nbs"} {
		if name == "nbs" && testing.Short() {
			continue
		}
		var p []float64
		sum, said := 0.0, 0
		for run := range runs {
			rng := rand.New(rand.NewPCG(uint64(run), 9))
			pair := pairOf(t, normals(rng, 100*1000), normals(rng, 100*1000), []int{100, 1000}, []int{100, 1000})
			a := assessed(t, pair, name, Structure{Kind: Auto}, draws)
			p = append(p, a.PValue)
			sum += a.Calibrated
			if saysWithin(a) {
				said++
			}
		}
		if mean := sum / runs; !(math.Abs(mean) < 0.02) {
			t.Errorf("%s: calibrated is %v on average, want 0 ± .02", name, mean)
		}
		slices.Sort(p)
		distance := 0.0
		for i, v := range p {
			distance = max(distance, float64(i+1)/runs-v, v-1.0/(draws+1)-float64(i)/runs)
		}
		// 1.63/√24 and 0.37/√24, a step of 1/20 aside.
		if distance > 0.38 || distance < 0.03 {
			t.Errorf("%s: p values lie %.3f from uniform ones: %v", name, distance, p)
		}
		if said < runs-6 || said > runs {
			t.Errorf("%s: %d of %d noise pairs are said to be within their null", name, said, runs)
		}
	}
}

// A regression on as many dimensions as there are samples explains everything, whatever
// the data: the value is the best there is, and so is its null.
func TestWithinANullOfOne(t *testing.T) {
	for run := range 5 {
		rng := rand.New(rand.NewPCG(uint64(run), 31))
		pair := pairOf(t, normals(rng, 20*30), normals(rng, 20*30), []int{20, 30}, []int{20, 30})
		if a := assessed(t, pair, "linreg", Structure{Kind: Rows}, 0); !saysWithin(a) {
			t.Errorf("R² is 1 whatever the data, and not within its null: %+v", a)
		}
	}
	rng := rand.New(rand.NewPCG(1, 31))
	x := normals(rng, 40*3)
	if a := assessed(t, pairOf(t, x, x, []int{40, 3}, []int{40, 3}), "linreg", Structure{Kind: Rows}, 0); saysWithin(a) {
		t.Errorf("a system predicts itself within its null: %+v", a)
	}
}

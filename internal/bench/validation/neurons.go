package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/inference"
	"simtool/internal/measures"
)

// neuronCell is a population of neurons: neuron j of X is Σ_k √λ_k w_kj z_k, of Y the
// same of ρz + √(1−ρ²)u, both with private noise and a gain of their own. All of w, z and
// u are standard normal. Linear CKA of infinitely many neurons is ρ².
type neuronCell struct {
	n, p, q, latents int
	power            float64 // of the spectrum λ_k = k^−power
	rho, noise       float64
	gain             float64 // standard deviation of the logarithm of a neuron's gain
}

func (c neuronCell) String() string {
	return fmt.Sprintf("n=%d p=%d q=%d, %d latents k^−%g, ρ %g, noise %g, gains %g", c.n, c.p, c.q, c.latents, c.power, c.rho, c.noise, c.gain)
}

func neuronCells() []neuronCell {
	return []neuronCell{
		{300, 20, 20, 10, 1, 0.8, 1, 0},
		{300, 60, 40, 10, 1, 0.8, 1, 0},
		{300, 15, 50, 5, 0.5, 0.5, 0.5, 0},
		{300, 40, 40, 30, 1, 0.6, 1, 0.5},
		{100, 60, 60, 10, 1, 0.8, 1, 0},
		{60, 25, 20, 10, 1, 0.8, 2, 0},
	}
}

// latentOf returns the latent signals of both systems.
func (c neuronCell) latentOf(rng *rand.Rand) (z, u *mat.Dense) {
	z, u = randomMatrix(rng, c.n, c.latents), randomMatrix(rng, c.n, c.latents)
	for i := range c.n {
		for k := range c.latents {
			scale := math.Pow(float64(k+1), -c.power/2)
			own := u.At(i, k)
			u.Set(i, k, scale*(c.rho*z.At(i, k)+math.Sqrt(1-c.rho*c.rho)*own))
			z.Set(i, k, scale*z.At(i, k))
		}
	}
	return z, u
}

// neurons returns the responses of p neurons to latent signals.
func (c neuronCell) neurons(rng *rand.Rand, z *mat.Dense, p int) *mat.Dense {
	out := new(mat.Dense)
	out.Mul(z, randomMatrix(rng, c.latents, p))
	addNoise(rng, out, c.noise)
	for j := range p {
		gain := math.Exp(c.gain * rng.NormFloat64())
		for i := range c.n {
			out.Set(i, j, gain*out.At(i, j))
		}
	}
	return out
}

// neuronRun is a measure of one draw of neurons: its score on the axis with half the width
// of its interval.
type neuronRun struct {
	z, half float64
	ok      bool
}

// overNeurons measures intervals over neurons: how often the interval of a draw of neurons
// holds the mean score over draws of as many, for given stimuli; and how often that of CKA
// over stimuli and neurons holds the value for infinitely many of both.
func overNeurons(out io.Writer, match *regexp.Regexp, runs int, seed uint64, workers int) error {
	list, err := measures.ParseList(names+","+otherNames, 1)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `# Validation: intervals over neurons

`+"`make validation-neurons`"+` writes this page (`+"`go run ./internal/bench/validation -neurons -runs %d`"+`).
Signals, noise and gains of the populations of neurons are known.

Of each population %d recordings were drawn. For the same stimuli: how often the
95 %% interval from leaving groups of neurons out holds the mean score of recordings with
as many neurons, and its error as a multiple of the deviation over recordings. The rows
"cka, both" have other stimuli for each recording, and the value of infinitely many neurons.

| population | measure | mean or truth | covered | given | error / deviation |
|---|---|---|---|---|---|
`, runs, runs)
	for _, c := range neuronCells() {
		for _, m := range list {
			if match.MatchString(m.Name) {
				c.report(out, m, runs, seed, workers)
			}
		}
		if match.MatchString("cka, both") {
			c.reportLimit(out, list[0], runs, seed, workers)
		}
	}
	return nil
}

const otherNames = "svcca,pwcca,cca,cknna,jaccard-knn,pls,pls-sv"

// each computes all runs.
func each[T any](runs, workers int, one func(k int) T) []T {
	out := make([]T, runs)
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for k := range jobs {
				out[k] = one(k)
			}
		})
	}
	for k := range runs {
		jobs <- k
	}
	close(jobs)
	wait.Wait()
	return out
}

// report writes the line of a measure.
func (c neuronCell) report(out io.Writer, m measures.Named, runs int, seed uint64, workers int) {
	axis := measures.PlainAxis
	if e, ok := measures.As[measures.Estimable](m); ok {
		if est, ok := e.Estimator(); ok {
			axis = est.Axis
		}
	}
	z, u := c.latentOf(rand.New(rand.NewPCG(seed, 1<<40)))
	all := each(runs, workers, func(k int) neuronRun {
		rng := rand.New(rand.NewPCG(seed, uint64(k)))
		p, err := pairOf(c.neurons(rng, z, c.p), c.neurons(rng, u, c.q), 0)
		if err != nil {
			return neuronRun{}
		}
		s, err := m.Score(p)
		if err != nil {
			return neuronRun{}
		}
		errs, err := inference.LeaveNeuronsOut(context.Background(), p, m, axis, seed)
		if err != nil {
			return neuronRun{}
		}
		return neuronRun{axis.To(s.Value), errs.Half(0.95), true}
	})
	mean, count := 0.0, 0.0
	for _, r := range all {
		if r.ok {
			mean += r.z
			count++
		}
	}
	c.line(out, m.Name, all, mean/count, axis)
}

// reportLimit writes the line of CKA for infinitely many neurons.
func (c neuronCell) reportLimit(out io.Writer, m measures.Named, runs int, seed uint64, workers int) {
	all := each(runs, workers, func(k int) neuronRun {
		rng := rand.New(rand.NewPCG(seed, uint64(k)))
		z, u := c.latentOf(rng)
		p, err := pairOf(c.neurons(rng, z, c.p), c.neurons(rng, u, c.q), 0)
		if err != nil {
			return neuronRun{}
		}
		a, err := inference.Assess(context.Background(), p, m, 0, inference.NewDesign(p, inference.Rows, nil),
			inference.Options{Mode: inference.Full, Level: 0.95, Over: inference.Both})
		if err != nil || math.IsNaN(a.Corrected) {
			return neuronRun{}
		}
		// Ends are cut off at 1, which no truth is above.
		return neuronRun{a.Corrected, max(a.Corrected-a.Lo, a.Hi-a.Corrected), true}
	})
	c.line(out, m.Name+", both", all, c.rho*c.rho, measures.PlainAxis)
}

func (c neuronCell) line(out io.Writer, name string, all []neuronRun, truth float64, axis measures.IntervalAxis) {
	covered, given, half, squares := 0, 0, 0.0, 0.0
	for _, r := range all {
		if !r.ok {
			continue
		}
		given++
		half += r.half
		squares += (r.z - truth) * (r.z - truth)
		if math.Abs(r.z-truth) <= r.half {
			covered++
		}
	}
	count := float64(given)
	fmt.Fprintf(out, "| %s | %s | %.3f | %.1f %% | %.1f %% | %.2f |\n", c, name, axis.From(truth),
		100*float64(covered)/count, 100*count/float64(len(all)), half/count/2.1/math.Sqrt(squares/count))
}

package measures

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// stored are the forms in which a test stores numbers: each rounds, and says how
// precisely.
var stored = map[string]func(x *mat.Dense) *data.Dataset{
	"float32": func(x *mat.Dense) *data.Dataset {
		return rounded(x, data.Precision{Stored: data.Float32}, func(v float64) float64 { return float64(float32(v)) })
	},
	"float16": func(x *mat.Dense) *data.Dataset {
		return rounded(x, data.Precision{Stored: data.Float16}, func(v float64) float64 {
			m, e := math.Frexp(v)
			return math.Ldexp(math.RoundToEven(m*(1<<11)), e-11)
		})
	},
	"%.6f": func(x *mat.Dense) *data.Dataset { return asText(x, "%.6f") },
	"%.7g": func(x *mat.Dense) *data.Dataset { return asText(x, "%.7g") },
}

func rounded(x *mat.Dense, p data.Precision, f func(float64) float64) *data.Dataset {
	y := mat.DenseCopyOf(x)
	y.Apply(func(_, _ int, v float64) float64 { return f(v) }, y)
	d := datasetOf(y)
	d.Precision = p
	return d
}

func asText(x *mat.Dense, format string) *data.Dataset {
	p := data.Precision{Stored: data.Integer}
	d := rounded(x, p, func(v float64) float64 {
		field := fmt.Sprintf(format, v)
		p = p.WithText(field)
		v, _ = strconv.ParseFloat(field, 64)
		return v
	})
	d.Precision = p
	return d
}

// bottleneck are responses of rank r, about an offset, in units that differ by 10³; each
// has a feature that is constant. Softmax adds up to 1.
func bottleneck(rng *rand.Rand, n, p, r int, shared *mat.Dense) *mat.Dense {
	var x mat.Dense
	scores := gaussian(rng, n, r)
	scores.Slice(0, n, 0, 1).(*mat.Dense).Copy(shared)
	x.Mul(scores, gaussian(rng, r, p))
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			row[j] = (row[j] + 1) * math.Pow(10, float64(j%4-2))
		}
		row[p-1] = 0.7
	}
	return &x
}

func softmax(rng *rand.Rand, n, p int, shared *mat.Dense) *mat.Dense {
	x := gaussian(rng, n, p)
	for i := range n {
		row := x.RawRowView(i)
		row[0] += shared.At(i, 0)
		total := 0.0
		for j, v := range row {
			row[j] = math.Exp(v)
			total += row[j]
		}
		scale(row, 1/total)
	}
	return x
}

// The rounding of the numbers makes no dimension, in whatever form they are stored, by
// any road: with the samples, in segments, streamed, from moments, or from the other
// side.
func TestPrecisionOfTheSource(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 5))
	const n = 90
	shared := gaussian(rng, n, 1)
	pairs := map[string][2]*mat.Dense{
		"bottlenecks": {bottleneck(rng, n, 12, 3, shared), bottleneck(rng, n, 9, 4, shared)},
		"softmax":     {softmax(rng, n, 6, shared), softmax(rng, n, 5, shared)},
		"wide":        {bottleneck(rng, n, 130, 4, shared), bottleneck(rng, n, 200, 3, shared)},
	}
	names := []string{
		"cca", "cca:stat=mean-squared", "cca:as=angular", "pwcca", "linreg", "linreg:direction=y-from-x", "linreg:cv=5",
		"gulp", "eigenspace-overlap:center=true", "eigenspace-overlap", "rsa:rdm=mahalanobis", "rsa:rdm=mahalanobis:compare=spearman",
	}
	for what, pair := range pairs {
		for form, store := range stored {
			x, y := store(pair[0]), store(pair[1])
			for _, name := range names {
				m := measureOf(t, name)
				p := pairOf(t, datasetOf(pair[0]), datasetOf(pair[1]))
				want, err := m.Score(p)
				if err != nil {
					t.Fatalf("%s by %s: %v", what, name, err)
				}
				tolerance, road := 1e-4, 1e-6
				if form == "float16" {
					tolerance, road = 0.05, 1e-5
				}
				got, err := m.Score(pairOf(t, x, y))
				if err != nil || math.Abs(got.Value-want.Value) > tolerance*max(1, math.Abs(want.Value)) {
					t.Errorf("%s, %s by %s: %v (%v), want %v", what, form, name, got.Value, err, want.Value)
				}
				if !m.Card().FromMoments {
					continue
				}
				for _, workers := range []int{1, 3} {
					streamed := streamedPair(t, x, y, workers)
					s, err := m.Score(streamed)
					if err != nil || math.Abs(s.Value-got.Value) > road*max(1, math.Abs(got.Value)) {
						t.Errorf("%s, %s by %s: %v (%v) streamed, but %v with the samples", what, form, name, s.Value, err, got.Value)
					}
				}
			}
		}
	}
}

// streamedPair is a pair as streaming and moments give it.
func streamedPair(t *testing.T, x, y *data.Dataset, workers int) *Pair {
	t.Helper()
	s := &Stream{
		X:      &matrixSource{m: x.Matrix(), precision: x.Precision},
		Y:      &matrixSource{m: y.Matrix(), precision: y.Precision},
		Bounds: JoinBounds([]int{x.Samples()}, data.FoldBounds(x.Samples(), 5)), Workers: workers,
	}
	segments, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewMomentPair("x", "y", segments)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

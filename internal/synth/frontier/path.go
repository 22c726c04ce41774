package frontier

import (
	"context"
	"math"

	"simtool/internal/measures"
	"simtool/internal/stats"
	"simtool/internal/synth/optimize"
)

// Target is a pair of scores to be reached.
type Target struct{ A, B float64 }

// Border returns targets on the border of the unit square, anticlockwise from (0,0),
// n on each side with its corners.
func Border(n int) []Target {
	var targets []Target
	for side := range 4 {
		for i := range n - 1 {
			t := float64(i) / float64(n-1)
			targets = append(targets, []Target{{t, 0}, {1, t}, {1 - t, 1}, {0, 1 - t}}[side])
		}
	}
	return targets
}

// Path holds the scores of a dataset on its way to a target.
type Path struct {
	Target
	Scores   []Target // of every iterate
	Residual float64  // |a−a*| + |b−b*| at the end
}

// End returns the scores at the end.
func (p *Path) End() Target { return p.Scores[len(p.Scores)-1] }

// PathTo optimises random data towards a target by a number of steps of Adam on the
// loss |a−a*| + |b−b*|, as the paper does, and returns the pairs of scores of all
// iterates. These are in the joint range, but do not bound it. The start depends on
// the seed and the key alone.
func (p Problem) PathTo(ctx context.Context, a, b measures.Named, target Target, key string, steps int, method optimize.Adam) (*Path, error) {
	p.Restarts = 0
	t, err := p.bind(a, b)
	if err != nil {
		return nil, err
	}
	v := t.noise(stats.Stream(p.Seed, "frontier/chase/"+key))
	ga, gb := make([]float64, len(v)), make([]float64, len(v))
	move := method.Descent(len(v))
	path := &Path{Target: target}
	for k := 0; ; k++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		var s Target
		if s.A, err = t.pair.first(v, ga); err != nil {
			return nil, err
		}
		if s.B, err = t.pair.second(v, gb); err != nil {
			return nil, err
		}
		path.Scores = append(path.Scores, s)
		path.Residual = math.Abs(s.A-target.A) + math.Abs(s.B-target.B)
		if k == steps {
			return path, nil
		}
		da, db := sign(s.A-target.A), sign(s.B-target.B)
		for i := range ga {
			ga[i] = da*ga[i] + db*gb[i]
		}
		move(v, ga)
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

package inference

import (
	"context"
	"math"
	"testing"

	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// TestMomentsAlone: whatever is scored from moments that a file holds is assessed
// without its samples, or a note says what is missing; nothing panics.
func TestMomentsAlone(t *testing.T) {
	const n, p, q = 40, 3, 2
	m := linalg.NewMoments(p, q)
	m.N = n
	for i := range p {
		m.XX.Set(i, i, float64(n)*float64(i+1))
		m.MaxX[i] = 3
	}
	for i := range q {
		m.YY.Set(i, i, float64(n))
		m.XY.Set(i, i, 0.6*float64(n))
		m.MaxY[i] = 3
	}
	pair, err := measures.NewMomentPair("x", "y", &measures.Segments{Moments: []*linalg.Moments{m}, Bounds: []int{n}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := measures.ParseList("all,default,procrustes,procrustes:as=angular-score,cka:as=angular,linreg:direction=symmetric,ridge:lambda=1,rsa:compare=cosine-cov", 1)
	if err != nil {
		t.Fatal(err)
	}
	design := NewDesign(pair, Auto, nil)
	scored := 0
	for _, m := range list {
		s, err := m.Score(pair)
		if err != nil {
			continue
		}
		scored++
		a, err := Assess(context.Background(), pair, m, s.Value, design, Options{Mode: Full, Level: 0.95, Seed: 1, Permutations: 9})
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		if math.IsNaN(a.Lo) && len(a.Notes)+len(a.Warnings) == 0 {
			t.Errorf("%s: there is neither an interval nor a reason", m.Name)
		}
	}
	if scored < 8 {
		t.Errorf("only %d measures were scored", scored)
	}
}

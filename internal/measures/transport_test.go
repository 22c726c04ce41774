package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// repeated repeats each row so many times and each column so many.
func repeated(m *mat.Dense, rows, columns int) *mat.Dense {
	p, q := m.Dims()
	out := mat.NewDense(p*rows, q*columns, nil)
	out.Apply(func(i, j int, _ float64) float64 { return m.At(i/rows, j/columns) }, out)
	return out
}

// TestTransportIsTheBestAssignmentOfCopies: with q/g copies of each row and p/g of each
// column, a plan is a one-to-one matching of copies, by Birkhoff and von Neumann.
func TestTransportIsTheBestAssignmentOfCopies(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 1))
	for _, size := range [][2]int{{1, 1}, {1, 7}, {5, 1}, {3, 3}, {2, 4}, {6, 4}, {4, 9}, {9, 12}, {13, 8}, {30, 20}} {
		p, q := size[0], size[1]
		for kind, gain := range map[string]*mat.Dense{
			"gaussian": gaussian(rng, p, q),
			"ties":     mat.NewDense(p, q, nil),
			"equal":    mat.NewDense(p, q, nil),
		} {
			if kind == "ties" {
				gain.Apply(func(_, _ int, _ float64) float64 { return float64(rng.IntN(3)) }, gain)
			}
			plan := transport(gain)
			rows, columns := make([]float64, p), make([]float64, q)
			got := 0.0
			for _, f := range plan {
				if !(f.share > 0) {
					t.Errorf("%d × %d %s: share %v", p, q, kind, f.share)
				}
				rows[f.row] += f.share
				columns[f.column] += f.share
				got += f.share * gain.At(f.row, f.column)
			}
			for i, v := range rows {
				if math.Abs(v*float64(p)-1) > 1e-12 {
					t.Errorf("%d × %d %s: row %d gives %v", p, q, kind, i, v)
				}
			}
			for j, v := range columns {
				if math.Abs(v*float64(q)-1) > 1e-12 {
					t.Errorf("%d × %d %s: column %d has %v", p, q, kind, j, v)
				}
			}
			g := greatestCommonDivisor(p, q)
			copies := repeated(gain, q/g, p/g)
			want := 0.0
			for i, j := range assignment(copies) {
				want += copies.At(i, j)
			}
			want /= float64(copies.RawMatrix().Rows)
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("%d × %d %s: %v, want %v", p, q, kind, got, want)
			}
			if len(plan) > p+q {
				t.Errorf("%d × %d %s: %d entries", p, q, kind, len(plan))
			}
		}
	}
}

package collection

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// leastShared is the number of samples that a system must share with those before it to be
// rotated to their mean.
const leastShared = 2

// ErrApart says that a system shares too few samples with the others.
var ErrApart = errors.New("too few samples in common with the other systems")

// ProcrustesPartial is Procrustes for systems of which some lack some of n samples: row r of
// system k is sample rows[k][r]. The sum that it makes least goes over what there is, and
// each system has a translation t_k besides,
//
//	Σ_k Σ_{i of k} ‖x_ki·Q_k + t_k − m_i‖²,
//
// for the mean over the samples that a system has is not that over all (Commandeur 1991).
// A sample of the mean is the mean over the systems that have it; the mean over all samples
// is 0. Where unit is set, systems are scaled to norm 1 about the mean of their samples.
// Rows of aligned systems that are missing are NaN.
func ProcrustesPartial(systems []*mat.Dense, rows [][]int, n, start int, unit bool) (*Mean, error) {
	m := &Mean{Squares: make([]float64, len(systems)), Residuals: make([]float64, len(systems)), Stimuli: make([]float64, n)}
	centred, widest := m.centre(systems, unit)
	known := make([]bool, n)
	m.Mean = mat.NewDense(n, widest, nil)
	for r, i := range rows[start] {
		copy(m.Mean.RawRowView(i), centred[start].RawRowView(r))
		known[i] = true
	}
	if err := m.grow(centred, rows, known, start); err != nil {
		return nil, err
	}
	m.Aligned = make([]*mat.Dense, len(systems))
	const turns, gain = 1000, 1e-12
	before := math.Inf(1)
	for m.Steps = 1; m.Steps <= turns; m.Steps++ {
		counts := make([]float64, n)
		next := mat.NewDense(n, widest, nil)
		for k, x := range centred {
			var err error
			if m.Aligned[k], err = alignedRows(x, m.Mean, rows[k], nil); err != nil {
				return nil, err
			}
			for r, i := range rows[k] {
				counts[i]++
				addTo(next.RawRowView(i), m.Aligned[k].RawRowView(r), 1)
			}
		}
		for i, count := range counts {
			if count > 0 {
				scaleRow(next.RawRowView(i), 1/count)
			}
		}
		m.Mean = next
		m.residualsOf(rows)
		after := m.Objective()
		if before-after <= gain*after || after <= gain*gain*total(m.Squares) {
			break
		}
		before = after
	}
	m.settle(rows)
	return m, nil
}

// grow makes the mean known at all samples: of the systems that are not yet in it, that
// which shares most samples with it is rotated to it on these, and gives it its others.
func (m *Mean) grow(centred []*mat.Dense, rows [][]int, known []bool, start int) error {
	in := make([]bool, len(centred))
	in[start] = true
	for range len(centred) - 1 {
		best, most := -1, -1
		for k := range centred {
			shared := 0
			for _, i := range rows[k] {
				if known[i] {
					shared++
				}
			}
			if !in[k] && shared > most {
				best, most = k, shared
			}
		}
		if most < leastShared {
			return fmt.Errorf("system %d: %w", best+1, ErrApart)
		}
		in[best] = true
		aligned, err := alignedRows(centred[best], m.Mean, rows[best], known)
		if err != nil {
			return err
		}
		for r, i := range rows[best] {
			if !known[i] {
				copy(m.Mean.RawRowView(i), aligned.RawRowView(r))
			}
		}
		for _, i := range rows[best] {
			known[i] = true
		}
	}
	return nil
}

// alignedRows rotates and moves a system to the rows of the mean that belong to its own, or
// to those of them that are known.
func alignedRows(x, mean *mat.Dense, rows []int, known []bool) (*mat.Dense, error) {
	count, p := x.Dims()
	_, d := mean.Dims()
	var own, to []int // of x and of the mean
	for r, i := range rows {
		if known == nil || known[i] {
			own, to = append(own, r), append(to, i)
		}
	}
	xs, xMeans := linalg.Center(pick(x, own))
	ms, mMeans := linalg.Center(pick(mean, to))
	q, _, err := linalg.Polar(linalg.CrossGram(xs, ms))
	if err != nil {
		return nil, err
	}
	moved := mat.NewDense(count, p, nil)
	for r := range count {
		copy(moved.RawRowView(r), x.RawRowView(r))
		addTo(moved.RawRowView(r), xMeans, -1)
	}
	aligned := mat.NewDense(count, d, nil)
	aligned.Mul(moved, q)
	complete(aligned, moved, q)
	for r := range count {
		addTo(aligned.RawRowView(r), mMeans, 1)
	}
	return aligned, nil
}

// residualsOf computes what is left of each system and of each sample.
func (m *Mean) residualsOf(rows [][]int) {
	clear(m.Stimuli)
	for k, a := range m.Aligned {
		m.Residuals[k] = 0
		for r, i := range rows[k] {
			sum := 0.0
			mean := m.Mean.RawRowView(i)
			for j, v := range a.RawRowView(r) {
				sum += (v - mean[j]) * (v - mean[j])
			}
			m.Stimuli[i] += sum
			m.Residuals[k] += sum
		}
	}
}

// settle moves the mean of all samples to 0, and the rows of aligned systems to their places
// among all samples.
func (m *Mean) settle(rows [][]int) {
	n, d := m.Mean.Dims()
	var means []float64
	m.Mean, means = linalg.Center(m.Mean)
	for k, a := range m.Aligned {
		whole := mat.NewDense(n, d, nil)
		for i := range n {
			for j := range d {
				whole.Set(i, j, math.NaN())
			}
		}
		for r, i := range rows[k] {
			copy(whole.RawRowView(i), a.RawRowView(r))
			addTo(whole.RawRowView(i), means, -1)
		}
		m.Aligned[k] = whole
	}
}

// pick returns some rows.
func pick(x *mat.Dense, rows []int) *mat.Dense {
	_, p := x.Dims()
	out := mat.NewDense(len(rows), p, nil)
	for k, r := range rows {
		copy(out.RawRowView(k), x.RawRowView(r))
	}
	return out
}

func addTo(to, v []float64, f float64) {
	for j := range to {
		to[j] += f * v[j]
	}
}

func scaleRow(v []float64, f float64) {
	for j := range v {
		v[j] *= f
	}
}

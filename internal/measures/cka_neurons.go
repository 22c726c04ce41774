package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// HasNeuronCurve implements NeuronLimit: linear kernels have.
func (m cka) HasNeuronCurve() bool { return m.kernel.kind == kernelLinear && m.estimator != lange }

// NeuronCurve implements NeuronLimit.
func (m cka) NeuronCurve(p *Pair, u *Units) (NeuronCurve, error) { return p.ckaNeurons(u) }

// ckaNeurons are the sums over neurons that make linear CKA a function of their number.
// With the kernels k_j = x_jx_jᵀ of single neurons, H the HSIC between units (see
// unitHSIC; Song's for units of one sample), and
//
//	h_j(·) = H(k_j, ·),  o_j = H(k_j, k_j),
//
// H(X,X) = Σo_j + Σ_{a≠b} H(k_a,k_b) has p terms that hold the noise of a neuron against
// itself, and p(p−1) that do not:
//
//	off = (H(X,X) − Σo_j)/(p(p−1)),  d = Σo_j/p − off,
//	cka(p',q') = [H(X,Y)/(pq)] / √((off_x + d_x/p')(off_y + d_y/q')).
//
// At p' = p, q' = q this is the debiased CKA, and for p', q' → ∞ the one that is corrected
// for few neurons as well (Chun et al. 2025).
type ckaNeurons struct {
	all         ckaTerms
	x, y, units []ckaTerms // without neuron j, without unit g
}

// ckaTerms are H(X,Y), H(X,X), H(Y,Y), Σo_j of both systems and their numbers of neurons.
type ckaTerms struct{ xy, xx, yy, ox, oy, p, q float64 }

// at returns cka(p,q), NaN where a system has no structure that its neurons share.
func (t ckaTerms) at(p, q float64) float64 {
	offX, offY := (t.xx-t.ox)/(t.p*(t.p-1)), (t.yy-t.oy)/(t.q*(t.q-1))
	if !(offX > 0) || !(offY > 0) {
		return math.NaN()
	}
	xx, yy := offX+(t.ox/t.p-offX)/p, offY+(t.oy/t.q-offY)/q
	if !(xx > 0) || !(yy > 0) {
		return math.NaN()
	}
	return t.xy / (t.p * t.q) * cosineScale(xx, yy)
}

// At implements NeuronCurve.
func (c *ckaNeurons) At(p, q float64) (*NeuronDeletions, error) {
	d := &NeuronDeletions{All: c.all.at(p, q), Most: 1}
	if math.IsNaN(d.All) {
		return nil, undefined("the neurons of a system have nothing in common, as principal components have not: there is no value for more of them")
	}
	for _, part := range []struct {
		to   *[]float64
		from []ckaTerms
		what string
	}{{&d.X, c.x, "neuron of x"}, {&d.Y, c.y, "neuron of y"}, {&d.Units, c.units, "unit of samples"}} {
		*part.to = make([]float64, len(part.from))
		for j, t := range part.from {
			v := t.at(p, q)
			if math.IsNaN(v) {
				return nil, undefined("without one %s the neurons of a system have nothing in common", part.what)
			}
			(*part.to)[j] = v
		}
	}
	return d, nil
}

type ckaNeuronsKey struct{ units *Units }

func (p *Pair) ckaNeurons(u *Units) (*ckaNeurons, error) {
	return shared(&p.memo, ckaNeuronsKey{u}, func() (*ckaNeurons, error) {
		h, err := p.unitHSICs(u)
		if err != nil {
			return nil, err
		}
		if p.X.p < 3 || p.Y.p < 3 {
			return nil, undefined("%d and %d neurons, but what they have in common needs at least 3", p.X.p, p.Y.p)
		}
		x, y := newUnitColumns(p.X, u), newUnitColumns(p.Y, u)
		sideX, sideY := newKernelSide(p.X.compact(), u), newKernelSide(p.Y.compact(), u)
		ownX, ownY := x.own(), y.own()
		all := ckaTerms{h.xy.all, h.xx.all, h.yy.all, sum(ownX), sum(ownY), float64(p.X.p), float64(p.Y.p)}
		c := &ckaNeurons{all: all, x: make([]ckaTerms, p.X.p), y: make([]ckaTerms, p.Y.p), units: make([]ckaTerms, u.Count())}
		with, self := x.against(sideY), x.against(sideX)
		for j, o := range ownX {
			t := all
			t.xy, t.xx, t.ox, t.p = all.xy-with[j], all.xx-2*self[j]+o, all.ox-o, all.p-1
			c.x[j] = t
		}
		with, self = y.against(sideX), y.against(sideY)
		for j, o := range ownY {
			t := all
			t.xy, t.yy, t.oy, t.q = all.xy-with[j], all.yy-2*self[j]+o, all.oy-o, all.q-1
			c.y[j] = t
		}
		withoutX, withoutY := x.ownWithout(), y.ownWithout()
		for g := range c.units {
			c.units[g] = ckaTerms{h.xy.without[g], h.xx.without[g], h.yy.without[g], withoutX[g], withoutY[g], all.p, all.q}
		}
		return c, nil
	})
}

// kernelSide is a system as the second argument of H: its samples z, S_g·z_i of the
// samples of each unit g, and U_g − U.
type kernelSide struct {
	z       *mat.Dense
	along   []float64
	offsets []float64
}

func newKernelSide(z *mat.Dense, u *Units) kernelSide {
	n, p := z.Dims()
	s := kernelSide{z: z, along: make([]float64, n)}
	r := make([]float64, u.Count())
	for g, rows := range u.Rows {
		total := make([]float64, p)
		for _, i := range rows {
			for j, v := range z.RawRowView(i) {
				total[j] += v
			}
		}
		for _, i := range rows {
			s.along[i] = dot(total, z.RawRowView(i))
		}
		r[g] = -dot(total, total)
	}
	s.offsets = unitOffsets(u, -1, float64(u.n), r)
	return s
}

// unitColumns are the centred features of a system, one by one, seen unit by unit.
type unitColumns struct {
	units  *Units
	x      *mat.Dense
	sums   *mat.Dense // units × features, sums of a feature over a unit
	powers *mat.Dense // units × features, sums of its squares
}

func newUnitColumns(s *System, u *Units) unitColumns {
	c := unitColumns{units: u, x: s.centred(), sums: mat.NewDense(u.Count(), s.p, nil), powers: mat.NewDense(u.Count(), s.p, nil)}
	for g, rows := range u.Rows {
		sums, powers := c.sums.RawRowView(g), c.powers.RawRowView(g)
		for _, i := range rows {
			for j, v := range c.x.RawRowView(i) {
				sums[j] += v
				powers[j] += v * v
			}
		}
	}
	return c
}

// against returns h_j for each feature: with s_gj its sum over unit g and T_g that of the
// samples y of the other side,
//
//	‖x_jᵀY‖² − Σ_g ‖x_gjᵀY_g‖² − 2 Σ_g [s_gj Σ_{i∈g} x_ij·(y_i·T_g) − (V_g−V)s_gj²]/(N−n_g).
func (c unitColumns) against(side kernelSide) []float64 {
	cross := linalg.CrossGram(c.x, side.z)
	out := rowSquares(cross)
	mixed := make([]float64, len(out))
	for g, rows := range c.units.Rows {
		c.subtractOwn(out, rows, side.z)
		clear(mixed)
		for _, i := range rows {
			for j, v := range c.x.RawRowView(i) {
				mixed[j] += v * side.along[i]
			}
		}
		left := float64(c.units.n - len(rows))
		for j, s := range c.sums.RawRowView(g) {
			out[j] -= 2 * (s*mixed[j] - side.offsets[g]*s*s) / left
		}
	}
	return out
}

// subtractOwn subtracts ‖x_gjᵀY_g‖² of a unit: x_gjᵀ(Y_gY_gᵀ)x_gj where it has few samples.
func (c unitColumns) subtractOwn(out []float64, rows []int, z *mat.Dense) {
	if len(rows) == 1 {
		row := z.RawRowView(rows[0])
		norm := dot(row, row)
		for j, v := range c.x.RawRowView(rows[0]) {
			out[j] -= v * v * norm
		}
		return
	}
	x, y := rowsOf(c.x, rows), rowsOf(z, rows)
	if _, q := y.Dims(); q <= len(rows) {
		for j, square := range rowSquares(linalg.CrossGram(x, y)) {
			out[j] -= square
		}
		return
	}
	var mapped mat.Dense
	mapped.Mul(linalg.OuterGram(y), x)
	for i := range rows {
		weighted := mapped.RawRowView(i)
		for j, v := range x.RawRowView(i) {
			out[j] -= v * weighted[j]
		}
	}
}

// own returns o_j for each feature, against with its own kernel.
func (c unitColumns) own() []float64 {
	_, p := c.x.Dims()
	out := make([]float64, p)
	for j := range out {
		out[j] = c.ownOf(j, -1)
	}
	return out
}

// ownWithout returns Σo_j over features without each unit.
func (c unitColumns) ownWithout() []float64 {
	out := make([]float64, c.units.Count())
	_, p := c.x.Dims()
	for j := range p {
		if c.units.Single() {
			c.addRowOwn(out, j)
			continue
		}
		for k := range out {
			out[k] += c.ownOf(j, k)
		}
	}
	return out
}

// ownOf returns o_j without unit k, or of all units for k = −1: unitProduct for one
// feature. That is about the mean of all samples, so that S = −s_k without unit k.
func (c unitColumns) ownOf(j, k int) float64 {
	u := c.units
	total, rest := float64(u.n), 0.0
	if k >= 0 {
		total -= float64(len(u.Rows[k]))
		rest = c.sums.At(k, j)
	}
	r := make([]float64, u.Count())
	all, own := 0.0, 0.0
	for g := range u.Rows {
		if g == k {
			continue
		}
		s, square := c.sums.At(g, j), c.powers.At(g, j)
		r[g] = -s * (s + rest)
		all += square
		own += square * square
	}
	v := unitOffsets(u, k, total, r)
	out := all*all - own
	for g, rows := range u.Rows {
		if g == k {
			continue
		}
		s := c.sums.At(g, j) + rest
		out -= 2 * (s*s*c.powers.At(g, j) + v[g]*r[g]) / (total - float64(len(rows)))
	}
	return out
}

// addRowOwn adds o_j without each sample, in one pass: with the moments m_k = Σx^k,
// f = n/(n−1) and c = 1/(n−1), about the mean of the samples that stay,
//
//	m₂' = m₂ − fx²,
//	m₄' = (m₄−x⁴) + 4cx(m₃−x³) + 6c²x²(m₂−x²) − 4c³x⁴ + (n−1)c⁴x⁴,
//	o' = (1+t₂)m₂'² + t₁m₄'.
func (c unitColumns) addRowOwn(out []float64, j int) {
	n := float64(c.units.n)
	t1, t2 := cka{estimator: debiased}.weights(c.units.n - 1)
	f, w := n/(n-1), 1/(n-1)
	var m2, m3, m4 float64
	for i := range c.units.n {
		x := c.x.At(i, j)
		m2 += x * x
		m3 += x * x * x
		m4 += x * x * x * x
	}
	for g, rows := range c.units.Rows {
		x := c.x.At(rows[0], j)
		s := x * x
		second := m2 - f*s
		fourth := (m4 - s*s) + 4*w*x*(m3-s*x) + 6*w*w*s*(m2-s) - 4*w*w*w*s*s + (n-1)*w*w*w*w*s*s
		out[g] += (1+t2)*second*second + t1*fourth
	}
}

package measures

import (
	"gonum.org/v1/gonum/mat"
)

// foldGradient collects the derivatives of each fold of a held-out score with respect to
// the rows of the system that varies, V (n×b); the other system is fixed, F (n×a). Fold
// f, with test rows t and training rows r about the means of training, contributes
//
//	∂/∂V_t = F_t·testF + V_t·testV,  ∂/∂V_r = F_r·trainF + V_r·trainV,
//
// and the derivative with respect to the training means. The coefficients of all folds
// multiply the same rows, so they are added up first, and any number of folds costs one
// pass over the rows.
type foldGradient struct {
	fixed, varies  []*mat.Dense // rows of each fold about its own means
	meanF, meanV   [][]float64  // those means
	order          []int
	testF, trainF  []*mat.Dense // a×b
	testV, trainV  []*mat.Dense // b×b
	trainN         []float64
	trainMF        [][]float64 // means of training
	trainMV        [][]float64
	sumF, sumV     *mat.Dense
	blockF, blockV *mat.Dense
	constants      [][]float64 // the term of fold f in every training row
	total, row     []float64
	out            *mat.Dense
	outParts       []*mat.Dense
	whole          bool       // there is one fold, which is its own training set
	direct         *mat.Dense // what was computed from rows, in the order of out; nil mostly
}

// newFoldGradient prepares the gradient for folds whose x is fixed and whose y varies, or
// the reverse if swapped.
func newFoldGradient(f *folds, swapped bool) *foldGradient {
	n, _ := f.x.Dims()
	o := &foldGradient{order: f.order}
	for i := range f.parts {
		part := &f.parts[i]
		fixed, varies, mf, mv := part.x, part.y, part.mx, part.my
		if swapped {
			fixed, varies, mf, mv = varies, fixed, mv, mf
		}
		a, b := len(mf), len(mv)
		o.fixed, o.varies = append(o.fixed, fixed), append(o.varies, varies)
		o.meanF, o.meanV = append(o.meanF, mf), append(o.meanV, mv)
		o.testF, o.trainF = append(o.testF, mat.NewDense(a, b, nil)), append(o.trainF, mat.NewDense(a, b, nil))
		o.testV, o.trainV = append(o.testV, mat.NewDense(b, b, nil)), append(o.trainV, mat.NewDense(b, b, nil))
		o.trainMF, o.trainMV = append(o.trainMF, make([]float64, a)), append(o.trainMV, make([]float64, b))
		o.trainN = append(o.trainN, 0)
		o.constants = append(o.constants, make([]float64, b))
	}
	a, b := len(o.meanF[0]), len(o.meanV[0])
	o.sumF, o.blockF = mat.NewDense(a, b, nil), mat.NewDense(a, b, nil)
	o.sumV, o.blockV = mat.NewDense(b, b, nil), mat.NewDense(b, b, nil)
	o.total, o.row = make([]float64, b), make([]float64, b)
	o.out = mat.NewDense(n, b, nil)
	lo := 0
	for i := range f.parts {
		hi := lo + f.parts[i].x.RawMatrix().Rows
		o.outParts = append(o.outParts, o.out.Slice(lo, hi, 0, b).(*mat.Dense))
		lo = hi
	}
	return o
}

// means records the training means and size of fold i.
func (o *foldGradient) means(i int, n float64, fixed, varies []float64) {
	o.trainN[i] = n
	copy(o.trainMF[i], fixed)
	copy(o.trainMV[i], varies)
}

// merge adds the training coefficients of fold i to its test coefficients, for a fit that
// is scored on its own samples.
func (o *foldGradient) merge(i int) {
	o.whole = true
	addMatrix(o.testF[i], 1, o.trainF[i])
	addMatrix(o.testV[i], 1, o.trainV[i])
	o.trainF[i].Zero()
	o.trainV[i].Zero()
}

// addRows adds derivatives of fold i that were computed from rows: with respect to its
// test rows, and with respect to the training rows of predictors, both about the means
// of training. A training set that is the whole has no test rows of its own.
func (o *foldGradient) addRows(i int, test, train *mat.Dense) {
	if o.direct == nil {
		n, b := o.out.Dims()
		o.direct = mat.NewDense(n, b, nil)
	}
	count, b := train.Dims()
	shift := make([]float64, b)
	for r := range count {
		addScaled(shift, -1/float64(count), train.RawRowView(r))
	}
	own := test.RawMatrix().Rows
	for r := range own {
		addScaled(shift, -1/float64(count), test.RawRowView(r))
	}
	at, first := 0, 0
	for j := range o.fixed {
		rows := o.fixed[j].RawMatrix().Rows
		for r := range rows {
			to := o.direct.RawRowView(first + r)
			if j == i {
				addScaled(to, 1, test.RawRowView(r))
			}
			if j != i || count == len(o.order) {
				addScaled(to, 1, train.RawRowView(at))
				addScaled(to, 1, shift)
				at++
			}
		}
		first += rows
	}
	for _, m := range []*mat.Dense{o.testF[i], o.testV[i], o.trainF[i], o.trainV[i]} {
		m.Zero()
	}
}

// assemble writes α times the gradient into g, its rows in the order of the
// samples.
func (o *foldGradient) assemble(g *mat.Dense, alpha float64) {
	if o.whole {
		// Test and training rows have the same means, so the terms with means vanish.
		gemm(alpha, o.fixed[0], o.testF[0], 0, g)
		gemm(alpha, o.varies[0], o.testV[0], 1, g)
		if o.direct != nil {
			addMatrix(g, alpha, o.direct)
			o.direct.Zero()
		}
		return
	}
	o.sumF.Zero()
	o.sumV.Zero()
	clear(o.total)
	for i := range o.fixed {
		addMatrix(o.sumF, 1, o.trainF[i])
		addMatrix(o.sumV, 1, o.trainV[i])
		// The means of training depend on every training row.
		c := o.constants[i]
		clear(c)
		share := float64(o.fixed[i].RawMatrix().Rows) / o.trainN[i]
		addRow(c, -1, o.trainMF[i], o.trainF[i])
		addRow(c, -1, o.trainMV[i], o.trainV[i])
		o.addTestRow(c, -share, i)
		addScaled(o.total, 1, c)
	}
	for i := range o.fixed {
		o.blockF.Sub(o.sumF, o.trainF[i])
		o.blockV.Sub(o.sumV, o.trainV[i])
		clear(o.row)
		addRow(o.row, 1, o.meanF[i], o.blockF)
		addRow(o.row, 1, o.meanV[i], o.blockV)
		o.addTestRow(o.row, 1, i)
		addScaled(o.row, 1, o.total)
		addScaled(o.row, -1, o.constants[i])
		addMatrix(o.blockF, 1, o.testF[i])
		addMatrix(o.blockV, 1, o.testV[i])
		out := o.outParts[i]
		gemm(alpha, o.fixed[i], o.blockF, 0, out)
		gemm(alpha, o.varies[i], o.blockV, 1, out)
		for r := range out.RawMatrix().Rows {
			addScaled(out.RawRowView(r), alpha, o.row)
		}
	}
	if o.direct != nil {
		addMatrix(o.out, alpha, o.direct)
		o.direct.Zero()
	}
	for i, sample := range o.order {
		copy(g.RawRowView(sample), o.out.RawRowView(i))
	}
}

// addTestRow adds α times the mean of the derivatives of the test rows.
func (o *foldGradient) addTestRow(dst []float64, alpha float64, i int) {
	addRow(dst, alpha, o.meanF[i], o.testF[i])
	addRow(dst, -alpha, o.trainMF[i], o.testF[i])
	addRow(dst, alpha, o.meanV[i], o.testV[i])
	addRow(dst, -alpha, o.trainMV[i], o.testV[i])
}

// objectiveMemory returns the size of folds with their samples and of their foldGradient,
// for p features that are fixed and q that vary.
func (plan foldPlan) objectiveMemory(n, p, q int64) int64 {
	k := int64(plan.k)
	pq, qq := p*q, q*q
	folds := n*(p+q) + k*(qq+pq+3*(p+q)) + plan.splitMemory(p, q)
	return folds + k*(2*pq+2*qq+p+2*q) + 2*(pq+qq) + n*q
}

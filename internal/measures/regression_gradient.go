package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// flip returns the regression in the other direction.
func (m regression) flip() regression {
	switch m.direction {
	case xFromY:
		m.direction = yFromX
	case yFromX:
		m.direction = xFromY
	}
	m.card.X, m.card.Y = m.card.Y, m.card.X
	return m
}

// Flip implements Differentiable.
func (m linreg) Flip() Differentiable { return linreg{m.flip()} }

// Flip implements Differentiable.
func (m ridge) Flip() Differentiable { return ridge{m.flip(), m.lambda} }

// Bind implements Differentiable.
func (m regression) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if err := m.plan.check(x); err != nil {
		return nil, err
	}
	switch m.direction {
	case xFromY:
		return newPrediction(m, x, q), nil
	case yFromX:
		return newTarget(m, x, q)
	default:
		back, err := newTarget(m, x, q)
		if err != nil {
			return nil, err
		}
		return &bothWays{there: newPrediction(m, x, q), back: back, half: mat.NewDense(x.Samples(), q, nil)}, nil
	}
}

// bothWays is the mean of the two directions.
type bothWays struct {
	there, back Objective
	half        *mat.Dense
}

// Gradient implements Objective.
func (o *bothWays) Gradient(g, y *mat.Dense) (float64, error) {
	back, err := o.back.Gradient(o.half, y)
	if err != nil {
		return 0, err
	}
	there, err := o.there.Gradient(g, y)
	if err != nil {
		return 0, err
	}
	scaleMatrix(g, 0.5)
	addMatrix(g, 0.5, o.half)
	return (there + back) / 2, nil
}

// wholePlan is the plan of a fit that is scored on its own samples: one fold, which is
// also the training set.
var wholePlan = foldPlan{k: 1}

// prediction is the objective of predicting a fixed X from Y.
type prediction struct {
	regression
	folds       *folds
	train, test foldMoments
	solver      *ridgeSolver
	sums        fitted
	gradient    *foldGradient
	bw, toW     *mat.Dense // q×p
	scaled      *mat.Dense // q×p
}

func newPrediction(m regression, x *System, q int) *prediction {
	plan := m.plan
	if plan.k == 0 {
		plan = wholePlan
	}
	o := &prediction{regression: m, folds: newFolds(x.featuresFor(m.columns), plan.assign(x), q)}
	o.folds.offset = true
	o.train, o.test = o.folds.newSplit()
	p, _ := o.train.dims()
	o.solver, o.sums = newRidgeSolver(p, q), newFitted(p)
	if m.columns {
		o.sums.noise = x.rounding()
	}
	o.gradient = newFoldGradient(o.folds, false)
	o.bw, o.toW, o.scaled = mat.NewDense(q, p, nil), mat.NewDense(q, p, nil), mat.NewDense(q, p, nil)
	return o
}

// Gradient implements Objective. On the test rows X̂ = Y_t·W with the
// coefficients W = S·YᵀX of the training rows, S = (YᵀY+λI)⁻¹. With
// G = ∂s/∂X̂ = X∘a + X̂∘b (a and b constant along each column), Γ = Y_tᵀG and
// M = SΓ,
//
//	∂s/∂Y_t = G·Wᵀ,  ∂s/∂Y_r = X·Mᵀ − Y(W·Mᵀ + M·Wᵀ),
//
// to which a rank-deficient least-squares fit adds Y·S·W·Γᵀ(I − VVᵀ), with V
// the directions it kept (Golub and Pereyra 1973, doi 10.1137/0710036); see
// rowFit.derivatives.
func (o *prediction) Gradient(g, y *mat.Dense) (float64, error) {
	o.folds.setY(y)
	o.folds.grain = func() grain { return computedGrain(y) }
	k := o.folds.count()
	total := 0.0
	for i := range k {
		train, test := o.moments(i)
		if linalg.Trace(train.yy) == 0 {
			return 0, constantModel()
		}
		set := o.trainingSet(i, train)
		if err := o.fit(o.solver, set); err != nil {
			return 0, err
		}
		v, err := o.differentiate(i, set, test)
		if err != nil {
			return 0, err
		}
		total += v
	}
	o.gradient.assemble(g, 1/float64(k))
	return total / float64(k), nil
}

// moments returns the moments of the training and test rows of fold i.
func (o *prediction) moments(i int) (train, test *foldMoments) {
	if o.plan.k == 0 {
		whole := &o.folds.parts[0].foldMoments
		return whole, whole
	}
	o.folds.split(i, &o.train, &o.test)
	return &o.train, &o.test
}

// trainingSet returns the training set of fold i: its moments and its rows.
func (o *prediction) trainingSet(i int, train *foldMoments) predictors {
	if o.plan.k == 0 {
		return o.folds.whole(train)
	}
	return o.folds.predictors(i, train)
}

// differentiateRows is differentiate for a fit to rows.
func (o *prediction) differentiateRows(i int, set predictors) (float64, error) {
	fit := o.solver.rows
	x, y := set.rows()
	testX, testY := x, y
	at := fit.trained()
	if o.plan.k > 0 {
		testX, testY = o.folds.testRows(i, set.moments)
		at = fit.coordinates(testY)
	}
	copyFitted(o.sums, fit.score(testX, at))
	o.sums.least = o.solver.least
	v, err := o.derivatives(o.sums, func() float64 { return o.residual(existingRows(x, y), o.solver) })
	if err != nil {
		return 0, err
	}
	to := fit.towards(o.sums, testX, at)
	orthogonal := o.plan.k == 0 && fit.lambda == 0 && o.as != asPearson
	test, train := fit.derivatives(to, x, testY, orthogonal)
	o.gradient.means(i, set.moments.n, set.moments.mx, set.moments.my)
	o.gradient.addRows(i, test, train)
	if o.plan.k == 0 {
		o.gradient.merge(i)
	}
	return v, nil
}

// differentiate adds the derivatives of fold i to the gradient.
func (o *prediction) differentiate(i int, set predictors, test *foldMoments) (float64, error) {
	train := set.moments
	if o.solver.rows != nil {
		return o.differentiateRows(i, set)
	}
	w := o.solver.w
	o.sums.predict(test, w, o.bw)
	o.sums.least = o.solver.least
	v, err := o.derivatives(o.sums, func() float64 { return o.residual(existingRows(o.folds.x, o.folds.y), o.solver) })
	if err != nil {
		return 0, err
	}
	a, b := o.sums.product, o.sums.predicted
	d := o.gradient
	d.means(i, train.n, train.mx, train.my)
	o.scaleColumns(w, b, 2)
	gemmNT(1, w, o.scaled, 0, d.testV[i])
	o.scaleColumns(w, a, 1)
	transpose(d.testF[i], o.scaled)
	if o.residualsOrthogonal() {
		d.trainF[i].Zero()
		d.trainV[i].Zero()
		d.merge(i)
		return v, nil
	}

	transpose(o.toW, test.xy)
	for r := range o.toW.RawMatrix().Rows {
		toW, bw := o.toW.RawRowView(r), o.bw.RawRowView(r)
		for j := range toW {
			toW[j] = a[j]*toW[j] + 2*b[j]*bw[j]
		}
	}
	d.trainV[i].Zero()
	o.solver.apply(o.toW)
	transpose(d.trainF[i], o.toW)
	gemmNT(-1, w, o.toW, 1, d.trainV[i])
	gemmNT(-1, o.toW, w, 1, d.trainV[i])
	if o.plan.k == 0 {
		d.merge(i)
	}
	return v, nil
}

// residualsOrthogonal reports whether the score is the R² of a least-squares fit on its
// own samples. Its derivative with respect to W then vanishes, because W maximises R²:
// Γ = YᵀG = 0.
func (o *prediction) residualsOrthogonal() bool {
	return o.plan.k == 0 && o.solver.normal && o.solver.lambda == 0 && o.as != asPearson
}

// scaleColumns writes α·W with column j scaled by c_j.
func (o *prediction) scaleColumns(w *mat.Dense, c []float64, alpha float64) {
	for r := range w.RawMatrix().Rows {
		to := o.scaled.RawRowView(r)
		for j, v := range w.RawRowView(r) {
			to[j] = alpha * c[j] * v
		}
	}
}

// target is the objective of predicting Y from a fixed X.
type target struct {
	regression
	folds       *folds // x is the model, which varies; y is the reference
	train, test foldMoments
	solvers     []*ridgeSolver // one for each fold, factorised once
	sums        fitted
	gradient    *foldGradient
	bw          *mat.Dense
}

func newTarget(m regression, x *System, q int) (*target, error) {
	plan := m.plan
	if plan.k == 0 {
		plan = wholePlan
	}
	n, p := x.compact().Dims()
	o := &target{regression: m}
	varies := &System{n: n, p: q, raw: mat.NewDense(n, q, nil), times: x.times, conditionOf: x.conditionOf}
	o.folds = newFolds(varies.centred(), plan.assign(varies), p)
	o.folds.setY(x.compact())
	o.folds.noisy, o.folds.grain, o.folds.offset = x.noisy(), x.grain, true
	o.train, o.test = o.folds.newSplit()
	o.sums, o.gradient, o.bw = newFitted(q), newFoldGradient(o.folds, true), mat.NewDense(p, q, nil)
	for range o.folds.count() {
		o.solvers = append(o.solvers, newRidgeSolver(q, p))
	}
	return o, nil
}

// Gradient implements Objective. Here Y is predicted: on the test rows Ŷ = X_t·W with
// W = S·X_rᵀY_r, linear in Y. With G = ∂s/∂Ŷ and Γ = X_tᵀG,
//
//	∂s/∂Y_t = Y∘c + Ŷ∘a,  ∂s/∂Y_r = X_r·S·Γ.
func (o *target) Gradient(g, y *mat.Dense) (float64, error) {
	o.folds.setX(y)
	k := o.folds.count()
	total := 0.0
	for i := range k {
		train, test := &o.train, &o.test
		set := o.folds.predictors(i, train)
		if o.plan.k == 0 {
			train = &o.folds.parts[0].foldMoments
			test = train
			set = o.folds.whole(train)
		} else {
			o.folds.split(i, train, test)
		}
		solver := o.solvers[i]
		if err := o.fit(solver, set); err != nil {
			return 0, err
		}
		if solver.rows != nil {
			v, err := o.collectRows(i, solver, set)
			if err != nil {
				return 0, err
			}
			total += v
			continue
		}
		o.sums.predict(test, solver.w, o.bw)
		o.sums.least = solver.least
		v, err := o.derivatives(o.sums, func() float64 { return o.residual(existingRows(o.folds.x, o.folds.y), solver) })
		if err != nil {
			return 0, err
		}
		total += v
		o.collect(i, solver, train, test)
	}
	o.gradient.assemble(g, 1/float64(k))
	return total / float64(k), nil
}

// collect adds the derivatives of fold i to the gradient.
func (o *target) collect(i int, solver *ridgeSolver, train, test *foldMoments) {
	a, b, c := o.sums.product, o.sums.predicted, o.sums.total
	d := o.gradient
	d.means(i, train.n, train.my, train.mx)
	d.testV[i].Zero()
	for j, v := range c {
		d.testV[i].Set(j, j, 2*v)
	}
	toW := d.trainF[i]
	for r := range toW.RawMatrix().Rows {
		to, own, bw, w := toW.RawRowView(r), d.testF[i].RawRowView(r), o.bw.RawRowView(r), solver.w.RawRowView(r)
		for j := range to {
			own[j] = a[j] * w[j]
			to[j] = a[j]*test.xy.At(j, r) + 2*b[j]*bw[j]
		}
	}
	solver.apply(toW)
	d.trainV[i].Zero()
	if o.plan.k == 0 {
		d.merge(i)
	}
}

// collectRows is collect for a fit to rows: with coordinates P_t of the test rows,
// ∂s/∂Y_r = X_r·S·Γ = U·diag(1/σ)·P_tᵀG in place of a product with second moments.
func (o *target) collectRows(i int, solver *ridgeSolver, set predictors) (float64, error) {
	fit := solver.rows
	target, predictor := set.rows()
	testTarget, at := target, fit.trained()
	if o.plan.k > 0 {
		var testPredictor *mat.Dense
		testTarget, testPredictor = o.folds.testRows(i, set.moments)
		at = fit.coordinates(testPredictor)
	}
	copyFitted(o.sums, fit.score(testTarget, at))
	o.sums.least = solver.least
	v, err := o.derivatives(o.sums, func() float64 { return o.residual(existingRows(target, predictor), solver) })
	if err != nil {
		return 0, err
	}
	to := fit.towards(o.sums, testTarget, at)
	n, q := target.Dims()
	train := mat.NewDense(n, q, nil)
	test := mat.DenseCopyOf(testTarget)
	total := mat.NewDense(1, q, nil)
	for j, c := range o.sums.total {
		total.Set(0, j, 2*c)
	}
	scaleColumns(test, total.RawRowView(0))
	if !fit.constant() {
		predicted := mat.NewDense(testTarget.RawMatrix().Rows, q, nil)
		gemm(1, at, fit.h, 0, predicted)
		scaleColumns(predicted, o.sums.product)
		addMatrix(test, 1, predicted)
		// The coordinates hold σ/(σ²+λ) already, and Y·C = U·σ.
		gemm(1, fit.u, linalg.CrossGram(at, to), 0, train)
	}
	o.gradient.means(i, set.moments.n, set.moments.my, set.moments.mx)
	o.gradient.addRows(i, test, train)
	if o.plan.k == 0 {
		o.gradient.merge(i)
	}
	return v, nil
}

// GradientMemory implements GradientMemory for linreg and ridge, in the direction of the
// measure.
func (m regression) GradientMemory(d Dims) Need {
	there, back := m.predictionNeed(d), m.targetNeed(d)
	switch m.direction {
	case xFromY:
		return there
	case yFromX:
		return back
	default:
		both := together(there, back)
		both.work = there.work + back.work + d.N*d.Q
		return both
	}
}

// objectivePlan returns the plan of an objective, with at least one fold.
func (m regression) objectivePlan() foldPlan {
	if m.plan.k == 0 {
		return wholePlan
	}
	return m.plan
}

// predictionNeed returns the need of prediction.
func (m regression) predictionNeed(d Dims) Need {
	x := d.reference()
	p, _ := x.compact()
	if m.columns {
		p = d.P
	}
	fit := 4*d.Q*p + d.Q*d.Q + d.N*(2*p+3*d.Q) + rowFitMemory(d.N, p, d.Q) + rowDerivativesMemory(d.N, p, d.Q)
	return x.needCompact().plus(m.objectivePlan().objectiveMemory(d.N, p, d.Q) + fit)
}

// targetNeed returns the need of target, whose Y is also a system.
func (m regression) targetNeed(d Dims) Need {
	x := d.reference()
	p, _ := x.compact()
	plan := m.objectivePlan()
	solvers := int64(plan.k) * (2*p*d.Q + 3*p*p + d.N*p) // a decomposition for each fold
	fit := p*d.Q + d.N*(2*p+5*d.Q) + rowFitMemory(d.N, d.Q, p)
	return x.needCompact().plus(2*d.N*d.Q + plan.objectiveMemory(d.N, p, d.Q) + solvers + fit)
}

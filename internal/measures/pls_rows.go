package measures

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// plsRows returns the fit of fitPLS from the training rows themselves, by the NIPALS
// algorithm with both systems deflated: for components so much smaller than the first
// that second moments do not hold them, as predictors in small units make them. With Y
// and X what the components before left of the rows, each component has
//
//	w the leading left singular vector of YᵀX,  t = Yw/‖Yw‖,  Y ← Y − ttᵀY,  X ← X − ttᵀX,
//
// and the coordinates of a sample are yᵀR with R = W(PᵀW)⁻¹, P = YᵀT. What is left of
// a feature ends when it is no more than rounding.
func plsRows(x, y *mat.Dense, noise grain, components int) (*rowFit, error) {
	n, q := y.Dims()
	_, p := x.Dims()
	left, target := mat.DenseCopyOf(y), mat.DenseCopyOf(x)
	size := float64(max(n, p, q)) * epsilon
	floors := columnNorms(y)
	least := slices.Max(floors) * float64(max(n, q)) * epsilon
	ends := noise.exhausted(squares(floors))
	for j, norm := range floors {
		floors[j] = max(least, norm*float64(max(n, q))*epsilon)
		if ends != nil {
			floors[j] = max(floors[j], ends[j])
		}
	}
	whole := linalg.Norm(x)
	var scores, rotations, loadings []*mat.VecDense
	for range min(components, q) {
		clearColumns(left, floors)
		s := linalg.CrossGram(left, target)
		if linalg.Norm(s) <= size*linalg.Norm(left)*whole {
			break
		}
		w, _, err := leadingVector(s, 0)
		if err != nil {
			return nil, err
		}
		t := mat.NewVecDense(n, nil)
		t.MulVec(left, w)
		before := mat.Norm(t, 2)
		for range 2 { // one pass leaves what rounding made of the components before
			for _, earlier := range scores {
				t.AddScaledVec(t, -mat.Dot(earlier, t), earlier)
			}
		}
		norm := mat.Norm(t, 2)
		if !(norm > size*before) {
			break
		}
		t.ScaleVec(1/norm, t)
		r := mat.VecDenseCopyOf(w)
		for j, load := range loadings {
			r.AddScaledVec(r, -mat.Dot(load, w), rotations[j])
		}
		r.ScaleVec(1/norm, r)
		load, share := mat.NewVecDense(q, nil), mat.NewVecDense(p, nil)
		load.MulVec(left.T(), t)
		share.MulVec(target.T(), t)
		left.RankOne(left, -1, t, load)
		target.RankOne(target, -1, t, share)
		scores, rotations, loadings = append(scores, t), append(rotations, r), append(loadings, load)
	}
	k := len(scores)
	if k == 0 {
		return &rowFit{}, nil
	}
	f := &rowFit{u: mat.NewDense(n, k, nil), c: mat.NewDense(q, k, nil), sigma: make([]float64, k)}
	for j := range k {
		f.sigma[j] = 1
		f.u.SetCol(j, scores[j].RawVector().Data)
		f.c.SetCol(j, rotations[j].RawVector().Data)
	}
	f.h = linalg.CrossGram(f.u, x)
	return f, nil
}

// clearColumns sets columns that are no longer than their floors to zero.
func clearColumns(x *mat.Dense, floors []float64) {
	norms := columnNorms(x)
	for j, norm := range norms {
		if norm == 0 || norm > floors[j] {
			continue
		}
		for i := range x.RawMatrix().Rows {
			x.Set(i, j, 0)
		}
	}
}

package mlem

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"simtool/internal/stats"
)

// nullScores returns the held-out score, averaged over the folds of the first repeat, of
// predictions with the recording, and with recordings whose rows are permuted within each
// fold. The predictions come from stimuli outside the fold and do not change. Under the
// null hypothesis that features are unrelated to Y every permutation is therefore as
// likely as the data. Folds of other repeats overlap: no permutation keeps all apart.
func (f *fitting) nullScores(ctx context.Context, k int, folds []foldFit) (observed float64, null []float64, err error) {
	folds = folds[:len(f.first())]
	for i, fit := range folds {
		e := f.importanceSet(i, 1)
		z := make([]float64, len(e.first))
		a := newAgreement(e.distances(k), e.ties(k), f.Score)
		score, constant := a.influence(e.predict(fit.w), fit, z, 1)
		observed += score / float64(len(folds))
		draws, err := f.nullProducts(ctx, e, k, i, [][]float64{z})
		if err != nil {
			return 0, nil, err
		}
		for r := range draws[0] {
			draws[0][r] += constant
		}
		null = addScaled(null, draws[0], 1/float64(len(folds)))
	}
	return observed, null, nil
}

// nullProducts returns ⟨v, z⟩/N for each vector v over the N pairs of e and each
// of Null random permutations of the stimuli, with z the permuted neural distances,
// standardised (their ranks for Spearman). A permutation of rows permutes the distances and so
// their ranks, which are computed once; the rest is one product of matrices. Stimuli
// are permuted within their levels and groups as exchange says.
func (f *fitting) nullProducts(ctx context.Context, e *evaluation, k, fold int, vectors [][]float64) ([][]float64, error) {
	m := len(e.id)
	z := e.standardSquare(k, f.Score)
	perms := make([][]int32, f.Null)
	for r := range perms {
		perms[r] = make([]int32, m)
		for i, at := range exchange(m, e.level, e.group, stats.Stream(f.Seed, fmt.Sprintf("mlem/null/%d/%d", fold, r))) {
			perms[r][i] = int32(at)
		}
	}
	return e.permutedProducts(ctx, f.Jobs, z, perms, vectors)
}

// permutedProducts returns ⟨v, z_π⟩/N for each vector v over the N pairs of e and each
// permutation π of its stimuli, of a square matrix z of values of pairs.
func (e *evaluation) permutedProducts(ctx context.Context, jobs int, z []float64, perms [][]int32, vectors [][]float64) ([][]float64, error) {
	m, n, draws := len(e.id), len(e.first), len(perms)
	// Slabs are summed one after the other, so that the sum has the same bits
	// for any number of workers.
	const most, slabs = 1024, 32
	tile := min(most, (n+slabs-1)/slabs)
	u := len(vectors)
	part := make([][]float64, slabs)
	err := forEach(ctx, jobs, slabs, func(_, s int) error {
		sum := blas64.General{Rows: u, Cols: draws, Stride: draws, Data: make([]float64, u*draws)}
		v := blas64.General{Rows: u, Cols: tile, Stride: tile, Data: make([]float64, u*tile)}
		g := blas64.General{Rows: draws, Cols: tile, Stride: tile, Data: make([]float64, draws*tile)}
		var runs []runOf
		for p0 := s * n / slabs; p0 < (s+1)*n/slabs; p0 += tile {
			p1 := min(p0+tile, (s+1)*n/slabs)
			v.Cols, g.Cols = p1-p0, p1-p0
			for i, vector := range vectors {
				copy(v.Data[i*tile:], vector[p0:p1])
			}
			runs = runsOf(runs, e.first[p0:p1])
			for r, perm := range perms {
				row := g.Data[r*tile : r*tile+p1-p0]
				for _, run := range runs {
					from := z[int(perm[run.value])*m:][:m]
					to := row[run.lo:run.hi]
					for q, j := range e.second[p0+run.lo : p0+run.hi] {
						to[q] = from[perm[j]]
					}
				}
			}
			blas64.Gemm(blas.NoTrans, blas.Trans, 1/float64(n), v, g, 1, sum)
		}
		part[s] = sum.Data
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := make([]float64, u*draws)
	for _, p := range part {
		total = addScaled(total, p, 1)
	}
	out := make([][]float64, u)
	for i := range out {
		out[i] = total[i*draws : (i+1)*draws]
	}
	return out, nil
}

// runOf is a value that stands at the places [lo,hi) of a list.
type runOf struct {
	value  int32
	lo, hi int
}

// runsOf returns the runs of a list, in the memory of others.
func runsOf(runs []runOf, list []int32) []runOf {
	runs = runs[:0]
	for lo := 0; lo < len(list); {
		hi := lo + 1
		for hi < len(list) && list[hi] == list[lo] {
			hi++
		}
		runs = append(runs, runOf{list[lo], lo, hi})
		lo = hi
	}
	return runs
}

// standardSquare returns the standardised neural distances as a square matrix. Pairs that
// are left out for a missing value have one too, because a permutation may move other rows
// to them.
func (e *evaluation) standardSquare(k int, by Statistic) []float64 {
	n := len(e.id)
	whole := *e.sample
	whole.missing = nil
	all := newEvaluation(&whole, e.design)
	z := by.standardise(all.distances(k))
	square := make([]float64, n*n)
	for p, i := range all.first {
		j := all.second[p]
		square[int(i)*n+int(j)] = z[p]
		square[int(j)*n+int(i)] = z[p]
	}
	return square
}

package linalg

import (
	"runtime"
	"runtime/debug"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// TestMemoryOfDecompositions compares the bounds with the allocations for three
// matrices: one of full rank, one of low rank, and one with a repeated row. Apart from
// vectors a bound must not be less than the allocation, nor much more than the largest
// of the three.
func TestMemoryOfDecompositions(t *testing.T) {
	datatest.CountsMemory(t)
	const below, above = 0.9, 1.5
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, shape := range [][2]int{{300, 40}, {40, 300}, {90, 90}, {200, 150}, {150, 200}, {500, 20}} {
		m, n := shape[0], shape[1]
		full := gaussian(7, m, n)
		var low mat.Dense
		low.Mul(gaussian(8, m, 5), gaussian(9, 5, n))
		repeated := mat.DenseCopyOf(full)
		copy(repeated.RawRowView(m-1), repeated.RawRowView(0))
		rows, cols := int64(m), int64(n)
		for name, c := range map[string]struct {
			announced int64
			run       func(a *mat.Dense)
		}{
			"QR":             {QRMemory(rows, cols), func(a *mat.Dense) { QR(a) }},
			"UpperFactor":    {rows*cols + UpperFactorMemory(rows, cols), func(a *mat.Dense) { UpperFactor(mat.DenseCopyOf(a)) }},
			"SVD":            {SVDMemory(rows, cols), func(a *mat.Dense) { ignore(SVD(a)) }},
			"SingularValues": {SingularValuesMemory(rows, cols), func(a *mat.Dense) { ignore(SingularValues(a)) }},
			"EigSym of Gram": {cols*cols + EigSymMemory(cols), func(a *mat.Dense) { ignore(EigSym(Gram(a))) }},
			"Polar":          {PolarMemory(rows, cols), func(a *mat.Dense) { ignore(Polar(a)) }},
			"NuclearNorm":    {NuclearNormMemory(rows, cols), func(a *mat.Dense) { ignore(NuclearNorm(a)) }},
			"RangeBasis":     {RangeBasisMemory(rows, cols), func(a *mat.Dense) { ignore(RangeBasis(a)) }},
			"SqDistances":    {SqDistancesMemory(rows, cols), func(a *mat.Dense) { SqDistances(a) }},
			"NewDistances":   {DistancesMemory(rows, cols), func(a *mat.Dense) { NewDistances(a) }},
		} {
			most := int64(0)
			for _, a := range []*mat.Dense{full, &low, repeated} {
				// Work space that products share is there after the first time, or the
				// second for another processor.
				least := allocatedBy(func() { c.run(a) })
				for range 3 {
					least = min(least, allocatedBy(func() { c.run(a) }))
				}
				most = max(most, least)
			}
			checkAnnounced(t, name, shape, c.announced, most, below, above)
		}
		runtime.GC() // rankings share work space too, which is announced
		runtime.GC()
		values := full.RawMatrix().Data
		most := allocatedBy(func() { NewRanking(values, nil, true) })
		checkAnnounced(t, "NewRanking", shape, RankingMemory(rows*cols, true), most, below, above)
	}
}

// allocatedBy returns the numbers of 8 bytes that f allocates in all.
func allocatedBy(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc-before.TotalAlloc) / 8
}

func checkAnnounced(t *testing.T, name string, shape [2]int, announced, allocated int64, below, above float64) {
	t.Helper()
	if ratio := float64(announced) / float64(allocated); ratio < below || ratio > above {
		t.Errorf("%s of %v: %d numbers announced, %d allocated: %.2f", name, shape, announced, allocated, ratio)
	}
}

func ignore(...any) {}

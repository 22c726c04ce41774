package moments

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/linalg"
)

// rounding bounds, relative to the largest value that is possible, what sums of any
// number of products lose.
const rounding = 1e-6

// underflow is more than a deviation whose square is 0 or has lost digits.
const underflow = 1e-150

// checkWhole refuses arrays with numbers that are not whole.
func checkWhole(arrays map[string]*data.Dataset, keys ...string) error {
	const most = 1 << 53
	for _, key := range keys {
		for _, v := range arrays[key].Values {
			if v != math.Trunc(v) || v < 0 || v > most {
				return fmt.Errorf("array %q with the value %g, which is no count", key, v)
			}
		}
	}
	for i, v := range arrays["precision"].Values {
		const digits = 400 // of any number that float64 has
		if stored := i%3 == 0; stored && v > float64(data.Decimal) || v > digits {
			return fmt.Errorf("array \"precision\" with the value %g in place %d", v, i+1)
		}
	}
	if v := arrays["identical"].Values[0]; v > 1 {
		return fmt.Errorf("array \"identical\" with the value %g", v)
	}
	return nil
}

// checkMoments refuses moments of n samples that no data can have. For centred data
// of largest magnitudes M:
//
//   - |mean| ≤ M ≤ |mean| + √Σx², as one sample has it, and 0 ≤ Σx² ≤ n·M²;
//   - sums of products are symmetric, and |Σxy| ≤ √(Σx²·Σy²) (Cauchy and Schwarz);
//   - all of them together are positive semidefinite, as correlations;
//   - systems that are the same to the bit have the same moments.
func checkMoments(m *linalg.Moments, identical bool) error {
	p, q := len(m.MeanX), len(m.MeanY)
	for _, side := range []struct {
		name      string
		mean, max []float64
		of        *mat.Dense
	}{{"x", m.MeanX, m.MaxX, m.XX}, {"y", m.MeanY, m.MaxY, m.YY}} {
		for j, most := range side.max {
			square := side.of.At(j, j)
			switch {
			case !(most >= 0) || !(math.Abs(side.mean[j]) <= most*(1+rounding)):
				return fmt.Errorf("feature %d of %s with the mean %g and the largest magnitude %g", j+1, side.name, side.mean[j], most)
			case !(square >= 0) || !(math.Sqrt(square) <= math.Sqrt(float64(m.N))*most*(1+rounding)):
				return fmt.Errorf("feature %d of %s with the sum of squares %g about the mean of %d samples of at most %g", j+1, side.name, square, m.N, most)
			case !(most*(1-rounding) <= math.Abs(side.mean[j])+math.Sqrt(square)*(1+rounding)+underflow):
				return fmt.Errorf("feature %d of %s with the largest magnitude %g, which no sample has: the mean is %g, and the sum of squares about it %g", j+1, side.name, most, side.mean[j], square)
			}
		}
		for i := range side.max {
			for j := range i {
				a, b, bound := side.of.At(i, j), side.of.At(j, i), math.Sqrt(side.of.At(i, i))*math.Sqrt(side.of.At(j, j))
				if !(math.Abs(a-b) <= rounding*bound) || !(math.Abs(a) <= bound*(1+rounding)) {
					return fmt.Errorf("features %d and %d of %s with the sums of products %g and %g, where at most %g is possible", j+1, i+1, side.name, b, a, bound)
				}
			}
		}
	}
	for i := range p {
		for j := range q {
			xy, bound := m.XY.At(i, j), math.Sqrt(m.XX.At(i, i))*math.Sqrt(m.YY.At(j, j))
			if !(math.Abs(xy) <= bound*(1+rounding)) {
				return fmt.Errorf("feature %d of x and %d of y with the sum of products %g, where at most %g is possible", i+1, j+1, xy, bound)
			}
			if identical && (p != q || !(math.Abs(xy-m.XX.At(i, j)) <= rounding*bound) || m.MeanX[i] != m.MeanY[i]) {
				return errors.New("different moments of systems that are said to be identical")
			}
		}
	}
	return checkJointly(m)
}

// checkJointly refuses moments that are possible two by two, but not together: the
// correlations of all features of both systems, with a little on the diagonal for
// rounding, have no Cholesky factor.
func checkJointly(m *linalg.Moments) error {
	p, q := len(m.MeanX), len(m.MeanY)
	const most = 2048 // features, of which it takes a second
	if p+q > most {
		return nil
	}
	joint := mat.NewSymDense(p+q, nil)
	at := func(i, j int) float64 {
		switch {
		case j < p:
			return m.XX.At(i, j)
		case i < p:
			return m.XY.At(i, j-p)
		}
		return m.YY.At(i-p, j-p)
	}
	roots := make([]float64, p+q)
	for i := range roots {
		roots[i] = math.Sqrt(at(i, i))
		joint.SetSym(i, i, 1+rounding)
	}
	for i := range roots {
		for j := i + 1; j < p+q; j++ {
			if roots[i] > 0 && roots[j] > 0 {
				joint.SetSym(i, j, at(i, j)/roots[i]/roots[j])
			}
		}
	}
	var c mat.Cholesky
	if !c.Factorize(joint) {
		return errors.New("sums of products that no data have together: they are not positive semidefinite")
	}
	return nil
}

// checkManifest refuses a file of moments that is not the one of the manifest beside
// it, where there is one.
func checkManifest(path string) error {
	manifest := path + dataio.ManifestSuffix
	if !batch.Exists(manifest) {
		return nil
	}
	m, err := dataio.ReadManifest(manifest)
	if err != nil && !errors.Is(err, dataio.ErrNoSeal) { // which older versions wrote
		return err
	}
	source, err := dataio.FileSource(path)
	if err != nil {
		return err
	}
	_, err = (&batch.PartFile{Path: path, Manifest: m}).Written(source)
	return err
}

// checkVersion refuses a file of another version of the form. The first had no array
// for it.
func checkVersion(path string) error {
	keys, err := dataio.Keys(path, dataio.Options{})
	if err != nil || !slices.Contains(keys, versionArray) {
		return err
	}
	d, err := dataio.Read(path+":"+versionArray, dataio.Options{})
	if err != nil {
		return err
	}
	if len(d.Values) != 1 || d.Values[0] != version {
		return &data.InputError{Path: path, Found: fmt.Sprintf("moments in the form %g", d.Values), Wanted: fmt.Sprintf("want the form %d, of this version", version)}
	}
	return nil
}

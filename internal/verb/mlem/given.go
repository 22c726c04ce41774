package verbmlem

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
)

// The kinds of a matrix of neural distances: a metric is fitted to squared lengths, so
// plain distances are squared and squared ones are taken as they are.
const (
	kindAuto    = "auto" // as the manifest of the matrix says, else plain
	kindSquared = "squared"
	kindPlain   = "plain"
)

// kindOf says by the words of simtool rdm --rdm which dissimilarities are squared
// lengths: of patterns, of patterns after whitening (mahalanobis, crossnobis), and 1 −
// the correlation or cosine, which is half the squared length between directions.
// A gaussian dissimilarity is that of a squared length in the feature space of its
// kernel.
func kindOf(rdm string) string {
	word, _, _ := strings.Cut(rdm, ":")
	switch word {
	case "sqeuclidean", "mahalanobis", "crossnobis", "correlation", "cosine", "gaussian":
		return kindSquared
	case "euclidean", "manhattan":
		return kindPlain
	}
	return ""
}

// powerOf is the power of given distances that makes squared lengths of them, or that
// of --power. It says what it has assumed.
func (o *Neural) powerOf(e *batch.Env, matrix *mat.Dense, precision data.Precision) (float64, error) {
	kind, from := o.Kind, "--neural-distances-kind"
	if kind == kindAuto || kind == "" {
		kind, from = "", ""
		if manifest := dataio.FileOf(o.Given) + dataio.ManifestSuffix; batch.Exists(manifest) {
			m, err := dataio.ReadManifest(manifest)
			if err != nil && !errors.Is(err, dataio.ErrNoSeal) {
				return 0, err
			}
			if rdm, ok := m.Config["rdm"].(string); ok {
				kind, from = kindOf(rdm), fmt.Sprintf("its manifest, which says --rdm %s", rdm)
			}
		}
	}
	switch {
	case o.Power != 0 && kind == kindSquared && o.Power != 1:
		e.Warn("%s: squared distances by %s, to the power %g of --power: 1 takes them as they are", o.Given, from, o.Power)
	case o.Power != 0:
	case kind == kindSquared:
		e.Summary("%s: squared distances by %s, taken as they are", o.Given, from)
		return 1, nil
	case kind == kindPlain && o.modelPower == 1:
		e.Warn("%s: plain distances by %s, which are squared, for a model of squared ones; --power 1 takes them as they are", o.Given, from)
		return 2, nil
	case kind == kindPlain:
		e.Summary("%s: plain distances by %s, which are squared", o.Given, from)
		return 2, nil
	case o.modelPower == 1:
		e.Warn("%s: assumed to be squared distances, as those of the model, and taken as they are; say --neural-distances-kind squared if so, plain if they are to be squared", o.Given)
		return 1, nil
	case isMetric(matrix, 1, precision) || !isMetric(matrix, 0.5, precision):
		e.Warn("%s: assumed to be plain distances, which are squared; say --neural-distances-kind plain if so, squared if they are squared already", o.Given)
	default:
		e.Warn("%s: assumed to be plain distances, which are squared, but only their roots obey the triangle inequality: say --neural-distances-kind squared if they are squared already", o.Given)
	}
	return o.Power, nil
}

// isMetric reports whether distances to a power obey the triangle inequality, to
// rounding. Of many stimuli it looks at the first.
func isMetric(d *mat.Dense, power float64, precision data.Precision) bool {
	const most = 64
	slack := max(1e-9, 8*precision.Eps())
	n, columns := d.Dims()
	n = min(n, columns, most)
	at := func(i, j int) float64 { return math.Pow(max(d.At(i, j), 0), power) }
	for i := range n {
		for j := range i {
			direct := at(i, j)
			for k := range n {
				if direct > (at(i, k)+at(k, j))*(1+slack) {
					return false
				}
			}
		}
	}
	return true
}

// checkKind refuses a kind where no matrix is given.
func (o *Neural) checkKind() error {
	if o.Given == "" && o.Kind != kindAuto && o.Kind != "" {
		return batch.Configf("leave it out", "--neural-distances-kind has no use without --neural-distances")
	}
	return nil
}

// givenOptions are those of a matrix of distances.
func (o *Neural) givenOptions() mlem.NeuralOptions {
	return mlem.NeuralOptions{Name: o.Given, Power: o.Power}
}

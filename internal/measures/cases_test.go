package measures

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
	"simtool/internal/linalg"
)

// Small files on which rounding had decided: of distances that are equal, of numbers
// stored as float32, and of neighbours that are equally near. The right values are those
// of exact integers, of the float64 originals, and of 500 bits.
func TestCasesOfRounding(t *testing.T) {
	dir := datatest.Shared(t, "cases")
	for _, c := range []struct {
		x, y, measure string
		want, within  float64
	}{
		{"tie_ring3", "tie_ring3_y", "rsa:rdm=euclidean:compare=spearman", .23572932, 1e-8},
		{"tie_ring3", "tie_ring3_y", "rsa:rdm=euclidean:compare=kendall", .19392482, 1e-8},
		{"tie_ring3", "tie_ring3_y", "rsa:rdm=euclidean:compare=rho-a", .18185993, 1e-8},
		{"tie_ring3", "tie_ring3_y", "rsa:rdm=euclidean:compare=tau-a", .12307692, 1e-8},
		{"tie_onehot", "tie_onehot_y", "rsa:rdm=euclidean:compare=spearman", .31343871, 1e-8},
		{"tie_onehot_rot", "tie_onehot_y", "rsa:rdm=euclidean:compare=spearman", .31343871, 1e-8},
		{"tie_onehot_rot", "tie_onehot_y", "rsa:rdm=euclidean:compare=kendall", .25785314, 1e-8},
		{"tie_rdm", "tie_rdm_y", "rsa:rdm=precomputed:compare=spearman", .23572932, 1e-8},
		{"rank_x_f32", "rank_y_f32", "cca", .899890, 1e-6},
		{"rank_x_f32", "rank_y_f32", "cca:stat=mean-squared", .809949, 1e-6},
		{"rank_x_f32", "rank_y_f32", "pwcca", .901122, 1e-6},
		{"rank_x_f32", "rank_y_f32", "linreg", .813817, 1e-6},
		{"rank_x_f32", "rank_y_f32", "gulp", 1.14031, 1e-5},
		{"rank_x_f32", "rank_y_f32", "eigenspace-overlap", .201987, 1e-6},
		{"softmax_x_f32", "softmax_y_f32", "cca", .729798, 1e-6},
		{"numerics/n2_x", "numerics/n2_y", "cca", .756815360811, 1e-10},
		{"numerics/n2_x", "numerics/n2_y", "gulp", 3.85371783299, 1e-9},
		{"numerics/n2_x", "numerics/n2_y", "eigenspace-overlap:center=true", .172761756959, 1e-10},
		{"numerics/n2_x", "numerics/n2_y", "rsa:rdm=mahalanobis", .813782570153, 1e-10},
		{"numerics/n3_x", "numerics/n3_y", "cca", .916836283379, 1e-10},
		{"numerics/n9_x", "numerics/n9_y", "rsa:rdm=correlation:compare=spearman", .029411764705882, 1e-12},
		{"numerics/n5_x", "numerics/n5_tenth", "jaccard-knn:k=5", 1, 1e-12},
		{"numerics/n5_x", "numerics/n5_columns", "mutual-knn:k=5:metric=cosine:center=true", 1, 1e-12},
		{"numerics/n5_x", "numerics/n5_turned", "jaccard-knn:k=5", 1, 1e-12},
		{"numerics/n5_x", "numerics/n5_turned", "mutual-knn:k=5:metric=euclidean", 1, 1e-12},
		{"numerics/n5_x", "numerics/n5_turned", "cknna:k=5", 1, 1e-12},
	} {
		p := pairOf(t, readNPY(t, filepath.Join(dir, c.x+".npy")), readNPY(t, filepath.Join(dir, c.y+".npy")))
		s, err := measureOf(t, c.measure).Score(p)
		if err != nil || !(math.Abs(s.Value-c.want) <= c.within) {
			t.Errorf("%s %s -m %s: %v (%v), want %v", c.x, c.y, c.measure, s.Value, err, c.want)
		}
	}
	d := readNPY(t, filepath.Join(dir, "maha_f32.npy"))
	rdm, err := RDM(systemOf(t, d), "mahalanobis")
	if err != nil || math.Abs(rdm.At(0, 1)-3.098447) > 1e-4 {
		t.Errorf("the Mahalanobis distance of float32 data is %v (%v), want 3.098447", rdm.At(0, 1), err)
	}
}

// A system has the neighbours of itself when it is scaled, stored in another order of
// features, or rotated, however many samples are equally near.
func TestNeighboursOfTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 17))
	const n = 48
	for name, x := range tiedData(rng, n) {
		_, p := x.Dims()
		q, _ := linalg.QR(gaussian(rng, p, p))
		turned, tenth, columns := mat.NewDense(n, p, nil), mat.NewDense(n, p, nil), mat.NewDense(n, p, nil)
		turned.Mul(x, q)
		tenth.Scale(0.1, x)
		for i := range n {
			for j := range p {
				columns.Set(i, p-1-j, x.At(i, j))
			}
		}
		for how, y := range map[string]*mat.Dense{"a tenth": tenth, "features reversed": columns, "rotated": turned} {
			for _, measure := range []string{"jaccard-knn:k=5", "mutual-knn:k=5:metric=euclidean", "mutual-knn:k=5:metric=cosine:center=true", "mutual-knn:k=5:center=true"} {
				s, err := measureOf(t, measure).Score(pairOf(t, datasetOf(x), datasetOf(y)))
				if err != nil {
					continue // a sample at the mean has no direction
				}
				if math.Abs(s.Value-1) > 1e-12 {
					t.Errorf("%s and %s by %s: %v, want 1", name, how, measure, s.Value)
				}
			}
		}
	}
}

package figure

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

// square makes a matrix of the distances of points.
func square(t *testing.T, name string, points [][]float64) *Result {
	t.Helper()
	n := len(points)
	values := make([]float64, n*n)
	for i := range n {
		for j := range n {
			sum := 0.0
			for k := range points[i] {
				sum += (points[i][k] - points[j][k]) * (points[i][k] - points[j][k])
			}
			values[i*n+j] = math.Sqrt(sum)
		}
	}
	return array(t, name, values, n, n)
}

// TestClassicalScaling checks that distances in a plane recover the plane, and compares
// the scaling of other dissimilarities with closed forms.
func TestClassicalScaling(t *testing.T) {
	plane := [][]float64{{3, 0}, {-3, 0.5}, {0, 1}, {1, -2}, {2, 2}}
	r := square(t, "plane", plane)
	sc, err := classicalScaling(r.Array, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range plane {
		for j := range i {
			got := math.Hypot(sc.xy[i].X-sc.xy[j].X, sc.xy[i].Y-sc.xy[j].Y)
			if want := r.Array.Values[i*len(plane)+j]; math.Abs(got-want) > 1e-12 {
				t.Errorf("distance %d-%d is %g, want %g", i, j, got, want)
			}
		}
	}
	if math.Abs(sc.share[0]+sc.share[1]-1) > 1e-12 || sc.stress > 1e-12 {
		t.Errorf("shares %v and stress %g of a plane, want a sum of 1 and 0", sc.share, sc.stress)
	}

	// The squares of the distances have the same plane.
	var squares []float64
	for _, v := range r.Array.Values {
		squares = append(squares, v*v)
	}
	squared := array(t, "squared", squares, len(plane), len(plane))
	again, err := classicalScaling(squared.Array, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range again.xy {
		if math.Hypot(p.X-sc.xy[i].X, p.Y-sc.xy[i].Y) > 1e-12 {
			t.Errorf("point %d of squared distances is at %v, want %v", i, p, sc.xy[i])
		}
	}

	// The four corners of a regular tetrahedron of side √2: −½ J δ² J = J has the
	// eigenvalue 1 three times, so that each dimension has a share of a third, and no
	// distance in the plane exceeds the dissimilarity.
	corners := square(t, "tetrahedron", [][]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}})
	if sc, err = classicalScaling(corners.Array, false); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for k, share := range sc.share {
		if math.Abs(share-1.0/3) > 1e-12 {
			t.Errorf("dimension %d of a tetrahedron has a share of %g, want 1/3", k+1, share)
		}
	}
	for i := range 4 {
		for j := range i {
			d := math.Hypot(sc.xy[i].X-sc.xy[j].X, sc.xy[i].Y-sc.xy[j].Y)
			if d > math.Sqrt2+1e-12 {
				t.Errorf("pair %d-%d is %g apart, want at most √2", i, j, d)
			}
			sum += d * d
		}
	}
	// Σd² over pairs is n times the sum of the two eigenvalues.
	if math.Abs(sum-8) > 1e-12 {
		t.Errorf("squared distances sum to %g, want 8", sum)
	}

	// Dissimilarities 1, 1 and 3 are no distances: with a = δ², the eigenvalues of
	// −½ J a J are 9/2, −5/6 and 0.
	odd := array(t, "odd", []float64{0, 3, 1, 3, 0, 1, 1, 1, 0}, 3, 3)
	if sc, err = classicalScaling(odd.Array, false); err != nil {
		t.Fatal(err)
	}
	if want := 4.5 / (4.5 + 5.0/6); math.Abs(sc.share[0]-want) > 1e-12 || sc.share[1] > 1e-12 {
		t.Errorf("shares %v, want %g and 0", sc.share, want)
	}
	if _, err := classicalScaling(array(t, "zero", make([]float64, 9), 3, 3).Array, false); err == nil {
		t.Error("samples that are all alike have a scaling")
	}
}

// TestWhatIsAnRDM distinguishes matrices of dissimilarities from others.
func TestWhatIsAnRDM(t *testing.T) {
	cases := []struct {
		name   string
		values []float64
		shape  []int
		want   string // in the error of a scaling; "" for none
	}{
		{"rdm", []float64{0, 1, 2, 1, 0, 3, 2, 3, 0}, []int{3, 3}, ""},
		{"rounded.npy", []float64{1e-9, 1, 2, 1 + 1e-8, 0, 3, 2, 3, 0}, []int{3, 3}, ""},
		{"similar.npy", []float64{1, 0.5, 0.2, 0.5, 1, 0.3, 0.2, 0.3, 1}, []int{3, 3}, "similar.npy: a symmetric matrix, 1 on the diagonal in row 1"},
		{"skew.npy", []float64{0, 1, 2, 4, 0, 3, 2, 3, 0}, []int{3, 3}, "skew.npy: not symmetric: 4 in row 2, column 1, but 1 in row 1, column 2"},
		{"tall.npy", []float64{0, 1, 2, 4, 0, 3, 2, 3}, []int{4, 2}, "tall.npy: 4 × 2 values, not square"},
	}
	for _, c := range cases {
		style := light(t)
		style.Form = mds
		f, err := New([]*Result{array(t, c.name, c.values, c.shape...)}, style)
		switch {
		case c.want == "" && (err != nil || f.Kind != "rdm"):
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// TestLargeRDM checks that a matrix that is averaged over blocks counts samples.
func TestLargeRDM(t *testing.T) {
	const n = 2*mostCells + 6
	values := make([]float64, n*n)
	for i := range n {
		for j := range n {
			values[i*n+j] = math.Abs(float64(i - j))
		}
	}
	f, err := New([]*Result{array(t, "long", values, n, n)}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	p := f.panels[0].plot
	for _, ticks := range [][]plot.Tick{p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max), p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max)} {
		if end := ticks[len(ticks)-1].Label; end != "1000" {
			t.Errorf("the last label is %s, want 1000 of %d samples", end, n)
		}
	}
	if x := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max); math.Abs(x[len(x)-1].Value-1000.0/3) > 1e-9 {
		t.Errorf("sample 1000 is at cell %g, want a third of that: cells average 3", x[len(x)-1].Value)
	}
}

// TestClusteredRDM takes points on a line in two far pairs, so that the order and the heights
// of the tree are known, and checks what is refused.
func TestClusteredRDM(t *testing.T) {
	style := light(t)
	style.Order, style.Clusters = Cluster, averageLinkage
	points := [][]float64{{0}, {10}, {1.5}, {11}}
	f, err := New([]*Result{square(t, "pairs", points)}, style)
	if err != nil {
		t.Fatal(err)
	}
	p := f.panels[0]
	if len(p.tree) != 3 || p.tree[2].Height != 9.75 {
		t.Errorf("the tree is %v, want 3 joins, the last at (10 + 11 + 8.5 + 9.5)/4 = 9.75", p.tree)
	}
	var shown []string
	for _, tick := range p.plot.X.Tick.Marker.Ticks(0, 3) {
		shown = append(shown, tick.Label)
	}
	if got := strings.Join(shown, " "); got != "0 2 1 3" {
		t.Errorf("the samples at the x axis are %s, want 0 2 1 3", got)
	}
	rows := p.plot.Y.Tick.Marker.Ticks(0, 3)
	if rows[0].Label != "0" || rows[0].Value != 3 {
		t.Errorf("the first row is %v, want sample 0 at the top", rows[0])
	}
	found := false
	for _, m := range p.marks {
		found = found || m.x == 1 && m.y == 0 && m.text == "3, 2: 9.5"
	}
	if !found {
		t.Errorf("the cell of samples 3 and 2 is not named: %v", p.marks)
	}

	// A missing dissimilarity counts as the largest.
	missing := array(t, "missing", []float64{0, math.NaN(), 1, math.NaN(), 0, 2, 1, 2, 0}, 3, 3)
	_, tree, err := clustersOf(missing, &style, false)
	if err != nil || tree[0] != (Join{Left: 0, Right: 2, Height: 1}) || tree[1].Height != 2 {
		t.Errorf("with a missing value %v, %v, want joins at 1 and 2", tree, err)
	}
	if _, err := New([]*Result{labelled(square(t, "labels", points))}, style); err == nil || !strings.Contains(err.Error(), "want either labels or the order cluster") {
		t.Errorf("labels and clusters: %v", err)
	}
	const n = mostScaled + 1
	if _, err := New([]*Result{array(t, "large", make([]float64, n*n), n, n)}, style); err == nil || !strings.Contains(err.Error(), "2001 samples, want at most 2000") {
		t.Errorf("%d samples: %v", n, err)
	}
}

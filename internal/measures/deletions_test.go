package measures

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// deletionPair returns two correlated systems, with means far from 0, and 7 units of
// unequal sizes that are no runs of samples.
func deletionPair(t *testing.T) (x, y *mat.Dense, u *Units) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 14))
	const n, p, q = 40, 4, 3
	x, y = gaussian(rng, n, p), mat.NewDense(n, q, nil)
	y.Mul(x, gaussian(rng, p, q))
	noise := gaussian(rng, n, q)
	y.Add(y, noise)
	for i := range n {
		x.Set(i, 0, 3*x.At(i, 0)+10)
		y.Set(i, 1, y.At(i, 1)-4)
	}
	rows := make([][]int, 7)
	for i := range n {
		g := 5 * i % 13 % 7
		rows[g] = append(rows[g], i)
	}
	u, err := NewUnits(rows, n)
	if err != nil {
		t.Fatal(err)
	}
	return x, y, u
}

// leaving copies the rows of x that are in none of some units.
func leaving(x *mat.Dense, u *Units, units ...int) *mat.Dense {
	n, p := x.Dims()
	var out []float64
	for i := range n {
		if !slices.ContainsFunc(units, func(g int) bool { return slices.Contains(u.Rows[g], i) }) {
			out = append(out, x.RawRowView(i)...)
		}
	}
	return mat.NewDense(len(out)/p, p, out)
}

// demeaned subtracts the column means.
func demeaned(x *mat.Dense) *mat.Dense {
	n, p := x.Dims()
	out := mat.NewDense(n, p, nil)
	for j := range p {
		mean := mat.Sum(x.ColView(j)) / float64(n)
		for i := range n {
			out.Set(i, j, x.At(i, j)-mean)
		}
	}
	return out
}

func squaredNorm(x mat.Matrix) float64 { return math.Pow(mat.Norm(x, 2), 2) }

// fitByQR returns R² of X from Y with a penalty, from the rows [Y; √λ·I].
func fitByQR(x, y *mat.Dense, lambda float64) float64 {
	x, y = demeaned(x), demeaned(y)
	n, p := x.Dims()
	_, q := y.Dims()
	tall, target := mat.NewDense(n+q, q, nil), mat.NewDense(n+q, p, nil)
	tall.Slice(0, n, 0, q).(*mat.Dense).Copy(y)
	target.Slice(0, n, 0, p).(*mat.Dense).Copy(x)
	for j := range q {
		tall.Set(n+j, j, math.Sqrt(lambda))
	}
	var w, e mat.Dense
	if err := w.Solve(tall, target); err != nil {
		panic(err)
	}
	e.Mul(y, &w)
	e.Sub(x, &e)
	return 1 - squaredNorm(&e)/squaredNorm(x)
}

// bures returns the polar factor and the cosine by gonum's decomposition.
func bures(x, y *mat.Dense) (polar *mat.Dense, cosine float64) {
	x, y = demeaned(x), demeaned(y)
	var c, u, v mat.Dense
	c.Mul(x.T(), y)
	var svd mat.SVD
	if !svd.Factorize(&c, mat.SVDThin) {
		panic("no decomposition")
	}
	svd.UTo(&u)
	svd.VTo(&v)
	polar = new(mat.Dense)
	polar.Mul(&u, v.T())
	sum := 0.0
	for _, s := range svd.Values(nil) {
		sum += s
	}
	return polar, sum / math.Sqrt(squaredNorm(x)*squaredNorm(y))
}

// correlations returns the sum of squared canonical correlations.
func correlations(x, y *mat.Dense) float64 {
	basis := func(x *mat.Dense) *mat.Dense {
		var svd mat.SVD
		svd.Factorize(demeaned(x), mat.SVDThin)
		var u mat.Dense
		svd.UTo(&u)
		return &u
	}
	var n mat.Dense
	n.Mul(basis(x).T(), basis(y))
	return squaredNorm(&n)
}

// estimatesOf returns what a measure gives by name.
func estimatesOf(t *testing.T, name string, x, y *mat.Dense, u *Units) *Deletions {
	t.Helper()
	m, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	est, ok := As[Estimable](m)
	if !ok {
		t.Fatalf("%s has no estimate", name)
	}
	d, err := est.Deletions(pairOf(t, datasetOf(x), datasetOf(y)), u)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

// TestDeletionsAreRefits computes every estimate again from the rows that stay.
func TestDeletionsAreRefits(t *testing.T) {
	x, y, u := deletionPair(t)
	n, p := x.Dims()
	_, q := y.Dims()
	adjust := func(r2 float64, n, q int) float64 { return 1 - (1-r2)*float64(n-1)/float64(n-1-q) }
	size := func(x *mat.Dense) int { return x.RawMatrix().Rows }
	for name, refit := range map[string]func(x, y *mat.Dense) float64{
		"linreg": func(x, y *mat.Dense) float64 { return adjust(fitByQR(x, y, 0), size(x), q) },
		"linreg:direction=y-from-x": func(x, y *mat.Dense) float64 {
			return adjust(fitByQR(y, x, 0), size(x), p)
		},
		"linreg:direction=symmetric": func(x, y *mat.Dense) float64 {
			return (adjust(fitByQR(x, y, 0), size(x), q) + adjust(fitByQR(y, x, 0), size(x), p)) / 2
		},
		"linreg:pool=columns": func(x, y *mat.Dense) float64 {
			sum := 0.0
			for j := range p {
				column := mat.DenseCopyOf(x.ColView(j))
				sum += fitByQR(column, y, 0)
			}
			return adjust(sum/float64(p), size(x), q)
		},
		"ridge:lambda=25": func(x, y *mat.Dense) float64 {
			return fitByQR(x, y, 25*float64(size(x))/float64(n))
		},
		"nbs":                            func(x, y *mat.Dense) float64 { _, c := bures(x, y); return c },
		"cca:stat=mean-squared":          func(x, y *mat.Dense) float64 { return correlations(x, y) / float64(min(p, q)) },
		"eigenspace-overlap:center=true": func(x, y *mat.Dense) float64 { return correlations(x, y) / float64(max(p, q)) },
		"gulp":                           func(x, y *mat.Dense) float64 { return float64(p+q) - 2*correlations(x, y) },
	} {
		d := estimatesOf(t, name, x, y, u)
		check := func(got float64, units ...int) {
			t.Helper()
			want := refit(leaving(x, u, units...), leaving(y, u, units...))
			if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
				t.Errorf("%s without %v: %.12g, want %.12g", name, units, got, want)
			}
		}
		check(d.All)
		for g := range u.Count() {
			check(d.One[g], g)
			for h := range u.Count() {
				if g != h {
					check(d.Two[g][h], g, h)
				}
			}
		}
	}
}

// TestHeldOutRotations computes the sum over units of what the rotation of the others
// makes of each, from rows.
func TestHeldOutRotations(t *testing.T) {
	x, y, u := deletionPair(t)
	value := func(left ...int) float64 {
		xs, ys := demeaned(leaving(x, u, left...)), demeaned(leaving(y, u, left...))
		others := map[int]bool{}
		for _, g := range left {
			others[g] = true
		}
		// The rows of unit g among those that stay.
		var owner []int
		n, _ := x.Dims()
		for i := range n {
			g := slices.IndexFunc(u.Rows, func(rows []int) bool { return slices.Contains(rows, i) })
			if !others[g] {
				owner = append(owner, g)
			}
		}
		sum := 0.0
		for g := range u.Count() {
			if others[g] {
				continue
			}
			polar, _ := bures(leaving(x, u, append(left, g)...), leaving(y, u, append(left, g)...))
			var moved mat.Dense
			moved.Mul(xs, polar)
			for i, of := range owner {
				if of == g {
					sum += mat.Dot(moved.RowView(i), ys.RowView(i))
				}
			}
		}
		return sum / math.Sqrt(squaredNorm(xs)*squaredNorm(ys))
	}
	held := estimatesOf(t, "nbs", x, y, u).HeldOut
	if math.Abs(held.All-value()) > 1e-9 {
		t.Errorf("%v, want %v", held.All, value())
	}
	for g, got := range held.One {
		if want := value(g); math.Abs(got-want) > 1e-9 {
			t.Errorf("without %d: %v, want %v", g, got, want)
		}
	}
	whole := estimatesOf(t, "shape:alpha=1", x, y, u).HeldOut
	if whole.All != held.All {
		t.Errorf("shape without whitening: %v, want %v", whole.All, held.All)
	}
}

// TestHeldOutFoldsWithoutUnits refits every fold from rows, with the samples of a unit
// missing from test and training sets.
func TestHeldOutFoldsWithoutUnits(t *testing.T) {
	x, y, u := deletionPair(t)
	n, p := x.Dims()
	const k = 4
	in := make([]int, n)
	for g, rows := range u.Rows {
		for _, i := range rows {
			in[i] = g
		}
	}
	value := func(lambda float64, left int) float64 {
		total := 0.0
		for f := range k {
			pick := func(m *mat.Dense, test bool) *mat.Dense {
				_, w := m.Dims()
				var out []float64
				for i := range n {
					if in[i] != left && (i/(n/k) == f) == test {
						out = append(out, m.RawRowView(i)...)
					}
				}
				return mat.NewDense(len(out)/w, w, out)
			}
			trainX, trainY, testX, testY := pick(x, false), pick(y, false), pick(x, true), pick(y, true)
			mean := func(m *mat.Dense, j int) float64 { return mat.Sum(m.ColView(j)) / float64(m.RawMatrix().Rows) }
			var w, gram mat.Dense
			cx, cy := demeaned(trainX), demeaned(trainY)
			gram.Mul(cy.T(), cy)
			for j := range gram.RawMatrix().Rows {
				gram.Set(j, j, gram.At(j, j)+lambda)
			}
			var cross mat.Dense
			cross.Mul(cy.T(), cx)
			if err := w.Solve(&gram, &cross); err != nil {
				t.Fatal(err)
			}
			loss, whole := 0.0, 0.0
			rows, q := testY.Dims()
			for i := range rows {
				for j := range p {
					v := testX.At(i, j) - mean(trainX, j)
					whole += v * v
					for l := range q {
						v -= w.At(l, j) * (testY.At(i, l) - mean(trainY, l))
					}
					loss += v * v
				}
			}
			total += 1 - loss/whole
		}
		return total / k
	}
	for name, lambda := range map[string]float64{"linreg:cv=4": 0, "ridge:lambda=5:cv=4": 5} {
		d := estimatesOf(t, name, x, y, u)
		if want := value(lambda, -1); math.Abs(d.All-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, d.All, want)
		}
		for g, got := range d.One {
			if want := value(lambda, g); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s without %d: %v, want %v", name, g, got, want)
			}
		}
	}
}

// TestUnitsOfFolds: single samples become three units a fold, each within one, whatever
// the order of the folds.
func TestUnitsOfFolds(t *testing.T) {
	x, y, _ := deletionPair(t)
	pair := pairOf(t, datasetOf(x), datasetOf(y))
	n := pair.Samples()
	for _, plan := range []foldPlan{{k: 5}, {k: 5, shuffled: true, seed: 3}} {
		u := plan.groups(pair, BlockUnits(n, n))
		if u.Count() != 15 {
			t.Fatalf("%d units", u.Count())
		}
		if _, err := NewUnits(u.Rows, n); err != nil {
			t.Error(err)
		}
		folds := plan.samples(pair)
		for g, rows := range u.Rows {
			for _, i := range rows {
				if !slices.Contains(folds[g/3], i) {
					t.Errorf("unit %d has sample %d of another fold", g, i)
				}
			}
		}
	}
}

// TestPairingMeans enumerates all 720 pairings of 6 samples, and all 120 of 5 units.
func TestPairingMeans(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 71))
	names := []string{
		"linreg", "linreg:direction=y-from-x", "linreg:direction=symmetric", "ridge:lambda=2", "ridge:lambda=2:direction=y-from-x",
		"cca:stat=mean-squared", "ensd", "gulp", "gulp:lambda=0.1", "eigenspace-overlap:center=true",
	}
	check := func(n, each int, units *Units) {
		x, y := gaussian(rng, n*each, 3), gaussian(rng, n*each, 2)
		pair := pairOf(t, datasetOf(x), datasetOf(y))
		for _, name := range names {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			null, _ := As[NullMean](m)
			got, ok, err := null.NullMean(pair, units)
			if !ok || err != nil {
				t.Fatalf("%s: %v, %v", name, ok, err)
			}
			sum, count := 0.0, 0
			eachOrder(n, func(order []int) {
				rows := make([]int, n*each)
				for g, h := range order {
					for k := range each {
						rows[g*each+k] = h*each + k
					}
				}
				sum += scoreOf(t, m, x, rowsOf(y, rows))
				count++
			})
			if want := sum / float64(count); math.Abs(got-want) > 1e-9*max(1, want) {
				t.Errorf("%s: %.12g, want %.12g", name, got, want)
			}
		}
	}
	check(6, 1, nil)
	check(5, 3, BlockUnits(15, 5))
}

// eachOrder calls do with every order of n things.
func eachOrder(n int, do func(order []int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var place func(k int)
	place = func(k int) {
		if k == n {
			do(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			place(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	place(0)
}

// uncorrected returns the estimate of all units before the jackknife took its bias from
// this one and those without a unit.
func uncorrected(d *Deletions) float64 {
	count, sum := float64(len(d.One)), 0.0
	for _, v := range d.One {
		sum += v
	}
	return d.All + (count-1)*(sum/count-d.All)
}

// TestSharedDimensionsWithoutUnits: without a unit the estimate is that of the other samples.
func TestSharedDimensionsWithoutUnits(t *testing.T) {
	x, y, u := deletionPair(t)
	d := estimatesOf(t, "ensd", x, y, u)
	for g := range u.Count() {
		var rows [][]int
		at := 0
		index := map[int]int{}
		n, _ := x.Dims()
		for i := range n {
			if !slices.Contains(u.Rows[g], i) {
				index[i] = at
				at++
			}
		}
		for h, of := range u.Rows {
			if h == g {
				continue
			}
			var own []int
			for _, i := range of {
				own = append(own, index[i])
			}
			rows = append(rows, own)
		}
		rest, err := NewUnits(rows, at)
		if err != nil {
			t.Fatal(err)
		}
		want := uncorrected(estimatesOf(t, "ensd", leaving(x, u, g), leaving(y, u, g), rest))
		if got := d.One[g] - d.All + uncorrected(d); math.Abs(got-want) > 1e-9*want {
			t.Errorf("without %d: %v, want %v", g, got, want)
		}
	}
}

// TestCountedFlops: what estimates cost is counted for the features of each direction, for
// the folds, and for decompositions.
func TestCountedFlops(t *testing.T) {
	d := Dims{N: 1000, P: 40, Q: 80, Times: 1}
	flops := func(name string, d Dims) float64 {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		est, _ := As[Estimable](m)
		e, ok := est.Estimator()
		if !ok {
			t.Fatalf("%s has no estimate", name)
		}
		return e.Flops(d, 15)
	}
	back := Dims{N: 1000, P: 80, Q: 40, Times: 1}
	for _, name := range []string{"linreg", "ridge:lambda=2", "linreg:cv=5", "pls:cv=5"} {
		there, other := flops(name, d), flops(name, back)
		if there == other {
			t.Errorf("%s: %g both ways", name, there)
		}
		if both := flops(name+":direction=symmetric", d); both != there+other {
			t.Errorf("%s: %g in both directions, want %g", name, both, there+other)
		}
		if swapped := flops(name+":direction=y-from-x", d); swapped != other {
			t.Errorf("%s: %g backwards, want %g", name, swapped, other)
		}
	}
	for dear, cheap := range map[string]string{
		"ridge:lambda=2": "linreg", "linreg:cv=10": "linreg:cv=5", "ridge:lambda=auto:cv=5": "ridge:lambda=1:cv=5",
		"shape": "nbs", "gulp:lambda=0.1": "gulp", "pls:components=9:cv=5": "pls:cv=5",
	} {
		if !(flops(dear, d) > flops(cheap, d)) {
			t.Errorf("%s costs %g, %s %g", dear, flops(dear, d), cheap, flops(cheap, d))
		}
	}
}

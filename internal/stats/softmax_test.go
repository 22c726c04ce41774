package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data/datatest"
)

// waves returns n samples of p features with K classes: sinusoids of all kinds
// and a shift for each class.
func waves(n, p, classes int) (*mat.Dense, []int) {
	x, labels := mat.NewDense(n, p, nil), make([]int, n)
	for i := range n {
		labels[i] = i * 7 / 3 % classes
		for j := range p {
			x.Set(i, j, math.Sin(1.7*float64(i)*float64(j+1)+0.3*float64(j))+0.35*math.Cos(2.1*float64(j+1)*float64(labels[i]+1)))
		}
	}
	return x, labels
}

func all(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Expected: scikit-learn 1.2.1's LogisticRegression(C=1, tol=1e-12,
// solver="newton-cg"), multinomial for more than two classes: the first three
// weights of each class, the intercepts, the norm of the weights, and the
// accuracies with the lbfgs solver on four folds into which the members of each
// class are dealt in turn.
var softmaxOracles = []struct {
	n, p, classes int
	weights       []float64
	intercepts    []float64
	norm          float64
	accuracies    []float64
}{
	{
		24, 20, 2,
		[]float64{-0.12284118116563317, 0.011522661298550549, 1.2018244420529653},
		[]float64{0.11602382329307064},
		2.439966424752313,
		[]float64{4. / 6, 1. / 6, 3. / 6, 2. / 6},
	},
	{
		24, 20, 4,
		[]float64{-0.10814698998894667, -0.08212371976392474, -0.4831058044114887, 0.2183809304351042, 0.008771072187234635, 0.4728884230093107, 0.3437706933896557, 0.2617708321211826, -0.26312806757854884, -0.4540046338358133, -0.1884181845444924, 0.27334544898072627},
		[]float64{-0.25670369175900626, 0.069553645449224, -0.31321602818411515, 0.5003660744938967},
		3.196406227479719,
		[]float64{3. / 8, 2. / 8, 2. / 4, 2. / 4},
	},
	{
		12, 40, 3,
		[]float64{0.2364171428401097, 0.1411064654389892, 0.22626561122164407, -0.32229665107872035, -0.22125322136595685, -0.33471024241873304, 0.0858795082386105, 0.0801467559269677, 0.10844463119708884},
		[]float64{0.048077506400064036, 0.12089720000902072, -0.1689747064090875},
		1.7278659401452796,
		[]float64{1. / 3, 2. / 3, 2. / 3, 2. / 3},
	},
	{
		60, 5, 3,
		[]float64{-0.2733352681070994, -0.3630268907718617, -0.050965304608613975, -0.3383103084233584, -0.33248919634411894, -0.05520967249495465, 0.6116455765304584, 0.6955160871159801, 0.1061749771035679},
		[]float64{0.12202352145181784, 0.13939045905815456, -0.26141398050997267},
		1.5768783051059423,
		[]float64{6. / 15, 6. / 15, 6. / 15, 5. / 15},
	},
}

// weightsOf returns the weights of the last fit, K×p, and the K intercepts: those of
// scikit-learn's coef_ and intercept_ for K > 2. For K = 2 they are half of
// scikit-learn's with both signs.
func weightsOf(s *Softmax) (w *mat.Dense, b []float64) {
	k := s.classes - 1
	w = mat.NewDense(s.classes, s.width, nil)
	b = make([]float64, s.classes)
	theta := mat.NewDense(s.width+1, k, s.theta)
	var all mat.Dense
	all.Mul(theta, s.contrast.T())
	for c := range b {
		for j := range s.width {
			w.Set(c, j, all.At(j, c))
		}
		b[c] = all.At(s.width, c)
	}
	return w, b
}

func TestSoftmax(t *testing.T) {
	for _, o := range softmaxOracles {
		x, labels := waves(o.n, o.p, o.classes)
		s := &Softmax{C: 1}
		// A second fit starts from the first, a third from nonsense.
		var start []float64
		for attempt := range 3 {
			if err := s.Fit(x, all(o.n), labels, o.classes, start); err != nil {
				t.Fatal(err)
			}
			w, b := weightsOf(s)
			norm := mat.Norm(w, 2)
			if o.classes == 2 { // one vector there, two of opposite signs here
				w.Scale(2, w)
				w = mat.DenseCopyOf(w.Slice(1, 2, 0, o.p))
				b = []float64{2 * b[1]}
				norm = mat.Norm(w, 2)
			}
			near(t, "norm of the weights", norm, o.norm, 2e-6)
			for c := range b {
				near(t, "intercept", b[c], o.intercepts[c], 2e-6)
				for j := range 3 {
					near(t, "weight", w.At(c, j), o.weights[3*c+j], 2e-6)
				}
			}
			start = append([]float64(nil), s.Theta()...)
			if attempt == 1 {
				for i := range start {
					start[i] = 100 * math.Sin(float64(i))
				}
			}
		}
	}
}

func TestSoftmaxAccuracy(t *testing.T) {
	const folds = 4
	for _, o := range softmaxOracles {
		x, labels := waves(o.n, o.p, o.classes)
		seen := make([]int, o.classes)
		fold := make([]int, o.n)
		for i, c := range labels {
			fold[i] = seen[c] % folds
			seen[c]++
		}
		s := &Softmax{C: 1}
		for f := range folds {
			var train []int
			for i := range fold {
				if fold[i] != f {
					train = append(train, i)
				}
			}
			if err := s.Fit(x, train, labels, o.classes, nil); err != nil {
				t.Fatal(err)
			}
			right, count := 0, 0
			for i := range fold {
				if fold[i] == f {
					count++
					if s.Predict(x.RawRowView(i)) == labels[i] {
						right++
					}
				}
			}
			near(t, "accuracy", float64(right)/float64(count), o.accuracies[f], 1e-12)
		}
	}
}

// TestSoftmaxOfManyUnknowns uses L-BFGS. At its end the gradient of the penalised
// loss must vanish: Σ_i (P_ik − T_ik)·x_i + w_k/C = 0.
func TestSoftmaxOfManyUnknowns(t *testing.T) {
	const n, p, classes = 260, 210, 6 // 211·5 > maxNewton
	x, labels := waves(n, p, classes)
	s := &Softmax{C: 0.5}
	if err := s.Fit(x, all(n), labels, classes, nil); err != nil {
		t.Fatal(err)
	}
	if unknowns := len(s.Theta()); unknowns <= maxNewton {
		t.Fatalf("%d unknowns are not many", unknowns)
	}
	w, b := weightsOf(s)
	for k := range classes {
		g := make([]float64, p)
		sum := 0.0
		for j := range g {
			g[j] = w.At(k, j) / s.C
		}
		for i := range n {
			var total, own float64
			for c := range classes {
				e := math.Exp(b[c] + mat.Dot(w.RowView(c), x.RowView(i)))
				total += e
				if c == k {
					own = e
				}
			}
			e := own / total
			if labels[i] == k {
				e--
			}
			sum += e
			for j := range g {
				g[j] += e * x.At(i, j)
			}
		}
		near(t, "gradient of an intercept", sum, 0, 1e-3)
		for _, v := range g {
			near(t, "gradient of a weight", v, 0, 1e-3)
		}
	}
}

func TestSoftmaxOneClass(t *testing.T) {
	x, labels := waves(10, 2, 2)
	var zeros []int
	for i, c := range labels {
		if c == 0 {
			zeros = append(zeros, i)
		}
	}
	if err := (&Softmax{C: 1}).Fit(x, zeros, labels, 2, nil); !errors.Is(err, ErrOneClass) {
		t.Errorf("error %v, want %v", err, ErrOneClass)
	}
}

func TestStratifiedFolds(t *testing.T) {
	labels := []int{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2}
	fold, err := StratifiedFolds(labels, 3, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	size := map[int]int{}
	share := map[[2]int]int{}
	for i, f := range fold {
		size[f]++
		share[[2]int{f, labels[i]}]++
	}
	for f := range 3 {
		if size[f] < 4 || size[f] > 5 {
			t.Errorf("fold %d has %d of 14 items", f, size[f])
		}
		for c, members := range []int{7, 4, 3} {
			if got := share[[2]int{f, c}]; got < members/3 || got > (members+2)/3 {
				t.Errorf("fold %d has %d of the %d members of class %d", f, got, members, c)
			}
		}
	}
	if _, err := StratifiedFolds(labels, 4, rand.New(rand.NewPCG(1, 2))); err == nil {
		t.Error("a class with 3 members was dealt into 4 folds")
	}
	if _, err := StratifiedFolds([]int{1, 1}, 2, rand.New(rand.NewPCG(1, 2))); !errors.Is(err, ErrOneClass) {
		t.Errorf("error %v, want %v", err, ErrOneClass)
	}
}

func BenchmarkSoftmax(b *testing.B) {
	for _, classes := range []int{2, 4} {
		for _, warm := range []bool{false, true} {
			name := map[int]string{2: "classes=2", 4: "classes=4"}[classes] + map[bool]string{false: "/cold", true: "/warm"}[warm]
			b.Run(name, func(b *testing.B) {
				x, labels := waves(24, 20, classes)
				moved := mat.DenseCopyOf(x)
				moved.Apply(func(i, j int, v float64) float64 { return v + 0.05*math.Cos(float64(3*i+5*j)) }, x)
				s := &Softmax{C: 1}
				if err := s.Fit(moved, all(19), labels, classes, nil); err != nil {
					b.Fatal(err)
				}
				var start []float64
				if warm {
					start = append(start, s.Theta()...)
				}
				train := all(19)
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Fit(x, train, labels, classes, start); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestStratifiedFoldsAreRandom: of two members of a class either is in the first
// fold as often as the other, whatever the members of another class do.
func TestStratifiedFoldsAreRandom(t *testing.T) {
	const runs = 4000
	rng := Stream(1, "folds")
	first, together := 0, 0
	for range runs {
		fold, err := StratifiedFolds([]int{0, 0, 1, 1}, 2, rng)
		if err != nil {
			t.Fatal(err)
		}
		if fold[0] == 0 {
			first++
		}
		if fold[0] == fold[2] {
			together++
		}
	}
	within(t, "in the first fold", first, runs, .5)
	within(t, "together", together, runs, .5)
}

// TestSmallestClassIsTheFirst of equally small ones.
func TestSmallestClassIsTheFirst(t *testing.T) {
	for range 20 { // maps have no order
		if members, class, err := SmallestClass([]int{2, 2, 1, 1, 0, 0, 0}); members != 2 || class != 1 || err != nil {
			t.Fatalf("%d members of class %d (%v), want 2 of class 1", members, class, err)
		}
	}
}

// TestSoftmaxTakesTheFirstOfEquals: features that say nothing leave all classes
// equally probable.
func TestSoftmaxTakesTheFirstOfEquals(t *testing.T) {
	s := &Softmax{C: 1}
	if err := s.Fit(mat.NewDense(6, 1, nil), all(6), []int{0, 1, 2, 0, 1, 2}, 3, nil); err != nil {
		t.Fatal(err)
	}
	if got := s.Predict([]float64{0}); got != 0 {
		t.Errorf("class %d of equally probable ones, want the first", got)
	}
}

// TestSoftmaxMemory: a fit allocates no more than is foreseen, and not much less,
// with few and many features, two and more classes, and either solver.
func TestSoftmaxMemory(t *testing.T) {
	datatest.CountsMemory(t)
	for _, c := range []struct{ m, p, classes int }{
		{4000, 30, 2}, {2000, 60, 5}, {150, 1000, 2}, {150, 1000, 3}, {300, 310, 3}, {400, 440, 6},
	} {
		x, labels := waves(c.m, c.p, c.classes)
		train := make([]int, c.m)
		for i := range train {
			train[i] = i
		}
		var before, after runtime.MemStats
		for range 2 { // the first fit also allocates what kernels keep for all
			runtime.ReadMemStats(&before)
			s := &Softmax{C: 1}
			if err := s.Fit(x, train, labels, c.classes, nil); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
		}
		bound, took := SoftmaxMemory(int64(c.m), int64(c.p), int64(c.classes)), int64(after.TotalAlloc-before.TotalAlloc)
		if took > bound || bound > 3*took {
			t.Errorf("%+v: %d bytes, and at most %d foreseen", c, took, bound)
		}
	}
}

package measures

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// matrixSource streams the rows of a matrix.
type matrixSource struct {
	m         *mat.Dense
	at        int
	fail      error // returned instead of the rows after the first
	precision data.Precision
}

type matrixBlock struct{ m mat.Matrix }

func (s *matrixSource) Name() string { return "matrix" }
func (s *matrixSource) Samples() int { return s.m.RawMatrix().Rows }
func (s *matrixSource) Width() int   { return s.m.RawMatrix().Cols }

func (s *matrixSource) Precision() data.Precision { return s.precision }

func (s *matrixSource) Next(rows int, _ RowBlock) (RowBlock, error) {
	if s.fail != nil && s.at > 0 {
		return nil, s.fail
	}
	s.at += rows
	return matrixBlock{s.m.Slice(s.at-rows, s.at, 0, s.Width())}, nil
}

func (b matrixBlock) Decode(dst []float64) {
	copy(dst, mat.DenseCopyOf(b.m).RawMatrix().Data)
}

func segmentsOf(t *testing.T, x, y *mat.Dense, workers int, bounds []int) *Segments {
	t.Helper()
	s := &Stream{X: &matrixSource{m: x}, Y: &matrixSource{m: y}, Bounds: bounds, Workers: workers}
	out, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// longPair is long enough for several blocks: of this width they have 4096
// samples at most.
func longPair() (x, y *mat.Dense) {
	rng := rand.New(rand.NewPCG(12, 1))
	const n, p, q = 9001, 128, 9
	x, y = gaussian(rng, n, p), mat.NewDense(n, q, nil)
	y.Mul(x, gaussian(rng, p, q))
	noise := gaussian(rng, n, q)
	noise.Scale(5, noise)
	y.Add(y, noise)
	x.Apply(func(i, j int, v float64) float64 { return v + 100 + float64(j) + float64(i)/500 }, x)
	return x, y
}

// TestMomentsScoreLikeSamples: every variant whose card says FromMoments gives
// the same score from streamed moments as from the samples, and every other
// refuses.
func TestMomentsScoreLikeSamples(t *testing.T) {
	x, y := longPair()
	n, _ := x.Dims()
	full := pairOf(t, datasetOf(x), datasetOf(y))
	var all []Named
	for _, f := range families {
		for _, name := range variants(f) {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Named{Name: name, Measure: m})
		}
	}
	pair, err := NewMomentPair("x", "y", segmentsOf(t, x, y, 3, SegmentBounds(all, n)))
	if err != nil {
		t.Fatal(err)
	}
	scored := 0
	for _, m := range all {
		name := m.Name
		got, err := m.Score(pair)
		if !m.Card().FromMoments {
			if undefined := (*UndefinedError)(nil); !errors.As(err, &undefined) {
				t.Errorf("%s: scored %v (%v) though its card asks for samples", name, got, err)
			}
			continue
		}
		if f, ok := AsFromMoments(m); !ok || f.MomentFolds() != m.Card().Folds {
			t.Errorf("%s: the card says that moments suffice, those of %d folds, and the measure does not", name, m.Card().Folds)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := m.Score(full)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Value-want.Value) > 1e-9*max(1, math.Abs(want.Value)) {
			t.Errorf("%s = %.15g from moments, %.15g from samples", name, got.Value, want.Value)
		}
		scored++
	}
	if scored < 75 {
		t.Errorf("only %d variants score from moments", scored)
	}
}

// TestStreamIsDeterministic: the same bits for any number of workers.
func TestStreamIsDeterministic(t *testing.T) {
	x, y := longPair()
	n, _ := x.Dims()
	bounds := []int{n/2 - 1, n}
	want := segmentsOf(t, x, y, 1, bounds)
	for _, workers := range []int{2, 7, runtime.NumCPU()} {
		got := segmentsOf(t, x, y, workers, bounds)
		for i, m := range got.Moments {
			for _, pair := range [][2]*mat.Dense{{m.XX, want.Moments[i].XX}, {m.YY, want.Moments[i].YY}, {m.XY, want.Moments[i].XY}} {
				if !slices.Equal(pair[0].RawMatrix().Data, pair[1].RawMatrix().Data) {
					t.Errorf("%d workers: other bits in segment %d", workers, i)
				}
			}
		}
	}
}

// TestMomentsOfDependentFeatures: a repeated and a constant feature change
// nothing about what can be predicted.
func TestMomentsOfDependentFeatures(t *testing.T) {
	x, y := longPair()
	n, q := y.Dims()
	wide := mat.NewDense(n, q+2, nil)
	wide.Slice(0, n, 0, q).(*mat.Dense).Copy(y)
	for i := range n {
		wide.Set(i, q, y.At(i, 0))
		wide.Set(i, q+1, 7)
	}
	plain := pairOf(t, datasetOf(x), datasetOf(y))
	pair, err := NewMomentPair("x", "y", segmentsOf(t, x, wide, 2, data.FoldBounds(n, 4)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"linreg", "linreg:cv=4", "cca", "cca:as=angular", "cca:stat=mean-squared"} {
		m, _ := Parse(name)
		got, err := m.Score(pair)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := m.Score(plain)
		if math.Abs(got.Value-want.Value) > 1e-9 {
			t.Errorf("%s = %.12g with dependent features, %.12g without", name, got.Value, want.Value)
		}
	}
	// Measures of variances count the repeated feature; samples tell how.
	full := pairOf(t, datasetOf(x), datasetOf(wide))
	for _, name := range []string{
		"shape", "shape:as=euclidean", "shape:alpha=0", "svcca:var=1", "svcca:dim=20", "pwcca", "pwcca:weights=y",
		"gulp", "gulp:lambda=0.01", "eigenspace-overlap:center=true", "pls-sv",
	} {
		if got, want := valueOf(t, pair, name), valueOf(t, full, name); math.Abs(got-want) > 1e-9*max(1, want) {
			t.Errorf("%s = %.12g from moments, %.12g from samples", name, got, want)
		}
	}
}

func TestFoldsInsideASegment(t *testing.T) {
	x, y := longPair()
	n, _ := x.Dims()
	pair, err := NewMomentPair("x", "y", segmentsOf(t, x, y, 1, data.FoldBounds(n, 5)))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := Parse("ridge:cv=3")
	if _, err := m.Score(pair); err == nil || !strings.Contains(err.Error(), "no segment") {
		t.Errorf("folds that end inside a segment: %v", err)
	}
}

func TestMomentsOfIdenticalSystems(t *testing.T) {
	x, _ := longPair()
	n, _ := x.Dims()
	pair, err := NewMomentPair("x", "y", segmentsOf(t, x, x, 2, []int{n}))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cka:as=angular", "nbs:as=angular", "procrustes", "procrustes:as=squared", "cca:as=angular", "linreg:as=angular", "shape", "shape:as=euclidean", "gulp:squared=false"} {
		m, _ := Parse(name)
		if s, err := m.Score(pair); err != nil || s.Value != 0 {
			t.Errorf("%s = %v (%v), want exactly 0", name, s.Value, err)
		}
	}
}

func TestStreamReportsWhatIsWrong(t *testing.T) {
	x, y := longPair()
	n, p := x.Dims()
	run := func(s *Stream) error {
		_, err := s.Run(context.Background())
		return err
	}
	short := mat.DenseCopyOf(x.Slice(0, n-1, 0, p))
	if _, ok := data.AsInputError(run(&Stream{X: &matrixSource{m: x}, Y: &matrixSource{m: short}, Bounds: []int{n}})); !ok {
		t.Error("unequal sample counts passed")
	}
	bad := mat.DenseCopyOf(x)
	bad.Set(4000, 3, math.NaN())
	err := run(&Stream{X: &matrixSource{m: bad}, Y: &matrixSource{m: y}, Bounds: []int{n}, Workers: 2})
	if in, ok := data.AsInputError(err); !ok || !strings.Contains(in.Found, "NaN") {
		t.Errorf("NaN: %v", err)
	}
	broken := errors.New("broken disk")
	if err := run(&Stream{X: &matrixSource{m: x, fail: broken}, Y: &matrixSource{m: y}, Bounds: []int{n}, Workers: 2}); !errors.Is(err, broken) {
		t.Errorf("read error: %v", err)
	}
	if err := run(&Stream{X: &matrixSource{m: x, fail: io.EOF}, Y: &matrixSource{m: y}, Bounds: []int{n}, Workers: 2}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("early end: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := &Stream{X: &matrixSource{m: x}, Y: &matrixSource{m: y}, Bounds: []int{n}, Workers: 2}
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	gap := segmentsOf(t, x, y, 1, []int{n})
	gap.Moments[0].N--
	if _, err := NewMomentPair("x", "y", gap); err == nil {
		t.Error("bounds that do not fit passed")
	}
}

package optimize

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"simtool/internal/measures"
)

// stumbling is Adam whose third step has no value where Y₀ begins with a negative
// number.
type stumbling struct{ Adam }

func (m stumbling) start(p *problem, memory [][]float64) (stepper, error) {
	s, err := m.Adam.start(p, memory)
	return &stumblingSteps{stepper: s, stumbles: p.values()[0] < 0}, err
}

type stumblingSteps struct {
	stepper
	stumbles bool
	taken    int
}

func (s *stumblingSteps) step(ctx context.Context, p *problem) error {
	if s.taken++; s.stumbles && s.taken == 3 {
		return &measures.UndefinedError{Reason: "a step into nowhere"}
	}
	return s.stepper.step(ctx, p)
}

// TestKeepFailed: a restart that fails is an outcome with its error, the others end as
// if it had not, and the best is one of them. Without KeepFailed, and for an error
// that all restarts have, there are no outcomes.
func TestKeepFailed(t *testing.T) {
	x := timed(t)
	config := everything(t, x, DefaultAdam())
	config.Restarts, config.Jobs, config.FullCoordinates = 6, 2, true
	want, err := Run(context.Background(), x, config)
	if err != nil {
		t.Fatal(err)
	}
	config.Method = stumbling{DefaultAdam()}
	var undefined *measures.UndefinedError
	if _, err := Run(context.Background(), x, config); !errors.As(err, &undefined) || !strings.HasPrefix(err.Error(), "restart ") {
		t.Errorf("error %v, want that of a restart", err)
	}
	config.KeepFailed = true
	got, err := Run(context.Background(), x, config)
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for i, out := range got {
		if config.start(i, x.Samples(), x.Width()).At(0, 0) >= 0 {
			if !reflect.DeepEqual(out, want[i]) {
				t.Errorf("restart %d is not as it is without others that fail", i)
			}
			continue
		}
		failed++
		message := out.Err.Error()
		if !math.IsNaN(out.Score) || message != "iteration 2: a step into nowhere" {
			t.Errorf("restart %d: score %g and error %q", i, out.Score, message)
		}
		out.Score, out.Err = 0, nil
		if ended := (&Outcome{Restart: i, Reason: Failed, Iterations: 2, Evaluations: 3}); !reflect.DeepEqual(out, ended) {
			t.Errorf("restart %d ended as %+v, want %+v", i, out, ended)
		}
		out.Score, out.Err = math.NaN(), errors.New(message)
	}
	if failed == 0 || failed == len(got) {
		t.Fatalf("%d of %d restarts failed, want some", failed, len(got))
	}
	best := config.Best(got)
	for _, out := range got {
		if out.Err == nil && (best.Err != nil || out.Score > best.Score) {
			t.Errorf("the best is restart %d with %g, but restart %d has %g", best.Restart, best.Score, out.Restart, out.Score)
		}
	}
	if best := config.Best([]*Outcome{{Err: errors.New("none")}}); best != nil {
		t.Errorf("a restart that failed is the best: %+v", best)
	}
	config.Recorder = func(int) Recorder { return &failing{} }
	if _, err := Run(context.Background(), x, config); !errors.Is(err, errFull) {
		t.Errorf("error %v, want that of the recorder", err)
	}
}

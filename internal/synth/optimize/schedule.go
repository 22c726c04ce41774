package optimize

import (
	"fmt"
	"math"
)

// Schedule is a set of iterations spaced evenly on a logarithmic scale: 0, 1, and
// then each that is at least 1/PerDecade of a decade beyond the last one. It contains
// every iteration up to about PerDecade/ln 10.
type Schedule struct {
	PerDecade int
}

// DefaultSchedule contains the first 43 iterates, in which most of a run of Adam with
// rate 0.1 happens, and 100 of every decade after them.
func DefaultSchedule() Schedule { return Schedule{PerDecade: 100} }

func (s Schedule) validate() error {
	if s.PerDecade < 1 {
		return fmt.Errorf("schedule: %d iterations per decade, want at least 1", s.PerDecade)
	}
	return nil
}

// next returns the first iteration of the schedule after one that is in it.
func (s Schedule) next(iteration int) int {
	if iteration == 0 {
		return 1
	}
	grown := float64(iteration) * math.Pow(10, 1/float64(s.PerDecade))
	return max(iteration+1, int(math.Ceil(grown-1e-9)))
}

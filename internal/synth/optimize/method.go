package optimize

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Method is a way to descend. The methods are Adam, Momentum and LBFGS.
type Method interface {
	fmt.Stringer
	// rotationInvariant reports whether the method gives rotated iterates for
	// rotated samples, so that it may run in the coordinates of a subspace.
	rotationInvariant() bool
	// vectors returns how many vectors of the size of the iterate the method keeps.
	vectors() int
	// start returns the method for one chain of iterates, from its memory of
	// earlier steps or nil at the first.
	start(p *problem, memory [][]float64) (stepper, error)
	validate() error
}

// stepper is a method on its way. One step is one iteration.
type stepper interface {
	// step moves the problem to the next iterate and evaluates it. It returns
	// errStalled, with the problem as it was, where no step improves.
	step(ctx context.Context, p *problem) error
	// memory returns what the next step depends on beside the iterate, to be
	// given to start on resuming. It borrows.
	memory() [][]float64
}

// errStalled says that a method can go no further: the gradient is zero, or
// improvements are lost in rounding.
var errStalled = errors.New("no step improves")

// errMemory is the error of a checkpoint by another method.
var errMemory = errors.New("the checkpoint does not fit the method")

// Methods returns the methods with their default settings, the first of which
// is the default.
func Methods() []Method { return []Method{DefaultAdam(), DefaultMomentum(), DefaultLBFGS()} }

// FindMethod returns the method of a name (adam, sgd, lbfgs) with its default
// settings.
func FindMethod(name string) (Method, error) {
	var names []string
	for _, m := range Methods() {
		if m.String() == name {
			return m, nil
		}
		names = append(names, m.String())
	}
	return nil, fmt.Errorf("no method %q, want one of %s", name, strings.Join(names, ", "))
}

// positive checks a setting.
func positive(name string, v float64) error {
	if v > 0 {
		return nil
	}
	return fmt.Errorf("%s: %g, want a positive number", name, v)
}

// fraction checks a setting in [0,1).
func fraction(name string, v float64) error {
	if v >= 0 && v < 1 {
		return nil
	}
	return fmt.Errorf("%s: %g, want a number from 0 to less than 1", name, v)
}

package optimize

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Method is a method of descent. The methods are Adam, Momentum and LBFGS.
type Method interface {
	fmt.Stringer
	// rotationInvariant reports whether a rotation of the samples rotates the
	// iterates, so that the method may run in the coordinates of a subspace.
	rotationInvariant() bool
	// single reports whether the method does well with gradients of float32's precision:
	// one that compares losses does not.
	single() bool
	// vectors returns the number of vectors of the size of the iterate in the memory
	// of the method.
	vectors() int
	// start returns the method for one chain of iterates. memory holds its state
	// after earlier steps, or is nil at the first iterate.
	start(p *problem, memory [][]float64) (stepper, error)
	validate() error
}

// stepper is a method in the state of one chain. One step is one iteration.
type stepper interface {
	// step moves the problem to the next iterate and evaluates it. Where no step
	// improves it returns errStalled and does not change the problem.
	step(ctx context.Context, p *problem) error
	// memory returns the state on which the next step depends in addition to the
	// iterate; a resumed run passes it to start. The caller must not change it.
	memory() [][]float64
}

// errStalled says that a method cannot improve the iterate: the gradient is zero, or
// improvements are below rounding.
var errStalled = errors.New("no step improves")

// errMemory is the error of a checkpoint by another method.
var errMemory = errors.New("the checkpoint does not fit the method")

// Methods returns the methods with their default settings. The first is the default.
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

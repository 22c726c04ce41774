package optimize

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb/verbtest"
)

// Sizes of the recording of tests.
const (
	bins, conditions, neurons = 4, 12, 5
)

// inputs writes x.npy, a recording of bins × conditions × neurons, and labels.csv in
// a directory of its own, which becomes the working directory.
func inputs(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	values := make([]float64, 0, bins*conditions*neurons)
	for b := range bins {
		for c := range conditions {
			for n := range neurons {
				half := float64(c % 2 * b)
				values = append(values, half*float64(n%3)+math.Sin(1.7*float64((c+2)*(n+1)+5*b))*math.Exp(-0.3*float64(n)))
			}
		}
	}
	if _, err := replace("x.npy", func(w io.Writer) error {
		return dataio.EncodeNPY(w, dataio.Float64, values, bins, conditions, neurons)
	}); err != nil {
		t.Fatal(err)
	}
	labels := "half,third,each\n"
	for c := range conditions {
		labels += fmt.Sprintf("%d,%d,%d\n", c%2, c%3, c)
	}
	verbtest.Write(t, "labels.csv", labels)
}

// run runs optimize and returns what became of it.
func run(t *testing.T, words ...string) *verbtest.Result {
	t.Helper()
	return verbtest.Run(t, New(), words...)
}

// line splits a command line at spaces.
func line(text string) []string { return strings.Fields(text) }

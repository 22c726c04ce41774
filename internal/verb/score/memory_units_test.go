package score

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"simtool/internal/verb/verbtest"
)

// Moments of units count towards --max-memory: where they do not fit, there is no
// interval, and the note says how much they take; the value stays.
func TestIntervalsThatDoNotFit(t *testing.T) {
	t.Chdir(t.TempDir())
	rng := rand.New(rand.NewPCG(4, 4))
	var shared []float64
	for range 400 {
		shared = append(shared, rng.NormFloat64())
	}
	for name, width := range map[string]int{"x.csv": 80, "y.csv": 60} {
		var text strings.Builder
		for _, v := range shared {
			for j := range width {
				if j > 0 {
					text.WriteByte(',')
				}
				fmt.Fprintf(&text, "%.4f", v+rng.NormFloat64())
			}
			text.WriteByte('\n')
		}
		verbtest.Write(t, name, text.String())
	}
	row := func(words ...string) map[string]string {
		return verbtest.Rows(t, verbtest.Succeed(t, New(), append([]string{"x.csv", "y.csv", "-m", "linreg", "--format", "csv"}, words...)...).Stdout)[0]
	}
	all, little, none := row(), row("--max-memory", "5M"), row("--max-memory", "5M", "--inference", "none")
	if all["lo"] == "" {
		t.Fatalf("no interval with all of the memory: %v", all)
	}
	if little["value"] != all["value"] || little["lo"] != "" || !strings.Contains(little["note"], "give more with --max-memory") {
		t.Errorf("with 5 MB: %v", little)
	}
	if none["value"] != all["value"] || none["null"] != "" || none["note"] != "" {
		t.Errorf("without inference: %v", none)
	}
}

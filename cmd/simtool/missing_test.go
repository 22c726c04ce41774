package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simtool/internal/io"
)

// writeHoled writes recordings x.npy and y.npy and the labels of their conditions
// into the working directory, with a missing value at condition 4 of x and 11 of
// y, and under by-hand the same without the conditions that are gone.
func writeHoled(t *testing.T, times int, gone ...int) {
	t.Helper()
	const conditions, width = 16, 3
	r := rand.New(rand.NewPCG(3, 3))
	for k, name := range []string{"x.npy", "y.npy"} {
		hole := []int{4, 11}[k]
		var all, kept []float64
		for i := range times * conditions * width {
			c := i / width % conditions
			v := r.NormFloat64() + float64(c%2)
			if !slices.Contains(gone, c) {
				kept = append(kept, v)
			}
			if i == ((times-1)*conditions+hole)*width+1 { // at the last time alone
				v = math.NaN()
			}
			all = append(all, v)
		}
		writeArray(t, name, all, times, conditions, width)
		writeArray(t, filepath.Join("by-hand", name), kept, times, conditions-len(gone), width)
	}
	all, kept := "side,order\n", "side,order\n"
	for c := range conditions {
		line := fmt.Sprintf("%s,%d\n", []string{"left", "right"}[c%2], c/4)
		all += line
		if !slices.Contains(gone, c) {
			kept += line
		}
	}
	writeFile(t, ".", "labels.csv", all)
	writeFile(t, "by-hand", "labels.csv", kept)
}

func writeArray(t *testing.T, path string, values []float64, shape ...int) {
	t.Helper()
	if shape[0] == 1 {
		shape = shape[1:]
	}
	var b bytes.Buffer
	if err := dataio.EncodeNPY(&b, dataio.Float64, values, shape...); err != nil {
		t.Fatal(err)
	}
	writeFile(t, ".", path, b.String())
}

// What is left out of a recording is left out of its labels and of what it is
// compared with: results are those of files without those samples.
func TestMissingDropsJointly(t *testing.T) {
	optimized := []string{"optimize", "x.npy", "-m", "cka", "--max-iter", "20", "--labels", "labels.csv", "-o", "out"}
	for _, c := range []struct {
		name  string
		args  []string
		times int
		gone  []int
		file  string // that is compared, "" for standard output
	}{
		{"decode", []string{"decode", "x.npy", "--labels", "labels.csv", "--permutations", "9"}, 1, []int{4}, ""},
		{"decode", []string{"decode", "x.npy", "--labels", "labels.csv", "--permutations", "9"}, 3, []int{4}, ""},
		{"optimize", optimized, 1, []int{4}, "out/y.npy"},
		{"optimize", optimized, 3, []int{4}, "out/decoding.csv"},
		{"optimize --init", append(optimized, "--init", "y.npy"), 3, []int{4, 11}, "out/y.npy"},
		{"gradient", []string{"gradient", "x.npy", "y.npy", "-m", "cka"}, 1, []int{4, 11}, ""},
	} {
		t.Run(fmt.Sprint(c.name, c.times), func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.Mkdir("by-hand", 0o755); err != nil {
				t.Fatal(err)
			}
			writeHoled(t, c.times, c.gone...)
			result := func(args ...string) (content, complaints string) {
				s := newSession(streams{})
				if status := s.run(t, args...); status != exitOK && status != exitNotConverged {
					t.Fatalf("exit status %d: %s", status, s.err.String())
				}
				if c.file == "" {
					return s.out.String(), s.err.String()
				}
				b, err := os.ReadFile(c.file)
				if err != nil {
					t.Fatal(err)
				}
				return string(b), s.err.String()
			}
			got, complaints := result(append(c.args, "--missing", "drop")...)
			unit := "samples"
			if c.times > 1 {
				unit = "conditions"
			}
			warning := fmt.Sprintf("left out %d of 16 %s, which have missing values", len(c.gone), unit)
			if !strings.Contains(complaints, warning) {
				t.Errorf("it does not warn: %q", complaints)
			}
			t.Chdir("by-hand")
			want, complaints := result(c.args...)
			if strings.Contains(complaints, "left out") {
				t.Errorf("it warns: %q", complaints)
			}
			if got != want || got == "" {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

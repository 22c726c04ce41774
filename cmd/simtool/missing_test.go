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

	"simtool/internal/data/datatest"
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

// arrayIn reads an array.
func arrayIn(t *testing.T, path string) ([]float64, []int) {
	t.Helper()
	d, err := dataio.Read(path, dataio.Options{Missing: dataio.MissingKeep})
	if err != nil {
		t.Fatal(err)
	}
	return d.Values, d.Shape
}

// ran runs a command and returns what it printed.
func ran(t *testing.T, want exitStatus, args ...string) (stdout, stderr string) {
	t.Helper()
	s := newSession(streams{})
	if status := s.run(t, args...); status != want {
		t.Fatalf("%q: exit status %d: %s", args, status, s.err.String())
	}
	return s.out.String(), s.err.String()
}

// A gradient and an RDM keep the place of each sample of the file: 0 and NaN where it is
// left out, and elsewhere what the file without these samples gives. The RDM is an
// input again, of which the same samples are left out.
func TestMissingKeepsTheShape(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("by-hand", 0o755); err != nil {
		t.Fatal(err)
	}
	gone := []int{4, 11}
	writeHoled(t, 1, gone...)
	ran(t, exitOK, "gradient", "x.npy", "y.npy", "-m", "cka", "--missing", "drop", "-o", "g.npy")
	ran(t, exitOK, "gradient", "by-hand/x.npy", "by-hand/y.npy", "-m", "cka", "-o", "by-hand/g.npy")
	got, shape := arrayIn(t, "g.npy")
	want, _ := arrayIn(t, "by-hand/g.npy")
	if !slices.Equal(shape, []int{16, 3}) {
		t.Fatalf("the gradient is %v", shape)
	}
	for row := range 16 {
		for k := range 3 {
			switch g := got[row*3+k]; {
			case slices.Contains(gone, row) && g != 0:
				t.Errorf("%g where a sample is left out", g)
			case !slices.Contains(gone, row):
				if g != want[0] {
					t.Errorf("row %d is not that of the file without the samples", row)
				}
				want = want[1:]
			}
		}
	}
	manifest, err := os.ReadFile("g.npy.manifest.json")
	if err != nil || !strings.Contains(strings.Join(strings.Fields(string(manifest)), ""), `"left_out":[{"unit":"samples","at":[4,11],"of":16,"why":"missingvalues"}]`) {
		t.Errorf("the manifest does not say what is left out: %v %s", err, manifest)
	}
	for _, name := range []string{"x", "y"} {
		ran(t, exitOK, "rdm", name+".npy", "--missing", "drop", "-o", name+"_rdm.npy")
		ran(t, exitOK, "rdm", "by-hand/"+name+".npy", "-o", "by-hand/"+name+"_rdm.npy")
	}
	rdm, shape := arrayIn(t, "x_rdm.npy")
	if !slices.Equal(shape, []int{16, 16}) {
		t.Fatalf("the RDM is %v", shape)
	}
	for i, v := range rdm {
		if at4 := i/16 == 4 || i%16 == 4; at4 != math.IsNaN(v) {
			t.Errorf("[%d,%d] is %g", i/16, i%16, v)
		}
	}
	const m = "rsa:rdm=precomputed:compare=spearman"
	got1, _ := ran(t, exitOK, "score", "x_rdm.npy", "y_rdm.npy", "-m", m, "--missing", "drop")
	want1, _ := ran(t, exitOK, "score", "by-hand/x_rdm.npy", "by-hand/y_rdm.npy", "-m", m)
	if g, w := valueIn(t, got1), valueIn(t, want1); g != w {
		t.Errorf("two RDMs score %s, without the samples %s", g, w)
	}
}

// valueIn is the value of the only row of a table of scores.
func valueIn(t *testing.T, text string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 2 {
		t.Fatalf("%q is not one row", text)
	}
	at := slices.Index(strings.Split(lines[0], ","), "value")
	return strings.Split(lines[1], ",")[at]
}

// A neuron that is never recorded costs every sample, and the error says which it is;
// drop-features leaves it out, and the samples that other neurons miss.
func TestMissingDropFeatures(t *testing.T) {
	t.Chdir(t.TempDir())
	r := rand.New(rand.NewPCG(5, 5))
	var x, byHand, y, yByHand []float64
	for row := range 12 {
		for k := range 4 {
			v := r.NormFloat64()
			if k != 2 && row != 7 {
				byHand = append(byHand, v)
			}
			if k == 2 || row == 7 && k == 1 {
				v = math.NaN()
			}
			x = append(x, v)
		}
		for range 2 {
			v := r.NormFloat64()
			y = append(y, v)
			if row != 7 {
				yByHand = append(yByHand, v)
			}
		}
	}
	writeArray(t, "x.npy", x, 12, 4)
	writeArray(t, "y.npy", y, 12, 2)
	writeArray(t, "x2.npy", byHand, 11, 3)
	writeArray(t, "y2.npy", yByHand, 11, 2)
	for _, policy := range []string{"refuse", "drop"} {
		_, complaint := ran(t, exitInvalid, "score", "x.npy", "y.npy", "-m", "cka", "--missing", policy)
		if !strings.Contains(complaint, "feature 2") || !strings.Contains(complaint, "--missing drop-features") {
			t.Errorf("%s: %s", policy, complaint)
		}
	}
	got, _ := ran(t, exitOK, "score", "x.npy", "y.npy", "-m", "linreg,cka", "--format", "csv", "--missing", "drop-features")
	want, _ := ran(t, exitOK, "score", "x2.npy", "y2.npy", "-m", "linreg,cka")
	for i, line := range strings.Split(strings.TrimSpace(want), "\n") {
		other := strings.Split(got, "\n")[i]
		if i > 0 && strings.Split(line, ",")[3] != strings.Split(other, ",")[3] {
			t.Errorf("%s, without the neuron %s", other, line)
		}
	}
	if !strings.Contains(got, "x.npy: left out feature 2 of 4, without any value; left out 1 of 12 samples") {
		t.Errorf("no warning: %s", got)
	}
	ran(t, exitOK, "gradient", "y.npy", "x.npy", "-m", "cka", "--missing", "drop-features", "-o", "g.npy")
	ran(t, exitOK, "gradient", "y2.npy", "x2.npy", "-m", "cka", "-o", "g2.npy")
	g, shape := arrayIn(t, "g.npy")
	g2, _ := arrayIn(t, "g2.npy")
	if !slices.Equal(shape, []int{12, 4}) {
		t.Fatalf("the gradient is %v", shape)
	}
	for i, v := range g {
		want := 0.
		if i%4 != 2 && i/4 != 7 {
			want, g2 = g2[0], g2[1:]
		}
		if v != want {
			t.Errorf("[%d,%d] is %g, want %g", i/4, i%4, v, want)
		}
	}
}

// Conditions stay whole when samples are left out: folds of conditions are those of the
// remaining samples, a condition that is gone at all times is no condition, and a time
// bin without a value is a row with an error.
func TestMissingKeepsConditions(t *testing.T) {
	dir := datatest.Shared(t, "cases")
	t.Chdir(dir)
	for _, c := range []struct {
		x, measure string
		want       float64
	}{
		{"drop_cond_x.npy", "linreg:cv=4:folds=conditions", -3.300707},
		// NumPy, with each of the 8 conditions held out, of the 39 samples.
		{"drop_one_x.npy", "linreg:cv=8:folds=conditions", -0.34341783171794726},
	} {
		out, _ := ran(t, exitOK, "score", c.x, "drop_cond_y.npy", "-m", c.measure, "--missing", "drop")
		var got float64
		if _, err := fmt.Sscan(valueIn(t, out), &got); err != nil || math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", c.x, got, c.want)
		}
	}
	out, _ := ran(t, exitPartial, "score", "drop_bin.npy", "drop_cond_y.npy", "-m", "cka", "--per", "time", "--missing", "drop")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 6 || !strings.Contains(lines[3], "missing values in every sample") || strings.Count(out, "missing values") != 1 {
		t.Errorf("not 5 rows with one error: %s", out)
	}
	out, _ = ran(t, exitOK, "decode", "drop_dec.npy", "--labels", "drop_dec_labels.csv", "--missing", "drop")
	if !strings.Contains(out, ",19,2,5") {
		t.Errorf("decode: %s", out)
	}
	a, b := filepath.Join(t.TempDir(), "a.npy"), filepath.Join(t.TempDir(), "b.npy")
	ran(t, exitOK, "rdm", "drop_rdm_a.npy", "--missing", "drop", "-o", a)
	ran(t, exitOK, "rdm", "drop_rdm_b.npy", "--missing", "drop", "-o", b)
	out, _ = ran(t, exitOK, "score", a, b, "-m", "rsa:rdm=precomputed:compare=spearman", "--missing", "drop")
	if !strings.HasPrefix(valueIn(t, out), "0.73675") && !strings.HasPrefix(valueIn(t, out), "0.73676") {
		t.Errorf("two RDMs: %s", out)
	}
}

// The rows of a gradient are those of its file, also where names put them into the order
// of the other one.
func TestGradientKeepsTheOrderOfItsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, ".", "x.csv", "name,u,v\na,1,2\nb,3,1\nc,2,5\nd,7,4\n")
	writeFile(t, ".", "y.csv", "name,p,q\nd,5,1\nb,,2\na,2,3\nc,4,9\n")
	writeFile(t, ".", "x2.csv", "u,v\n1,2\n2,5\n7,4\n")
	writeFile(t, ".", "y2.csv", "p,q\n2,3\n4,9\n5,1\n")
	ran(t, exitOK, "gradient", "x.csv", "y.csv", "--ids", "name", "-m", "cka", "--missing", "drop", "-o", "g.npy")
	ran(t, exitOK, "gradient", "x2.csv", "y2.csv", "-m", "cka", "-o", "g2.npy")
	g, _ := arrayIn(t, "g.npy")
	w, _ := arrayIn(t, "g2.npy")
	if want := []float64{w[4], w[5], 0, 0, w[0], w[1], w[2], w[3]}; !slices.Equal(g, want) {
		t.Errorf("%v, want %v", g, want)
	}
}

package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A hintStory is a hint with the input that provokes it and with those who follow it:
// what they do is not refused and leads to the right number. Every story begins in a
// folder of its own with the pair x.npy and y.npy, and the same as x.csv and y.csv.
type hintStory struct {
	name    string
	files   map[string]string
	first   []string // commands before, "…" in front of one that may fail
	prepare func(t *testing.T)
	command string // is refused
	hint    string // is printed
	follow  []followed
}

// followed is a hint that somebody follows.
type followed struct {
	words string // of the hint
	first []string
	// make does what no shell can.
	make    func(t *testing.T)
	command string  // succeeds
	value   float64 // of the first row of what it prints; NaN for no number
	check   func(t *testing.T, stdout string)
}

// itselfCKA is the CKA of a system with itself, which is the first row of all pairs.
const itselfCKA = 1.0

// pairCKA is the linear CKA of the pair of every story, ‖XᵀY‖²/(‖XᵀX‖·‖YᵀY‖) of centred
// data.
var pairCKA = func() float64 {
	x, y := storyPair()
	return linearCKA(x, y)
}()

// storyPair is the pair of every story, of 12 samples.
func storyPair() (x, y [][]float64) {
	r := rand.New(rand.NewPCG(11, 13))
	for range 12 {
		row := make([]float64, 7)
		for j := range row {
			row[j] = math.Round(1000*r.NormFloat64()) / 1000
			if row[j] == math.Trunc(row[j]) {
				row[j] += .5 // so that it has a point in text
			}
		}
		row[4] += row[0]
		x, y = append(x, row[:4:4]), append(y, row[4:])
	}
	return x, y
}

// linearCKA is that of two systems from the definition.
func linearCKA(x, y [][]float64) float64 {
	centred := func(m [][]float64) [][]float64 {
		out := make([][]float64, len(m))
		for i := range m {
			out[i] = slices.Clone(m[i])
			for j := range m[i] {
				for k := range m {
					out[i][j] -= m[k][j] / float64(len(m))
				}
			}
		}
		return out
	}
	cross := func(a, b [][]float64) (sum float64) {
		for j := range a[0] {
			for k := range b[0] {
				dot := 0.0
				for i := range a {
					dot += a[i][j] * b[i][k]
				}
				sum += dot * dot
			}
		}
		return sum
	}
	a, b := centred(x), centred(y)
	return cross(a, b) / math.Sqrt(cross(a, a)*cross(b, b))
}

// flat is a matrix row by row.
func flat(m [][]float64) []float64 { return slices.Concat(m...) }

// csvOf is a matrix as text, with a header unless that is "", and something before each
// row.
func csvOf(header string, m [][]float64, before func(i int) string) string {
	var b strings.Builder
	b.WriteString(header)
	for i, row := range m {
		if before != nil {
			b.WriteString(before(i))
		}
		for j, v := range row {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// inShell runs a line and returns its status and what it printed.
func inShell(t *testing.T, line string) (status int, stdout, stderr string) {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	cmd := exec.CommandContext(t.Context(), sh, "-c", line)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		status = failed.ExitCode()
	}
	return status, out.String(), complaints.String()
}

// hintIn is the hint among complaints.
func hintIn(complaints string) string {
	for line := range strings.Lines(complaints) {
		if hint, ok := strings.CutPrefix(line, "simtool: hint: "); ok {
			return strings.TrimSuffix(hint, "\n")
		}
	}
	return ""
}

// tell runs a story and returns the hint that was printed.
func (h hintStory) tell(t *testing.T) string {
	t.Helper()
	enter := func(t *testing.T) {
		t.Chdir(t.TempDir())
		x, y := storyPair()
		writeArray(t, "x.npy", flat(x), len(x), len(x[0]))
		writeArray(t, "y.npy", flat(y), len(y), len(y[0]))
		writeFile(t, ".", "x.csv", csvOf("a,b,c,d\n", x, nil))
		writeFile(t, ".", "y.csv", csvOf("u,v,w\n", y, nil))
		for name, content := range h.files {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			writeFile(t, ".", name, content)
		}
		if h.prepare != nil {
			h.prepare(t)
		}
		runAll(t, h.first)
	}
	printed := ""
	t.Run("provoked", func(t *testing.T) {
		enter(t)
		status, _, stderr := inShell(t, h.command)
		printed = hintIn(stderr)
		if status == 0 || printed != h.hint {
			t.Errorf("%s: exit status %d and the hint %q, want a refusal and %q:\n%s", h.command, status, printed, h.hint, stderr)
		}
	})
	for _, f := range h.follow {
		t.Run("followed", func(t *testing.T) {
			if !strings.Contains(h.hint, f.words) {
				t.Fatalf("the hint %q does not say %q", h.hint, f.words)
			}
			for _, flag := range flagInHint.FindAllString(f.words, -1) {
				if !strings.Contains(f.command, strings.TrimSpace(flag)) {
					t.Fatalf("%s does not follow %q", f.command, f.words)
				}
			}
			enter(t)
			inShell(t, h.command)
			if f.make != nil {
				f.make(t)
			}
			runAll(t, f.first)
			status, stdout, stderr := inShell(t, f.command)
			if status != 0 {
				t.Fatalf("%s is hinted at, and refused with exit status %d:\n%s", f.command, status, stderr)
			}
			if f.check != nil {
				f.check(t, stdout)
			}
			if f.value != 0 {
				if got := firstValue(stdout); !(math.Abs(got-f.value) < 1e-9) {
					t.Errorf("%s is hinted at, and gives %v, want %v:\n%s", f.command, got, f.value, stdout+stderr)
				}
			}
		})
	}
	return printed
}

// runAll runs commands that do not fail, but those that begin with "…".
func runAll(t *testing.T, lines []string) {
	t.Helper()
	for _, line := range lines {
		command, may := strings.CutPrefix(line, "…")
		if status, _, stderr := inShell(t, command); status != 0 && !may {
			t.Fatalf("%s: exit status %d:\n%s", command, status, stderr)
		}
	}
}

// firstValue is the number in the column "value", or its like, of the first row.
func firstValue(text string) float64 {
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) < 2 {
		return math.NaN()
	}
	for _, name := range []string{"value", "accuracy", "spearman"} {
		if i := slices.Index(lines[0], name); i >= 0 {
			return number(lines[1][i])
		}
	}
	return math.NaN()
}

// toldElsewhere are hints whose story a test of another name tells.
var toldElsewhere = map[string]string{
	"this is a fault of simtool: please report it, with the command and, if you can, the data; SIMTOOL_DEBUG=1 shows where it happened": "TestPanicsBecomeErrors",
	"save the array as a .npy file":       "", // of a format that cannot be read by blocks, which there is none of: see TestShutDoors of dataio
	"remove the checkpoint to begin anew": "TestMomentsResumeFromWhatAKillLeaves",
	"--resume goes on from there":         "TestCommandsResume",
}

// TestEveryHintLeadsOn runs every hint that simtool prints, on what provoked it, and fails
// if it is refused or leads to a wrong number. A place in the code that makes a hint
// without a story fails too.
func TestEveryHintLeadsOn(t *testing.T) {
	var printed []string
	for _, h := range hintStories() {
		t.Run(h.name, func(t *testing.T) { printed = append(printed, h.tell(t)) })
	}
	places := map[string][]string{} // of each text
	for _, site := range hintSites(t) {
		places[site.text] = append(places[site.text], site.at)
	}
	for text, at := range places {
		if name, ok := toldElsewhere[text]; ok {
			if name != "" && !testExists(t, name) {
				t.Errorf("%s: no test %s tells of %q", at, name, text)
			}
			continue
		}
		pattern, told := patternOf(text), 0
		for _, hint := range printed {
			if pattern.MatchString(hint) {
				told++
			}
		}
		if told < len(at) {
			t.Errorf("%d stories tell of the hint %q, which is made in %d places: %s", told, text, len(at), at)
		}
	}
}

// testExists reports whether this package has a test of a name.
func testExists(t *testing.T, name string) bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	declares := regexp.MustCompile(`(?m)^func ` + name + `\(`)
	return slices.ContainsFunc(files, func(path string) bool {
		text, err := os.ReadFile(path)
		return err == nil && declares.Match(text)
	})
}

// hintStories are all stories.
func hintStories() []hintStory {
	return slices.Concat(textStories(), arrayStories(), batchStories(), wordStories(), scienceStories())
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"simtool/internal/measures"
)

// session runs simtool in this process.
type session struct {
	streams
	out, err bytes.Buffer
}

func newSession(s streams) *session {
	one := &session{streams: s}
	one.in = strings.NewReader("")
	one.streams.out, one.streams.err = &one.out, &one.err
	return one
}

func (s *session) run(t *testing.T, args ...string) exitStatus {
	t.Helper()
	s.out.Reset()
	s.err.Reset()
	return run(args, s.streams)
}

// corners writes the corners of a square, and their first coordinate, into a
// new directory and returns the two paths.
func corners(t *testing.T) (x, y string) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "x.csv", "a,b\n1,1\n1,-1\n-1,1\n-1,-1\n")
	writeFile(t, dir, "y.csv", "c\n1\n1\n-1\n-1\n")
	return filepath.Join(dir, "x.csv"), filepath.Join(dir, "y.csv")
}

func TestPanicsBecomeErrors(t *testing.T) {
	for _, debug := range []bool{false, true} {
		s := newSession(streams{})
		if debug {
			s.environ = []string{"SIMTOOL_DEBUG=1"}
		}
		a := newApp(s.streams)
		a.root.AddCommand(&cobra.Command{Use: "boom", RunE: a.action(func(context.Context, []string) error {
			panic("index out of range [3]")
		})})
		err := a.execute(t.Context(), []string{"boom"})
		a.report(err)
		if status := statusOf(err); status != exitFailure {
			t.Errorf("exit status %d, want %d", status, exitFailure)
		}
		if got := s.err.String(); !strings.HasPrefix(got, "simtool: error: internal error: index out of range [3]\nsimtool: hint: ") ||
			!strings.Contains(got, "please report") {
			t.Errorf("standard error holds %q", got)
		}
		if got := strings.Contains(s.err.String(), "goroutine"); got != debug {
			t.Errorf("debug %v: a stack trace is shown: %v", debug, got)
		}
	}
}

func TestTerminalGetsATable(t *testing.T) {
	x, y := corners(t)
	s := newSession(streams{outTTY: true, width: 60})
	if status := s.run(t, "score", x, y, "-m", "cka"); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &s.err)
	}
	if !regexp.MustCompile(`(?m)^ *y +measure +value\b`).MatchString(s.out.String()) {
		t.Errorf("no table in\n%s", &s.out)
	}
	for line := range strings.Lines(s.out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 60 {
			t.Errorf("%d columns in a terminal of 60: %q", n, line)
		}
	}
}

// TestNarrowTerminalKeepsMeasures checks that every measure can be typed as it
// is listed, and that the bounds of its values can be recognised.
func TestNarrowTerminalKeepsMeasures(t *testing.T) {
	s := newSession(streams{outTTY: true, width: 60})
	if status := s.run(t, "measures"); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &s.err)
	}
	table := s.out.String()
	for _, name := range measures.FamilyNames() {
		if !regexp.MustCompile(`(?m)^` + name + `  `).MatchString(table) {
			t.Errorf("%s is not listed", name)
		}
	}
	if !regexp.MustCompile(`(?m)^procrustes .* 0 +π/2$`).MatchString(table) {
		t.Errorf("the distance is not said to range from 0 to π/2 in\n%s", table)
	}
	for line := range strings.Lines(table) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 60 {
			t.Errorf("%d columns in a terminal of 60: %q", n, line)
		}
	}
}

func TestColour(t *testing.T) {
	const code = "\x1b["
	for _, c := range []struct {
		name string
		tty  bool
		env  []string
		args []string
		want bool
	}{
		{"terminal", true, nil, nil, true},
		{"file", false, nil, nil, false},
		{"NO_COLOR", true, []string{"NO_COLOR=1"}, nil, false},
		{"never", true, nil, []string{"--color", "never"}, false},
		{"always", false, nil, []string{"--color=always"}, true},
		{"always wins over NO_COLOR", true, []string{"NO_COLOR=1"}, []string{"--color=always"}, true},
		{"variable", false, []string{"SIMTOOL_COLOR=always"}, nil, true},
	} {
		s := newSession(streams{errTTY: c.tty, environ: c.env})
		if status := s.run(t, append([]string{"version", "extra"}, c.args...)...); status != exitUsage {
			t.Errorf("%s: exit status %d, want %d", c.name, status, exitUsage)
		}
		if got := strings.Contains(s.err.String(), code); got != c.want {
			t.Errorf("%s: coloured: %v, want %v: %q", c.name, got, c.want, &s.err)
		}
	}
}

// TestHelpFitsTheTerminal leaves out examples, which are to be copied.
func TestHelpFitsTheTerminal(t *testing.T) {
	everyCommand(fullTree(), func(cmd *cobra.Command) {
		for _, width := range []int{60, 80} {
			section := ""
			for line := range strings.SplitSeq(helpText(cmd, width, true), "\n") {
				if line != "" && line == strings.ToUpper(line) && line[0] != ' ' {
					section = line
				}
				if n := utf8.RuneCountInString(line); n > width && section != "EXAMPLES" {
					t.Errorf("%q: %d columns in a terminal of %d: %q", cmd.CommandPath(), n, width, line)
				}
			}
		}
	})
}

func TestEveryCommandIsDocumented(t *testing.T) {
	everyCommand(fullTree(), func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%q: the summary is %q, want a line without a full stop", cmd.CommandPath(), cmd.Short)
		}
		if cmd.HasSubCommands() && cmd.RunE == nil {
			t.Errorf("%q ends with 0 for an unknown command", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			if !strings.Contains(line, "simtool") {
				t.Errorf("%q: the example %q does not run simtool", cmd.CommandPath(), line)
			}
		}
	})
}

func TestJSONLog(t *testing.T) {
	x, y := corners(t)
	s := newSession(streams{})
	if status := s.run(t, "score", x, y, "-m", "cka", "-v", "--log-format", "json"); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &s.err)
	}
	if !regexp.MustCompile(`^\{"time":"[^"]+","level":"INFO","msg":"finished","of":"scores","done":1,"total":1,.*\}\n$`).MatchString(s.err.String()) {
		t.Errorf("the log is %q", &s.err)
	}
	if status := s.run(t, "version", "--config", "nowhere.yaml", "--log-format", "json"); status != exitUsage {
		t.Fatalf("exit status %d, want %d", status, exitUsage)
	}
	if !strings.Contains(s.err.String(), `"msg":"nowhere.yaml: no such file or directory","exit":2`) {
		t.Errorf("an error before the work is logged as %q", &s.err)
	}
	if status := s.run(t, "score", x, "nowhere.npy", "--log-format", "json"); status != exitInvalid {
		t.Fatalf("exit status %d, want %d", status, exitInvalid)
	}
	if !regexp.MustCompile(`^\{"time":"[^"]+","level":"ERROR","msg":"nowhere.npy: no such file","exit":4\}\n$`).MatchString(s.err.String()) {
		t.Errorf("the log is %q", &s.err)
	}
}

func TestProgressBar(t *testing.T) {
	s := newSession(streams{errTTY: true})
	p := newApp(s.streams).startProgress("scores", 4, false)
	p.Add(1)
	if s.err.Len() > 0 {
		t.Errorf("a bar is drawn before its time: %q", &s.err)
	}
	p.show() // what the timer does after a second
	time.Sleep(2 * barThrottle)
	p.Add(2)
	if got := s.err.String(); !strings.Contains(got, "(3/4, ") {
		t.Errorf("the bar drew %q, want 3/4 at the end", got)
	}
	p.Close()
	p.Close()
	drawn := strings.Split(s.err.String(), "\r")
	if last := drawn[len(drawn)-1]; strings.TrimSpace(last) != "" {
		t.Errorf("%q is left on the line", last)
	}

	// A log and a quiet run have no bar, nor has one whose standard error is a
	// file.
	for _, c := range []struct {
		tty, quiet, verbose bool
	}{{tty: false}, {tty: true, quiet: true}, {tty: true, verbose: true}} {
		s := newSession(streams{errTTY: c.tty})
		a := newApp(s.streams)
		a.global.quiet, a.global.verbose = c.quiet, c.verbose
		if p := a.startProgress("scores", 4, false); p.bar != nil {
			t.Errorf("%+v: a bar would be shown", c)
		}
	}
}

// TestBuildInfo is about what -ldflags -X sets.
func TestBuildInfo(t *testing.T) {
	defer func(v, c string) { version, commit = v, c }(version, commit)
	version, commit = "1.2.3", "0a1b2c3"
	s := newSession(streams{})
	if status := s.run(t, "version"); status != exitOK {
		t.Fatalf("exit status %d", status)
	}
	if got := s.out.String(); !strings.HasPrefix(got, "simtool 1.2.3 (commit 0a1b2c3, go1.") {
		t.Errorf("version is %q", got)
	}
}

func TestManifestsOfEqualRunsDifferInOneKey(t *testing.T) {
	x, y := corners(t)
	dir := filepath.Dir(x)
	out := filepath.Join(dir, "scores.csv")
	var manifests []string
	for range 2 {
		if status := newSession(streams{}).run(t, "score", x, y, "-m", "cka", "-o", out, "--force"); status != exitOK {
			t.Fatalf("exit status %d", status)
		}
		content, err := os.ReadFile(out + ".manifest.json")
		if err != nil {
			t.Fatal(err)
		}
		before, _, found := strings.Cut(string(content), `"run":`)
		if !found {
			t.Fatalf("no key run in %s", content)
		}
		manifests = append(manifests, before)
	}
	if manifests[0] != manifests[1] {
		t.Errorf("the manifests differ:\n%s\n%s", manifests[0], manifests[1])
	}
}

// TestHelpNamesValuesInWords looks for names of types and for defaults that say nothing.
func TestHelpNamesValuesInWords(t *testing.T) {
	everyCommand(fullTree(), func(cmd *cobra.Command) {
		_, flags, _ := strings.Cut(helpText(cmd, 80, true), "FLAGS\n")
		if found := regexp.MustCompile(`--[a-z-]+ (\w*Slice|float64|uint64|ints?|floats?|string|duration|bytes)\b|\(default (\[\])?\)`).FindString(flags); found != "" {
			t.Errorf("the help of %q has %q", cmd.CommandPath(), found)
		}
	})
}

// TestHelpAll asks for the short help and for the whole: the one says how many flags of
// the other it leaves out, and arguments that are missing matter to neither.
func TestHelpAll(t *testing.T) {
	s, whole := newSession(streams{}), newSession(streams{})
	if got := s.run(t, "score", "--help"); got != exitOK {
		t.Fatalf("exit status %d", got)
	}
	if got := whole.run(t, "score", "--help-all"); got != exitOK {
		t.Fatalf("exit status %d", got)
	}
	flags := func(text string) int {
		return len(regexp.MustCompile(`(?m)^ +(-\w, )?--[a-z]`).FindAllString(text, -1))
	}
	if strings.Contains(s.out.String(), "--pair-by") || !strings.Contains(whole.out.String(), "--pair-by") {
		t.Error("--pair-by stands in the short help, or not in the whole")
	}
	left := flags(whole.out.String()) - flags(s.out.String())
	if want := fmt.Sprintf("\"simtool score --help-all\" shows %d more flags.", left); left < 5 || !strings.Contains(s.out.String(), want) {
		t.Errorf("the short help does not say %q", want)
	}
	if got := newSession(streams{}); got.run(t, "score", "--", "--help-all", "x.npy") != exitInvalid {
		t.Error("behind -- it is the name of a file")
	}
}

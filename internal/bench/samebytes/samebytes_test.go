package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test play simtool in the cases that it runs.
func TestMain(m *testing.M) {
	if playsSimtool() {
		os.Exit(record(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// program writes a shell script that is taken for a build.
func program(t *testing.T, script string) build {
	t.Helper()
	path := filepath.Join(t.TempDir(), "simtool")
	if err := writeFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return build{simtool: path, version: "1", commit: "a"}
}

const table = `
case $1 in
version) echo "simtool 1 (commit a, go)";;
fail) exit 3;;
*)
	cat >/dev/null
	printf 'x,value\n%s,0.25\n' "$1"
	printf '{"schema": "simtool.manifest/v1", "started": "%s"}\n' "$(date +%N)" > out.manifest.json
	printf 'written' > out
	echo a warning >&2
esac
`

// TestOutcome compares a build with itself and with ones that differ in one thing.
func TestOutcome(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.txtar")
	text := `
# A comment.
exec simtool one
stdout 'never'
cp out copy
stdin input.txt
exec simtool two
rm out
mkdir below
cd below
! exec simtool three
exits 9 simtool fail
-- input.txt --
some input
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, old, new string
		want           []string // what differs
	}{
		{"itself", "", "", nil},
		{"standard output", "0.25", "0.250", []string{"stdout of simtool one", "stdout of simtool two", "stdout of simtool three"}},
		{"standard error", "a warning", "warning", []string{"stderr of simtool one", "stderr of simtool two", "stderr of simtool three"}},
		{"status", "exit 3", "exit 4", []string{"exit status of simtool fail"}},
		{"file", "written", "other", []string{"out after simtool one", "out after simtool two", "out after simtool three", "copy in the end", "out in the end"}},
		{"manifest", "manifest/v1", "manifest/v2", []string{"out.manifest.json after", "out.manifest.json in the end"}},
		{"another file", "printf 'written'", "echo > more; printf 'written'", []string{"more after", "more in the end"}},
		{"removed", "echo a warning", "rm -f ../out.manifest.json; echo a warning", []string{"files removed by simtool three", "script-s/out.manifest.json in the end"}},
		{"mode", "echo a warning", "chmod 600 out; echo a warning", []string{"mode of "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new := program(t, table), program(t, strings.Replace(table, c.old, c.new, 1))
			root := t.TempDir()
			o := runCase(context.Background(), root, story("story/s", file), old, new, normalizer(old, new, nil), time.Minute)
			if o.err != nil {
				t.Fatal(o.err)
			}
			if o.commands != 4 || o.files < 10 {
				t.Errorf("%d commands and %d files are compared", o.commands, o.files)
			}
			if len(c.want) == 0 && len(o.differences) > 0 {
				t.Errorf("a build differs from itself: %v", o.differences)
			}
			for _, want := range c.want {
				found := false
				for _, d := range o.differences {
					found = found || strings.Contains(d.in, want)
				}
				if !found {
					t.Errorf("no difference in %s: %v", want, o.differences)
				}
			}
			for _, d := range o.differences {
				if len(c.want) == 1 && !strings.Contains(d.in, c.want[0]) {
					t.Errorf("a difference in %s: %s", d.in, d.diff)
				}
			}
		})
	}
}

// TestCommandsThatAreGone pairs commands by their words.
func TestCommandsThatAreGone(t *testing.T) {
	was := &traces{commands: []noted{{command: command{Args: []string{"a"}, Dir: "."}}, {command: command{Args: []string{"b"}, Dir: "."}}}}
	is := &traces{commands: []noted{{command: command{Args: []string{"b"}, Dir: "."}}, {command: command{Args: []string{"b"}, Dir: "."}}}}
	var o outcome
	o.compare(was, is, normalizer(build{}, build{}, nil))
	if o.commands != 1 || len(o.differences) != 2 {
		t.Errorf("%d commands and %v", o.commands, o.differences)
	}
}

func TestNormalize(t *testing.T) {
	n := normalizer(build{version: "1.0", commit: "abc"}, build{version: "1.1", commit: "abd"}, nil)
	for _, c := range []struct {
		name, was, is string
		same          bool
	}{
		{"version", "simtool 1.0 (commit abc, go)", "simtool 1.1 (commit abd, go)", true},
		{"version of a manifest", `"version": "1.0"`, `"version": "1.1"`, true},
		{"a number that is like a version", "value 1.0", "value 1.1", false},
		{"column", "a,seconds,b\n1,0.5,2\n\"x\n,y\",,3\n", "a,seconds,b\n1,0.25,2\n\"x\n,y\",,3\n", true},
		{"value beside the column", "a,seconds,b\n1,0.5,2\n", "a,seconds,b\n1,0.5,3\n", false},
		{"quotes beside the column", "a,seconds,b\n1,0.5,2\n", "a,seconds,b\n\"1\",0.5,2\n", false},
		{"no column", "a,second,b\n1,0.5,2\n", "a,second,b\n1,0.25,2\n", false},
		{"json", `{"seconds":0.5,"n":1}`, `{"seconds":1e-05,"n":1}`, true},
		{"log", "time=2026-01-02T03:04:05.678Z level=INFO elapsed=1m2.5s", "time=2026-01-02T03:04:09Z level=INFO elapsed=3ms", true},
		{"when", "<dt>When</dt><dd>now</dd>", "<dt>When</dt><dd>then</dd>", true},
		{"times that are no manifest's", `{"started": "a"}`, `{"started": "b"}`, false},
	} {
		if got := bytes.Equal(n.text([]byte(c.was), 0), n.text([]byte(c.is), 1)); got != c.same {
			t.Errorf("%s: the same is %v, want %v", c.name, got, c.same)
		}
	}
}

// TestChecksums are of files that are normalised, in manifests of manifests.
func TestChecksums(t *testing.T) {
	trace := func(seconds string, value string) *traces {
		timed := "a,seconds\n" + value + "," + seconds + "\n"
		manifest := `{"schema": "simtool.manifest/v1", "outputs": [{"bytes": ` + string(rune('0'+len(timed)%10)) + ",\n" + `"sha256": "` + sum([]byte(timed)) + `"}]}`
		merged := `{"schema": "simtool.manifest/v1", "of": "` + sum([]byte(manifest)) + `"}`
		return &traces{files: map[string]file{"t": {content: []byte(timed)}, "m": {content: []byte(manifest)}, "mm": {content: []byte(merged)}}}
	}
	for _, c := range []struct {
		was, is *traces
		want    int
	}{
		{trace("1", "5"), trace("2.5", "5"), 0},
		{trace("1", "5"), trace("2.5", "6"), 1}, // the table alone, and not its checksums
	} {
		var o outcome
		o.compare(c.was, c.is, normalizer(build{}, build{}, nil))
		if len(o.differences) != c.want {
			t.Errorf("%d files differ, want %d: %v", len(o.differences), c.want, o.differences)
		}
	}
}

func TestAllowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "allowed.yaml")
	read := func(text string) ([]allowance, error) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return readAllowed(path, time.Time{})
	}
	list, err := read("- case: ^story/\n  in: ^stderr\n  lines: warning\n  reason: a message is clearer\n")
	if err != nil {
		t.Fatal(err)
	}
	d := difference{in: "stderr of simtool", lines: []string{"-warning: a", "+warning: b"}}
	var out bytes.Buffer
	r := newReport(&out, list, false)
	for _, c := range []struct {
		o       outcome
		differs bool
	}{
		{outcome{name: "story/a", differences: []difference{d}}, false},
		{outcome{name: "page/a", differences: []difference{d}}, true},
		{outcome{name: "story/a", differences: []difference{{in: "stdout of simtool", lines: d.lines}}}, true},
		{outcome{name: "story/a", differences: []difference{{in: d.in, lines: append(d.lines, "+a crash")}}}, true},
	} {
		if got := r.add(c.o); got != c.differs {
			t.Errorf("%+v: differs is %v", c.o, got)
		}
	}
	r.summary(true)
	if !strings.Contains(out.String(), "allowed 1 times: a message is clearer") || r.differences != 3 {
		t.Errorf("%d differences in\n%s", r.differences, &out)
	}
	for _, wrong := range []string{"- case: a\n", "- cases: a\n  reason: b\n", "- case: (\n  reason: b\n"} {
		if _, err := read(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
	if err := os.WriteFile(path, []byte("- {lines: a, before: 2026-01-02T00:00:00Z, reason: r}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for old, want := range map[time.Time]int{{}: 1, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC): 1, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC): 0} {
		if list, err := readAllowed(path, old); err != nil || len(list) != want {
			t.Errorf("%d entries hold for an old build of %v: %v", len(list), old, err)
		}
	}
	if list, err := read("# none\n"); err != nil || len(list) > 0 {
		t.Errorf("%v and %v", list, err)
	}
}

// TestRewritten compares tables that have a new column with ones that have not.
func TestRewritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "allowed.yaml")
	text := `
- {column: error, tables: "^(a|error|h),", reason: a column}
- {replace: ", \"schema\": \"[a-z]+\"", by: "", reason: a key}
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	list, err := readAllowed(path, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, was, is string
		same          bool
	}{
		{"last", "a,b\n1,2\n", "a,b,error\n1,2,\n", true},
		{"within", "a,b\n1,\"x\ny\"\n", "a,error,b\n1,,\"x\ny\"\n", true},
		{"first", "h,b\n1,2\n", "error,h,b\n,1,2\n", true},
		{"both", "a,error\n1,\n", "a,error\n1,\n", true},
		{"tabs", "h,\tb\n1\t2\n", "h,\tb\terror\n1\t2\t\n", true},
		{"another value", "a,b\n1,2\n", "a,b,error\n1,3,\n", false},
		{"an error", "a,b\n1,2\n", "a,b,error\n1,2,no\n", false},
		{"quotes", "a,b\n1,2\n", "a,b,error\n1,2,\"\"\n", false},
		{"another table", "b,b\n1,2\n", "b,b,error\n1,2,\n", false},
		{"ragged", "a,b\n1\n", "a,b,error\n1,\n", false},
		{"key", `{"sum": 1}`, `{"sum": 1, "schema": "table"}`, true},
	} {
		files := func(content string) *traces {
			manifest := fmt.Sprintf(`"bytes": %d, "sha256": "%s"`, len(content), sum([]byte(content)))
			return &traces{files: map[string]file{"t": {content: []byte(content)}, "m": {content: []byte(manifest)}}}
		}
		o := outcome{name: "any"}
		o.compare(files(c.was), files(c.is), normalizer(build{}, build{}, list))
		if (len(o.differences) == 0) != c.same {
			t.Errorf("%s: %v", c.name, o.differences)
		}
		if c.same && o.rewritten[0]+o.rewritten[1] == 0 {
			t.Errorf("%s: nothing is told", c.name)
		}
	}
	if err := os.WriteFile(path, []byte("- {column: a, reason: none}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readAllowed(path, time.Time{}); err == nil {
		t.Error("a column of any table is taken")
	}
}

// TestApart measures numbers that differ.
func TestApart(t *testing.T) {
	array := func(descr string, values ...float64) string {
		header := "{'descr': '" + descr + "', }\n"
		b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0)
		b = append(b, header...)
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		return string(b)
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		was, is string
		want    float64
	}{
		{"a,1.5\nb,-2e3\n", "a,1.5\nb,-2000\n", 0},
		{"a,4\n", "a,5\n", 0.2},
		{"a,0\n", "a,0.25\n", 0.25},
		{"a,-1\n", "a,1\n", 2},
		{"a,1\n", "b,1\n", inf},
		{"a,1\n", "a,1,2\n", inf},
		{"a,1\n", "a,1\nb\n", inf},
		{"a,1\n", "a,NaN\n", inf},
		{array("<f8", 1, 4), array("<f8", 1, 5), 0.2},
		{array("<f8", 1, math.NaN()), array("<f8", 1, math.NaN()), 0},
		{array("<f8", 1, math.NaN()), array("<f8", 1, 1), inf},
		{array("<f8", 1, 4), array("<f8", 1), inf},
		{array("<i8", 1, 4), array("<i8", 1, 5), inf},
		{array("<f8", 1, 4), array("<f4", 1, 4), inf},
	} {
		if got := apart([]byte(c.was), []byte(c.is)); got != c.want {
			t.Errorf("%q and %q are %g apart, want %g", c.was, c.is, got, c.want)
		}
	}
	a := allowance{Apart: 1e-9}
	for apart, want := range map[float64]bool{1e-10: true, 1e-8: false, inf: false} {
		if got := a.allows("any", difference{apart: apart}); got != want {
			t.Errorf("numbers %g apart are allowed: %v", apart, got)
		}
	}
}

// TestCases gathers them from this repository: none of the sources may dry up.
func TestCases(t *testing.T) {
	top, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	b := program(t, `printf 'It does it.\n'; test $# = 1 && printf '\nCOMMANDS\n  only  Do it\n'; printf '\nEXAMPLES\n  simtool only x\n\nFLAGS\n  -q, --quiet  say less\n'`)
	cases, err := gather(context.Background(), t.TempDir(), top, b, "")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range cases {
		kind, _, _ := strings.Cut(c.name, "/")
		count[kind]++
	}
	for kind, least := range map[string]int{"story": 30, "batch": 5, "page": 2, "command": 2, "plan": 2, "config": 3, "figures": 1} {
		if count[kind] < least {
			t.Errorf("%d cases of %s, want %d", count[kind], kind, least)
		}
	}
}

func TestShortened(t *testing.T) {
	x := strings.Repeat("x", 300)
	lines := []string{" same\n", "-" + x + "a\n", "-only\n", "+" + x + "b\n", " same\n"}
	if got := counterpart(lines, 1); got != lines[3] {
		t.Errorf("the first removed line goes with %q", got)
	}
	if got := counterpart(lines, 3); got != lines[1] {
		t.Errorf("the added line goes with %q", got)
	}
	if got := counterpart(lines, 2); got != "" {
		t.Errorf("the second removed line goes with %q", got)
	}
	if got := shortened(lines[1], lines[3]); !regexp.MustCompile(`^-\(\d+ bytes\) x+a\n$`).MatchString(got) {
		t.Errorf("%q does not show where the line differs", got)
	}
}

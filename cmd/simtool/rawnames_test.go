package main

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"simtool/internal/io"
)

// Names of files need not be UTF-8. Tables have their bytes, JSON a valid form of them,
// and manifests name files that can be found again: by --resume, merge and plot.
func TestNamesThatAreNoUTF8(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("file systems elsewhere want characters")
	}
	t.Chdir(t.TempDir())
	x, y := storyPair()
	const rawX, rawY = "caf\xe9.npy", "th\xe9 \xff.npy"
	writeArray(t, rawX, flat(x), len(x), 4)
	writeArray(t, rawY, flat(y), len(y), 3)
	ran(t, exitOK, "score", rawX, rawY, "-m", "cka", "-o", "s.csv")
	ran(t, exitOK, "score", rawX, rawY, "-m", "cka", "-o", "s.csv", "--resume")
	text, err := os.ReadFile("s.csv")
	if err != nil || !strings.Contains(string(text), "\n"+rawX+","+rawY+",cka,") {
		t.Errorf("%v %q", err, text)
	}
	for _, file := range []string{"s.csv.manifest.json", "s.json"} {
		if file == "s.json" {
			ran(t, exitOK, "score", rawX, rawY, "-m", "cka", "-o", file)
		}
		text, err := os.ReadFile(file)
		if err != nil || !json.Valid(text) || !utf8.Valid(text) || !strings.Contains(string(text), `caf\udce9.npy`) || !strings.Contains(string(text), `th\udce9 \udcff.npy`) {
			t.Errorf("%s: %v %s", file, err, text)
		}
	}
	m, err := dataio.ReadManifest("s.csv.manifest.json")
	if err != nil || m.Inputs[0].Path != rawX || m.Inputs[1].Path != rawY {
		t.Errorf("%v: inputs %+v", err, m)
	}
	table, err := dataio.OpenTable("s.json", dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	row, err := table.Next()
	if err != nil || row[0] != rawX || row[1] != rawY {
		t.Errorf("%q, %v", row, err)
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
	for _, form := range []string{"csv", "jsonl", "json"} {
		for _, part := range []string{"0/2", "1/2"} {
			ran(t, exitOK, "score", "--all-pairs", rawX, rawY, "-m", "cka,linreg", "--shard", part, "-q", "-o", "p"+part[:1]+"."+form)
		}
		ran(t, exitOK, "score", "--all-pairs", rawX, rawY, "-m", "cka,linreg", "-q", "-o", "whole."+form)
		ran(t, exitOK, "merge", "p0."+form, "p1."+form, "-o", "merged."+form)
		whole, _ := os.ReadFile("whole." + form)
		merged, err := os.ReadFile("merged." + form)
		if err != nil || string(whole) != string(merged) {
			t.Errorf("%v: merged are %q, want %q", err, merged, whole)
		}
	}
	ran(t, exitOK, "plot", "s.json", "-o", "s.svg")
	ran(t, exitOK, "plot", "s.csv", "-o", "c.svg")
	ran(t, exitOK, "report", ".", "-o", "r.html")
	for _, file := range []string{"s.svg", "c.svg", "r.html"} {
		if text, err := os.ReadFile(file); err != nil || !utf8.Valid(text) {
			t.Errorf("%v: %s is no UTF-8", err, file)
		}
	}
}

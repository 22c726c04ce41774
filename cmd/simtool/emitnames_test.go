//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostile are names that a program would run, or misread, that does not quote them;
// together they hold every printable ASCII character but the slash.
var hostile = []string{
	`;touch$IFS'PWNED';`, `$(touch PWNED)`, "`touch PWNED`", `&touch PWNED&`, `|touch PWNED`, `{= system("touch PWNED") =}`,
	`$(shell touch PWNED)`, `{}{.}{#}{i}%% %A #"'=:@~!^*?[a]<>,+-.0123456789_\`, "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz",
}

// noPWNED fails where a name was run.
func noPWNED(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if filepath.Base(path) == "PWNED" || strings.HasPrefix(filepath.Base(path), "PWNED'") {
			t.Errorf("%s: a name was run", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lacking leaves characters out of a name.
func lacking(name, chars string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(chars, r) {
			return -1
		}
		return r
	}, name)
}

// emitBatch writes a batch with the input directory of a name, and its plan, whose
// result is whole.csv.
func emitBatch(t *testing.T, dir, inputs, plan string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, inputs), 0o777); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, inputs+"/x.csv", "a,b\n1,1\n1,-1\n-1,1\n-1,-1\n")
	writeFile(t, dir, inputs+"/y1.csv", "a,b\n1,2\n1,-1\n-1,1\n-1,-1\n")
	writeFile(t, dir, inputs+"/y;touch PWNED;.csv", "a,b\n1,3\n1,-1\n-1,1\n-1,-1\n")
	path := strings.NewReplacer("{", "{{", "}", "}}").Replace(inputs)
	pattern := strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, `\`, `\\`).Replace(path)
	writeFile(t, dir, plan, fmt.Sprintf("command: score\ninputs:\n  x: %q\n  y: %q\nset: {measures: cka}\n", pattern+"/x.csv", pattern+"/y{m}.csv"))
	runIn(t, dir, "simtool", "run", "./"+plan, "-q", "-o", "whole.csv", "--force")
}

// runIn runs a program in a directory.
func runIn(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "PWD="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %.60q in %q: %v\n%s", program, args, dir, err, out)
	}
	return string(out)
}

// runEmitted runs the files of an engine; it reports false where the engine is not
// installed.
func runEmitted(t *testing.T, engine, dir, jobs string) bool {
	t.Helper()
	if _, err := exec.LookPath(engine); err != nil && engine != "slurm" {
		return false
	}
	here := "./" + jobs
	switch engine {
	case "make":
		runIn(t, dir, "make", "-f", here+"/Makefile", "-n")
		runIn(t, dir, "make", "-f", here+"/Makefile")
	case "snakemake":
		runIn(t, dir, "snakemake", "-s", here+"/Snakefile", "--cores", "2", "--quiet")
	case "parallel":
		runIn(t, dir, "bash", here+"/run.sh")
	case "slurm": // its scripts by hand, as a task of the array and as the merge
		for _, script := range []string{"array.sbatch", "merge.sbatch", "submit.sh"} {
			runIn(t, dir, "bash", "-n", here+"/"+script)
		}
		for task := range 2 {
			runIn(t, dir, "env", fmt.Sprint("SLURM_ARRAY_TASK_ID=", task), "SLURM_ARRAY_JOB_ID=1", "SLURM_ARRAY_TASK_MIN=0", "SLURM_ARRAY_TASK_MAX=1",
				"SLURM_ARRAY_TASK_COUNT=2", "SLURM_ARRAY_TASK_STEP=1", "bash", here+"/array.sbatch")
		}
		runIn(t, dir, "bash", here+"/merge.sbatch")
	}
	return true
}

// TestEmittedNames: whatever files and directories are called, the files for batch
// engines give the table of one run, and nothing that a name says is run.
func TestEmittedNames(t *testing.T) {
	const plain = `;$'&|{}=():*?[]<>!^~#%"\` + "` " // characters that make does not take
	refused := map[string]string{"make": plain, "snakemake": "{}", "parallel": "", "slurm": ""}
	for engine, chars := range refused {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			names := []string{strings.Join(hostile, "")}
			if *useCluster {
				names = append(names, hostile...)
			}
			for i, name := range names {
				top := t.TempDir()
				dir := filepath.Join(top, lacking("w"+name, `"\`))
				plan, out, jobs := lacking(name, chars)+".yaml", "o"+lacking(name, chars)+".csv", lacking("-"+name, chars+`"\`)
				emitBatch(t, dir, name, plan)
				cmd := exec.CommandContext(t.Context(), "simtool", "run", "--emit", engine, "--shards", "2", "-o", out, "--", "./"+plan, jobs)
				cmd.Dir = dir
				if text, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("name %d: %v\n%s", i, err, text)
				}
				if !runEmitted(t, engine, dir, jobs) {
					t.Skip("not installed")
				}
				noPWNED(t, top)
				if got, want := readFile(t, filepath.Join(dir, out)), readFile(t, filepath.Join(dir, "whole.csv")); !bytes.Equal(got, want) {
					t.Errorf("name %d: %q, want %q", i, got, want)
				}
			}
		})
	}
}

// TestEmittedNamesOfBytes: names with line breaks, bytes that are no UTF-8, or a leading
// dash are refused before a file is written, or give the table of one run.
func TestEmittedNamesOfBytes(t *testing.T) {
	for _, engine := range []string{"make", "snakemake", "parallel", "slurm"} {
		for _, name := range []string{"a\nb", "a\rb", "a\xff\xfeb", "-rf"} {
			t.Run(fmt.Sprintf("%s/%q", engine, name), func(t *testing.T) {
				t.Parallel()
				for _, of := range [][3]string{{name + ".csv", "jobs", "plan"}, {"out.csv", name, "plan"}, {"out.csv", "jobs", name}} {
					out, jobs, plan := of[0], of[1], of[2]+".yaml"
					dir := t.TempDir()
					probe := filepath.Join(dir, name)
					if err := os.WriteFile(probe, nil, 0o666); err != nil {
						t.Skipf("no such name here: %v", err)
					}
					if err := os.Remove(probe); err != nil {
						t.Fatal(err)
					}
					emitBatch(t, dir, "in", plan)
					before := filesIn(t, dir)
					cmd := exec.CommandContext(t.Context(), "simtool", "run", "--emit", engine, "--shards", "2", "-o", out, "--", "./"+plan, jobs)
					cmd.Dir = dir
					if text, err := cmd.CombinedOutput(); err != nil {
						if cmd.ProcessState.ExitCode() != int(exitUsage) {
							t.Errorf("%q: %v\n%s", of, err, text)
						}
						if after := filesIn(t, dir); !slices.Equal(after, before) {
							t.Errorf("%q: refused, and there are %q, want %q", of, after, before)
						}
						continue
					}
					if name == "a\nb" || name == "a\rb" {
						t.Errorf("%q is not refused", of)
					}
					if engine == "snakemake" && !*useCluster || !runEmitted(t, engine, dir, jobs) {
						continue // it is not installed, or takes seconds to start
					}
					if got, want := readFile(t, filepath.Join(dir, out)), readFile(t, filepath.Join(dir, "whole.csv")); !bytes.Equal(got, want) {
						t.Errorf("%q: %q, want %q", of, got, want)
					}
				}
			})
		}
	}
}

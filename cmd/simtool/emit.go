package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/pflag"

	"simtool/internal/io"
)

// emitTemplates are the files that --emit writes, with holes.
//
//go:embed emit
var emitTemplates embed.FS

// emitted lists the files for each engine. Those that end with .sh are made
// executable.
var emitted = map[string][]string{
	"slurm":     {"array.sbatch", "merge.sbatch", "submit.sh"},
	"parallel":  {"run.sh"},
	"snakemake": {"Snakefile"},
	"make":      {"Makefile"},
}

// emitOptions say what files to write for a batch engine.
type emitOptions struct {
	engine string
	shards int
	cpus   int
	time   string
	memory bytesValue
	sbatch []string
}

func (o *emitOptions) register(fs *pflag.FlagSet) {
	choiceVar(fs, &o.engine, "emit", "", "write files that run the plan by this engine into DIR, and stop", "slurm", "parallel", "snakemake", "make")
	fs.Var((*countValue)(&o.shards), "shards", "parts that --emit divides the plan into (default: 16, or the number of items)")
	o.cpus = 1
	fs.Var((*countValue)(&o.cpus), "cpus", "processors for each part of --emit")
	fs.StringVar(&o.time, "time", "01:00:00", "limit of `TIME` for each part of --emit slurm: [DAYS-]HOURS:MINUTES:SECONDS")
	fs.Var(&o.memory, "mem", "memory for each part of --emit slurm and snakemake, such as 4G (default: as the cluster has it)")
	fs.StringArrayVar(&o.sbatch, "sbatch", nil, "further `OPTION` for --emit slurm, such as --partition=long; may be repeated")
}

// emission is what the templates are filled with. Paths start from Work.
type emission struct {
	By      string // the command that wrote the files
	Work    string // the current directory
	Dir     string // where the files are
	Abs     string // the same, absolute
	Plan    string
	Name    string // for jobs
	Table   string // the merged result
	Parts   string // directory of the parts
	Simtool string // the program
	Flags   string // of every part, quoted, with a space before each
	Shards  int
	CPUs    int
	Time    string
	Limit   string // below Time, "" for none
	Warn    int    // seconds before Time at which a signal comes
	Mem     string
	MemMB   int64
	Sbatch  []string
	Globs   []string // patterns of the inputs
	absPlan string
}

// emit writes the files for an engine into a directory.
func (r *planRun) emit(o *runOptions, directory string) error {
	e, err := r.emission(o, directory)
	if err != nil {
		return err
	}
	engine, force := o.emit.engine, o.output.force
	if engine == "make" {
		for _, path := range append([]string{e.Dir, e.Plan, e.Table}, e.Globs...) {
			if strings.ContainsAny(path, " \t#:%") {
				return configf("the other engines can", "%s: make cannot work with a path that has spaces or any of # : %% in it", path)
			}
		}
	}
	type made struct {
		path    string
		content []byte
	}
	var files []made
	for _, name := range emitted[engine] {
		content, err := e.fill(name)
		if err != nil {
			return err
		}
		files = append(files, made{filepath.Join(directory, name), content})
	}
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	for _, f := range files {
		if !force && exists(f.path) {
			return outputError(f.path, fs.ErrExist)
		}
	}
	for _, f := range files {
		_, err := dataio.WriteFile(f.path, dataio.WriteOptions{Force: force}, func(w *dataio.AtomicFile) error {
			_, err := w.Write(f.content)
			return err
		})
		if err != nil {
			return outputError(f.path, err)
		}
		if strings.HasSuffix(f.path, ".sh") {
			if err := makeExecutable(f.path); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(r.a.out, f.path); err != nil {
			return err
		}
	}
	return nil
}

// makeExecutable lets everybody run a file who may read it.
func makeExecutable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	return os.Chmod(path, mode|mode&0o444>>2)
}

// emission collects what the files say.
func (r *planRun) emission(o *runOptions, directory string) (*emission, error) {
	if isStdin(r.plan.Path) {
		return nil, usagef("--emit wants a plan in a file: the parts read it when they run")
	}
	if n := r.items.Len(); o.emit.shards == 0 {
		o.emit.shards = min(n, 16)
	} else if o.emit.shards > n {
		return nil, configf("", "--shards %d: the plan has %s", o.emit.shards, counted(n, "item"))
	}
	work, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(directory)
	if err != nil {
		return nil, err
	}
	absPlan, err := filepath.Abs(r.plan.Path)
	if err != nil {
		return nil, err
	}
	for _, path := range []string{work, abs} {
		if strings.ContainsAny(path, "\n\"\\") {
			return nil, configf("", "%q: a directory with a quote, a backslash or a line break in its name, want one without", path)
		}
	}
	table := o.output.target()
	switch {
	case table == "":
		table = filepath.Join(directory, "results.csv")
	case exists(table) && !o.output.force:
		return nil, configf("--force lets them", "%s: exists already, and the files would replace it", table)
	}
	for _, path := range append([]string{r.plan.Path, table}, o.emit.sbatch...) {
		if strings.ContainsAny(path, "\n\r") {
			return nil, configf("", "%q: a line break in it, want none", path)
		}
	}
	e := &emission{
		By: "Made by: simtool " + oneLine(shellLine(r.a.args)), Work: work, Dir: directory, Abs: abs, Plan: r.plan.Path, absPlan: absPlan,
		Name: jobName(r.plan.Path), Table: table, Parts: filepath.Join(directory, "parts"), Simtool: program(),
		Shards: o.emit.shards, CPUs: o.emit.cpus, Time: o.emit.time, Sbatch: o.emit.sbatch,
	}
	if limit, err := slurmTime(o.emit.time); err != nil {
		return nil, configf("", "--time: invalid value %q, want %s", o.emit.time, err)
	} else if limit > 0 {
		e.Limit = (limit - min(limit/5, 2*time.Minute)).Truncate(time.Second).String()
		e.Warn = int(min(limit/6, time.Minute) / time.Second)
	}
	if o.emit.memory > 0 {
		e.MemMB = max(1, int64(o.emit.memory)>>20)
		e.Mem = strconv.FormatInt(e.MemMB, 10) + "M"
	}
	if !r.plan.Sets("seed") {
		e.Flags = " --seed " + strconv.FormatUint(r.a.global.seed, 10)
	}
	if r.each && o.output.force {
		e.Flags += " --force"
	}
	for _, in := range r.plan.Inputs {
		e.Globs = append(e.Globs, in.Glob())
	}
	return e, nil
}

// fill fills a template.
func (e *emission) fill(name string) ([]byte, error) {
	text, err := emitTemplates.ReadFile("emit/" + name)
	if err != nil {
		return nil, err
	}
	t := template.Must(template.New(name).Funcs(template.FuncMap{
		"sh":   shellWord,
		"py":   pythonText,
		"mk":   func(s string) string { return strings.ReplaceAll(s, "$", "$$") },
		"join": func(a, b string) string { return filepath.Join(a, b) },
	}).Parse(string(text)))
	var b bytes.Buffer
	err = t.Execute(&b, e)
	return b.Bytes(), err
}

// Last is the number of the last part.
func (e *emission) Last() int { return e.Shards - 1 }

// Numbers are the numbers of the parts.
func (e *emission) Numbers() []int {
	n := make([]int, e.Shards)
	for i := range n {
		n[i] = i
	}
	return n
}

// AbsPlan is the absolute path of the plan.
func (e *emission) AbsPlan() string { return e.absPlan }

// AbsMakefile is the absolute path of the Makefile.
func (e *emission) AbsMakefile() string { return filepath.Join(e.Abs, "Makefile") }

// PartLine is the command of a part for parallel, which replaces {}.
func (e *emission) PartLine() string {
	return fmt.Sprintf("%s run %s%s --shard {}/%d --jobs %d --resume -o %s/part-{}.jsonl",
		shellWord(e.Simtool), shellWord(e.Plan), e.Flags, e.Shards, e.CPUs, shellWord(e.Parts))
}

// PartList are all parts, for a shell.
func (e *emission) PartList() string {
	return fmt.Sprintf("%s/part-{0..%d}.jsonl", shellWord(e.Parts), e.Last())
}

// ShellPart is the command of a part for Snakemake.
func (e *emission) ShellPart() string {
	braces := strings.NewReplacer("{", "{{", "}", "}}")
	return braces.Replace(shellWord(e.Simtool)) + " run {params.plan:q}" + braces.Replace(e.Flags) +
		" --shard {wildcards.i}/{N} --jobs {threads} --resume -o {output:q} || test $? -eq 3"
}

// ShellMerge is the command of the merge for Snakemake.
func (e *emission) ShellMerge() string {
	return strings.NewReplacer("{", "{{", "}", "}}").Replace(shellWord(e.Simtool)) + " merge {input:q} -o {output:q} --force || test $? -eq 3"
}

// pythonText is a text as Python writes it; JSON is near enough.
func pythonText(s string) string {
	text, err := json.Marshal(s)
	must(err)
	return string(text)
}

// program is the path by which this program can be called: its name, if that is
// what the shell finds.
func program() string {
	self, err := os.Executable()
	if err != nil {
		return "simtool"
	}
	if found, err := exec.LookPath("simtool"); err == nil && sameFile(found, self) {
		return "simtool"
	}
	return self
}

func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}

// jobName is a name for jobs, of what every engine takes.
func jobName(plan string) string {
	name := strings.TrimSuffix(filepath.Base(plan), filepath.Ext(plan))
	return regexp.MustCompile(`[^A-Za-z0-9_.-]`).ReplaceAllString(name, "_")
}

// slurmForms are the forms of times that Slurm takes.
var slurmForms = regexp.MustCompile(`^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$`)

// slurmTime reads a limit of time as sbatch does: MINUTES, MINUTES:SECONDS,
// HOURS:MINUTES:SECONDS, DAYS-HOURS, DAYS-HOURS:MINUTES and so on.
func slurmTime(text string) (time.Duration, error) {
	m := slurmForms.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("[DAYS-]HOURS:MINUTES:SECONDS")
	}
	number := func(i int) time.Duration {
		n, err := strconv.ParseUint("0"+m[i], 10, 24)
		if err != nil {
			n = 1 << 24
		}
		return time.Duration(n)
	}
	days, a, b, c := number(1), number(2), number(3), number(4)
	switch {
	case m[1] != "" || m[4] != "":
		return days*24*time.Hour + a*time.Hour + b*time.Minute + c*time.Second, nil
	default:
		return a*time.Minute + b*time.Second, nil
	}
}

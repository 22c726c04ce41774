package run

import (
	"bytes"
	"embed"
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

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb/setting"
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

// Emit says which files to write for a batch engine.
type Emit struct {
	Engine string // "" for none
	Shards int    // parts, 0 for a number that suits
	CPUs   int
	Time   string
	Memory int64 // bytes, 0 for what the cluster has
	Sbatch []string
}

func (o *Emit) register(s *setting.Set) {
	o.CPUs, o.Time = 1, "01:00:00"
	s.Choice(&o.Engine, "emit", "", "write files that run the plan by this engine into DIR, and stop", "slurm", "parallel", "snakemake", "make")
	s.Count(&o.Shards, "shards", "", "parts that --emit divides the plan into (default: 16, or the number of items)")
	s.Count(&o.CPUs, "cpus", "", "processors for each part of --emit")
	s.String(&o.Time, "time", "", "limit of `TIME` for each part of --emit slurm: [DAYS-]HOURS:MINUTES:SECONDS")
	s.Bytes(&o.Memory, "mem", "", "memory for each part of --emit slurm and snakemake, such as 4G (default: as the cluster has it)")
	s.Texts(&o.Sbatch, "sbatch", "", "further `OPTION` for --emit slurm, such as --partition=long; may be repeated")
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
	Inputs  [][]plan.GlobPart // patterns of the inputs
	absPlan string
}

// emit writes the files for an engine into a directory.
func (r *planRun) emit(o *Options, directory string) error {
	e, err := r.emission(o, directory)
	if err != nil {
		return err
	}
	engine, force := o.Emit.Engine, o.Output.Force
	if err := e.check(engine); err != nil {
		return err
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
		if !force && batch.Exists(f.path) {
			return batch.OutputError(f.path, fs.ErrExist)
		}
	}
	for _, f := range files {
		_, err := dataio.WriteFile(f.path, dataio.WriteOptions{Force: force}, func(w *dataio.AtomicFile) error {
			_, err := w.Write(f.content)
			return err
		})
		if err != nil {
			return batch.OutputError(f.path, err)
		}
		if strings.HasSuffix(f.path, ".sh") {
			if err := makeExecutable(f.path); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(r.env.Stdout, f.path); err != nil {
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
func (r *planRun) emission(o *Options, directory string) (*emission, error) {
	if batch.IsStdin(r.plan.Path) {
		return nil, batch.Usagef("--emit wants a plan in a file: the parts read it when they run")
	}
	if n := r.items.Len(); o.Emit.Shards == 0 {
		o.Emit.Shards = min(n, 16)
	} else if o.Emit.Shards > n {
		return nil, batch.Configf("", "--shards %d: the plan has %s", o.Emit.Shards, data.Counted(n, "item"))
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
	table := o.Output.Target()
	switch {
	case table == "":
		table = filepath.Join(directory, "results.csv")
	case batch.Exists(table) && !o.Output.Force:
		return nil, batch.Configf("--force lets them", "%s: exists already, and the files would replace it", table)
	}
	// make knows the directory that it is in without symbolic links.
	if real, err := filepath.EvalSymlinks(work); err == nil {
		work = real
	}
	directory, table = notFlag(directory), notFlag(table)
	e := &emission{
		By: "Made by: simtool " + shellLine(r.env.Argv[1:]), Work: work, Dir: directory, Abs: abs, Plan: notFlag(r.plan.Path), absPlan: absPlan,
		Name: jobName(r.plan.Path), Table: table, Parts: notFlag(filepath.Join(directory, "parts")), Simtool: program(),
		Shards: o.Emit.Shards, CPUs: o.Emit.CPUs, Time: o.Emit.Time, Sbatch: o.Emit.Sbatch,
	}
	if limit, err := slurmTime(o.Emit.Time); err != nil {
		return nil, batch.Configf("", "--time: invalid value %q, want %s", o.Emit.Time, err)
	} else if limit > 0 {
		e.Limit = (limit - min(limit/5, 2*time.Minute)).Truncate(time.Second).String()
		e.Warn = int(min(limit/6, time.Minute) / time.Second)
	}
	if o.Emit.Memory > 0 {
		e.MemMB = max(1, o.Emit.Memory>>20)
		e.Mem = strconv.FormatInt(e.MemMB, 10) + "M"
	}
	if !r.plan.Sets("seed") {
		e.Flags = " --seed " + strconv.FormatUint(r.env.Seed, 10)
	}
	if r.each && o.Output.Force {
		e.Flags += " --force"
	}
	for _, in := range r.plan.Inputs {
		e.Inputs = append(e.Inputs, in.GlobParts())
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
		"sh":  shellWord,
		"py":  pythonText,
		"mk":  mk,
		"cm":  comment,
		"shg": shellGlob,
		"pyg": pythonGlob,
	}).Parse(string(text)))
	var b bytes.Buffer
	err = t.Execute(&b, e)
	return b.Bytes(), err
}

// PartName is the pattern of the files of parts, for Snakemake, which fills in {i}.
func (e *emission) PartName() string { return e.Parts + "/part-{i}.jsonl" }

// LogName is the pattern of the logs of tasks for Slurm, in which % begins a code.
func (e *emission) LogName(name string) string {
	return strings.ReplaceAll(e.Abs, "%", "%%") + "/logs/" + name
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
		parallelWord(e.Simtool), parallelWord(e.Plan), e.Flags, e.Shards, e.CPUs, parallelWord(e.Parts))
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
var slurmForms = data.Pattern(`^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$`)

// slurmTime reads a limit of time as sbatch does: MINUTES, MINUTES:SECONDS,
// HOURS:MINUTES:SECONDS, DAYS-HOURS, DAYS-HOURS:MINUTES and so on.
func slurmTime(text string) (time.Duration, error) {
	m := slurmForms().FindStringSubmatch(text)
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

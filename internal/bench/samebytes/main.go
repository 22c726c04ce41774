// Command samebytes holds two builds of simtool to the same bytes. It gathers the
// command lines that the repository has (the stories of cmd/simtool, README and
// docs, the examples of every help, demo, plans, figures and batches), runs them
// with either build, and compares standard output, standard error, the exit status
// and every file that a command leaves behind.
//
//	go run ./internal/bench/samebytes [-run REGEXP] [-rev REVISION | -old BINARY] [-new BINARY]
//
// The old build is that of a revision, by default the commit before, or a binary;
// the new one is that of the working tree, or a binary. The command lines are those
// of the revision: what was right before has to be right now. -source names another
// revision or a directory to take them from.
//
// A case is run by the old build and then by the new one in a directory of the same
// path, so that paths in outputs are the same without being normalised. What is
// normalised is in normal.go, what may differ, and why, in allowed.yaml. The exit
// status is 1 if anything else differs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func main() {
	if playsSimtool() {
		os.Exit(record(os.Args[1:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// options are the flags.
type options struct {
	run              *regexp.Regexp
	rev, old, new    string
	source           string
	allowed          string
	figures, keep    bool
	list, everything bool
	jobs             int
	timeout          time.Duration
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("samebytes", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Func("run", "only cases whose name matches this `regexp`", func(s string) (err error) {
		o.run, err = regexp.Compile(s)
		return err
	})
	flags.StringVar(&o.rev, "rev", "HEAD^", "`revision` whose build is the old one")
	flags.StringVar(&o.old, "old", "", "the old `binary`, instead of a revision")
	flags.StringVar(&o.new, "new", "", "the new `binary`, instead of a build of the working tree")
	flags.StringVar(&o.source, "source", "", "`revision or directory` to take command lines from (default: that of -rev, with -old the working tree)")
	flags.StringVar(&o.allowed, "allow", "", "`file` of differences that are intended (default: allowed.yaml beside the program)")
	flags.BoolVar(&o.figures, "figures", false, "run what make figures does as well, which takes minutes")
	flags.BoolVar(&o.keep, "keep", false, "keep the directories of cases that differ")
	flags.BoolVar(&o.list, "list", false, "list the cases and stop")
	flags.BoolVar(&o.everything, "full", false, "show whole diffs")
	flags.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "run `n` cases at once")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Minute, "most time for one case by one build")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}

// run returns the exit status: 0 for the same bytes, 1 for others, 2 if the
// comparison could not be made.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err == nil:
		var same bool
		if same, err = compareBuilds(ctx, o, stdout); err == nil && !same {
			return 1
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "samebytes:", err)
		return 2
	}
	return 0
}

// compareBuilds runs all cases and reports whether nothing differs that may not.
func compareBuilds(ctx context.Context, o *options, out io.Writer) (same bool, err error) {
	// The path has no links in it, as some outputs hold what the system calls it.
	temp, err := filepath.EvalSymlinks(os.TempDir())
	if err != nil {
		return false, err
	}
	root, err := os.MkdirTemp(temp, "samebytes-")
	if err != nil {
		return false, err
	}
	kept := false
	defer func() {
		if !kept {
			_ = os.RemoveAll(root)
		}
	}()
	r := &repository{scratch: root}
	if err := r.find(ctx); err != nil {
		return false, err
	}
	source, err := r.source(ctx, o)
	if err != nil {
		return false, err
	}
	old, new, err := r.builds(ctx, o)
	if err != nil {
		return false, err
	}
	cases, err := gather(ctx, root, source, old, filepath.Join(r.top, "..", "shared"))
	if err != nil {
		return false, err
	}
	chosen := cases[:0]
	for _, c := range cases {
		if o.run == nil && (!c.slow || o.figures) || o.run != nil && o.run.MatchString(c.name) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		return false, errors.New("no case has such a name")
	}
	if o.list {
		for _, c := range chosen {
			fmt.Fprintln(out, c.name)
		}
		return true, nil
	}
	if o.allowed == "" {
		o.allowed = filepath.Join(r.top, "internal/bench/samebytes/allowed.yaml")
	}
	allowed, err := readAllowed(o.allowed, old.committed)
	if err != nil {
		return false, err
	}
	report := newReport(out, allowed, o.everything)
	normal := normalizer(old, new, allowed)
	var wait sync.WaitGroup
	var lock sync.Mutex
	queue := make(chan testCase)
	for range max(1, o.jobs) {
		wait.Go(func() {
			for c := range queue {
				outcome := runCase(ctx, root, c, old, new, normal, o.timeout)
				lock.Lock()
				differs := report.add(outcome)
				lock.Unlock()
				if o.keep && differs {
					kept = true
				} else {
					removeCase(root, c)
				}
			}
		})
	}
	for _, c := range chosen {
		if ctx.Err() != nil {
			break
		}
		queue <- c
	}
	close(queue)
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	report.summary(o.run == nil)
	if kept {
		fmt.Fprintf(out, "what differs is kept in %s/old and %s/new\n", root, root)
	}
	if report.broken > 0 {
		return false, fmt.Errorf("%d cases could not be run", report.broken)
	}
	return report.differences == 0, nil
}

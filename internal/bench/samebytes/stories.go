package main

import (
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// story is a case that runs a script of the form that cmd/simtool/testdata/script
// has, by the engine of the tests. It does not matter here whether an expectation of
// the script holds: each line is run, and what simtool does is noted.
func story(name, path string) testCase {
	return testCase{name: name, run: func(s *stage) error {
		testscript.RunT(&unjudged{}, testscript.Params{
			Files:           []string{path},
			WorkdirRoot:     s.work,
			ContinueOnError: true,
			Deadline:        s.deadline,
			Setup: func(env *testscript.Env) error {
				env.Setenv("PATH", s.path())
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"exits": func(ts *testscript.TestScript, _ bool, args []string) {
					if len(args) > 1 {
						_ = ts.Exec(args[1], args[2:]...)
					}
				},
				"simtool": func(ts *testscript.TestScript, _ bool, args []string) {
					_ = ts.Exec("simtool", args...)
				},
				"same-files": func(*testscript.TestScript, bool, []string) {},
			},
		})
		return s.ctx.Err()
	}}
}

// stories are the scripts below a directory, as cases.
func stories(kind, dir string) ([]testCase, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	var cases []testCase
	for _, path := range paths {
		cases = append(cases, story(kind+"/"+strings.TrimSuffix(filepath.Base(path), ".txtar"), path))
	}
	return cases, err
}

// unjudged stands for a test whose failure does not matter.
type unjudged struct{}

func (*unjudged) Skip(...any)   { runtime.Goexit() }
func (*unjudged) Fatal(...any)  { runtime.Goexit() }
func (*unjudged) FailNow()      { runtime.Goexit() }
func (*unjudged) Parallel()     {}
func (*unjudged) Log(...any)    {}
func (*unjudged) Verbose() bool { return false }

// Run waits for f, in a goroutine of its own that f may end.
func (t *unjudged) Run(_ string, f func(testscript.T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(t)
	}()
	<-done
}

// Package verbtest runs commands in the process of a test, as a command line would.
package verbtest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"simtool/internal/batch"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Result is what a command did.
type Result struct {
	Err       error
	Stdout    string
	Warnings  []string
	Summaries []string
	Env       *batch.Env
}

// Run runs a command with the words of a command line, --seed and --jobs (1 and 1)
// among them. Paths are relative to the working directory, which t.Chdir sets.
func Run(t testing.TB, v verb.Command, words ...string) *Result {
	t.Helper()
	return RunContext(t.Context(), t, v, words...)
}

// RunContext is Run until a context ends.
func RunContext(ctx context.Context, t testing.TB, v verb.Command, words ...string) *Result {
	t.Helper()
	own, global := v.Settings(), &setting.Set{}
	seed, jobs := uint64(1), 1
	global.Uint64(&seed, "seed", "", "seed of everything random")
	global.Int(&jobs, "jobs", "j", "items at once")
	args, err := setting.Join(own, global).Apply(words, nil)
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &Result{}
	var out bytes.Buffer
	r.Env = &batch.Env{
		Version: "test", Argv: append([]string{"simtool"}, words...), Seed: seed, Jobs: jobs, Started: time.Now(), Stdout: &out,
		Stdin: func(what string) (io.Reader, error) {
			return nil, batch.Usagef("%s: no standard input in a test", what)
		},
		Lookup:    func(string) (string, bool) { return "", false },
		OnSummary: func(message string) { r.Summaries = append(r.Summaries, message) },
		Stop:      cancel,
	}
	for _, set := range []*setting.Set{own, global} {
		chosen, err := set.Choose(setting.Place{Lookup: r.Env.Lookup})
		if err != nil {
			t.Fatalf("%q: %v", words, err)
		}
		for _, one := range set.All() {
			r.Env.Settings = append(r.Env.Settings, batch.Setting{
				Name: one.Name, Text: one.Value.String(), Value: setting.JSON(one.Value),
				Chosen: slices.Contains(chosen, one) && one.Machine, Set: one.IsSet(),
			})
		}
	}
	r.Err = v.Run(ctx, r.Env, args)
	r.Stdout, r.Warnings = out.String(), r.Env.Warnings()
	return r
}

// Succeed is Run for a command that must succeed.
func Succeed(t testing.TB, v verb.Command, words ...string) *Result {
	t.Helper()
	r := Run(t, v, words...)
	if r.Err != nil {
		t.Fatalf("%q: %v", words, r.Err)
	}
	return r
}

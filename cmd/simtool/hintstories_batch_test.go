package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"simtool/internal/batch"
)

// interrupted stops a command when it has kept something and is not done.
func interrupted(t *testing.T, command, output string) {
	t.Helper()
	stopHalfway(t, time.Second/2, output, func() *exec.Cmd {
		for _, name := range []string{output, output + ".manifest.json", batch.CheckpointOf(output)} {
			if err := os.RemoveAll(name); err != nil {
				t.Fatal(err)
			}
		}
		return exec.Command("sh", "-c", "exec "+command)
	})
}

const (
	replaces = "--force replaces it; --resume leaves it as it is if it is of the same command and inputs"
	// A sweep of many items, of some seconds.
	sweep    = "simtool joint-range --shape 20,5,5 -m cka,nbs --levels 200 --restarts 1 -o r.csv -q"
	restarts = "simtool optimize x.npy -m cka --max-iter 60000 --learning-rate 1e-7 --method adam --checkpoint-every 20ms --restarts 2 -q"
)

// batchStories are those of outputs, checkpoints, parts and plans.
func batchStories() []hintStory {
	score := func(more string) string { return "simtool score x.npy y.npy -m cka " + more }
	var parts []string
	for i := range 20 {
		parts = append(parts, fmt.Sprintf("simtool score --all-pairs x.npy y.npy -m cka --shard %d/20 -o p%02d.csv -q", i, i))
	}
	plan := "command: score\narguments: [x.npy, y.npy]\ngrid:\n  measures: [cka, nbs]\n"
	const runPlan = "simtool run plan.yaml -o out.csv"
	planned := func(name, content, from, to, hint string) hintStory {
		return hintStory{
			name: name, files: map[string]string{"plan.yaml": strings.Replace(content, to, from, 1)}, command: runPlan, hint: hint,
			follow: []followed{{
				words: hint, first: []string{fmt.Sprintf("sed 's/%s/%s/' plan.yaml > mended.yaml", from, to)},
				command: "simtool run mended.yaml -o out.csv && cat out.csv", value: pairCKA,
			}},
		}
	}
	return []hintStory{
		{
			name: "an output that exists", first: []string{score("-o s.csv")}, command: score("-o s.csv"), hint: replaces,
			follow: []followed{
				{words: "--force", command: score("-o s.csv --force") + " && cat s.csv", value: pairCKA},
				{words: "--resume leaves it as it is", command: score("-o s.csv --resume") + " && cat s.csv", value: pairCKA},
			},
		},
		{
			name: "a directory that exists", first: []string{"simtool optimize x.npy -m cka --stop 0.5 -o o -q"}, command: "simtool optimize x.npy -m cka --stop 0.5 -o o -q",
			hint:   replaces,
			follow: []followed{{words: "--force", command: "simtool optimize x.npy -m cka --stop 0.5 -o o -q --force"}},
		},
		{
			name: "an output of other settings", first: []string{score("-o s.csv")}, command: "simtool score x.npy y.npy -m nbs,cka -o s.csv --resume",
			hint: "remove it to begin anew",
			follow: []followed{{
				words: "remove it", first: []string{"rm s.csv s.csv.manifest.json"}, command: "simtool score x.npy y.npy -m cka,nbs -o s.csv --resume && cat s.csv", value: pairCKA,
			}},
		},
		{
			name: "an output of an input that has changed", first: []string{score("-o s.csv"), "cp y.npy x.npy"}, command: score("-o s.csv --resume"),
			hint: "remove the checkpoint or the output to begin anew",
			follow: []followed{{
				words: "remove the checkpoint or the output", first: []string{"rm s.csv s.csv.manifest.json"}, command: score("-o s.csv --resume") + " && cat s.csv", value: 1,
			}},
		},
		{
			name: "a checkpoint in the way", prepare: func(t *testing.T) { interrupted(t, restarts+" -o o0", "o0") }, command: restarts + " -o o0",
			hint: "--resume goes on with it; remove the folder to begin anew",
			follow: []followed{
				{words: "--resume", command: restarts + " -o o0 --resume"},
				{words: "remove the folder", first: []string{"rm -r o0.ckpt"}, command: restarts + " -o o0"},
			},
		},
		{
			name: "a part that was interrupted", command: "simtool merge r.csv q.csv -o m.csv",
			prepare: func(t *testing.T) {
				interrupted(t, sweep+" --shard 0/2", "r.csv")
				runAll(t, []string{strings.Replace(sweep, "r.csv", "q.csv", 1) + " --shard 1/2"})
			},
			hint: "its run was interrupted: --resume goes on with it",
			follow: []followed{{
				words: "goes on with it", first: []string{sweep + " --shard 0/2 --resume"}, command: "simtool merge r.csv q.csv -o m.csv",
			}},
		},
		{
			name: "a directory that was interrupted", command: "simtool merge o0 o1 -o m", prepare: func(t *testing.T) {
				interrupted(t, restarts+" --shard 0/2 -o o0", "o0")
				runAll(t, []string{"…" + restarts + " --shard 1/2 -o o1"})
			},
			hint:   "its run was interrupted: --resume goes on with it",
			follow: []followed{{words: "goes on with it", first: []string{"…" + restarts + " --shard 0/2 -o o0 --resume"}, command: "simtool merge o0 o1 -o m"}},
		},
		{
			name: "a matrix of scores", files: map[string]string{"scores.csv": "system,a,b,c\na,1,.5,.5\nb,.5,1,.25\nc,.5,.25,1\n"},
			command: "simtool collection scores.csv", hint: "--measure says of which measure they are scores",
			follow: []followed{{words: "--measure says of which", command: "simtool collection scores.csv --measure cka"}},
		},
		{
			name: "a missing part", first: []string{strings.Replace(parts[0], "/20", "/2", 1)}, command: "simtool merge p00.csv",
			hint: "run what is missing with --shard 1/2",
			follow: []followed{{
				words: "run what is missing", first: []string{"simtool score --all-pairs x.npy y.npy -m cka --shard 1/2 -o rest.csv -q"},
				command: "simtool merge p00.csv rest.csv", value: itselfCKA,
			}},
		},
		{
			name: "more parts than files may be open", first: parts, command: "ulimit -n 16; simtool merge p*.csv", hint: "ulimit -n 84 allows it",
			follow: []followed{{words: "ulimit -n 84", command: "ulimit -n 84; simtool merge p*.csv", value: itselfCKA}},
		},
		{
			name: "numbers of parts that are text", first: []string{score("--shard 0/1 -o p.csv -q")}, command: "simtool merge p.csv --format json",
			hint: "--format csv goes; or write the parts as jsonl",
			follow: []followed{
				{words: "--format csv", command: "simtool merge p.csv --format csv", value: pairCKA},
				{words: "write the parts as jsonl", first: []string{score("--shard 0/1 -o p.jsonl -q")}, command: "simtool merge p.jsonl --format json"},
			},
		},
		{
			name: "a suffix that is none of a table", command: score("-o s.dat"), hint: "--format says the form of a file of any name",
			follow: []followed{{words: "--format", command: score("-o s.dat --format csv") + " && cat s.dat", value: pairCKA}},
		},
		planned("a key of a plan", plan, "argument", "arguments", "did you mean arguments?"),
		planned("a command of a plan", plan, "command: scor", "command: score", "did you mean score?"),
		planned("a flag of a plan", plan, "  measure", "  measures", "did you mean measures?"),
		{
			name: "a flag in the arguments of a plan", files: map[string]string{"plan.yaml": "command: score\narguments: [x.npy, y.npy, --measure, cka]\n"},
			command: runPlan, hint: "did you mean --measures?",
			follow: []followed{{
				words: "did you mean", first: []string{"sed 's/--measure/--measures/' plan.yaml > mended.yaml"}, command: "simtool run mended.yaml -o out.csv && cat out.csv", value: pairCKA,
			}},
		},
		{
			name: "make and a folder with a space", files: map[string]string{"plan.yaml": plan}, command: "simtool run plan.yaml --emit make 'my jobs' -o out.csv",
			hint:   "the other engines can",
			follow: []followed{{words: "the other engines", command: "simtool run plan.yaml --emit parallel 'my jobs' -o out.csv"}},
		},
		{
			name: "emitted files for a table that exists", files: map[string]string{"plan.yaml": plan, "out.csv": "x\n"}, command: "simtool run plan.yaml --emit make jobs -o out.csv",
			hint:   "--force lets them",
			follow: []followed{{words: "--force", command: "simtool run plan.yaml --emit make jobs -o out.csv --force"}},
		},
		{
			name: "a pair with spaces", files: map[string]string{"pairs.txt": "my x.npy y.npy\n"}, first: []string{"cp x.npy 'my x.npy'"},
			command: "simtool score --list pairs.txt -m cka --format csv", hint: "separate paths that contain spaces with a tab or a comma",
			follow: []followed{
				{words: "a comma", first: []string{"echo 'my x.npy,y.npy' > pairs.txt"}, command: "simtool score --list pairs.txt -m cka --format csv", value: pairCKA},
				{words: "a tab", first: []string{"printf 'my x.npy\\ty.npy\\n' > pairs.txt"}, command: "simtool score --list pairs.txt -m cka --format csv", value: pairCKA},
			},
		},
	}
}

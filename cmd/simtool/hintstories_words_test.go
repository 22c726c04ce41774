package main

import (
	"fmt"
	"testing"
)

// wordStories are those of words that are misspelt or of no use.
func wordStories() []hintStory {
	meant := func(name, wrong, hint, words, right string) hintStory {
		h := hintStory{name: name, command: wrong, hint: hint, follow: []followed{{words: words, command: right}}}
		h.prepare = func(t *testing.T) {
			x, y := storyPair()
			writeArray(t, "x3.npy", flat(x), 3, 4, 4)
			writeArray(t, "y3.npy", flat(y), 3, 4, 3)
		}
		return h
	}
	score := func(more string) string { return "simtool score x.npy y.npy --format csv " + more }
	valued := func(h hintStory, value float64) hintStory {
		h.follow[0].value = value
		return h
	}
	didYouMean := func(what string) string { return fmt.Sprintf("did you mean %s?", what) }
	return []hintStory{
		valued(meant("a measure", score("-m ckaa"), didYouMean("cka"), "cka", score("-m cka")), pairCKA),
		meant("a measure that nothing resembles", score("-m frobnicate"), `"simtool measures" lists them`, "simtool measures", "simtool measures"),
		meant("a name of other software that is wrong there", score("-m procrustes-angular-score#5folds_cv"), `"simtool measures show procrustes" explains what there is`, "simtool measures show procrustes", "simtool measures show procrustes"),
		meant("a parameter", score("-m cka:kernal=rbf"), "cka has the parameters kernel, sigma, estimator, as", "kernel", score("-m cka:kernel=rbf")),
		meant("a parameter of a measure without", score("-m pls-sv:k=1"), "pls-sv has no parameters", "no parameters", score("-m pls-sv")),
		valued(meant("a parameter without a value", score("-m cka:linear"), "parameters are written family:key=value:key=value", "family:key=value", score("-m cka:kernel=linear")), pairCKA),
		valued(meant("two commas", score("-m cka,,nbs"), "measures are separated by single commas", "single commas", score("-m cka,nbs")), pairCKA),
		valued(meant("a file", "simtool score x.npx y.npy --format csv -m cka", didYouMean("x.npy"), "x.npy", score("-m cka")), pairCKA),
		meant("a directory of results", "mkdir d; simtool score x.npy y.npy -m cka -o d/s.csv -q; simtool plot d -o s.svg", `"simtool report d" puts all results of a directory on one page`, "simtool report d", "simtool report d -o page.html"),
		meant("a key of a layout", "mkdir d; simtool score x.npy y.npy -m cka -o d/s.csv -q; echo 'titel: Mine' > d/report.yaml; simtool report d -o page.html", didYouMean("title"), "title", "echo 'title: Mine' > d/report.yaml; simtool report d -o page.html"),
		meant("a value of a flag", score("-m cka --per tim"), didYouMean("time"), "time", "simtool score --help"),
		valued(meant("a flag", score("--measure cka"), didYouMean("--measures"), "did you mean", score("--measures cka")), pairCKA),
		valued(meant("a command", "simtool scor x.npy y.npy -m cka --format csv", didYouMean(`"simtool score"`), "simtool score", score("-m cka")), pairCKA),
		meant("a command that nothing resembles", "simtool frobnicate", `"simtool --help" lists the commands`, "simtool --help", "simtool --help"),
		meant("no command of a group", "simtool generate", `"simtool generate --help" lists the commands`, "simtool generate --help", "simtool generate --help"),
		meant("a shell", "simtool completion bsh", didYouMean("bash"), "bash", "simtool completion bash"),
		meant("the folder of the demo", "simtool demo -o there", "the directory is an argument: simtool demo DIRECTORY", "simtool demo DIRECTORY", "simtool demo there -q"),
		meant("a key of the configuration", "echo 'sede: 3' > c.yaml; "+score("-m cka --config c.yaml"), didYouMean("seed"), "seed", "echo 'seed: 3' > c.yaml; "+score("-m cka --config c.yaml")),
		valued(meant("a variable", "SIMTOOL_SEDE=3 "+score("-m cka"), didYouMean("SIMTOOL_SEED"), "SIMTOOL_SEED", "SIMTOOL_SEED=3 "+score("-m cka")), pairCKA),
		valued(meant("a configuration by a variable", "echo 'seed: 3' > c.yaml; SIMTOOL_CONFIG=c.yaml "+score("-m cka"),
			"a configuration file is never read implicitly; use --config", "use --config", "echo 'seed: 3' > c.yaml; "+score("-m cka --config c.yaml")), pairCKA),
		valued(meant("processors of Slurm", "SLURM_CPUS_PER_TASK=many "+score("-m cka"), "--jobs overrides it", "--jobs", "SLURM_CPUS_PER_TASK=many "+score("-m cka --jobs 1")), pairCKA),
		meant("a measure without a gradient", "simtool gradient x.npy y.npy -m mutual-knn:k=2 -o g.npy", `"simtool measures" lists those that have one`, "simtool measures", "simtool measures"),
		meant("a form of scores", "simtool score x.npy y.npy -m cka -o s.csv -q; simtool plot s.csv --style mds -o s.svg", "its forms are bars, lines, matrix", "bars", "simtool plot s.csv --style bars -o s.svg"),
		meant("a form of components", "simtool pc-sensitivity x.npy -m cka --components 1-3 -o s.csv -q; simtool plot s.csv --style bars -o s.svg", "results of this kind are drawn in one form, which needs no name", "needs no name", "simtool plot s.csv -o s.svg"),
		meant("a scaling of a recording", "simtool plot x.npy --style mds -o s.svg", `"simtool rdm" makes one of a recording`, "simtool rdm", "simtool rdm x.npy -o d.npy && simtool plot d.npy --style mds -o s.svg"),
		meant("scores that a column tells apart", "simtool score x3.npy y3.npy -m cka --per time -o s.csv -q; sed 's/,time$/,bin/' s.csv > t.csv; simtool plot t.csv -o s.svg",
			"--facet COLUMN gives each value of a column that tells them apart a panel", "--facet COLUMN", "simtool plot t.csv --facet bin -o s.svg"),
		meant("a result without a figure", "simtool plot x.csv -o s.svg", `"simtool plot --help" lists the results that have a figure`, "simtool plot --help", "simtool plot --help"),
	}
}

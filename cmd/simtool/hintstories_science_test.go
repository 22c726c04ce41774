package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

const fit = "simtool mlem fit --null 0 --bootstrap 0 --permutations 0 --folds 0 -q -o fit "

// weights is a fit that prints its weights.
func weights(command string) string { return command + " && cat fit/weights.csv" }

// scienceStories are those of measures, fits and searches.
func scienceStories() []hintStory {
	x, y := storyPair()
	n := len(x)
	leave := func(name, more, less string) hintStory {
		return hintStory{name: name, command: more, hint: "leave it out", follow: []followed{{words: "leave it out", command: less}}}
	}
	distances := func(t *testing.T) {
		runAll(t, []string{"simtool rdm y.npy --rdm euclidean -o d.npy", "simtool rdm y.npy --rdm correlation -o r.npy"})
	}
	given := func(h hintStory) hintStory {
		before := h.prepare
		h.prepare = func(t *testing.T) {
			distances(t)
			if before != nil {
				before(t)
			}
		}
		return h
	}
	const features = "--features x.csv "
	return []hintStory{
		leave("a kind of distances of patterns", fit+features+"--neural y.npy --neural-distances-kind squared", fit+features+"--neural y.npy"),
		given(leave("a distance of given distances", fit+features+"--neural-distances d.npy --distance cosine", fit+features+"--neural-distances d.npy")),
		{
			name: "repeats of a given split", files: map[string]string{"held.txt": "0\n3\n6\n9\n"},
			command: fit + features + "--neural y.npy --repeats 3 --test held.txt", hint: "leave it out",
			follow: []followed{{words: "leave it out", command: fit + features + "--neural y.npy --test held.txt"}},
		},
		leave("a window without time", "simtool mlem layers y.npy "+features+"--window 2 -o l", "simtool mlem layers y.npy "+features+"--permutations 0 --null 0 --bootstrap 0 -o l"),
		given(leave("given distances of layers", "simtool mlem layers y.npy "+features+"--neural-distances d.npy -o l", "simtool mlem layers y.npy "+features+"--permutations 0 --null 0 -o l")),
		given(leave("given distances of an encoding", "simtool mlem encode "+features+"--neural y.npy --neural-distances d.npy -q", "simtool mlem encode "+features+"--neural y.npy -q")),
		{
			name: "a band without warping",
			first: []string{
				"simtool mlem layers x.npy y.npy " + features + "--permutations 2 --null 0 --bootstrap 0 -q -o one",
				"simtool mlem layers y.npy x.npy " + features + "--permutations 2 --null 0 --bootstrap 0 -q -o two",
			},
			command: "simtool mlem profiles one/importance.csv two/importance.csv --warp none --band 1", hint: "leave it out",
			follow: []followed{{words: "leave it out", command: "simtool mlem profiles one/importance.csv two/importance.csv --warp none"}},
		},
		{
			name: "patterns of several times", prepare: func(t *testing.T) { writeArray(t, "t.npy", append(flat(x), flat(x)...), 2, n, len(x[0])) },
			command: fit + features + "--neural t.npy", hint: "where these are time × stimulus × unit, simtool mlem layers --per time fits each time",
			follow: []followed{{words: "simtool mlem layers --per time", command: "simtool mlem layers t.npy --per time " + features + "--permutations 0 --null 0 --bootstrap 0 -o l"}},
		},
		{
			name: "patterns with a column for each stimulus", files: map[string]string{"t.csv": csvOf("", transposed(y), nil)},
			command: fit + features + "--neural t.csv", hint: "it has a column for each stimulus: transpose it",
			follow: []followed{{
				words: "transpose it", make: func(t *testing.T) { writeFile(t, ".", "t.csv", csvOf("u,v,w\n", y, nil)) },
				command: weights(fit + features + "--neural t.csv"), check: printsAs(weights(strings.Replace(fit, "-o fit", "-o fit --force", 1) + features + "--neural y.npy")),
			}},
		},
		{
			name: "given distances of pairs", prepare: func(t *testing.T) { writeArray(t, "p.npy", pairsOf(y), n*(n-1)/2) },
			command: fit + features + "--neural-distances p.npy", hint: "as the pairs of 12 stimuli, make a matrix of them: scipy.spatial.distance.squareform(x)",
			follow: []followed{{
				words: "make a matrix of them", make: distances, command: weights(fit + features + "--neural-distances d.npy"),
				check: printsAs(weights(strings.Replace(fit, "-o fit", "-o fit --force", 1) + features + "--neural y.npy")),
			}},
		},
		{
			name: "distances of features by pairs", prepare: func(t *testing.T) { writeArray(t, "p.npy", pairsOf(y), n*(n-1)/2) },
			command: fit + "--feature-distances a=p.npy --neural x.npy", hint: "as the pairs of 12 stimuli, make a matrix of them: scipy.spatial.distance.squareform(x)",
			follow: []followed{{words: "make a matrix of them", make: distances, command: fit + "--feature-distances a=d.npy --neural x.npy"}},
		},
		{
			name: "distances that are missing", files: map[string]string{"d.csv": lineDistances(n, "NaN")},
			command: fit + "--feature-distances line=d.csv --neural y.npy", hint: "fill in what is missing, or leave such samples out of the files",
			follow: []followed{
				{words: "fill in what is missing", make: func(t *testing.T) { writeFile(t, ".", "d.csv", lineDistances(n, "1")) }, command: fit + "--feature-distances line=d.csv --neural y.npy"},
				{
					words: "leave such samples out of the files", make: func(t *testing.T) {
						writeFile(t, ".", "d.csv", lineDistances(n-2, "1"))
						writeFile(t, ".", "z.csv", csvOf("", y[2:], nil))
					}, command: fit + "--feature-distances line=d.csv --neural z.csv",
				},
			},
		},
		leave("noise of Euclidean distances", fit+features+"--neural y.npy --noise y.npy", fit+features+"--neural y.npy"),
		leave("a distance of single units", fit+features+"--neural y.npy --each-unit --distance cosine", fit+features+"--neural y.npy --each-unit"),
		{
			name: "a representation of a model of one", first: []string{fit + features + "--neural y.npy"},
			command: "simtool mlem score fit/model.json --features x.csv --neural y.npy --representation y", hint: "leave it out",
			follow: []followed{{words: "leave it out", command: "simtool mlem score fit/model.json --features x.csv --neural y.npy"}},
		},
		{
			name: "a model of several representations", first: []string{"simtool mlem layers x.npy y.npy --features x.csv --permutations 0 --null 0 --bootstrap 0 -q -o fit"},
			command: "simtool mlem score fit/model.json --features x.csv --neural y.npy", hint: "--representation names one, such as x.npy",
			follow: []followed{{words: "--representation", command: "simtool mlem score fit/model.json --features x.csv --neural y.npy --representation y.npy"}},
		},
		{
			name: "a representation that is misspelt", first: []string{"simtool mlem layers x.npy y.npy --features x.csv --permutations 0 --null 0 --bootstrap 0 -q -o fit"},
			command: "simtool mlem score fit/model.json --features x.csv --neural y.npy --representation y.np", hint: "did you mean y.npy?",
			follow: []followed{{words: "y.npy", command: "simtool mlem score fit/model.json --features x.csv --neural y.npy --representation y.npy"}},
		},
		{
			name: "repeats of layers", command: "simtool mlem layers x.npy y.npy --features x.csv --distance crossnobis -o l", hint: "simtool mlem fit takes repeats",
			follow: []followed{{words: "simtool mlem fit", first: []string{"cp y.npy y2.npy"}, command: fit + features + "--neural y.npy --neural y2.npy --distance crossnobis"}},
		},
		{
			name: "a distance that is misspelt", command: fit + features + "--neural y.npy --distance euclidaen", hint: "did you mean euclidean?",
			follow: []followed{{words: "euclidean", command: fit + features + "--neural y.npy --distance euclidean"}},
		},
		{
			name: "a method that is misspelt", command: "simtool mlem compare --features x.csv --neural y.npy --methods mlm", hint: "did you mean mlem?",
			follow: []followed{{words: "mlem", command: "simtool mlem compare --features x.csv --neural y.npy --methods mlem"}},
		},
		{
			// Both files can be read within this limit.
			name: "little memory", command: fit + features + "--neural y.npy -j 1 --interactions all --bootstrap 200 --max-memory 150K",
			hint: "allow more memory, draw fewer bootstrap samples or leave out interactions",
			follow: []followed{
				{words: "allow more memory", command: fit + features + "--neural y.npy -j 1 --interactions all --bootstrap 200 --max-memory 1G"},
				{words: "draw fewer bootstrap samples", command: fit + features + "--neural y.npy -j 1 --interactions all --bootstrap 20 --max-memory 150K"},
				{words: "leave out interactions", command: fit + features + "--neural y.npy -j 1 --bootstrap 200 --max-memory 150K"},
			},
		},
		{
			name: "Shapley values of many", files: map[string]string{"f.csv": manyFeatures(n)}, command: fit + "--features f.csv --neural y.npy --shapley",
			hint: "put features into groups",
			follow: []followed{{
				words: "groups", command: fit + "--features f.csv --neural y.npy --shapley --group low=f0,f1,f2,f3,f4 --group high=f5,f6,f7,f8,f9",
			}},
		},
		{
			name: "noise of fewer samples than units", command: fit + features + "--neural y.npy --distance mahalanobis --noise noise.npy",
			prepare: func(t *testing.T) { writeArray(t, "noise.npy", []float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, 3, 3) },
			hint:    "shrink it towards its diagonal, or estimate it from more samples than units",
			follow: []followed{{
				words: "shrink it towards its diagonal", make: func(t *testing.T) {
					writeArray(t, "noise.npy", []float64{1, .5, .5, .5, 1, .5, .5, .5, 1}, 3, 3)
				}, command: fit + features + "--neural y.npy --distance mahalanobis --noise noise.npy",
			}},
		},
		{
			name: "values that are too large", prepare: func(t *testing.T) { writeArray(t, "y.npy", scaled(y, 1e90), n, 3) }, command: fit + features + "--neural y.npy",
			hint: "measure in other units, or take another power",
			follow: []followed{
				{words: "measure in other units", make: func(t *testing.T) { writeArray(t, "y.npy", flat(y), n, 3) }, command: fit + features + "--neural y.npy"},
				{words: "another power", command: fit + features + "--neural y.npy --power 1"},
			},
		},
		given(hintStory{
			name: "similarities", prepare: func(t *testing.T) {
				d, _ := arrayIn(t, "r.npy")
				for i := range d {
					d[i] = 1 - d[i]
				}
				writeArray(t, "s.npy", d, n, n)
			}, command: fit + features + "--neural-distances s.npy",
			hint:   "if these are similarities, take distances such as 1 − r",
			follow: []followed{{words: "take distances such as 1 − r", command: fit + features + "--neural-distances r.npy --neural-distances-kind plain"}},
		}),
		given(hintStory{
			name: "distances below 0", prepare: func(t *testing.T) {
				d, _ := arrayIn(t, "d.npy")
				d[1], d[n] = -.5, -.5
				writeArray(t, "e.npy", d, n, n)
			}, command: fit + features + "--neural-distances e.npy --power 2",
			hint:   "neural distances that may be negative, such as crossnobis, want the power 1",
			follow: []followed{{words: "the power 1", command: fit + features + "--neural-distances e.npy --power 1"}},
		}),
		{
			name: "a diagonal metric with products", command: fit + features + "--neural y.npy --interactions all --constraint diagonal",
			hint: "w ≥ 0 on products would forbid the negative interactions that real distances have",
			follow: []followed{
				{words: "would forbid", command: fit + features + "--neural y.npy --interactions all --constraint unconstrained"},
			},
		},
		{
			name: "no pairs within a split", files: map[string]string{"f.csv": split(x)}, command: fit + "--features f.csv --neural y.npy --split-by session",
			hint:   "see what --split-by and --missing drop-pair leave out",
			follow: []followed{{words: "what --split-by", command: fit + "--features f.csv --neural y.npy --drop session || simtool --split-by"}},
		},
		{
			name: "patterns with a missing value", prepare: func(t *testing.T) { writeArray(t, "y.npy", holed(y, [2]int{3, 1}), n, 3) }, command: fit + features + "--neural y.npy",
			hint: "--drop-missing-stimuli leaves such stimuli out, of the features too",
			follow: []followed{{
				words: "--drop-missing-stimuli", command: weights(fit + features + "--neural y.npy --drop-missing-stimuli"), check: sameWeights(withoutRows(x, 3), withoutRows(y, 3)),
			}},
		},
		{
			name: "a unit without any value", prepare: func(t *testing.T) { writeFile(t, ".", "p.csv", unitWithout(y)) }, command: fit + features + "--neural p.csv --drop-missing-stimuli",
			hint:   "a unit without any value is of no use: leave its column out of the file",
			follow: []followed{{words: "leave its column out of the file", first: []string{"cut -d, -f1,3 p.csv > q.csv"}, command: weights(fit + features + "--neural q.csv --drop-missing-stimuli"), check: sameWeights(x, without(y, 1))}},
		},
		{
			name: "patterns of other stimuli", files: map[string]string{
				"f.csv": csvOf(",a,b,c,d\n", x, func(i int) string { return fmt.Sprintf("s%d,", i) }),
				"p.csv": csvOf(",u,v,w\n", y, func(i int) string { return fmt.Sprintf("s%d,", i+1) }),
			}, command: fit + "--features f.csv --neural p.csv",
			hint: "give both the same stimuli, or files without the names",
			follow: []followed{
				{words: "files without the names", first: []string{"cut -d, -f2- p.csv > q.csv"}, command: weights(fit + "--features f.csv --neural q.csv"), check: sameWeights(x, y)},
				{words: "give both the same stimuli", make: func(t *testing.T) {
					writeFile(t, ".", "q.csv", csvOf(",u,v,w\n", y, func(i int) string { return fmt.Sprintf("s%d,", i) }))
				}, command: weights(fit + "--features f.csv --neural q.csv"), check: sameWeights(x, y)},
			},
		},
		{
			name: "a goal that begins with a negative weight", command: "simtool optimize x.npy -m -0.5*cka+nbs -o o -q",
			hint: "start with the measure that is to become more similar; a low score is reached with a target",
			follow: []followed{
				{words: "start with the measure that is to become more similar", command: "simtool optimize x.npy -m nbs-0.5*cka --max-iter 20 -o o -q || test $? = 5"},
			},
		},
		{
			name: "a similarity and a distance", command: "simtool optimize x.npy -m cka+procrustes -o o -q",
			hint: "give the distance a negative weight, or use the form that is a score",
			follow: []followed{
				{words: "give the distance a negative weight", command: "simtool optimize x.npy -m cka-1*procrustes --max-iter 20 -o o -q || test $? = 5"},
				{words: "use the form that is a score", command: "simtool optimize x.npy -m cka+procrustes:as=angular-score --max-iter 20 -o o -q || test $? = 5"},
			},
		},
		{
			name: "components without new directions", prepare: func(t *testing.T) { writeArray(t, "s.npy", flat(x)[:20], 5, 4) },
			command: "simtool pc-sensitivity s.npy -m cka --change replace --components 1",
			hint:    "remove, scale and noise need no new directions, or leave out the last components with --keep",
			follow: []followed{
				{words: "remove", command: "simtool pc-sensitivity s.npy -m cka --change remove --components 1"},
				{words: "--keep", command: "simtool pc-sensitivity s.npy -m cka --change replace --components 1 --keep 3"},
			},
		},
		{
			name: "a threshold of a distance", command: "simtool joint-range --shape 12,3,3 -m cka,procrustes --given 0.9 --restarts 1",
			hint:   "use the form that is a score, such as as=angular-score",
			follow: []followed{{words: "as=angular-score", command: "simtool joint-range --shape 12,3,3 -m cka,procrustes:as=angular-score --given 0.9 --restarts 1"}},
		},
		{
			name: "levels without an end", command: "simtool joint-range --shape 12,3,3 -m gulp,cka --restarts 1", hint: "--at 1,2,5 sets them",
			follow: []followed{{words: "--at 1,2,5", command: "simtool joint-range --shape 12,3,3 -m gulp,cka --restarts 1 --at 1,2,5"}},
		},
		{
			name: "times of data without them", command: "simtool influence x.npy y.npy --wrt times --format csv", hint: "--wrt samples asks each row",
			follow: []followed{{words: "--wrt samples", command: "simtool influence x.npy y.npy --wrt samples --format csv", value: pairCKA}},
		},
		{
			name: "little memory for pairs of samples", prepare: long(3000), command: "simtool score l.npy l.npy -m rsa:compare=spearman,cka --max-memory 2M --format csv",
			hint:   "without rsa:compare=spearman they need less, about 595K",
			follow: []followed{{words: "without rsa", command: "simtool score l.npy l.npy -m cka --max-memory 2M --format csv", value: 1}},
		},
		{
			name: "little memory for pairs of many samples", prepare: long(1<<22 + 1000), command: "simtool score l.npy l.npy -m rsa,cka --max-memory 250M --format csv",
			hint:   "without rsa they would be read block by block in little memory",
			follow: []followed{{words: "without rsa", command: "simtool score l.npy l.npy -m cka --max-memory 250M --format csv", value: 1}},
		},
		{
			name: "little memory for many samples of which some are to be dropped", prepare: long(1<<22 + 1000), command: "simtool score l.npy l.npy -m cka --missing drop --max-memory 250M --format csv",
			hint:   "they cannot be read block by block: --missing drop is set",
			follow: []followed{{words: "--missing drop is set", command: "simtool score l.npy l.npy -m cka --missing refuse --max-memory 250M --format csv", value: 1}},
		},
		{
			name: "too little memory", command: scoreArrays + " --max-memory 10", hint: "give more with --max-memory",
			follow: []followed{{words: "--max-memory", command: scoreArrays + " --max-memory 1G", value: pairCKA}},
		},
	}
}

// long writes a recording of many samples of four small whole numbers.
func long(samples int) func(t *testing.T) {
	return func(t *testing.T) {
		body := make([]byte, 4*samples)
		for i := range body {
			body[i] = byte(uint32(i) * 2654435761 >> 24 & 63)
		}
		writeFile(t, ".", "l.npy", npyText("'|i1'", fmt.Sprintf("(%d, 4)", samples), false, body))
	}
}

// sameWeights expects the weights of a fit to features and patterns as they stand in
// weights.csv.
func sameWeights(x, y [][]float64) func(t *testing.T, stdout string) {
	return func(t *testing.T, stdout string) {
		t.Helper()
		writeFile(t, ".", "bare_x.csv", csvOf("a,b,c,d\n", x, nil))
		writeArray(t, "bare_y.npy", flat(y), len(y), len(y[0]))
		status, want, stderr := inShell(t, strings.Replace(fit, "-o fit", "-o bare", 1)+"--features bare_x.csv --neural bare_y.npy && cat bare/weights.csv")
		if status != 0 || stdout != want {
			t.Errorf("weights\n%s, want\n%s%s", stdout, want, stderr)
		}
	}
}

// scaled is a matrix times a number, row by row.
func scaled(m [][]float64, by float64) []float64 {
	values := flat(m)
	for i := range values {
		values[i] *= by
	}
	return values
}

// manyFeatures is a table of 14 features.
func manyFeatures(n int) string {
	var header []string
	m := make([][]float64, n)
	for j := range 14 {
		header = append(header, fmt.Sprintf("f%d", j))
		for i := range m {
			m[i] = append(m[i], math.Round(1000*math.Sin(float64(1+i*i*(j+1))))/1000)
		}
	}
	return csvOf(strings.Join(header, ",")+"\n", m, nil)
}

// split is a table of features with a session of its own for every stimulus but two.
func split(m [][]float64) string {
	return csvOf("session,a,b,c,d\n", m, func(i int) string { return fmt.Sprintf("s%d,", max(i, 1)) })
}

// unitWithout is a table of patterns whose second unit has no value.
func unitWithout(m [][]float64) string {
	text := "u,v,w\n"
	for line := range strings.Lines(csvOf("", m, nil)) {
		fields := strings.Split(line, ",")
		text += fields[0] + ",," + fields[2]
	}
	return text
}

// lineDistances is a table of the distances 1.5·|i−j| of n stimuli on a line, but of the first two.
func lineDistances(n int, first string) string {
	header, rows := make([]string, n), ""
	for i := range n {
		header[i] = fmt.Sprintf("s%d", i)
		row := make([]string, n)
		for j := range row {
			row[j] = fmt.Sprint(1.5 * float64(max(i-j, j-i)))
			if i+j == 1 {
				row[j] = first
			}
		}
		rows += strings.Join(row, ",") + "\n"
	}
	return strings.Join(header, ",") + "\n" + rows
}

// pairsOf are the Euclidean distances of all pairs of rows, as scipy's pdist has them.
func pairsOf(m [][]float64) []float64 {
	var out []float64
	for i, a := range m {
		for _, b := range m[i+1:] {
			sum := 0.0
			for k, v := range a {
				sum += (v - b[k]) * (v - b[k])
			}
			out = append(out, math.Sqrt(sum))
		}
	}
	return out
}

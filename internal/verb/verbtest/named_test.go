package verbtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/verb/decode"
	verbmlem "simtool/internal/verb/mlem"
	"simtool/internal/verb/plot"
	"simtool/internal/verb/rdm"
	"simtool/internal/verb/score"
	"simtool/internal/verb/verbtest"
)

// TestColumnsThatNameSamples: the rows of a table of labels or features go to the samples
// of a recording by any column that holds their names, whatever the order of the rows, and
// so do matrices of dissimilarities by their header.
func TestColumnsThatNameSamples(t *testing.T) {
	t.Chdir(t.TempDir())
	const n = 24
	rng := rand.New(rand.NewPCG(21, 13))
	order := rng.Perm(n)
	samples, numbered := make([]string, n), make([]string, n)
	classes, features, responses := make([]string, n), make([]string, n), make([]string, n)
	var values []float64
	for i := range n {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		values = append(values, 2*a, b)
		samples[i] = fmt.Sprintf("face%d,%.6f,%.6f\n", i, 2*a+.1, b+.1)
		responses[i] = fmt.Sprintf("face%d,%.6f,%.6f\n", i, a-b+.1, rng.NormFloat64()+.1)
		numbered[i] = fmt.Sprintf("%d,%.6f,%.6f\n", 100+i, 2*a+.1, b+.1)
		classes[i] = fmt.Sprintf("face%d,%d,%s,g%d\n", i, 100+i, map[bool]string{true: "high", false: "low"}[a > 0], i/4)
		features[i] = fmt.Sprintf("face%d,%d,%.6f,%.6f\n", i, 100+i, a, b)
	}
	table := func(path, header string, rows []string, order []int) {
		text := header + "\n"
		for _, i := range order {
			text += rows[i]
		}
		verbtest.Write(t, path, text)
	}
	same := make([]int, n)
	for i := range same {
		same[i] = i
	}
	table("x.csv", "image,u,v", samples, same)
	table("y.csv", "image,v,w", responses, order)
	table("numbered.csv", "stim,u,v", numbered, same)
	for name, order := range map[string][]int{"same": same, "other": order} {
		table(name+"_labels.csv", "what,stim,class,group", classes, order)
		table(name+"_features.csv", "what,stim,size,hue", features, order)
		table(name+"_indexed.csv", ",u,v", samples, order)
	}
	var movie []float64 // two bins of the samples in the other order
	list := ""
	for t := range 2 {
		for _, i := range order {
			movie = append(movie, float64(t)+values[2*i], values[2*i+1])
		}
	}
	for _, i := range order {
		list += fmt.Sprintf("face%d\n", i)
	}
	verbtest.Write(t, "movie.names.txt", list)
	if _, err := dataio.WriteFile("movie.npy", dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPY(f, dataio.Float64, movie, 2, n, 2)
	}); err != nil {
		t.Fatal(err)
	}
	const oneFit = " --null 0 --bootstrap 0 --permutations 0 --folds 0 --force -o fit"
	fit := func(words string) []float64 {
		verbtest.Succeed(t, verbmlem.NewFit(), strings.Fields(words+oneFit)...)
		return numbers(t, verbtest.Text(t, "fit/weights.csv"), "weight")
	}
	// Dissimilarities of sizes, and of hues in another order: a table with a header.
	square := func(path string, column int, order []int) {
		at := func(i int) float64 {
			v, err := strconv.ParseFloat(strings.Split(strings.TrimSpace(features[i]), ",")[column], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		var names []string
		text := ""
		for _, i := range order {
			names = append(names, fmt.Sprintf("face%d", i))
			var cells []string
			for _, k := range order {
				cells = append(cells, fmt.Sprint(math.Abs(at(i)-at(k))))
			}
			text += strings.Join(cells, ",") + "\n"
		}
		verbtest.Write(t, path, strings.Join(names, ",")+"\n"+text)
	}
	square("sizes.csv", 2, same)
	square("same_hues.csv", 3, same)
	square("other_hues.csv", 3, order)
	for name, run := range map[string]func(which string) []float64{
		"decode": func(which string) []float64 {
			return numbers(t, said(t, decode.New(), "x.csv --ids image --label class --labels "+which+"_labels.csv"), "accuracy")
		},
		"decode by numbers": func(which string) []float64 {
			return numbers(t, said(t, decode.New(), "numbered.csv --ids stim --label class --labels "+which+"_labels.csv"), "accuracy")
		},
		"units": func(which string) []float64 {
			return numbers(t, said(t, score.New(), "x.csv y.csv --ids image -m cka --inference full --units "+which+"_labels.csv:group"), "lo")
		},
		"mlem fit": func(which string) []float64 {
			return fit("--features " + which + "_features.csv --drop stim --neural same_indexed.csv")
		},
		"mlem layers over time": func(which string) []float64 {
			verbtest.Succeed(t, verbmlem.NewLayers(), strings.Fields("--features "+which+"_features.csv --drop stim movie.npy --per time"+oneFit)...)
			return numbers(t, verbtest.Text(t, "fit/weights.csv"), "weight")
		},
		"mlem fit of distances": func(which string) []float64 {
			return fit("--feature-distances size=sizes.csv,hue=" + which + "_hues.csv --neural other_indexed.csv")
		},
	} {
		alike := func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }
		if want, got := run("same"), run("other"); !slices.EqualFunc(got, want, alike) {
			t.Errorf("%s: rows in another order give %v, want %v", name, got, want)
		}
	}

	// The colours of a figure follow the names as well: distances of sizes, in a folder that names them.
	if err := os.Mkdir("figure", 0o750); err != nil {
		t.Fatal(err)
	}
	verbtest.Succeed(t, rdm.New(), "x.csv", "--ids", "image", "--rdm", "euclidean", "-o", "figure/d.npy")
	list = ""
	for i := range n {
		list += fmt.Sprintf("face%d\n", i)
	}
	verbtest.Write(t, "figure/file_names.txt", list)
	var drawn [2]string
	for k, which := range []string{"same", "other"} {
		verbtest.Succeed(t, plot.New(), "figure/d.npy", "--style", "mds", "--labels", which+"_labels.csv", "--label", "class", "-o", which+".svg")
		drawn[k] = verbtest.Text(t, which+".svg")
	}
	if drawn[0] != drawn[1] {
		t.Error("labels in another order give other colours")
	}
}

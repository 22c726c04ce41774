package verbmlem

import (
	"strings"
	"testing"

	"simtool/internal/data/datatest"
	"simtool/internal/verb/rdm"
	"simtool/internal/verb/verbtest"
)

// oneFit is a fit of the point estimate alone.
const oneFit = " --null 0 --bootstrap 0 --permutations 0 --folds 0 -o "

const (
	someFeatures = "a,b\n0.5,1\n1.5,0\n2.2,1\n3.1,0\n4.7,1\n0.3,0\n"
	somePatterns = "u,v\n0.5,2.0\n1.5,0.0\n2.2,2.0\n3.1,0.0\n4.7,2.0\n0.3,0.0\n"
)

// weightsOf returns the rows of weights of a fit, without their last digits.
func weightsOf(t *testing.T, directory string) string {
	t.Helper()
	text := ""
	for _, row := range verbtest.Rows(t, verbtest.Text(t, directory+"/weights.csv")) {
		text += row["feature_a"] + " " + row["weight"][:12] + "\n"
	}
	return text
}

// A matrix of distances gives the weights of the patterns that it is of, whether it is
// squared or not, if its manifest or somebody says so; else it says what it assumed.
func TestKindOfGivenDistances(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "f.csv", someFeatures)
	verbtest.Write(t, "y.csv", somePatterns)
	verbtest.Succeed(t, NewFit(), line("--features f.csv --neural y.csv"+oneFit+"want")...)
	want := weightsOf(t, "want")
	for kind, word := range map[string]string{"sqeuclidean": "squared", "euclidean": "plain"} {
		verbtest.Succeed(t, rdm.New(), line("y.csv --rdm "+kind+" -o "+kind+".npy")...)
		verbtest.Write(t, "bare_"+kind+".npy", verbtest.Text(t, kind+".npy"))
		for name, more := range map[string]string{kind: "", "bare_" + kind: " --neural-distances-kind " + word} {
			r := verbtest.Succeed(t, NewFit(), line("--features f.csv --neural-distances "+name+".npy"+more+oneFit+"of_"+name)...)
			if got := weightsOf(t, "of_"+name); got != want || len(r.Warnings) > 0 || !strings.Contains(strings.Join(r.Summaries, "\n"), word+" distances by") {
				t.Errorf("%s: weights %q, want %q; warnings %q, summaries %q", name, got, want, r.Warnings, r.Summaries)
			}
		}
		r := verbtest.Succeed(t, NewFit(), line("--features f.csv --neural-distances bare_"+kind+".npy"+oneFit+"assumed_"+kind)...)
		if says := strings.Join(r.Warnings, "\n"); !strings.Contains(says, "assumed to be plain") || strings.Contains(says, "only their roots") != (word == "squared") {
			t.Errorf("%s without a manifest: warnings %q", kind, says)
		}
	}
}

// A model is scored on a matrix of squared distances and on one of plain ones alike, if
// its manifest or somebody says which it is; else it says what it assumed.
func TestKindOfDistancesToScore(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "f.csv", someFeatures)
	verbtest.Write(t, "y.csv", "u,v\n0.5,2.0\n1.9,0.3\n2.2,1.0\n3.1,0.0\n4.1,2.0\n0.3,0.7\n")
	for _, kind := range []string{"sqeuclidean", "euclidean"} {
		verbtest.Succeed(t, rdm.New(), line("y.csv --rdm "+kind+" -o "+kind+".npy")...)
		verbtest.Write(t, "bare_"+kind+".npy", verbtest.Text(t, kind+".npy"))
	}
	for model, from := range map[string]string{
		"patterns": "--neural y.csv", "squares": "--neural y.csv --distance sqeuclidean",
		"plain": "--neural-distances euclidean.npy", "squared": "--neural-distances sqeuclidean.npy",
	} {
		verbtest.Succeed(t, NewFit(), line("--features f.csv "+from+oneFit+model)...)
		score := func(words string) (r2 string, warnings int) {
			if words == "" {
				words = "--neural y.csv"
			}
			r := verbtest.Succeed(t, NewScore(), line(model+"/model.json --features f.csv --format csv "+words)...)
			return verbtest.Rows(t, r.Stdout)[0]["r2"][:9], len(r.Warnings)
		}
		want, _ := score(map[string]string{"plain": "--neural-distances euclidean.npy", "squared": "--neural-distances sqeuclidean.npy"}[model])
		for words, warns := range map[string]bool{
			"sqeuclidean.npy": false,
			"euclidean.npy":   model == "squares" || model == "squared",
			"bare_sqeuclidean.npy --neural-distances-kind squared": false,
			"bare_euclidean.npy --neural-distances-kind plain":     model == "squares" || model == "squared",
		} {
			if got, warnings := score("--neural-distances " + words); got != want || warnings > 0 != warns {
				t.Errorf("the model of %s on %s: r2 %s and %d warnings, want %s and warnings: %t", model, words, got, warnings, want, warns)
			}
		}
		assumed := map[string]string{"patterns": "bare_euclidean.npy", "squares": "bare_sqeuclidean.npy", "plain": "bare_euclidean.npy", "squared": "bare_sqeuclidean.npy"}[model]
		if got, warnings := score("--neural-distances " + assumed); got != want || warnings != 1 {
			t.Errorf("the model of %s on %s: r2 %s and %d warnings, want %s and one", model, assumed, got, warnings, want)
		}
	}
}

// An index is no feature, and says which pattern belongs to which stimulus.
func TestIndexOfFeatures(t *testing.T) {
	t.Chdir(t.TempDir())
	verbtest.Write(t, "f.csv", someFeatures)
	verbtest.Write(t, "y.csv", somePatterns)
	verbtest.Write(t, "named_f.csv", ",a,b\ns1,0.5,1\ns2,1.5,0\ns3,2.2,1\ns4,3.1,0\ns5,4.7,1\ns6,0.3,0\n")
	verbtest.Write(t, "named_y.csv", ",u,v\ns6,0.3,0.0\ns5,4.7,2.0\ns4,3.1,0.0\ns3,2.2,2.0\ns2,1.5,0.0\ns1,0.5,2.0\n")
	verbtest.Write(t, "other_y.csv", ",u,v\ns6,0.3,0.0\ns5,4.7,2.0\ns4,3.1,0.0\ns3,2.2,2.0\ns2,1.5,0.0\ns9,0.5,2.0\n")
	verbtest.Succeed(t, NewFit(), line("--features f.csv --neural y.csv"+oneFit+"want")...)
	want := weightsOf(t, "want")
	for _, files := range []string{"--features named_f.csv --neural y.csv", "--features named_f.csv --neural named_y.csv"} {
		verbtest.Succeed(t, NewFit(), line(files+oneFit+"out --force")...)
		if got := weightsOf(t, "out"); got != want {
			t.Errorf("%s: weights %q, want %q", files, got, want)
		}
	}
	r := verbtest.Run(t, NewFit(), line("--features named_f.csv --neural other_y.csv"+oneFit+"no")...)
	if r.Err == nil || !strings.Contains(r.Err.Error(), `no sample "s1"`) || !strings.Contains(r.Err.Error(), `"s9"`) {
		t.Errorf("other stimuli: %v, want the first differences", r.Err)
	}
	verbtest.Write(t, "counting_y.csv", "trial,u,v\n1,0.5,2.0\n2,1.5,0.0\n3,2.2,2.0\n4,3.1,0.0\n5,4.7,2.0\n6,0.3,0.0\n")
	r = verbtest.Run(t, NewFit(), line("--features f.csv --neural counting_y.csv"+oneFit+"no")...)
	if r.Err == nil || !strings.Contains(r.Err.Error(), `column "trial" that counts the rows`) {
		t.Errorf("patterns that count: %v", r.Err)
	}
}

// The tables of features of the cases: an index, and semicolons.
func TestFeatureTablesOfCases(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(datatest.Shared(t, "cases"))
	for _, file := range []string{"cat_no.csv", "cat_idx.csv"} {
		out := dir + "/" + file
		verbtest.Succeed(t, NewFit(), line("--features "+file+" --neural cat_y.npy"+oneFit+out)...)
		if got := weightsOf(t, out); !strings.HasPrefix(got, "cue 0.8943") || !strings.Contains(got, "contrast 0.4474") {
			t.Errorf("%s: weights %q, want .8943 and .4474", file, got)
		}
	}
	r := verbtest.Run(t, NewFit(), line("--features semi_feat.csv --neural cat_y.npy"+oneFit+dir+"/no")...)
	if r.Err == nil || !strings.Contains(r.Err.Error(), "semicolons") {
		t.Errorf("semicolons: %v", r.Err)
	}
}

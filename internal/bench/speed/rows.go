//go:build linux

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/io"
)

// row is a piece of work: its data, the command of simtool, and that of the peer.
type row struct {
	name string
	data func(dir string) error
	args []string
	peer string // "" for none
}

// score is the command that scores two files without intervals.
func score(x, y string, more ...string) []string {
	return append([]string{"score", x, y, "--inference", "none", "--format", "csv"}, more...)
}

var rows = []row{
	{"start: version", nothing, []string{"version"}, ""},
	{"wide pair 500 × 8192, 500 × 4096: cka", pair("wide", []int{500, 8192}, []int{500, 4096}), score("widex.npy", "widey.npy", "-m", "cka"), "cka widex.npy widey.npy"},
	{"wide pair 500 × 8192, 500 × 4096: nbs", pair("wide", []int{500, 8192}, []int{500, 4096}), score("widex.npy", "widey.npy", "-m", "nbs"), "nbs widex.npy widey.npy"},
	{"wide pair 500 × 8192, 500 × 4096 float32: cka", wideSingle, score("singlex.npy", "singley.npy", "-m", "cka"), "cka singlex.npy singley.npy"},
	{"--per time 200 × 100 × 300: cka", pair("time", []int{200, 100, 300}, []int{200, 100, 300}), score("timex.npy", "timey.npy", "--per", "time", "-m", "cka"), "cka timex.npy timey.npy"},
	{"--per time 200 × 100 × 300: procrustes", pair("time", []int{200, 100, 300}, []int{200, 100, 300}), score("timex.npy", "timey.npy", "--per", "time", "-m", "procrustes"), "procrustes timex.npy timey.npy"},
	{"3000 × 500: cka", tall, score("tallx.npy", "tally.npy", "-m", "cka"), "cka tallx.npy tally.npy"},
	{"3000 × 500: nbs", tall, score("tallx.npy", "tally.npy", "-m", "nbs"), "nbs tallx.npy tally.npy"},
	{"3000 × 500: linreg", tall, score("tallx.npy", "tally.npy", "-m", "linreg"), "linreg tallx.npy tally.npy"},
	{"3000 × 500: cca", tall, score("tallx.npy", "tally.npy", "-m", "cca"), ""},
	{"3000 × 500: ridge:lambda=auto:cv=5", tall, score("tallx.npy", "tally.npy", "-m", "ridge:lambda=auto:cv=5"), ""},
	{"3000 × 500: rsa spearman of correlations", tall, score("tallx.npy", "tally.npy", "-m", "rsa:rdm=correlation:compare=spearman"), ""},
	{"3000 × 500: default set", tall, score("tallx.npy", "tally.npy"), ""},
	{"1000 × 512: default set", pair("layer", []int{1000, 512}, []int{1000, 512}), score("layerx.npy", "layery.npy"), ""},
	{"3 layers of 1000 × 512, all 6 pairs: default set", layers, append([]string{"score", "--all-pairs", "--inference", "none", "--format", "csv"}, "layer0.npy", "layer1.npy", "layer2.npy"), ""},
	{"200000 × 200 float32, read block by block: cka", long, score("longx.npy", "longy.npy", "-m", "cka", "--max-memory", "300MB"), "cka longx.npy longy.npy"},
	{"20000 × 50 csv: cka", texts, score("textx.csv", "texty.csv", "-m", "cka"), ""},
	{"mlem fit of 256 stimuli, 16 features with interactions, 200 bootstraps", stimuli, mlem("small", "--interactions", "all", "--bootstrap", "200"), ""},
	{"mlem fit of 4000 × 256, 8 features", stimuli, mlem("large"), ""},
	{"mlem fit of 7680 × 768, 8 features, all pairs", stimuli, mlem("huge"), ""},
	{"decode 900 × 212 raw counts, 30 classes", counts, []string{"decode", "counts.npy", "--labels", "labels.csv", "--format", "csv"}, ""},
	{"joint-range cka, procrustes: 50 levels at 20 × 10", nothing, jointRange(50), ""},
	{"joint-range cka, procrustes: 20 levels at 20 × 10", nothing, jointRange(20), ""},
	{"plot of 100000 scores of one measure", table, []string{"plot", "table.csv", "-o", "plot.svg", "--force"}, ""},
	{"report of 100000 scores of one measure", table, []string{"report", "table.csv", "-o", "report.html", "--force"}, ""},
}

// threaded are rows that are run on one thread and on two.
var threaded = []row{
	{"5000 × 50: rsa spearman", many, score("manyx.npy", "manyy.npy", "-m", "rsa:compare=spearman"), ""},
	{"20000 × 50 csv: cka", texts, score("textx.csv", "texty.csv", "-m", "cka"), ""},
	{"3000 × 500: default set", tall, score("tallx.npy", "tally.npy"), ""},
	{"1 pair of 600 × 100: default set", items(1), listed(1), ""},
	{"2 pairs", items(2), listed(2), ""},
	{"3 pairs", items(3), listed(3), ""},
	{"5 pairs", items(5), listed(5), ""},
	{"40 pairs", items(40), listed(40), ""},
}

// many are 12.5 million pairs of samples.
func many(dir string) error { return pair("many", []int{5000, 50}, []int{5000, 50})(dir) }

// layers are three arrays that have much in common.
func layers(dir string) error {
	if err := pair("layer", []int{1000, 512}, []int{1000, 512})(dir); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(15, 5))
	shared := normal(r, 1000*512)
	all := map[string]array{}
	for k := range 3 {
		own := normal(r, len(shared))
		for i, v := range shared {
			own[i] += v
		}
		all[fmt.Sprintf("layer%d.npy", k)] = array{own, []int{1000, 512}}
	}
	return write(dir, all)
}

// long are two arrays of float32.
func long(dir string) error { return single(dir, "long", 200_000, 200, 200) }

// wideSingle are two arrays of float32 with more features than samples.
func wideSingle(dir string) error { return single(dir, "single", 500, 8192, 4096) }

// single writes two arrays of float32.
func single(dir, prefix string, n, p, q int) error {
	if _, err := os.Stat(filepath.Join(dir, prefix+"x.npy")); err == nil {
		return nil
	}
	r := rand.New(rand.NewPCG(15, 6))
	for name, p := range map[string]int{prefix + "x.npy": p, prefix + "y.npy": q} {
		values := normal(r, n*p)
		encode := func(f *dataio.AtomicFile) error { return dataio.EncodeNPY(f, dataio.Float32, values, n, p) }
		if _, err := dataio.WriteFile(filepath.Join(dir, name), dataio.WriteOptions{}, encode); err != nil {
			return err
		}
	}
	return nil
}

// texts are two tables as text.
func texts(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "textx.csv")); err == nil {
		return nil
	}
	const n, p = 20_000, 50
	r := rand.New(rand.NewPCG(15, 7))
	for _, name := range []string{"textx.csv", "texty.csv"} {
		if err := writeText(filepath.Join(dir, name), normal(r, n*p), p, nil); err != nil {
			return err
		}
	}
	return nil
}

// writeText writes rows of values as text, below names if there are any.
func writeText(path string, values []float64, p int, names []string) error {
	var b strings.Builder
	if names != nil {
		b.WriteString(strings.Join(names, ",") + "\n")
	}
	for i, v := range values {
		separator := byte(',')
		if i%p == p-1 {
			separator = '\n'
		}
		fmt.Fprintf(&b, "%g", v)
		b.WriteByte(separator)
	}
	return os.WriteFile(path, []byte(b.String()), 0o666)
}

// items writes a recording, models, and a list of so many pairs of them.
func items(count int) func(dir string) error {
	return func(dir string) error {
		const n, p, models = 600, 100, 4
		r := rand.New(rand.NewPCG(15, 8))
		all := map[string]array{"recording.npy": {normal(r, n*p), []int{n, p}}}
		for k := range models {
			all[fmt.Sprintf("model%d.npy", k)] = array{normal(r, n*p), []int{n, p}}
		}
		if _, err := os.Stat(filepath.Join(dir, "recording.npy")); err != nil {
			if err := write(dir, all); err != nil {
				return err
			}
		}
		list := ""
		for k := range count {
			list += fmt.Sprintf("recording.npy model%d.npy\n", k%models)
		}
		return os.WriteFile(filepath.Join(dir, fmt.Sprintf("list%d.txt", count)), []byte(list), 0o666)
	}
}

func listed(count int) []string {
	return []string{"score", "--list", fmt.Sprintf("list%d.txt", count), "--inference", "none", "--format", "csv"}
}

// mlem is the command that fits a metric to the stimuli of a name.
func mlem(name string, more ...string) []string {
	return append([]string{"mlem", "fit", "--features", name + "-features.csv", "--neural", name + "-patterns.npy", "--output", name, "--force", "--quiet"}, more...)
}

// stimuli writes features of stimuli, and patterns that follow from them and noise.
func stimuli(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "small-features.csv")); err == nil {
		return nil
	}
	for _, c := range []struct {
		name    string
		n, f, p int
	}{{"small", 256, 16, 64}, {"large", 4000, 8, 256}, {"huge", 7680, 8, 768}} {
		r := rand.New(rand.NewPCG(15, 9))
		features, loads, patterns := normal(r, c.n*c.f), normal(r, c.f*c.p), normal(r, c.n*c.p)
		for i := range c.n {
			for k := range c.f {
				for j := range c.p {
					patterns[i*c.p+j] += features[i*c.f+k] * loads[k*c.p+j]
				}
			}
		}
		var names []string
		for k := range c.f {
			names = append(names, fmt.Sprintf("feature%d", k))
		}
		if err := writeText(filepath.Join(dir, c.name+"-features.csv"), features, c.f, names); err != nil {
			return err
		}
		if err := write(dir, map[string]array{c.name + "-patterns.npy": {patterns, []int{c.n, c.p}}}); err != nil {
			return err
		}
	}
	return nil
}

func jointRange(levels int) []string {
	return []string{"joint-range", "--shape", "20,10,10", "-m", "cka,procrustes-angular-score", "--levels", fmt.Sprint(levels), "-j", "1", "--format", "csv"}
}

func nothing(string) error { return nil }

// pair writes two related arrays, NAMEx.npy and NAMEy.npy, whose features agree as far as
// both have them.
func pair(name string, x, y []int) func(dir string) error {
	return func(dir string) error {
		if _, err := os.Stat(filepath.Join(dir, name+"x.npy")); err == nil {
			return nil
		}
		r := rand.New(rand.NewPCG(15, 1))
		p, q := x[len(x)-1], y[len(y)-1]
		a := normal(r, product(x))
		b := normal(r, product(y))
		for i := range b {
			if j := i % q; j < p {
				b[i] += a[i/q*p+j] / (1 + float64(j)/100)
			}
		}
		return write(dir, map[string]array{name + "x.npy": {a, x}, name + "y.npy": {b, y}})
	}
}

// tall writes a linear mixture and noise, of 3000 samples and 500 features.
func tall(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "tallx.npy")); err == nil {
		return nil
	}
	const n, p = 3000, 500
	r := rand.New(rand.NewPCG(15, 2))
	x, noise := mat.NewDense(n, p, normal(r, n*p)), mat.NewDense(n, p, normal(r, n*p))
	var y mat.Dense
	y.Mul(x, mat.NewDense(p, p, normal(r, p*p)))
	y.Scale(1/math.Sqrt(p), &y)
	y.Add(&y, noise)
	return write(dir, map[string]array{"tallx.npy": {x.RawMatrix().Data, []int{n, p}}, "tally.npy": {y.RawMatrix().Data, []int{n, p}}})
}

// counts writes spike counts of 212 neurons whose rates differ by factors of a thousand,
// for 30 stimuli in 900 presentations with a common gain.
func counts(dir string) error {
	const n, p, classes = 900, 212, 30
	r := rand.New(rand.NewPCG(15, 3))
	rates := normal(r, classes*p)
	for j := range p {
		base := math.Exp(3.3 + 1.2*r.NormFloat64())
		for c := range classes {
			rates[c*p+j] = base * math.Exp(0.05*rates[c*p+j])
		}
	}
	values, labels := make([]float64, n*p), "stimulus\n"
	for i := range n {
		class, gain := i%classes, math.Exp(0.3*r.NormFloat64())
		labels += fmt.Sprintf("s%d\n", class)
		for j := range p {
			mean := gain * rates[class*p+j]
			values[i*p+j] = math.Round(max(0, mean+3*math.Sqrt(mean)*r.NormFloat64()))
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.csv"), []byte(labels), 0o666); err != nil {
		return err
	}
	return write(dir, map[string]array{"counts.npy": {values, []int{n, p}}})
}

// table writes the scores of 100000 models.
func table(dir string) error {
	r := rand.New(rand.NewPCG(15, 4))
	var b strings.Builder
	b.WriteString("x,y,measure,value,lo,hi,n\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "recording.npy,model%d.npy,cka,%g,,,100\n", i, r.Float64())
	}
	return os.WriteFile(filepath.Join(dir, "table.csv"), []byte(b.String()), 0o666)
}

type array struct {
	values []float64
	shape  []int
}

func write(dir string, arrays map[string]array) error {
	for name, a := range arrays {
		encode := func(f *dataio.AtomicFile) error {
			return dataio.EncodeNPY(f, dataio.Float64, a.values, a.shape...)
		}
		if _, err := dataio.WriteFile(filepath.Join(dir, name), dataio.WriteOptions{}, encode); err != nil {
			return err
		}
	}
	return nil
}

func normal(r *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = r.NormFloat64()
	}
	return out
}

func product(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

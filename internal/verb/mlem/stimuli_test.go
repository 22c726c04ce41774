package verbmlem

import (
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb/verbtest"
)

func TestDistanceFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fd.npz")
	square := dataio.NamedArray{Name: "size", Values: make([]float64, 4), Shape: []int{2, 2}}
	other := square
	other.Name = "colour"
	if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPZ(f, dataio.Float64, []dataio.NamedArray{square, other})
	}); err != nil {
		t.Fatal(err)
	}
	parts, err := distanceFiles(path)
	if want := []namedPath{{"size", path + ":size"}, {"colour", path + ":colour"}}; err != nil || !slices.Equal(parts, want) {
		t.Errorf("%v %v, want %v", parts, err, want)
	}
	for _, p := range parts {
		if _, err := dataio.Read(p.path, dataio.Options{}); err != nil {
			t.Error(err)
		}
	}
	parts, err = distanceFiles("a=b.npz:c")
	if want := []namedPath{{"a", "b.npz:c"}}; err != nil || !slices.Equal(parts, want) {
		t.Errorf("%v %v, want %v", parts, err, want)
	}
	for _, text := range []string{"b.npy", filepath.Join(t.TempDir(), "none.npz")} {
		if _, err := distanceFiles(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// TestPatternsInAnotherShapeSayWhat: an array of time × stimulus × unit, or of unit × stimulus, is
// refused with what to do.
func TestPatternsInAnotherShapeSayWhat(t *testing.T) {
	simulated(t)
	for shape, hint := range map[string]string{
		"(2, 24, 3)": "simtool mlem layers --per time",
		"(6, 24)":    "transpose it",
		"(6, 25)":    "",
	} {
		header := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
		size := map[string]int{"(2, 24, 3)": 144, "(6, 24)": 144, "(6, 25)": 150}[shape]
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(i * i % 251)
		}
		verbtest.Write(t, "y.npy", "\x93NUMPY\x01\x00\x76\x00"+header+strings.Repeat(" ", 117-len(header))+"\n"+string(body))
		err := verbtest.Run(t, NewFit(), line("--features sim/features.csv --neural y.npy --bootstrap 0 --null 0 -o fit")...).Err
		e, ok := data.AsInputError(err)
		if !ok || !strings.Contains(e.Error(), "but the features are of 24") || !strings.Contains(e.Hint, hint) || (hint == "") != (e.Hint == "") {
			t.Errorf("%s: %v, hint %q", shape, err, e.Hint)
		}
	}
}

// TestPatternsThatNameTheirStimuli: rows of patterns in another order than those of the features
// go to their stimuli, whether a column without a name, one that is called as in the table of
// features, or one that is called something else names them, by words or by numbers.
func TestPatternsThatNameTheirStimuli(t *testing.T) {
	simulated(t)
	rows := strings.Split(strings.TrimSpace(verbtest.Text(t, "sim/features.csv")), "\n")
	const units = 3
	pattern := func(i int) string {
		var cells []string
		for u := range units {
			cells = append(cells, strconv.FormatFloat(math.Sin(float64((u+2)*i*i+u)), 'g', -1, 64))
		}
		return strings.Join(cells, ",")
	}
	table := func(name string, word func(i int) string) string {
		out := name + "," + rows[0] + "\n"
		for i, row := range rows[1:] {
			out += word(i) + "," + row + "\n"
		}
		return out
	}
	backwards := func(name string, word func(i int) string) string {
		out := name + ",u,v,w\n"
		for i := len(rows) - 2; i >= 0; i-- {
			out += word(i) + "," + pattern(i) + "\n"
		}
		return out
	}
	plain := "u,v,w\n"
	for i := range rows[1:] {
		plain += pattern(i) + "\n"
	}
	verbtest.Write(t, "plain.csv", plain)
	const options = " --bootstrap 0 --null 0 --permutations 0 --force "
	verbtest.Succeed(t, NewFit(), line("--features sim/features.csv --neural plain.csv -o plain"+options)...)
	words := func(i int) string { return "s" + strconv.Itoa(i*7%24) }
	numbers := func(i int) string { return strconv.Itoa(100 + i*7%24) }
	for name, c := range map[string]struct{ features, patterns string }{
		"indices":               {table("", words), backwards("", words)},
		"one name":              {table("stimulus", words), backwards("stimulus", words)},
		"two names":             {table("word", words), backwards("stimulus", words)},
		"an index and a name":   {table("", words), backwards("stimulus", words)},
		"a name and an index":   {table("stimulus", words), backwards("", words)},
		"numbers":               {table("stimulus", numbers), backwards("stimulus", numbers)},
		"an index of numbers":   {table("", numbers), backwards("", numbers)},
		"numbers of an index":   {table("stimulus", numbers), backwards("", numbers)},
		"a name and numbers":    {table("", numbers), backwards("stimulus", numbers)},
		"two names, of numbers": {table("word", numbers), backwards("stimulus", numbers)},
	} {
		verbtest.Write(t, "f.csv", c.features)
		verbtest.Write(t, "y.csv", c.patterns)
		drop := ""
		if first, _, _ := strings.Cut(c.features, ","); first != "" {
			drop = " --drop " + first
		}
		result := verbtest.Run(t, NewFit(), line("--features f.csv --neural y.csv -o named"+drop+options)...)
		if result.Err != nil {
			t.Errorf("%s: %v", name, result.Err)
			continue
		}
		if got, want := verbtest.Text(t, "named/weights.csv"), verbtest.Text(t, "plain/weights.csv"); got != want {
			t.Errorf("%s: the weights are\n%swant\n%s", name, got, want)
		}
	}
	// Words that are no names of the stimuli stay refused, for nobody knows the order.
	verbtest.Write(t, "f.csv", table("", words))
	verbtest.Write(t, "y.csv", backwards("stimulus", func(i int) string { return "t" + strconv.Itoa(i) }))
	if err := verbtest.Run(t, NewFit(), line("--features f.csv --neural y.csv -o named"+options)...).Err; err == nil {
		t.Error("patterns of other stimuli are fitted")
	}
}

package verbmlem

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
	"simtool/internal/verb/verbtest"
)

// A list of stimuli that comes through a pipe, or standard input, is read one time and gives
// what the file gives.
func TestSplitsFromPipes(t *testing.T) {
	t.Chdir(t.TempDir())
	const list = "3\n0\n"
	verbtest.Write(t, "test.txt", list)
	env := &batch.Env{Stdin: func(string) (io.Reader, error) { return strings.NewReader(list), nil }}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString(list); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	for _, path := range []string{"test.txt", "-", fmt.Sprintf("/dev/fd/%d", r.Fd())} {
		file, err := verb.ReadSampleList(env, path, data.Stimuli)
		if err != nil {
			t.Fatal(err)
		}
		source := file.Source
		got, err := file.Of(nil, 5)
		if err != nil || len(got) != 2 || got[0] != 3 || got[1] != 0 {
			t.Errorf("%s: stimuli %v (%v)", path, got, err)
		}
		if source.Path != path || source.Bytes != 4 || len(source.SHA256) != 64 {
			t.Errorf("%s: source %+v", path, source)
		}
	}
}

// TestSplitsByTrueAndFalse: an array of true and false with an element for each stimulus says
// which are meant, and one of another length is refused.
func TestSplitsByTrueAndFalse(t *testing.T) {
	t.Chdir(t.TempDir())
	const header = "{'descr': '|b1', 'fortran_order': False, 'shape': (5,), }"
	head := header + strings.Repeat(" ", 117-len(header)) + "\n"
	verbtest.Write(t, "mask.npy", "\x93NUMPY\x01\x00\x76\x00"+head+"\x00\x01\x00\x00\x01")
	file, err := verb.ReadSampleList(&batch.Env{}, "mask.npy", data.Stimuli)
	if err != nil {
		t.Fatal(err)
	}
	names := [][]string{{"1", "2", "3", "4", "5"}}
	if got, err := file.Of(names, 5); err != nil || !slices.Equal(got, []int{1, 4}) {
		t.Errorf("stimuli %v (%v), want 1 and 4", got, err)
	}
	if _, err := file.Of(names, 6); err == nil || !strings.Contains(err.Error(), "of 5 stimuli") {
		t.Errorf("a mask of 5 for 6 stimuli: %v", err)
	}
}

// TestNumbersThatAreNames: numbers are names where rows are called so, which is said where they
// could be the numbers of other rows.
func TestNumbersThatAreNames(t *testing.T) {
	simulated(t)
	fromOne, fromZero := "word,size\n", "word,size\n"
	for i := range 24 {
		size := strconv.Itoa(i * i % 17)
		fromOne, fromZero = fromOne+strconv.Itoa(i+1)+","+size+"\n", fromZero+strconv.Itoa(i)+","+size+"\n"
	}
	verbtest.Write(t, "one.csv", strings.Replace(fromOne, "word", "", 1))
	verbtest.Write(t, "zero.csv", strings.Replace(fromZero, "word", "", 1))
	verbtest.Write(t, "test.txt", "3\n4\n5\n6\n7\n")
	for table, said := range map[string]bool{"one.csv": true, "zero.csv": false} {
		result := verbtest.Succeed(t, NewFit(), line("--features "+table+" --neural sim/y.npy --test test.txt --bootstrap 0 --null 0 --permutations 0 --force -o fit")...)
		named := slices.ContainsFunc(result.Warnings, func(w string) bool { return strings.Contains(w, "taken for the names of stimuli: 3 is in row 2") })
		if named != said {
			t.Errorf("%s: warnings %q", table, result.Warnings)
		}
	}
}

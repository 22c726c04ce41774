package verbmlem

import (
	"fmt"
	"io"
	"os"
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

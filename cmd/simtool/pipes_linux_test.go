package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestPipesScoreLikeFiles: inputs that are pipes, as a shell's <(…) makes them, give the
// numbers of files with their content, whatever score wants to know of an input before it
// reads it: its size, its views, how it is packed.
func TestPipesScoreLikeFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	const x, y = "a,b\n1,2\n3,1\n2,5\n4,4\n6,1\n", "c\n1\n2\n4\n3\n9\n"
	writeFile(t, ".", "x.csv", x)
	writeFile(t, ".", "y.csv", y)
	pipe := func(content string) string {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		if _, err := w.WriteString(content); err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
		return fmt.Sprintf("/dev/fd/%d", r.Fd())
	}
	score := func(args, x, y string) string {
		s := newSession(streams{})
		if status := s.run(t, append([]string{"score", x, y, "--format", "csv", "--inference", "none"}, strings.Fields(args)...)...); status != exitOK {
			t.Fatalf("%s of %s and %s: exit status %d: %s", args, x, y, status, &s.err)
		}
		return strings.NewReplacer(x, "x.csv", y, "y.csv").Replace(s.out.String())
	}
	for _, args := range []string{"-m cka", "-m rsa:compare=spearman", "-m cka,rsa --max-memory 1M", "-m cka,rsa --all-pairs"} {
		want := score(args, "x.csv", "y.csv")
		if got := score(args, pipe(x), pipe(y)); got != want {
			t.Errorf("%s of pipes:\n%s\nwant\n%s", args, got, want)
		}
		if got := score(args, pipe(x), "y.csv"); got != want {
			t.Errorf("%s of a pipe and a file:\n%s\nwant\n%s", args, got, want)
		}
	}
}

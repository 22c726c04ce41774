package labels

import (
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data"
)

// FuzzRead reads anything as labels of four conditions.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"a,b\nx,1\ny,2\nx,3\ny,4\n", "a\n1\n1\n2\n2\n", "a\n\"x\n\"\n\n,\n", "a,a\n1,2\n", "", "1\n2\n3\n4\n", ",a\n0,x\n1,y\n2,x\n3,y\n"} {
		f.Add([]byte(text))
	}
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	recording, err := data.New([]float64{1, 2, 3, 4, 5, 6, 7, 9}, 4, 2)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		o := New()
		o.File = filepath.Join(dir, "labels.csv")
		if err := os.WriteFile(o.File, content, 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := o.Read(recording, "")
		if err != nil {
			if _, ok := data.AsInputError(err); !ok {
				t.Fatal(err)
			}
			return
		}
		if table.Rows() != 4 {
			t.Fatalf("%d rows of labels", table.Rows())
		}
	})
}

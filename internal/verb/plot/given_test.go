package plot

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data"
)

// TestShownNames reads names with and without a header, whose columns may stand in any order
// and among others.
func TestShownNames(t *testing.T) {
	want := map[string]string{"a": "Area A", "b": "B, the second"}
	for name, text := range map[string]string{
		"plain.csv":  "a,Area A\nb,\"B, the second\"\n",
		"header.csv": "Label,colour,name\nArea A,red,a\n\"B, the second\",blue,b\n",
		"bom.csv":    "\uFEFFname,label\na,Area A\nb,\"B, the second\"\n",
		"tabs.tsv":   "name\tlabel\na\tArea A\nb\tB, the second\n",
		"notes.csv":  "# mine\na, Area A\nb, \"B, the second\"\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := shownNames(path); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, text := range []string{"a\n", "a,b,c\n", "name,x,label\na,b\n", "a,b\na,c\n", "name,label\na,b\na,c\n"} {
		path := filepath.Join(t.TempDir(), "bad.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := shownNames(path); err == nil {
			t.Errorf("%q: %v, want an error", text, got)
		} else if _, ok := data.AsInputError(err); !ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

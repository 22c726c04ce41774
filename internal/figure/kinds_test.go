package figure

import (
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/io"
	"simtool/internal/result"
)

// kindOf names the kind of a result, "" for none.
func kindOf(r *Result) string {
	k, _ := KindOf(r)
	return k.Name
}

// TestTablesAreKnown: every table that has a figure is known by its schema, in any
// version, and by its columns alone as well.
func TestTablesAreKnown(t *testing.T) {
	for _, k := range kinds {
		for _, s := range k.tables {
			declared, ok := result.Lookup(s.Name)
			if !ok {
				t.Errorf("%s draws %s, which is not declared", k.Name, s.Name)
				continue
			}
			for _, schema := range []string{s.Name, s.Base() + "/v99", "", "simtool.run/v1", "other/v1"} {
				for _, columns := range [][]string{s.Names(), declared.Names()} {
					if got := kindOf(ofSchema(schema, columns...)); got != k.Name {
						t.Errorf("a table of schema %q with the columns of %s is of kind %q, want %s", schema, s.Name, got, k.Name)
					}
				}
			}
		}
	}
}

// TestSchemaGoesFirst: columns that look like another table change nothing.
func TestSchemaGoesFirst(t *testing.T) {
	both := append(result.Scores.Names(), result.Sensitivities.Names()...)
	for schema, want := range map[string]string{
		"": "pc-sensitivity", "other/v1": "pc-sensitivity",
		result.Scores.Name: "scores", result.Sensitivities.Name: "pc-sensitivity",
		result.Slopes.Name: "", result.Measures.Name: "",
	} {
		if got := kindOf(ofSchema(schema, both...)); got != want {
			t.Errorf("a table of schema %q is of kind %q, want %q", schema, got, want)
		}
	}
}

// TestSchemaFromManifest: a manifest says of which schema its file is, unless the file
// is no longer the one that was written.
func TestSchemaFromManifest(t *testing.T) {
	dir := t.TempDir()
	const written = "change,pc,explained_variance,score,theory,x,y,measure,value\n"
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(written)))
	for name, content := range map[string]string{
		"one/t.csv": written, "one/manifest.json": `{"outputs":[{"path":"runs/y.npy"},{"path":"runs/t.csv","sha256":"` + sum + `","schema":"simtool.score/v2"}],"schema":"` + dataio.ManifestSchema + `"}`,
		"two/t.csv": written, "two/t.csv.manifest.json": `{"outputs":[{"path":"t.csv","sha256":"` + sum + `","schema":"simtool.score/v2"}],"schema":"` + dataio.ManifestSchema + `"}`,
		"edited/t.csv": written + "a,,,,,,,,\n", "edited/t.csv.manifest.json": `{"outputs":[{"path":"t.csv","sha256":"` + sum + `","schema":"simtool.score/v2"}],"schema":"` + dataio.ManifestSchema + `"}`,
		"old/t.csv": written, "old/t.csv.manifest.json": `{"outputs":[{"path":"t.csv","sha256":"` + sum + `"}],"schema":"` + dataio.ManifestSchema + `"}`,
		"bare/t.csv":  written,
		"json/t.json": `{"schema":"simtool.score/v2","columns":["change","pc","explained_variance","score","theory","x","y","measure","value"],"rows":[]}`,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"one/t.csv": "scores", "two/t.csv": "scores", "json/t.json": "scores",
		"edited/t.csv": "pc-sensitivity", "old/t.csv": "pc-sensitivity", "bare/t.csv": "pc-sensitivity",
	} {
		r, err := Load(filepath.Join(dir, filepath.FromSlash(name)), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := kindOf(r); got != want {
			t.Errorf("%s is of kind %q, want %s", name, got, want)
		}
	}
}

// TestTestdataIsDeclared: the tables of testdata have no column that the table which
// they stand for does not declare.
func TestTestdataIsDeclared(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.csv"))
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	for _, path := range paths {
		r := load(t, filepath.Base(path))[0]
		kind, ok := KindOf(r)
		at := slices.IndexFunc(kind.tables, r.is)
		if !ok || at < 0 {
			t.Errorf("%s is of kind %q", path, kind.Name)
			continue
		}
		declared, _ := result.Lookup(kind.tables[at].Name)
		for _, c := range r.Table.Columns {
			if !declared.Has(c) {
				t.Errorf("%s: %s has no column %q", path, declared.Name, c)
			}
		}
	}
}

// TestFiguresReadDeclaredColumns: every column that a figure names is one of the
// tables that have figures.
func TestFiguresReadDeclaredColumns(t *testing.T) {
	declared := map[string]bool{}
	for _, k := range kinds {
		for _, s := range k.tables {
			whole, _ := result.Lookup(s.Name)
			for _, c := range whole.Columns {
				declared[c.Name] = true
			}
		}
	}
	named := 0
	for name, at := range columnsNamed(t) {
		named++
		if !declared[name] {
			t.Errorf("%s: no table that has a figure has a column %q", at, name)
		}
	}
	if named < 40 {
		t.Errorf("%d columns are named, want those of all figures", named)
	}
}

// columnsNamed finds the columns that the code of this package names: texts that are
// arguments of what reads columns, and fields column of literals. It says where.
func columnsNamed(t *testing.T) map[string]token.Position {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]token.Position{}
	positions := token.NewFileSet()
	text := func(e ast.Expr) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if name, err := strconv.Unquote(l.Value); err == nil {
				found[name] = positions.Position(l.Pos())
			}
		}
	}
	readers := []string{"texts", "floats", "has", "alignments"}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(positions, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				called := ""
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					called = f.Sel.Name
				case *ast.Ident:
					called = f.Name
				}
				if slices.Contains(readers, called) {
					for _, a := range n.Args {
						text(a)
					}
				}
			case *ast.CompositeLit: // of pairs of a column and its label
				list, ok := n.Type.(*ast.ArrayType)
				if !ok {
					break
				}
				if s, ok := list.Elt.(*ast.StructType); ok && s.Fields.List[0].Names[0].Name == "column" {
					for _, e := range n.Elts {
						text(e.(*ast.CompositeLit).Elts[0])
					}
				}
			}
			return true
		})
	}
	return found
}

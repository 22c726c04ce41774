package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// A hintSite is a place in the code that makes a hint: its text, with … for what is only
// known when it runs.
type hintSite struct {
	at   string // file:line
	text string
}

// patternOf matches the hints of a text.
func patternOf(text string) *regexp.Regexp {
	var quoted []string
	for part := range strings.SplitSeq(text, "…") {
		quoted = append(quoted, regexp.QuoteMeta(part))
	}
	return regexp.MustCompile("^" + strings.Join(quoted, "(?s:.*)") + "$")
}

// hintParameters are the functions that take a hint: the number of its argument.
var hintParameters = map[string]int{"Configf": 0, "configf": 0, "withHint": 1, "badDType": 1, "invalidText": 1}

// hintSites finds the hints in the code of simtool: what is given to a field or a variable
// called hint, or to a function that takes one; where that is a call, what the function
// of this name in the package returns.
func hintSites(t *testing.T) []hintSite {
	t.Helper()
	var sites []hintSite
	for _, root := range []string{".", filepath.FromSlash("../../internal")} {
		packages := map[string][]*ast.File{}
		fset := token.NewFileSet()
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && (entry.Name() == "bench" || entry.Name() == "testdata") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err == nil {
				packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, files := range packages {
			sites = append(sites, sitesOf(fset, files)...)
		}
	}
	slices.SortFunc(sites, func(a, b hintSite) int { return strings.Compare(a.at, b.at) })
	return slices.Compact(sites)
}

// siteFinder looks for hints in the files of a package.
type siteFinder struct {
	fset      *token.FileSet
	functions map[string][]*ast.FuncDecl
	constants map[string]string
	followed  map[*ast.FuncDecl]bool
	sites     []hintSite
}

func sitesOf(fset *token.FileSet, files []*ast.File) []hintSite {
	f := &siteFinder{fset: fset, functions: map[string][]*ast.FuncDecl{}, constants: map[string]string{}, followed: map[*ast.FuncDecl]bool{}}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				f.functions[n.Name.Name] = append(f.functions[n.Name.Name], n)
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) && name.Name != "hint" {
						if text, ok := literal(n.Values[i]); ok {
							f.constants[name.Name] = text
						}
					}
				}
			}
			return true
		})
	}
	for _, file := range files {
		ast.Inspect(file, f.look)
	}
	return f.sites
}

// look takes the hints of a node.
func (f *siteFinder) look(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && isHint(key.Name) {
			f.take(n.Value)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			name := ""
			switch left := left.(type) {
			case *ast.Ident:
				name = left.Name
			case *ast.SelectorExpr:
				name = left.Sel.Name
			}
			if isHint(name) && len(n.Rhs) == len(n.Lhs) {
				f.take(n.Rhs[i])
			}
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if name.Name == "hint" && i < len(n.Values) {
				f.take(n.Values[i])
			}
		}
	case *ast.CallExpr:
		if i, ok := hintParameters[called(n)]; ok && i < len(n.Args) {
			f.take(n.Args[i])
		}
	case *ast.FuncDecl:
		if isHint(n.Name.Name) {
			f.follow(n)
		}
	}
	return true
}

func isHint(name string) bool {
	return name == "Hint" || name == "hint" || strings.HasSuffix(name, "Hint") || strings.HasPrefix(name, "hintOf")
}

// called is the name of the function of a call.
func called(c *ast.CallExpr) string {
	switch fun := c.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}

// take notes an expression that is a hint.
func (f *siteFinder) take(e ast.Expr) {
	text := f.text(e)
	if strings.ContainsFunc(strings.ReplaceAll(text, "…", ""), unicode.IsLetter) {
		position := f.fset.Position(e.Pos())
		f.sites = append(f.sites, hintSite{fmt.Sprintf("%s:%d", filepath.ToSlash(position.Filename), position.Line), text})
		return
	}
	if call, ok := e.(*ast.CallExpr); ok {
		for _, function := range f.functions[called(call)] {
			f.follow(function)
		}
	}
}

// follow takes what a function returns for hints.
func (f *siteFinder) follow(function *ast.FuncDecl) {
	if f.followed[function] || function.Body == nil {
		return
	}
	f.followed[function] = true
	ast.Inspect(function.Body, func(n ast.Node) bool {
		if _, inner := n.(*ast.FuncLit); inner {
			return false
		}
		if r, ok := n.(*ast.ReturnStmt); ok {
			for _, e := range r.Results {
				f.take(e)
			}
		}
		return true
	})
}

// text is the text of an expression, … where it is only known when it runs.
func (f *siteFinder) text(e ast.Expr) string {
	if text, ok := literal(e); ok {
		return text
	}
	switch e := e.(type) {
	case *ast.Ident:
		if text, ok := f.constants[e.Name]; ok {
			return text
		}
	case *ast.ParenExpr:
		return f.text(e.X)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return f.text(e.X) + f.text(e.Y)
		}
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			if format, ok := literal(e.Args[0]); ok {
				return verbOfFormat.ReplaceAllString(format, "…")
			}
		}
	}
	return "…"
}

// verbOfFormat finds the verbs of a format.
var verbOfFormat = regexp.MustCompile(`%[-+# 0-9.*]*[a-zA-Z]`)

func literal(e ast.Expr) (string, bool) {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		text, err := strconv.Unquote(l.Value)
		return text, err == nil
	}
	return "", false
}

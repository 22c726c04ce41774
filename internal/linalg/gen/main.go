// Command gen writes the assembly of package kernel: one .s file and one file
// of Go declarations for each instruction set and type of number.
//
// It is a separate module, so that only those who change a kernel need the
// assembler DSL (avo). Run it in this folder:
//
//	go run .
//
// The output is a function of this source alone; continuous integration runs
// the command and fails if the committed files differ.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	dir := flag.String("dir", filepath.Join("..", "kernel"), "folder to write to")
	flag.Parse()
	for _, set := range []isa{avx2, avx512, avx2Single, avx512Single} {
		if err := write(set, *dir); err != nil {
			fmt.Fprintf(os.Stderr, "gen: %s: %v\n", set.name, err)
			os.Exit(1)
		}
	}
}

// write emits every kernel for one instruction set and prints it as
// <dir>/<name>_amd64.s with its declarations in <dir>/<name>_amd64.go.
func write(set isa, dir string) error {
	g := &generator{Context: build.NewContext(), isa: set}
	g.tiles()
	g.packing()
	if !set.single() {
		g.rowKernels()
		g.reductions()
	}

	file, err := g.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	// The default for Argv is the path of a temporary binary; a reader needs the
	// command.
	cfg := printer.Config{Name: "gen", Argv: []string{"go", "run", "."}, Pkg: "kernel"}
	for _, out := range []struct {
		suffix string
		build  printer.Builder
	}{
		{"_amd64.s", printer.NewGoAsm},
		{"_amd64.go", printer.NewStubs},
	} {
		text, err := out.build(cfg).Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, strings.ToLower(set.name)+out.suffix), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

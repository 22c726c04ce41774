// Command gen writes docs/tables.md from the declarations of all tables. "go generate
// ./internal/result" runs it.
package main

import (
	"fmt"
	"os"

	"simtool/internal/result"
)

func main() {
	if err := os.WriteFile("../../docs/tables.md", result.Page(), 0o666); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

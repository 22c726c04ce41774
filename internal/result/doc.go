// Package result declares every table that simtool writes: its schema, its
// columns with a line of documentation and a unit each, and its row as a struct.
//
// A table is declared once, in a file of this package. Writers, help texts,
// docs/tables.md, the merging of parts and the recognition of results by figures
// all read the declaration. Nothing else counts columns or repeats their names.
//
// To add a column to a table, add a field to the struct of its row, and run
// "go generate ./internal/result" for docs/tables.md.
package result

//go:generate go run ./gen

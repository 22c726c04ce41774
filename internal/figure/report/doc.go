// Package report writes results as one HTML file that needs nothing else: no
// network, no server. Figures are inline SVG with values to point at, tables
// can be sorted, and every result comes with the command that made it.
//
// The page follows the reader's choice of light or dark, can be used by keyboard
// and screen reader, and prints on A4. Without scripts everything can still be
// read. A content security policy forbids it to load anything.
package report

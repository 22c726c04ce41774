// Package report writes results as one HTML file that needs no network and no server.
// Figures are inline SVG that shows values under the pointer, tables can be sorted, and
// every result comes with the command that made it.
//
// The page follows the reader's choice of a light or dark theme, works with keyboard
// and screen reader, and prints on A4. Without scripts all content remains readable. A
// content security policy forbids the page to load anything.
package report

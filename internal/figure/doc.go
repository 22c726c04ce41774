// Package figure draws result tables and arrays: it knows a table by its schema, one of
// other programs by its columns and an array by its shape, chooses the figure that
// fits, and writes it as SVG with text as text, PDF or PNG.
//
// A figure is a grid of panels under a title and, where all panels share it, one
// legend. Sizes are for print: text of 7 to 8.5 points, legible at the width of a
// journal's column (85 mm). People with any colour vision can distinguish the
// colours; markers also differ in shape, and lines beyond the first seven differ in
// their dashes. The same results and style give the same bytes.
//
// To add a figure, write a file with its function and add a line to kinds, which names
// the tables that it draws as package result declares them.
package figure

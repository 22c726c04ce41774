// Package data holds the types that every room of simtool speaks: a Dataset of
// responses, the labels of its conditions, a table of stimulus features, and
// the error that says what is wrong with an input. It reads no files and knows
// no measure.
package data

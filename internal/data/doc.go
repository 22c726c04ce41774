// Package data holds the types that all packages of simtool share: a Dataset of
// responses, the labels of its conditions, a table of stimulus features, and the
// error for an invalid input. It reads no files and knows no measure.
package data

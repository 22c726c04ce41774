// Package dataio moves data between files and memory: recordings and model
// activations from .npy, .npz, .csv and .tsv (each also gzipped, or from
// standard input), stimulus-feature tables, result tables in the formats that
// other tools read, as a whole or row by row, atomic writes, and the manifest
// beside every output.
//
// Nothing here trusts a file. Sizes are checked against the bytes that are
// there before memory is allocated, and every refusal is a *data.InputError
// that names the file, what was found and what was wanted.
//
// To add an input format, write one file that declares its inputFormat, with all
// its doors, and name it in inputFormats (inputformat.go). To add an output
// format, write one file with a TableWriter and name it in outputFormats
// (format.go).
package dataio

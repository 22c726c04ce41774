// Package synth makes synthetic datasets: seeded generators of simulated
// recordings and of data with known structure.
//
// Every generator is a configuration with documented fields and defaults. The
// registry binds each field to a named parameter, from which the command line takes
// its flags, their help and their bounds. A configuration and a seed determine the
// output: every random part of it has its own stats.Stream.
package synth

// Package testdata embeds the bundled simulated recording, its conditions and
// three models of it. README.md says what is in the files and how to make them
// again.
package testdata

import "embed"

// FS holds recording.npy, conditions.csv, model_good.npy, model_partial.npy,
// model_poor.npy and README.md.
//
//go:embed *.npy *.csv README.md
var FS embed.FS

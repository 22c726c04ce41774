// Package verbmlem finds which features a representation encodes: it fits metrics
// over theoretical features of stimuli, applies them to other stimuli, compares them
// with other methods, and simulates recordings whose metric is known.
//
// Each command has its own options: FitOptions (fit and layers), ScoreOptions,
// PredictOptions, CompareOptions, SimulateOptions and StudyOptions. Stimuli and
// Neural are the options that several of them have.
package verbmlem

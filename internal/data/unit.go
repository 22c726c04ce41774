package data

import "fmt"

// Unit is what is left out as a whole where a value is missing.
type Unit int

// The units.
const (
	// Samples are the rows that measures see. A 3-d dataset that loses some has
	// no room for the hole: it becomes samples × features.
	Samples Unit = iota
	// Stimuli are samples by another name.
	Stimuli
	// Conditions are those of 3-d datasets, at all times, so that what remains
	// keeps its times and conditions. A 2-d dataset beside them loses the samples
	// that correspond. Where all are 2-d, or conditions differ in number, they are
	// samples.
	Conditions
)

// unitWords has singular and plural of each unit.
var unitWords = [...][2]string{Samples: {"sample", "samples"}, Stimuli: {"stimulus", "stimuli"}, Conditions: {"condition", "conditions"}}

// One names one unit.
func (u Unit) One() string { return unitWords[u][0] }

// String names several units.
func (u Unit) String() string { return unitWords[u][1] }

// Unequal is the error of a system of another number of units than the reference
// with which it is compared.
func (u Unit) Unequal(path string, found int, reference string, wanted int) error {
	return &InputError{
		Path:   path,
		Found:  fmt.Sprintf("%d %s", found, u),
		Wanted: fmt.Sprintf("but %s has %d", reference, wanted),
		Hint:   "rows are samples: both files must hold the same stimuli in the same order",
	}
}

// LeftOut is a group of samples, or of other things, that a dataset once had.
type LeftOut struct {
	Unit string `json:"unit"` // samples, stimuli, conditions or features
	At   []int  `json:"at"`   // their numbers from 0, increasing, among those there were
	Of   int    `json:"of"`   // how many there were
	Why  string `json:"why"`
}

package data

import "fmt"

// Unit is the unit that is left out where a value is missing.
type Unit int

// The units.
const (
	// Samples are the rows that measures see. A 3-d dataset that loses some of them
	// becomes samples × features, with their conditions, unless whole times or
	// conditions go.
	Samples Unit = iota
	// Stimuli is another name of samples.
	Stimuli
	// Conditions are those of 3-d datasets, at all times, so that the remaining data
	// keep their times and conditions. 2-d datasets lose the corresponding samples.
	// Where all datasets are 2-d, or their numbers of conditions differ, samples are
	// left out instead.
	Conditions
)

// unitWords holds the singular and plural of each unit.
var unitWords = [...][2]string{Samples: {"sample", "samples"}, Stimuli: {"stimulus", "stimuli"}, Conditions: {"condition", "conditions"}}

// One returns the singular.
func (u Unit) One() string { return unitWords[u][0] }

// String returns the plural.
func (u Unit) String() string { return unitWords[u][1] }

// Unequal returns the error for a system whose number of units differs from that of
// the reference.
func (u Unit) Unequal(path string, found int, reference string, wanted int) error {
	return &InputError{
		Path:   path,
		Found:  fmt.Sprintf("%d %s", found, u),
		Wanted: fmt.Sprintf("but %s has %d", reference, wanted),
		Hint:   "rows are samples: both files must hold the same stimuli in the same order",
	}
}

// LeftOut is a group of samples, or of other units, that was left out of a dataset.
type LeftOut struct {
	Unit string `json:"unit"` // samples, stimuli, conditions or features
	At   []int  `json:"at"`   // their numbers from 0, increasing, among all units before
	Of   int    `json:"of"`   // the number of units before
	Why  string `json:"why"`
}

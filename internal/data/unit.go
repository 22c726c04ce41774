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

// Extent is the size of a system of a file.
type Extent struct {
	Path           string
	Samples, Width int
}

// Unequal returns the error for a system whose number of units differs from that of the
// reference. It says so where one of them may be transposed.
func (u Unit) Unequal(found, reference Extent) error {
	e := &InputError{
		Path:   found.Path,
		Found:  fmt.Sprintf("%d %s", found.Samples, u),
		Wanted: fmt.Sprintf("but %s has %d", reference.Path, reference.Samples),
		Hint:   "rows are samples: both files must hold the same stimuli in the same order",
	}
	switch {
	case found.Width == reference.Samples:
		e.Hint = u.turned(found, reference.Path)
	case reference.Width == found.Samples:
		e.Hint = u.turned(reference, found.Path)
	case found.Width == reference.Width && found.Width > 4*max(found.Samples, reference.Samples):
		e.Hint = fmt.Sprintf("both have %d features: if the columns are the %s, save both transposed, numpy.save(path, x.T)", found.Width, u)
	}
	return e
}

// turned is the remedy where a system has as many features as another has units.
func (u Unit) turned(d Extent, other string) string {
	return fmt.Sprintf("%s has %d features, as %s has %s: if its columns are the %s, save it transposed, numpy.save(path, x.T)", d.Path, d.Width, other, u, u)
}

// LeftOut is a group of samples, or of other units, that was left out of a dataset.
type LeftOut struct {
	Unit string `json:"unit"` // samples, stimuli, conditions or features
	At   []int  `json:"at"`   // their numbers from 0, increasing, among all units before
	Of   int    `json:"of"`   // the number of units before
	Why  string `json:"why"`
}

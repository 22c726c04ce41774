package verb

import (
	"fmt"

	"simtool/internal/data"
)

// Role is the part that a sample has in a given split.
type Role int

// The roles. Those of a split that names one part alone are without Unused.
const (
	Unused Role = iota
	Training
	Test
)

// RolesOf returns the roles of n samples by the lists of a split, either of which may be
// nil: that part is then all others. The samples may have names, in several lists.
func RolesOf(train, test *SampleList, names [][]string, n int) ([]Role, error) {
	roles := make([]Role, n)
	rest := Unused
	switch {
	case train == nil:
		rest = Training
	case test == nil:
		rest = Test
	}
	for k, l := range []*SampleList{train, test} {
		if l == nil {
			continue
		}
		role := Training + Role(k)
		list, err := l.Of(names, n)
		if err != nil {
			return nil, err
		}
		for _, i := range list {
			if roles[i] != Unused {
				where := "twice"
				if roles[i] != role {
					where = "in --train and --test"
				}
				return nil, &data.InputError{Path: l.path, Found: fmt.Sprintf("%s %d is %s", l.unit.One(), i, where), Wanted: "want each " + l.unit.One() + " one time"}
			}
			roles[i] = role
		}
	}
	for i, r := range roles {
		if r == Unused {
			roles[i] = rest
		}
	}
	return roles, nil
}

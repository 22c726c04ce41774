package result

import (
	"fmt"
	"slices"
	"strings"
)

var declared []*Schema

func register(s *Schema) {
	if _, ok := Lookup(s.Name); ok {
		panic(fmt.Sprintf("result: %s is declared twice", s.Name))
	}
	declared = append(declared, s)
}

// All returns every declared schema with all of its columns, the optional ones
// included, by name.
func All() []*Schema {
	all := slices.Clone(declared)
	slices.SortFunc(all, func(a, b *Schema) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the declared schema of that name.
func Lookup(name string) (*Schema, bool) {
	i := slices.IndexFunc(declared, func(s *Schema) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	return declared[i], true
}

// Is reports whether a table that says it is of a schema is of this one, of any
// version.
func (s *Schema) Is(name string) bool { return name != "" && base(name) == s.Base() }

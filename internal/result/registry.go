package result

import (
	"fmt"
	"slices"
	"strings"
)

var declared []*Schema

// register registers a schema. One name has one version.
func register(s *Schema) {
	if other, ok := Lookup(s.Name); ok {
		panic(fmt.Sprintf("result: %s is declared, and so is %s", s.Name, other.Name))
	}
	declared = append(declared, s)
}

// DeclareOpen declares a table whose columns follow from its data; columns says which
// they are. See Declare.
func DeclareOpen(name, from, row, columns string) *Schema {
	s := &Schema{Name: name, From: from, Row: row, Open: columns}
	register(s)
	return s
}

// All returns every declared schema with all of its columns, the optional ones
// included, by name.
func All() []*Schema {
	all := slices.Clone(declared)
	slices.SortFunc(all, func(a, b *Schema) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the declared schema that a table is of which names its schema so, of
// any version. It has the optional columns, too.
func Lookup(name string) (*Schema, bool) {
	i := slices.IndexFunc(declared, func(s *Schema) bool { return s.Is(name) })
	if i < 0 {
		return nil, false
	}
	return declared[i], true
}

// Is reports whether a table that says it is of a schema is of this one, of any
// version.
func (s *Schema) Is(name string) bool { return name != "" && base(name) == s.Base() }

package measures

import "strings"

// Alias is a name that a measure bears elsewhere: in diffscore or in the
// similarity-repository. A "{}" in Name stands for a number, which replaces
// the "{}" of the same position in Spec.
type Alias struct {
	Name string // e.g. "ridge-lambda{}-r2#{}folds_cv"
	Spec string // e.g. "ridge:lambda={}:cv={}"
}

// resolveAlias returns the specification that a foreign name stands for. The
// similarity-repository's "measure/<repository>/" prefix is ignored, unless
// the same name means different measures there: then the alias has the
// repository in it.
func resolveAlias(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, "measure/"); ok {
		if spec, ok := findAlias(rest); ok {
			return spec, true
		}
		_, name, _ = strings.Cut(rest, "/")
		if _, ok := findFamily(name); ok {
			return name, true
		}
	}
	return findAlias(name)
}

func findAlias(name string) (string, bool) {
	for _, f := range families {
		for _, a := range f.Aliases {
			if values, ok := match(a.Name, name); ok {
				spec := a.Spec
				for _, v := range values {
					spec = strings.Replace(spec, "{}", v, 1)
				}
				return spec, true
			}
		}
	}
	return "", false
}

// match reports whether name fits a pattern in which each "{}" stands for a
// number, and returns those numbers.
func match(pattern, name string) (values []string, ok bool) {
	literals := strings.Split(pattern, "{}")
	if !strings.HasPrefix(name, literals[0]) {
		return nil, false
	}
	name = name[len(literals[0]):]
	for _, literal := range literals[1:] {
		// A number never contains the text that follows one in a pattern, so
		// the longest run of number characters is the number.
		end := 0
		for end < len(name) && strings.IndexByte("0123456789.", name[end]) >= 0 {
			end++
		}
		if end == 0 || !strings.HasPrefix(name[end:], literal) {
			return nil, false
		}
		values = append(values, name[:end])
		name = name[end+len(literal):]
	}
	return values, name == ""
}

// Names returns every name that can be written without choosing a number:
// families, then aliases, each list in the order of the registry. It serves
// completion and suggestions.
func Names() []string {
	names := FamilyNames()
	for _, f := range families {
		for _, a := range f.Aliases {
			if !strings.Contains(a.Name, "{}") {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

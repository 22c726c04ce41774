package measures

import "strings"

// Alias is the name of a measure in diffscore or in the similarity-repository. A "{}"
// in Name stands for a number, which replaces the "{}" of the same position in Spec.
type Alias struct {
	Name string // e.g. "ridge-lambda{}-r2#{}folds_cv"
	Spec string // e.g. "ridge:lambda={}:cv={}"
}

// resolveAlias returns the specification of a foreign name, and a note for its user. Case
// does not matter. A name may begin with "measure/" and a repository of the
// similarity-repository, or with the repository alone: then it is what that name is there,
// a standard name or one of its own.
func resolveAlias(name string) (spec, note string, ok bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	rest := strings.TrimPrefix(name, "measure/")
	if spec, note, ok := findAlias(rest); ok {
		return spec, note, true
	}
	repository, standard := standardName(name)
	if spec, note, ok := findAlias(repository + "/" + standard); ok && repository != "" {
		return spec, note, true
	}
	if spec, ok := parseForeign(repository, standard); ok {
		return spec, "", true
	}
	if spec, note, ok := findAlias(standard); ok {
		return spec, note, true
	}
	if _, ok := findFamily(standard); ok && standard != name {
		return standard, "", true
	}
	return "", "", false
}

func findAlias(name string) (spec, note string, ok bool) {
	for _, f := range families {
		for _, a := range f.Aliases {
			if values, ok := match(strings.ToLower(a.Name), name); ok {
				spec := a.Spec
				for _, v := range values {
					spec = strings.Replace(spec, "{}", v, 1)
				}
				return spec, f.Notes[a.Name], true
			}
		}
	}
	return "", "", false
}

// match reports whether name fits a pattern in which each "{}" stands for a
// number, and returns those numbers.
func match(pattern, name string) (values []string, ok bool) {
	literal, rest, more := strings.Cut(pattern, "{}")
	name, ok = strings.CutPrefix(name, literal)
	if !ok {
		return nil, false
	}
	for more {
		literal, rest, more = strings.Cut(rest, "{}")
		// A number never contains the text that follows one in a pattern, so
		// the longest run of number characters is the number.
		end := 0
		for end < len(name) && (strings.IndexByte("0123456789.", name[end]) >= 0 || exponent(name, end)) {
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

// exponent reports whether position i of a name is within the exponent of a
// number such as 1e-3: an e after a digit and before one or a sign, or that sign.
func exponent(name string, i int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(name) && name[i] >= '0' && name[i] <= '9' }
	switch name[i] {
	case 'e':
		return digit(i-1) && (digit(i+1) || i+2 < len(name) && (name[i+1] == '-' || name[i+1] == '+') && digit(i+2))
	case '-', '+':
		return i >= 2 && name[i-1] == 'e' && digit(i-2) && digit(i+1)
	}
	return false
}

// Names returns every name without a number: families, then aliases, each list in the
// order of the registry. Completion and suggestions use it.
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

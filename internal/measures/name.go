package measures

import (
	"fmt"
	"slices"
	"strings"

	"simtool/internal/data"
)

// NameError says why the name of a measure is invalid, and suggests another one.
type NameError struct {
	Name   string // the invalid name
	Reason string
	Hint   string // may be empty
}

// Error renders "measure NAME: reason".
func (e *NameError) Error() string {
	return fmt.Sprintf("measure %q: %s", e.Name, e.Reason)
}

// Named is a measure under the name that its user typed.
type Named struct {
	Name string
	Note string // a note for users of this name; mostly empty
	Core bool   // one of the core measures that "default" stands for, and not named itself
	// Folds says which folds stand in place of those of the name, mostly nothing.
	Folds string
	Measure
}

// Parse resolves the name of a measure: family[:key=value]..., or a name in other
// software (see Alias). It returns a *NameError for an unknown family, an unknown,
// repeated or malformed parameter, and a value out of range.
func Parse(name string) (Measure, error) {
	n, err := parseNamed(name, 1)
	return n.Measure, err
}

// parseNamed is Parse with the seed of folds in random order.
func parseNamed(name string, seed uint64) (Named, error) {
	spec := strings.TrimSpace(name)
	if spec == "" {
		return Named{}, &NameError{Name: name, Reason: "empty name", Hint: "measures are separated by single commas"}
	}
	canonical, note, ok := resolveAlias(spec)
	switch {
	case ok:
		spec = canonical
	case !strings.ContainsRune(spec, '/'):
		spec = strings.ToLower(spec)
	}
	word, rest, _ := strings.Cut(spec, ":")
	family, ok := findFamily(word)
	if !ok {
		return Named{}, unknown(name, spec)
	}
	args, err := family.parse(rest)
	if err != nil {
		err.Name = name
		return Named{}, err
	}
	args.setSeed(seed)
	m, buildErr := family.New(args)
	if buildErr != nil {
		return Named{}, &NameError{Name: name, Reason: buildErr.Error()}
	}
	return Named{Name: name, Note: note, Measure: m}, nil
}

// showHint leads to the measure that is offered in place of a name.
func showHint(measure string) string {
	return fmt.Sprintf(`"simtool measures show %s" explains what there is`, measure)
}

// unknown returns the error for an unknown name.
func unknown(name, spec string) *NameError {
	_, standard := standardName(spec)
	if r, ok := notOffered(standard); ok {
		return &NameError{Name: name, Reason: r.sentence(), Hint: showHint(r.nearest)}
	}
	for _, f := range families {
		for pattern, why := range f.Refused {
			if _, ok := match(pattern, standard); ok {
				return &NameError{Name: name, Reason: why, Hint: showHint(f.Card.Family)}
			}
		}
	}
	return &NameError{Name: name, Reason: "unknown measure", Hint: suggest(spec)}
}

// ParseList resolves measures separated by commas. The word "default" stands for the
// core measures of the registry, and "all" for every family with its default
// parameters. A measure that is named twice is kept once. seed is the seed of folds in
// random order for names that do not set one.
func ParseList(list string, seed uint64) ([]Named, error) {
	var out []Named
	seen := map[string]bool{}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		names := []string{name}
		switch name {
		case "default":
			names = Default
		case "all":
			names = FamilyNames()
		}
		for _, one := range names {
			if seen[one] {
				continue
			}
			seen[one] = true
			n, err := parseNamed(one, seed)
			if err != nil {
				return nil, err
			}
			n.Core = name == "default"
			out = append(out, n)
		}
	}
	return out, nil
}

// parse reads "key=value:key=value" against the family's declarations.
func (f Family) parse(text string) (Args, *NameError) {
	args := Args{family: f, values: map[string]string{}, given: map[string]bool{}}
	for _, p := range f.Card.Params {
		args.values[p.Name] = p.Default
	}
	if text == "" {
		return args, nil
	}
	for part := range strings.SplitSeq(text, ":") {
		key, value, found := strings.Cut(part, "=")
		if !found {
			return args, &NameError{
				Reason: fmt.Sprintf("%q is not key=value", part),
				Hint:   "parameters are written family:key=value:key=value",
			}
		}
		at := slices.IndexFunc(f.Card.Params, func(p Param) bool { return p.Name == key })
		if at < 0 {
			return args, &NameError{Reason: "unknown parameter " + fmt.Sprintf("%q", key), Hint: f.parameterHint()}
		}
		if args.given[key] {
			return args, &NameError{Reason: fmt.Sprintf("parameter %q is given twice", key)}
		}
		args.given[key] = true
		if word, ok := f.Card.Params[at].Synonyms[value]; ok {
			value = word
		}
		if err := f.Card.Params[at].Valid(value); err != nil {
			return args, &NameError{Reason: err.Error()}
		}
		args.values[key] = value
	}
	return args, nil
}

func (f Family) parameterHint() string {
	if len(f.Card.Params) == 0 {
		return f.Card.Family + " has no parameters"
	}
	names := make([]string, len(f.Card.Params))
	for i, p := range f.Card.Params {
		names[i] = p.Name
	}
	return f.Card.Family + " has the parameters " + strings.Join(names, ", ")
}

// suggest returns a hint with the known name nearest to a name, or with the command that
// lists them.
func suggest(name string) string {
	word, _, _ := strings.Cut(name, ":")
	if best, ok := data.Nearest(word, Names()); ok {
		return fmt.Sprintf("did you mean %s?", best)
	}
	return `"simtool measures" lists them`
}

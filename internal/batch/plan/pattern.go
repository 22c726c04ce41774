package plan

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"simtool/internal/io"
)

// pattern is a pattern of paths with named parts.
type pattern struct {
	glob   string // for filepath.Glob
	key    string // of an array in a file of several, with its colon
	form   *regexp.Regexp
	groups []string // names of the groups of form; a name may occur twice
	names  []string // each name once
}

// parsePattern reads a pattern. Where a path can be taken apart in several ways,
// each part is as short as the ones behind it allow. A part does not begin with a
// dot that begins a component, as hidden files do, and never contains a slash.
func parsePattern(text string) (*pattern, error) {
	p := &pattern{}
	file, _ := dataio.CutKey(text)
	text, p.key = file, text[len(file):]
	if strings.ContainsAny(p.key, "{}") {
		return nil, fmt.Errorf("a parameter in the name of an array, want {name} in the path of the file")
	}
	t, err := ParseText(text)
	if err != nil {
		return nil, err
	}
	var glob, form strings.Builder
	atStart := true // of a component
	for _, part := range t.parts {
		if part.name == "" {
			expr, err := globExpr(part.literal)
			if err != nil {
				return nil, err
			}
			glob.WriteString(part.literal)
			form.WriteString(expr)
			atStart = strings.HasSuffix(part.literal, "/")
			continue
		}
		glob.WriteByte('*')
		if atStart {
			form.WriteString(`([^/.][^/]*?)`)
		} else {
			form.WriteString(`([^/]+?)`)
		}
		atStart = false
		p.groups = append(p.groups, part.name)
		if !slices.Contains(p.names, part.name) {
			p.names = append(p.names, part.name)
		}
	}
	p.glob = glob.String()
	if _, err := filepath.Match(p.glob, ""); err != nil {
		return nil, fmt.Errorf("no pattern of files, want [ to be closed by ]")
	}
	p.form, err = regexp.Compile(`^(?s:` + form.String() + `)$`)
	if err != nil {
		return nil, fmt.Errorf("no pattern of files (%w)", err)
	}
	return p, nil
}

// mustPattern is parsePattern for what it has accepted before.
func mustPattern(text string) *pattern {
	p, err := parsePattern(text)
	if err != nil {
		panic(err)
	}
	return p
}

// globExpr turns what filepath.Match understands into a regular expression.
func globExpr(glob string) (string, error) {
	var b strings.Builder
	runes := []rune(glob)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '*':
			b.WriteString(`[^/]*`)
		case '?':
			b.WriteString(`[^/]`)
		case '\\':
			if i++; i == len(runes) {
				return "", fmt.Errorf("no pattern of files: it ends with a backslash")
			}
			b.WriteString(regexp.QuoteMeta(string(runes[i])))
		case '[':
			end := i + 1
			for end < len(runes) && runes[end] != ']' {
				if runes[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(runes) {
				return "", fmt.Errorf("no pattern of files, want [ to be closed by ]")
			}
			b.WriteString(classExpr(runes[i+1 : end]))
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String(), nil
}

// classExpr is globExpr for what stands between brackets.
func classExpr(class []rune) string {
	var b strings.Builder
	b.WriteByte('[')
	for i := 0; i < len(class); i++ {
		switch r := class[i]; {
		case r == '^' && i == 0, r == '-':
			b.WriteRune(r)
		case r == '\\' && i+1 < len(class):
			i++
			fmt.Fprintf(&b, `\x{%x}`, class[i])
		default:
			fmt.Fprintf(&b, `\x{%x}`, r)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// match takes a path apart into the values of names. It is false where the path is
// not of the pattern, or a name would have two values.
func (p *pattern) match(path string) ([]string, bool) {
	found := p.form.FindStringSubmatch(path)
	if found == nil {
		return nil, false
	}
	values := make([]string, len(p.names))
	for g, name := range p.groups {
		i := slices.Index(p.names, name)
		if values[i] != "" && values[i] != found[g+1] {
			return nil, false
		}
		values[i] = found[g+1]
	}
	return values, true
}

// file is a file of an input and the parts of its path.
type file struct {
	path   string
	values []string // of the names of the pattern
}

// files finds the files of the pattern, sorted by their paths.
func (p *pattern) files() ([]file, error) {
	paths, err := filepath.Glob(p.glob)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, path := range paths {
		slashed := filepath.ToSlash(path)
		if values, ok := p.match(slashed); ok {
			if path[0] == '-' {
				path = "./" + path // which is no flag
			}
			files = append(files, file{path + p.key, values})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, nil
}

package report

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"simtool/internal/data"
)

// LayoutName is the file of a directory of results that says how its page is laid out.
const LayoutName = "report.yaml"

// Layout is what a reader of the results wants the page to be.
type Layout struct {
	Path     string            // of the file, "" for none
	Title    string            // "" for the default
	Notes    string            // Markdown below the title
	Order    []string          // patterns of the results that come first
	Figures  []string          // patterns of the results that have figures; nil for all
	Omit     []string          // patterns of results that are left out
	Sections map[string]string // pattern of a result: notes in Markdown above it

	patterns []string // of Sections, in their order
	used     map[string]bool
}

// layoutKeys are the keys of a layout.
var layoutKeys = []string{"title", "notes", "order", "figures", "omit", "sections"}

// FindLayout reads the layout of the first directory that has one. It is empty where none
// has.
func FindLayout(paths []string) (*Layout, error) {
	for _, p := range paths {
		file := filepath.Join(p, LayoutName)
		if info, err := os.Stat(p); err != nil || !info.IsDir() {
			continue
		}
		l, err := ReadLayout(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return l, err
	}
	return &Layout{}, nil
}

// ReadLayout reads a layout. Errors are *data.InputError.
func ReadLayout(file string) (*Layout, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, &data.InputError{Path: file, Found: "cannot be read: " + reason(err), Err: err}
	}
	return parseLayout(file, content)
}

var yamlPlace = data.Pattern(`^yaml: (line \d+: )?`)

func parseLayout(file string, content []byte) (*Layout, error) {
	l := &Layout{Path: file, Sections: map[string]string{}, used: map[string]bool{}}
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(content))
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return l, nil
	} else if err != nil {
		place := yamlPlace().FindStringSubmatch(err.Error())
		return nil, &data.InputError{Path: file, Found: place[1] + "no YAML: " + strings.TrimPrefix(err.Error(), place[0]), Wanted: "want keys such as title: and order:", Err: err}
	}
	if err := d.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, &data.InputError{Path: file, Found: "more than one document of YAML", Wanted: "want one document"}
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, l.wrong(top, "no keys", "want some of "+strings.Join(layoutKeys, ", "))
	}
	if err := l.once(top); err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Tag == "!!null" && slices.Contains(layoutKeys, key.Value) {
			continue
		}
		var err error
		switch key.Value {
		case "title":
			l.Title, err = l.text(value, key.Value)
		case "notes":
			l.Notes, err = l.text(value, key.Value)
		case "order":
			l.Order, err = l.list(value, key.Value)
		case "figures":
			l.Figures, err = l.list(value, key.Value)
		case "omit":
			l.Omit, err = l.list(value, key.Value)
		case "sections":
			err = l.sections(value)
		default:
			e := l.wrong(key, fmt.Sprintf("unknown key %q", key.Value), "want some of "+strings.Join(layoutKeys, ", "))
			if near, ok := data.Nearest(key.Value, layoutKeys); ok {
				e.Hint = "did you mean " + near + "?"
			}
			err = e
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Layout) wrong(n *yaml.Node, found, wanted string) *data.InputError {
	return &data.InputError{Path: l.Path, Found: fmt.Sprintf("line %d: %s", n.Line, found), Wanted: wanted}
}

func (l *Layout) text(n *yaml.Node, key string) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", l.wrong(n, key+" is no text", "want one text")
	}
	if other, ok := otherKinds[n.Tag]; ok {
		return "", l.wrong(n, key+" is "+other+", no text", fmt.Sprintf("want one text, in quotes where it looks like something else: %q", n.Value))
	}
	return n.Value, nil
}

// otherKinds name the values of YAML that are no texts.
var otherKinds = map[string]string{
	"!!null": "empty", "!!bool": "true or false", "!!int": "a number", "!!float": "a number", "!!timestamp": "a date",
}

// once refuses keys that stand twice, of which one would be lost.
func (l *Layout) once(n *yaml.Node) error {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			return l.wrong(key, fmt.Sprintf("the key %q stands twice", key.Value), "want each once")
		}
		seen[key.Value] = true
	}
	return nil
}

// list reads patterns of results; one alone may stand without a list.
func (l *Layout) list(n *yaml.Node, key string) ([]string, error) {
	nodes := n.Content
	if n.Kind == yaml.ScalarNode {
		nodes = []*yaml.Node{n}
	} else if n.Kind != yaml.SequenceNode {
		return nil, l.wrong(n, key+" is no list", "want names of results, such as scores.csv or fits/*")
	}
	out := []string{}
	for _, item := range nodes {
		if item.Kind != yaml.ScalarNode {
			return nil, l.wrong(item, key+" has a list or keys in it", "want names of results, such as scores.csv or fits/*")
		}
		if item.Value == "" || otherKinds[item.Tag] != "" {
			found := fmt.Sprintf("%s has %q, which names no result", key, item.Value)
			return nil, l.wrong(item, found, "want names of results, such as scores.csv or fits/*, numbers in quotes")
		}
		if _, err := path.Match(item.Value, ""); err != nil {
			return nil, l.wrong(item, fmt.Sprintf("%s: the pattern %q has no end", key, item.Value), "want names of results, such as scores.csv or fits/*")
		}
		out = append(out, item.Value)
	}
	return out, nil
}

func (l *Layout) sections(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return l.wrong(n, "sections has no keys", "want names of results, each with a text")
	}
	if err := l.once(n); err != nil {
		return err
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		names, err := l.list(n.Content[i], "sections")
		if err != nil {
			return err
		}
		text, err := l.text(n.Content[i+1], "sections."+n.Content[i].Value)
		if err != nil {
			return err
		}
		for _, name := range names {
			l.Sections[name] = text
			l.patterns = append(l.patterns, name)
		}
	}
	return nil
}

// matches reports whether a pattern names a result: by its displayed name, the end of it
// from any folder on, or a folder that it is in.
func matches(pattern, name string) bool {
	pattern = strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(pattern), "./"), "/")
	words := strings.Split(name, "/")
	for from := range words {
		for to := from + 1; to <= len(words); to++ {
			if ok, err := path.Match(pattern, strings.Join(words[from:to], "/")); err == nil && ok {
				return true
			}
		}
	}
	return false
}

// matchesOne reports whether a pattern names a result that has several names.
func matchesOne(pattern string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return matches(pattern, name) })
}

// any returns whether one of some patterns names a result, by one of its names.
func (l *Layout) any(patterns []string, names ...string) bool {
	found := false
	for _, p := range patterns {
		if matchesOne(p, names) {
			l.used[p], found = true, true
		}
	}
	return found
}

// notesOn returns the notes on a result, "" for none.
func (l *Layout) notesOn(names ...string) string {
	var notes []string
	for _, p := range l.patterns {
		if matchesOne(p, names) {
			l.used[p] = true
			notes = append(notes, l.Sections[p])
		}
	}
	return strings.Join(notes, "\n\n")
}

// sort orders results: those that the layout names first, in its order, then the others as
// they are.
func (l *Layout) sort(results []*loaded) {
	place := func(r *loaded) int {
		for i, p := range l.Order {
			if matchesOne(p, r.names()) {
				l.used[p] = true
				return i
			}
		}
		return len(l.Order)
	}
	slices.SortStableFunc(results, func(a, b *loaded) int { return cmp.Compare(place(a), place(b)) })
}

// idle returns the patterns that name no result.
func (l *Layout) idle() []string {
	var out []string
	for _, list := range [][]string{l.Order, l.Figures, l.Omit, l.patterns} {
		for _, p := range list {
			if !l.used[p] && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

package run

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"simtool/internal/batch"
	"simtool/internal/batch/plan"
)

// What a name may have in it is decided by lists of what is plain to an engine. All
// else is quoted for it, or refused before a file is written.

// makePlain is plain to make in the names of targets and prerequisites, and to the
// shells that it calls; so is any byte beyond ASCII.
const makePlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+,@-"

// unplain names the first character of a text that is not plain to make.
func unplain(text string) (string, bool) {
	for i := range len(text) {
		if b := text[i]; b < utf8.RuneSelf && strings.IndexByte(makePlain, b) < 0 {
			switch b {
			case ' ':
				return "a space", true
			case '\t':
				return "a tab", true
			}
			return text[i : i+1], true
		}
	}
	return "", false
}

// shellGlob is a pattern of files for a POSIX shell, in which nothing but the pattern
// is special. It begins with a slash or a dot, so that no file of it is a flag.
func shellGlob(parts []plan.GlobPart) string {
	var b strings.Builder
	if len(parts) > 0 && !strings.HasPrefix(parts[0].Literal, "/") {
		b.WriteString("./")
	}
	for _, p := range parts {
		switch {
		case p.Literal != "":
			b.WriteString(shellWord(p.Literal))
		case p.Any != 0:
			b.WriteByte(p.Any)
		default:
			b.WriteString(p.Class)
		}
	}
	return b.String()
}

// pythonGlob is a pattern of files for Python's glob, which escapes by brackets.
func pythonGlob(parts []plan.GlobPart) string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.Literal != "":
			b.WriteString(strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(p.Literal))
		case p.Any != 0:
			b.WriteByte(p.Any)
		default:
			b.WriteString(p.Class)
		}
	}
	return b.String()
}

// pythonText is a text as Python writes it: JSON, but for bytes that are no UTF-8,
// which Python's names of files have as lone surrogates.
func pythonText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\udc%02x`, s[0])
		} else {
			text, _ := json.Marshal(s[:size]) // every text is one
			b.Write(text[1 : len(text)-1])
		}
		s = s[size:]
	}
	b.WriteByte('"')
	return b.String()
}

// parallelWord quotes a word for a shell so that GNU parallel, which looks for {} {.}
// {= and more in a command, finds nothing to replace in it.
func parallelWord(word string) string { return strings.ReplaceAll(shellWord(word), "{", "{''") }

// comment is a text for a comment: one line, of what can be printed, that does not
// continue on the next.
func comment(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, batch.OneLine(strings.ToValidUTF8(text, "?")))
	if strings.HasSuffix(text, `\`) {
		return text + " ."
	}
	return text
}

// mk is a text for a makefile, outside of names.
func mk(s string) string { return strings.ReplaceAll(s, "$", "$$") }

// notFlag keeps a path from being taken for a flag.
func notFlag(path string) string {
	if strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}

// check refuses paths that cannot be written into the files of an engine.
func (e *emission) check(engine string) error {
	for _, path := range append([]string{e.Work, e.Abs, e.Plan, e.Table, e.Simtool}, e.Sbatch...) {
		if strings.IndexFunc(path, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) >= 0 {
			return batch.Configf("", "%q: a line break or another control character in it, want none", path)
		}
	}
	for _, path := range []string{e.Work, e.Abs} {
		if strings.ContainsAny(path, "\"\\") {
			return batch.Configf("", "%q: a directory with a quote or a backslash in its name, want one without", path)
		}
	}
	for _, path := range []string{e.Dir, e.Plan, e.Table} {
		bad, found := "{ or }", engine == "snakemake" && strings.ContainsAny(path, "{}")
		switch {
		case engine == "make":
			bad, found = unplain(path)
		case engine == "snakemake" && path != e.Plan && !utf8.ValidString(path): // it writes names to its own files
			bad, found = "bytes that are no UTF-8", true
		}
		if found {
			return batch.Configf("the other engines can", "%s: %s cannot work with a path that has %s in it", path, engine, bad)
		}
	}
	return nil
}

package plan

import "strings"

// GlobPart is a piece of a pattern of files: a literal text, any text (*), or one
// character, of a class or any (?).
type GlobPart struct {
	Literal string
	Any     byte // '*' or '?', 0 for a literal and for a class
	Class   string
}

// GlobParts takes the pattern of an input apart, for other programs to find its files
// with: they quote in their own ways. A class is what stands between brackets where
// every program understands it, else it is any one character.
func (in Input) GlobParts() []GlobPart {
	glob := []rune(mustPattern(in.Pattern).glob)
	var parts []GlobPart
	var literal strings.Builder
	add := func(p GlobPart) {
		if literal.Len() > 0 {
			parts = append(parts, GlobPart{Literal: literal.String()})
			literal.Reset()
		}
		if p != (GlobPart{}) {
			parts = append(parts, p)
		}
	}
	for i := 0; i < len(glob); i++ {
		switch r := glob[i]; r {
		case '*', '?':
			add(GlobPart{Any: byte(r)})
		case '\\':
			i++
			literal.WriteRune(glob[i])
		case '[':
			end := i + 1
			for glob[end] != ']' {
				if glob[end] == '\\' {
					end++
				}
				end++
			}
			add(classPart(string(glob[i+1 : end])))
			i = end
		default:
			literal.WriteRune(r)
		}
	}
	add(GlobPart{})
	return parts
}

// classPart is the part of a class: letters, digits and ranges of them, which [! leaves
// out.
func classPart(class string) GlobPart {
	members, not := strings.CutPrefix(class, "^")
	for i, r := range members {
		plain := r < 0x80 && strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.", r)
		if !plain && (r != '-' || i == 0 || i == len(members)-1) {
			return GlobPart{Any: '?'}
		}
	}
	if not {
		members = "!" + members
	}
	return GlobPart{Class: "[" + members + "]"}
}

package dataio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Names of files are bytes, and need not be UTF-8. JSON has only characters, and
// encoding/json makes the same one, U+FFFD, of all others. Here a byte b that is no part
// of a character is written as the lone surrogate U+DC00+b, `\udce9` for é in Latin-1, as
// Python does (PEP 383), and read back as the byte: the JSON is valid, Python finds the
// file by the name that it reads, and nothing is lost. A lone surrogate is no character,
// so no text is written like that.
//
// encoding/json writes no surrogates, so such a byte passes through it as NUL and two
// hexadecimal digits, and so does NUL itself.

// EncodeJSON is the JSON of a value, with bytes that are no UTF-8 kept. escapeHTML is that
// of json.Encoder; an indentation of "" is none.
func EncodeJSON(v any, indent string, escapeHTML bool) ([]byte, error) {
	encode := func(v any) ([]byte, error) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(escapeHTML)
		e.SetIndent("", indent)
		err := e.Encode(v)
		return b.Bytes(), err
	}
	text, err := encode(v)
	if err != nil || !bytes.Contains(text, []byte(`\ufffd`)) {
		return text, err
	}
	if text, err = encode(mapStrings(reflect.ValueOf(v), maskBytes).Interface()); err != nil {
		return nil, err
	}
	return rewriteEscapes(text, `\u0000`, 2, func(hex string) string {
		if hex == "00" {
			return `\u0000`
		}
		return `\udc` + hex
	}), nil
}

// DecodeJSON is json.Unmarshal into a pointer, for what EncodeJSON has written. useNumber
// is that of json.Decoder.
func DecodeJSON(text []byte, into any, useNumber bool) error {
	masked := bytes.Contains(text, []byte(`\udc`))
	if masked {
		text = rewriteEscapes(text, `\u0000`, 0, func(string) string { return `\u000000` })
		text = rewriteEscapes(text, `\udc`, 2, func(hex string) string { return `\u0000` + hex })
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if useNumber {
		d.UseNumber()
	}
	if err := d.Decode(into); err != nil {
		return err
	}
	if masked {
		at := reflect.ValueOf(into).Elem()
		at.Set(mapStrings(at, unmaskBytes))
	}
	return nil
}

// maskBytes replaces bytes that are no UTF-8, and NUL.
func maskBytes(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == 0 || r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, "\x00%02x", s[0])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// unmaskBytes undoes maskBytes.
func unmaskBytes(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		var c byte
		if n, _ := fmt.Sscanf(s[i:min(i+3, len(s))], "\x00%02x", &c); n == 1 {
			b.WriteByte(c)
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// rewriteEscapes replaces escapes of JSON that begin with some characters, and so many
// characters behind, by what rewrite makes of these. A lone low surrogate is `\udc` behind
// no high one. An escape behind which there are not so many characters stays.
func rewriteEscapes(text []byte, begins string, behind int, rewrite func(behind string) string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		end := i + len(begins) + behind
		switch {
		case text[i] != '\\':
			out = append(out, text[i])
			i++
		case end <= len(text) && string(text[i:i+len(begins)]) == begins && !behindHigh(out):
			out = append(out, rewrite(string(text[i+len(begins):end]))...)
			i = end
		default: // the escaped character may be a backslash
			n := min(2, len(text)-i)
			out = append(out, text[i:i+n]...)
			i += n
		}
	}
	return out
}

// behindHigh reports whether text ends with a high surrogate.
func behindHigh(text []byte) bool {
	n := len(text)
	return n >= 6 && text[n-6] == '\\' && text[n-5] == 'u' && text[n-4] == 'd' && strings.IndexByte("89ab", text[n-3]) >= 0
}

// mapStrings copies a value with all strings that JSON writes replaced.
func mapStrings(v reflect.Value, replace func(string) string) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(replace(v.String()))
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(mapStrings(v.Elem(), replace))
		return out
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(mapStrings(v.Elem(), replace))
		return out
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(mapStrings(v.Index(i), replace))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for each := v.MapRange(); each.Next(); {
			out.SetMapIndex(mapStrings(each.Key(), replace), mapStrings(each.Value(), replace))
		}
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(mapStrings(v.Field(i), replace))
			}
		}
		return out
	}
	return v
}

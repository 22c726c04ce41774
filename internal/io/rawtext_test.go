package dataio

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// holder holds strings wherever a manifest may hold them.
type holder struct {
	Name   string            `json:"name"`
	List   []string          `json:"list,omitempty"`
	Config map[string]any    `json:"config,omitempty"`
	Named  map[string]string `json:"named,omitempty"`
	Inner  *holder           `json:"inner,omitempty"`
	N      int               `json:"n"`
	hidden string
}

// Bytes that are no UTF-8 come back from JSON as they were, NUL, backslashes and text that
// looks like an escape too; the JSON is valid, and what has none is the JSON of
// encoding/json.
func TestBytesInJSON(t *testing.T) {
	for text, want := range map[string]string{
		"caf\xe9.npy":       `"caf\udce9.npy"`,
		"\xff\x00\x80":      `"\udcff\u0000\udc80"`,
		`\udce9`:            `"\\udce9"`,
		`\u0000e9`:          `"\\u0000e9"`,
		"\\\xe9":            `"\\\udce9"`,
		"\\\\\xe9\"":        `"\\\\\udce9\""`,
		"a\x00e9":           `"a\u0000e9"`,
		"a\x00e9\xe9":       `"a\u0000e9\udce9"`,
		"\uFFFD":            "\"\uFFFD\"",
		"\uFFFD\xfd":        "\"\uFFFD\\udcfd\"",
		"ünï <&>\u2028":     "\"ünï <&>\\u2028\"",
		"\xed\xb3\xa9":      `"\udced\udcb3\udca9"`, // U+DCE9 in the form of UTF-8, which is none
		"plain":             `"plain"`,
		"":                  `""`,
		"\xf0\x9f\x98\x80":  "\"\U0001F600\"",
		"\xf0\x9f\x98\x80é": "\"\U0001F600é\"",
	} {
		got, err := EncodeJSON(text, "", false)
		if err != nil || strings.TrimSuffix(string(got), "\n") != want || !json.Valid(got) || !utf8.Valid(got) {
			t.Errorf("%q is %s (%v), want %s", text, got, err, want)
		}
		var back string
		if err := DecodeJSON(got, &back, false); err != nil || back != text {
			t.Errorf("%s is read as %q (%v), want %q", got, back, err, text)
		}
		if cell := string(appendJSON(nil, text)); cell != want {
			t.Errorf("the cell of %q is %s, want %s", text, cell, want)
		}
	}
	var pair string
	if err := DecodeJSON([]byte(`"\ud83d\ude00 \ud83d\udce9 \udce9"`), &pair, false); err != nil || pair != "\U0001F600 \U0001F4E9 \xe9" {
		t.Errorf("surrogates that are pairs are read as %q (%v)", pair, err)
	}
	raw := "l\xe4yer/\x00\\"
	full := &holder{
		Name: raw, List: []string{"a", raw}, Config: map[string]any{raw: []any{raw, 1.5, nil, true}, "set": map[string]any{"x": raw}},
		Named: map[string]string{raw: raw}, Inner: &holder{Name: raw}, N: 7,
	}
	text, err := EncodeJSON(full, "  ", false)
	if err != nil {
		t.Fatal(err)
	}
	back := &holder{}
	if err := DecodeJSON(text, back, false); err != nil || !reflect.DeepEqual(back, full) {
		t.Errorf("%s is read as %+v (%v), want %+v", text, back, err, full)
	}
	if full.Name != raw || full.Inner.Name != raw || full.hidden != "" {
		t.Errorf("writing has changed %+v", full)
	}
	plain := &holder{Name: "plain", List: []string{"<é>"}}
	want, err := json.MarshalIndent(plain, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := EncodeJSON(plain, "  ", true); err != nil || string(got) != string(want)+"\n" {
		t.Errorf("%s (%v), want %s", got, err, want)
	}
	rng := rand.New(rand.NewPCG(1, 3))
	alphabet := []string{"\x00", "\\", "u", "0000", "dc", "e9", "\"", "\xe9", "\xff", "é", "\uFFFD", "d83d", "\U0001F600"}
	for range 3000 {
		s := ""
		for range rng.IntN(8) {
			s += alphabet[rng.IntN(len(alphabet))]
		}
		text, err := EncodeJSON([]string{s}, "", false)
		if err != nil || !json.Valid(text) {
			t.Fatalf("%q is %s (%v)", s, text, err)
		}
		var back []string
		if err := DecodeJSON(text, &back, false); err != nil || back[0] != s {
			t.Fatalf("%q is %s, read as %q (%v)", s, text, back, err)
		}
	}
}

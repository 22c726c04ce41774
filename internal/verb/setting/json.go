package setting

import (
	"encoding/json"
	"strings"
)

// JSON is a value as a manifest has it: a number, true or false, a list, or else a
// text.
func JSON(v Value) any {
	list, ok := v.(List)
	if !ok {
		return plain(v.Type(), v.String())
	}
	elements := []any{}
	for _, text := range list.GetSlice() {
		elements = append(elements, plain(strings.TrimSuffix(v.Type(), "Slice"), text))
	}
	return elements
}

func plain(kind, text string) any {
	switch kind {
	case "bool", "int", "uint64", "float", "float64":
		if text == "" {
			return nil
		}
		if json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
	}
	return text
}

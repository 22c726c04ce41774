package batch

import (
	"fmt"
	"slices"
	"testing"
)

// Twenty warnings of one kind are one with a count; two of a kind, and those of other
// kinds, are told as they are. The manifest has them all.
func TestManyWarningsOfOneKindAreOne(t *testing.T) {
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("feature %q: %d of 24 values are missing (NA)", string(rune('a'+i)), i+1))
	}
	twice := []string{"x.npy looks odd", "dir/layer.1.npy looks odd"}
	for _, c := range []struct{ given, want []string }{
		{many, []string{many[0] + " (and 19 more such warnings)"}},
		{slices.Concat(many[:1], twice, many[1:]), append([]string{many[0] + " (and 19 more such warnings)"}, twice...)},
		{twice, twice},
		{[]string{"it is odd", "it is even", "it is 3", "it is .5", "it is 1e-5"}, []string{"it is odd", "it is even", "it is 3 (and 2 more such warnings)"}},
	} {
		var told []string
		e := &Env{OnWarning: func(message string) { told = append(told, message) }}
		e.WarnAll(c.given)
		if !slices.Equal(told, c.want) || !slices.Equal(e.Warnings(), c.given) {
			t.Errorf("%q tells %q and keeps %q, want %q", c.given, told, e.Warnings(), c.want)
		}
	}
	var told []string
	e := &Env{OnWarning: func(message string) { told = append(told, message) }}
	for _, m := range append(many, many...) {
		e.TellOnce(m)
	}
	for _, m := range twice {
		e.Warn("%s", m)
	}
	if want := []string{many[0], twice[0]}; !slices.Equal(told, want) {
		t.Errorf("at once it tells %q, want %q", told, want)
	}
	told = nil
	e.TellHeld()
	if want := []string{many[1] + " (and 18 more such warnings)", twice[1]}; !slices.Equal(told, want) {
		t.Errorf("in the end it tells %q, want %q", told, want)
	}
	if told = nil; len(e.Warnings()) != 2 {
		t.Errorf("the manifest has %q", e.Warnings())
	}
	if e.TellHeld(); told != nil {
		t.Errorf("it tells %q twice", told)
	}
}

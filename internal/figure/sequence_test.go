package figure

import "testing"

// TestSequence: lines of many layers have the colours of a sequence in the order of their
// numbers, whatever their place in the list; others those of categories.
func TestSequence(t *testing.T) {
	s := light(t)
	s.places = map[string]int{}
	layers := []string{"layer10", "layer1", "layer4", "layer2", "layer7", "layer5"}
	style, ramp := s.sequence(layers), s.Theme.lines()
	if style(1).Color != ramp.at(0) || style(0).Color != ramp.at(1) || style(2).Color != ramp.at(3.0/9) {
		t.Errorf("layers 1, 4 and 10 are %v, %v, %v", style(1).Color, style(2).Color, style(0).Color)
	}
	named := s.sequence([]string{"a", "b", "c", "d", "e", "f"})
	for k := range 6 {
		if named(k).Color != s.Theme.Series[k] {
			t.Errorf("category %d is %v", k, named(k).Color)
		}
	}
}

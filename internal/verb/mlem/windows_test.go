package verbmlem

import (
	"errors"
	"testing"
)

// TestWindowsCoverTheTime: windows follow each other to the end, of which the last may be
// shorter, and each file has its own.
func TestWindowsCoverTheTime(t *testing.T) {
	for _, c := range []struct {
		o    Windows
		want error
	}{{Windows{Length: 1}, nil}, {Windows{Per: perTime, Length: 4}, nil}} {
		if got := c.o.check(&Neural{}); !errors.Is(got, c.want) {
			t.Errorf("%+v: %v", c.o, got)
		}
	}
	for _, o := range []Windows{{Length: 0}, {Length: 2}, {Per: perTime, Length: -1}} {
		if o.check(&Neural{}) == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	if (&Windows{Per: perTime, Length: 1}).check(&Neural{DropMissing: true}) == nil {
		t.Error("missing stimuli of single bins were taken")
	}
	if got := (window{path: "a.npy", from: 6, end: 8}).name(); got != "a.npy@6" {
		t.Errorf("name %q", got)
	}
	if got := (window{path: "a.npy"}).name(); got != "a.npy" {
		t.Errorf("name %q", got)
	}
}

package stats

import "testing"

// The expected words come from an independent Python program: hashlib.sha256
// for the state, big integers for the 128-bit multiplier 2549297995355413924·2⁶⁴
// + 4865540595714422341 of PCG64-DXSM and its output function.
func TestStreamAgainstPython(t *testing.T) {
	for _, c := range []struct {
		seed uint64
		key  string
		want [3]uint64
	}{
		{1, "recording/noise", [3]uint64{0x1d4e72c697d5d340, 0xe394f5b68cef815f, 0x7375ce484ce3964d}},
		{1, "", [3]uint64{0xd724b410a47ce8c2, 0x40a324d415220eb0, 0x51f065683c14f55f}},
		{1<<64 - 1, "pair 7", [3]uint64{0x41d387585d2d7310, 0x8dddcfca4506548, 0x27abf147c690859a}},
	} {
		stream := Stream(c.seed, c.key)
		for i, want := range c.want {
			if got := stream.Uint64(); got != want {
				t.Errorf("Stream(%d, %q): word %d is %#x, want %#x", c.seed, c.key, i, got, want)
			}
		}
	}
}

// Neighbouring seeds and keys must not give related streams: the sign bits of
// two independent streams agree half of the time, within 5 standard deviations.
func TestStreamsAreUnrelated(t *testing.T) {
	const draws = 100_000
	for _, c := range []struct {
		seedA uint64
		keyA  string
		seedB uint64
		keyB  string
	}{
		{1, "item 1", 2, "item 1"},
		{1, "item 1", 1, "item 2"},
		{1, "item 1", 1, "item 11"},
	} {
		a, b := Stream(c.seedA, c.keyA), Stream(c.seedB, c.keyB)
		agree := 0
		for range draws {
			if a.Uint64()>>63 == b.Uint64()>>63 {
				agree++
			}
		}
		if deviation := float64(agree) - draws/2; deviation*deviation > 25*draws/4 {
			t.Errorf("(%d, %q) and (%d, %q): %d of %d bits agree", c.seedA, c.keyA, c.seedB, c.keyB, agree, draws)
		}
	}
}

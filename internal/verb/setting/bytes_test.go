package setting

import "testing"

func TestBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"400M": 400 << 20, "2g": 2 << 30, "1.5GiB": 3 << 29, "64kb": 64 << 10, "123456": 123456, " 1T ": 1 << 40,
	} {
		if b, err := ParseBytes(text); err != nil || b != want {
			t.Errorf("%q: %d (%v), want %d", text, b, err, want)
		}
	}
	for _, text := range []string{"", "M", "-1G", "0", "NaN", "much", "1e30"} {
		if b, err := ParseBytes(text); err == nil {
			t.Errorf("%q: %d, want an error", text, b)
		}
	}
	for n, want := range map[int64]string{1: "1", 10239: "10239", 10 << 10: "10K", 400 << 20: "400M", 19 << 30: "19G", 6 << 30: "6G", 1 << 10: "1K", 6<<30 + 1<<20: "6145M"} {
		if got := ByteString(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

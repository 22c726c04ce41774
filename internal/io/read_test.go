package dataio

import (
	"testing"

	"simtool/internal/data"
)

// A dataset knows how finely its source told numbers apart, from whatever file.
func TestPrecisionOfSource(t *testing.T) {
	half, err := Read("testdata/npy/half_special.npy", Options{Missing: MissingKeep})
	if err != nil {
		t.Fatal(err)
	}
	if half.Precision.Stored != data.Float16 {
		t.Errorf("float16: %v", half.Precision)
	}
	for name, c := range map[string]struct {
		content string
		want    data.Precision
	}{
		"counts.csv":  {"a,b\n1,20\n-3,4\n", data.Precision{Stored: data.Integer, Digits: 1}},
		"rounded.tsv": {"0.25\t1\n-0.500\t\n", data.Precision{Stored: data.Decimal, Digits: 3, Decimals: 3}},
		"full.csv":    {"0.1,3.141592653589793\n", data.Precision{Stored: data.Decimal, Digits: 16, Decimals: 15}},
	} {
		d, err := Read(put(t, name, []byte(c.content)), Options{Missing: MissingKeep})
		if err != nil {
			t.Fatal(err)
		}
		if d.Precision != c.want {
			t.Errorf("%s: %v, want %v", name, d.Precision, c.want)
		}
	}
}

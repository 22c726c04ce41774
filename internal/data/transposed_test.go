package data

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// layout makes n × p values r_i + c_j + e_ij with standard deviations.
func layout(t *testing.T, rng *rand.Rand, n, p int, ofRows, ofColumns, within float64) *Dataset {
	t.Helper()
	columns := make([]float64, p)
	for j := range columns {
		columns[j] = ofColumns * rng.NormFloat64()
	}
	values := make([]float64, 0, n*p)
	for range n {
		r := 5 + ofRows*rng.NormFloat64()
		for j := range p {
			values = append(values, r+columns[j]+within*rng.NormFloat64())
		}
	}
	d, err := New(values, n, p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// centredColumns is a dataset without the means of its columns.
func centredColumns(d *Dataset) *Dataset {
	n, p := d.Samples(), d.Width()
	for j := range p {
		mean := 0.0
		for i := range n {
			mean += d.Values[i*p+j] / float64(n)
		}
		for i := range n {
			d.Values[i*p+j] -= mean
		}
	}
	return d
}

// Recordings whose columns are samples are found among recordings of few samples of many
// features: alone where their rows differ in their means much more than their columns, and
// in pairs of as many columns unless the columns differ as features do.
func TestTransposed(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 7))
	neurons := func() *Dataset { return layout(t, rng, 12, 90, 2, .3, 1) }     // × stimuli
	responses := func() *Dataset { return layout(t, rng, 12, 90, .3, 1.5, 1) } // stimuli × units
	noise := func() *Dataset { return layout(t, rng, 12, 90, 0, 0, 1) }
	spread := func(d *Dataset) *Dataset { // by a factor of 2 from the first sample to the last
		for k, v := range d.Values {
			d.Values[k] = 5 + (v-5)*(1+float64(k/90)/11)
		}
		return d
	}
	for range 200 { // noise is no reason to doubt
		if a, b := layout(t, rng, 12, 90, 0, 0, 1), layout(t, rng, 12, 90, 0, 0, 1); TransposedPair(a, b) != "" {
			t.Fatal("noise looks transposed")
		}
	}
	for name, c := range map[string]struct {
		x, y        *Dataset
		alone, both bool
	}{
		"neurons × stimuli":                {neurons(), neurons(), true, true},
		"stimuli × units":                  {responses(), responses(), false, false},
		"noise of as many columns":         {noise(), noise(), false, false},
		"spread of neurons × stimuli":      {spread(noise()), spread(noise()), false, true},
		"mean of neurons × stimuli":        {layout(t, rng, 12, 90, .5, 0, 1), layout(t, rng, 12, 90, .5, 0, 1), false, true},
		"noise and responses":              {noise(), responses(), false, false},
		"centred units":                    {centredColumns(neurons()), centredColumns(neurons()), false, false},
		"as many samples as features":      {layout(t, rng, 40, 90, 3, 0, 1), layout(t, rng, 40, 90, 3, 0, 1), false, false},
		"many samples":                     {layout(t, rng, 90, 12, 0, 3, 1), layout(t, rng, 90, 12, 0, 3, 1), false, false},
		"another number of columns":        {layout(t, rng, 12, 90, 0, 0, 1), layout(t, rng, 12, 91, 0, 0, 1), false, false},
		"neurons × stimuli, one unit more": {layout(t, rng, 12, 90, 2, .3, 1), layout(t, rng, 12, 91, 2, .3, 1), true, false},
		"rows without noise":               {layout(t, rng, 12, 90, 1, 1, 0), layout(t, rng, 12, 90, 1, 1, 0), false, false},
		"time × condition × neuron":        {mustShape(t, neurons(), 4, 3, 90), mustShape(t, neurons(), 4, 3, 90), false, false},
	} {
		if says := c.x.Likeness().Text; strings.Contains(says, "transposed") != c.alone {
			t.Errorf("%s: %q, want a doubt: %t", name, says, c.alone)
		}
		if says := TransposedPair(c.x, c.y); (says != "") != c.both {
			t.Errorf("%s: %q of both, want a doubt: %t", name, says, c.both)
		}
	}
}

func mustShape(t *testing.T, d *Dataset, shape ...int) *Dataset {
	t.Helper()
	out, err := New(d.Values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Condensed distances are found in one column, in every column and in every row, plain or
// squared, and whatever unit they have; positive responses are none, though they may obey
// every triangle inequality because none is twice as large as another.
func TestCondensedDistances(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 9))
	const items, m = 9, 36
	condensed := func(power float64) []float64 {
		points := make([]float64, 3*items)
		for i := range points {
			points[i] = rng.NormFloat64()
		}
		var d []float64
		for i := range items {
			for j := i + 1; j < items; j++ {
				sum := 0.0
				for k := range 3 {
					sum += (points[3*i+k] - points[3*j+k]) * (points[3*i+k] - points[3*j+k])
				}
				d = append(d, 1e-3*math.Pow(sum, power/2))
			}
		}
		return d
	}
	side := func(lists ...[]float64) (rows []float64) {
		for i := range lists[0] {
			for _, l := range lists {
				rows = append(rows, l[i])
			}
		}
		return rows
	}
	positive := func(least, most float64) []float64 {
		v := make([]float64, m)
		for i := range v {
			v[i] = least + (most-least)*rng.Float64()
		}
		return v
	}
	a, b := condensed(1), condensed(1)
	for name, c := range map[string]struct {
		values []float64
		shape  []int
		says   string
	}{
		"one list":               {a, []int{m}, "looks like the 36 distances between 9 items but is read as 36 samples of one feature"},
		"squares":                {condensed(2), []int{m}, "36 distances between 9 items"},
		"two columns":            {side(a, b), []int{m, 2}, "between 9 items in each column but is read as 36 samples of 2 features"},
		"two rows":               {append(append([]float64{}, a...), b...), []int{2, m}, "between 9 items in each row but is read as 2 samples of 36 features"},
		"a column of responses":  {side(a, positive(0, 1)), []int{m, 2}, ""},
		"rates of one unit":      {positive(10, 45), []int{m}, ""},
		"rates that hardly vary": {positive(10, 21), []int{m}, ""},
		"rates from 0":           {positive(0, 3), []int{m}, ""},
		"35 values":              {a[:35], []int{35}, ""},
	} {
		got := likeness(t, c.values, c.shape...)
		if (c.says == "") != (got.Text == "") || !strings.Contains(got.Text, c.says) || got.Distances != (c.says != "") {
			t.Errorf("%s: %+v, want %q", name, got, c.says)
		}
	}
	// Responses of one unit that are positive are no distances, whatever their range.
	for range 300 {
		least := 20 * rng.Float64()
		v := positive(least, least*(1.5+3*rng.Float64())+.1)
		if got := likeness(t, v, m); got.Text != "" {
			t.Fatalf("%v looks like %q", v, got.Text)
		}
	}
}

package data

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecords(t *testing.T) {
	table := Table{Columns: []*Column{
		{Name: "odour", Kind: Categorical, Levels: []string{"rose", "musk"}, Codes: []int{1, 0, -1}},
		{Name: "dose", Kind: Numeric, Values: []float64{0.5, math.NaN(), 2}},
	}}
	if diff := cmp.Diff([]string{"odour", "dose"}, table.Names()); diff != "" {
		t.Error(diff)
	}
	want := [][]any{{"musk", 0.5}, {"rose", nil}, {nil, 2.0}}
	if diff := cmp.Diff(want, table.Records()); diff != "" {
		t.Error(diff)
	}
}

package dataio

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowRunsInJSON(t *testing.T) {
	for _, c := range []struct {
		rows []int
		want string
	}{
		{nil, `""`},
		{[]int{1}, `"1"`},
		{[]int{3, 3, 3, 1, 0, 0}, `"3x3 1 0x2"`},
	} {
		runs := RowRuns{}
		total := 0
		for _, n := range c.rows {
			runs.Add(n)
			total += n
		}
		if items, rows := runs.Totals(); items != len(c.rows) || rows != total {
			t.Errorf("%v: %d items and %d rows", c.rows, items, rows)
		}
		text, err := json.Marshal(runs)
		if err != nil || string(text) != c.want {
			t.Errorf("%v is %s, %v, want %s", c.rows, text, err, c.want)
		}
		var back RowRuns
		if err := json.Unmarshal(text, &back); err != nil || !cmp.Equal(runs, back) {
			t.Errorf("%s becomes %v, %v", text, back, err)
		}
	}
	for _, text := range []string{"x", "1x", "1x0", "-1", "1x-1", "1 a", "1.5"} {
		var runs RowRuns
		if err := json.Unmarshal([]byte(`"`+text+`"`), &runs); err == nil || !strings.Contains(err.Error(), "numbers of rows") {
			t.Errorf("%q is taken for %v, %v", text, runs, err)
		}
	}
}

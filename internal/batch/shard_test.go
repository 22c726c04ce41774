package batch

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"simtool/internal/data"
	"simtool/internal/io"
)

// Each item is in exactly one shard.
func TestShardsDivideTheItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, count := rapid.IntRange(0, 200).Draw(t, "items"), rapid.IntRange(1, 30).Draw(t, "shards")
		times := make([]int, n)
		least, most := n, 0
		for i := range count {
			s := Shard{i, count}
			for k := range s.Len(n) {
				times[s.Item(k)]++
			}
			least, most = min(least, s.Len(n)), max(most, s.Len(n))
		}
		if slices.ContainsFunc(times, func(k int) bool { return k != 1 }) {
			t.Errorf("the items are done %v times", times)
		}
		if most-least > 1 {
			t.Errorf("shards of %d and of %d items", least, most)
		}
	})
}

// Every period-th item is expensive: no shard may get many more of them than its
// share s. A fair lottery exceeds it by 5√s + 3 less than once in a million times.
// If item k went to shard k mod n, one shard would get all where the period is n.
func TestShardsShareWhatRecurs(t *testing.T) {
	const rounds = 400
	for _, count := range []int{2, 3, 4, 7, 8, 10, 16, 32} {
		for period := 2; period <= 2*count+1; period++ {
			most, all := 0, 0
			for i := range count {
				mine := 0
				for k := range rounds {
					if (Shard{i, count}).Item(k)%period == 0 {
						mine++
					}
				}
				most, all = max(most, mine), all+mine
			}
			share := float64(all) / float64(count)
			if float64(most) > share+5*math.Sqrt(share)+3 {
				t.Errorf("of %d items, each %d. of which is expensive, one of %d shards has %d of these and not %.1f", rounds*count, period, count, most, share)
			}
		}
	}
}

// Which items a shard has is part of what its output means. The numbers are of the
// definition evaluated in Python.
func TestShardItems(t *testing.T) {
	var got []int
	for k := range 8 {
		got = append(got, Shard{1, 4}.Item(k))
	}
	if want := []int{1, 4, 10, 13, 16, 21, 26, 29}; !slices.Equal(got, want) {
		t.Errorf("shard 1/4 has the items %d, want %d", got, want)
	}
}

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"0/1": {0, 1}, "3/8": {3, 8}} {
		if got, err := ParseShard(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1", "1/1", "8/8", "-1/2", "0/0", "a/b", "0/2/3", "0/2 ", "1.0/2"} {
		if got, err := ParseShard(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

// The variables are those that Slurm 22.05 sets.
func TestSlurmShard(t *testing.T) {
	for _, c := range []struct {
		name string
		env  string
		want Shard
		err  string
	}{
		{"array=0-7", "ID=3 MIN=0 MAX=7 COUNT=8 STEP=1", Shard{3, 8}, ""},
		{"array=1-9:4", "ID=5 MIN=1 MAX=9 COUNT=3 STEP=4", Shard{1, 3}, ""},
		{"array=1-9:4, last", "ID=9 MIN=1 MAX=9 COUNT=3 STEP=4", Shard{2, 3}, ""},
		{"array=4", "ID=4 MIN=4 MAX=4 COUNT=1 STEP=1", Shard{0, 1}, ""},
		{"no step", "ID=2 MIN=1 MAX=4 COUNT=4", Shard{1, 4}, ""},
		{"array=1,5,7", "ID=5 MIN=1 MAX=7 COUNT=3 STEP=1", Shard{}, "want an array without gaps, such as --array=0-2"},
		{"no array", "", Shard{}, "SLURM_ARRAY_TASK_ID is not set"},
		{"no number", "ID=x MIN=1 MAX=7 COUNT=3 STEP=1", Shard{}, `SLURM_ARRAY_TASK_ID is "x"`},
		{"between", "ID=2 MIN=1 MAX=9 COUNT=3 STEP=4", Shard{}, "without gaps"},
		{"step of 0", "ID=2 MIN=1 MAX=9 COUNT=3 STEP=0", Shard{}, "without gaps"},
	} {
		env := map[string]string{}
		for word := range strings.FieldsSeq(c.env) {
			name, value, _ := strings.Cut(word, "=")
			env["SLURM_ARRAY_TASK_"+name] = value
		}
		got, err := SlurmShard(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		if c.err == "" && (err != nil || got != c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: the error is %v, want %q", c.name, err, c.err)
		}
	}
}

func TestDigest(t *testing.T) {
	lists := [][]string{nil, {""}, {"", ""}, {"a", "b"}, {"b", "a"}, {"ab"}, {"a", "b", ""}, {"a\x00\x00\x00\x00\x00\x00\x00\x00b"}}
	seen := map[string][]string{}
	for _, keys := range lists {
		d := Digest(keys)
		if other, ok := seen[d]; ok {
			t.Errorf("%q and %q have the same digest", keys, other)
		}
		seen[d] = keys
	}
}

// divide makes the parts of a batch whose item i has rows[i] rows.
func divide(rows []int, count int) []Part {
	var parts []Part
	for i := range count {
		s := Shard{i, count}
		b := &dataio.Batch{Items: len(rows), Digest: "d", Shard: i, Shards: count, Columns: []string{"a"}, Schema: "s"}
		for k := range s.Len(len(rows)) {
			b.Rows.Add(rows[s.Item(k)])
		}
		parts = append(parts, Part{Path: string(rune('a' + i)), Batch: b})
	}
	return parts
}

// Rows numbered through the batch, dealt out to the parts and interleaved, come
// back in order.
func TestInterleave(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 40).Draw(t, "rows")
		count := rapid.IntRange(1, 9).Draw(t, "parts")
		parts := divide(rows, count)
		owner := make([]int, len(rows))
		for i := range count {
			s := Shard{i, count}
			for k := range s.Len(len(rows)) {
				owner[s.Item(k)] = i
			}
		}
		held := make([][]int, count)
		number := 0
		for i, n := range rows {
			for range n {
				held[owner[i]] = append(held[owner[i]], number)
				number++
			}
		}
		parts = rapid.Permutation(parts).Draw(t, "order")
		if err := SortParts(parts); err != nil {
			t.Fatal(err)
		}
		want := 0
		err := Interleave(parts, func(part int) error {
			if got := held[part][0]; got != want {
				t.Fatalf("row %d in place of %d", got, want)
			}
			held[part] = held[part][1:]
			want++
			return nil
		})
		if err != nil || want != number {
			t.Errorf("%d of %d rows, %v", want, number, err)
		}
		var items []int
		EachItem(parts, func(n int) { items = append(items, n) })
		if !slices.Equal(items, rows) {
			t.Errorf("items of %v rows, want %v", items, rows)
		}
	})
}

func TestSortPartsRefuses(t *testing.T) {
	rows := []int{1, 1, 2, 1, 1, 1, 1}
	for _, c := range []struct {
		name   string
		change func(parts []Part) []Part
		want   string
	}{
		{"a gap", func(p []Part) []Part { return p[1:] }, "b: a part of 3, of which 0 is missing, want all parts"},
		{"gaps", func(p []Part) []Part { return p[1:2] }, "b: a part of 3, of which 0, 2 are missing, want all parts"},
		{"twice", func(p []Part) []Part {
			twice := p[1]
			twice.Path = "copy"
			return append(p, twice)
		}, "copy: part 1/3, but so is b"},
		{"another division", func(p []Part) []Part { return append(p[:2], divide(rows, 4)[3]) }, "d: one of 4 parts, but a is one of 3"},
		{"other items", func(p []Part) []Part { p[2].Digest = "e"; return p }, "c: a part of other items, but a has as many"},
		{"fewer items", func(p []Part) []Part { return append(p[:2], divide(rows[:6], 3)[2]) }, "c: a part of 6 items, but a is of 7"},
		{"another table", func(p []Part) []Part { p[1].Schema = "t"; return p }, "b: a table of the schema t"},
		{"other columns", func(p []Part) []Part { p[1].Columns = []string{"b"}; return p }, `b: columns ["b"]`},
		{"wrong counts", func(p []Part) []Part { p[1].Rows.Add(1); return p }, "b: a manifest whose numbers contradict each other"},
		{"no such shard", func(p []Part) []Part { p[1].Shard = 5; return p }, "b: a manifest whose numbers contradict each other"},
	} {
		err := SortParts(c.change(divide(rows, 3)))
		if !is[*data.InputError](err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q", c.name, err, c.want)
		}
	}
}

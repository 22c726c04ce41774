package batch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Shard is one of Count parts of a list of items. Items are dealt out in rounds of
// Count: every shard gets one of each round, and the last round may be incomplete.
// Items that follow each other often cost alike, so that all shards have as much to
// do. Costs may also recur, as those of the values in a grid do or of pairs scored
// in both directions; so each round begins at another shard, chosen by a hash, or a
// shard could get the same expensive place in every round. The zero value is not
// valid; Shard{0, 1} is all items.
type Shard struct{ Index, Count int }

// ParseShard reads "i/n" with 0 ≤ i < n.
func ParseShard(text string) (Shard, error) {
	first, second, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if !ok || err1 != nil || err2 != nil || i < 0 || i >= n {
		return Shard{}, fmt.Errorf("want I/N with I from 0 to N-1")
	}
	return Shard{i, n}, nil
}

// SlurmShard returns the shard of a task of a Slurm job array from its
// environment: (SLURM_ARRAY_TASK_ID − MIN)/STEP of COUNT. It refuses an array
// with gaps, such as --array=1,5,7, whose tasks have no place among COUNT.
//
// Source: the section "Job arrays" of Slurm's manual.
func SlurmShard(lookup func(name string) (string, bool)) (Shard, error) {
	const prefix = "SLURM_ARRAY_TASK_"
	number := map[string]int{}
	for _, name := range []string{"ID", "MIN", "MAX", "COUNT", "STEP"} {
		text, ok := lookup(prefix + name)
		if !ok && name == "STEP" {
			text = "1"
		} else if !ok {
			return Shard{}, fmt.Errorf("%s%s is not set, want to run as a task of a job array (sbatch --array)", prefix, name)
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return Shard{}, fmt.Errorf("%s%s is %q, want a whole number", prefix, name, text)
		}
		number[name] = n
	}
	id, first, last, count, step := number["ID"], number["MIN"], number["MAX"], number["COUNT"], number["STEP"]
	if step < 1 || count < 1 || (last-first)/step+1 != count || id < first || id > last || (id-first)%step != 0 {
		return Shard{}, fmt.Errorf("the job array has %d tasks from %d to %d and this is task %d: want an array without gaps, such as --array=0-%d", count, first, last, id, max(count, 1)-1)
	}
	return Shard{(id - first) / step, count}, nil
}

// String returns "i/n".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Len returns how many of n items the shard has.
func (s Shard) Len(n int) int {
	rounds, rest := n/s.Count, n%s.Count
	if s.place(rounds) < rest {
		rounds++
	}
	return rounds
}

// Item returns the number, among all items, of item k of the shard. It grows with
// k.
func (s Shard) Item(k int) int { return k*s.Count + s.place(k) }

// Of returns those of a list of all items that the shard has.
func (s Shard) Of(all []string) []string {
	var mine []string
	for k := range s.Len(len(all)) {
		mine = append(mine, all[s.Item(k)])
	}
	return mine
}

// place returns which item of a round is the shard's, counted from 0.
func (s Shard) place(round int) int { return (s.Index + turn(round, s.Count)) % s.Count }

// shardOf returns the index of the shard, of count, that an item belongs to.
func shardOf(item, count int) int {
	return (item%count + count - turn(item/count, count)) % count
}

// turn returns by how many places a round of count items is turned: 0 for the first,
// so that item k of few is the one of shard k. It is part of what outputs mean and
// must not change.
//
// Source: the finaliser of SplitMix64 in Steele, Lea & Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014, of the number of the round.
func turn(round, count int) int {
	z := uint64(round) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	place, _ := bits.Mul64(z, uint64(count))
	return int(place)
}

// Digest returns the SHA-256 of a list of keys in hexadecimal. Two runs have the
// same items in the same order if and only if their digests agree.
func Digest(keys []string) string {
	sum := sha256.New()
	for _, key := range keys {
		var length [8]byte
		binary.LittleEndian.PutUint64(length[:], uint64(len(key)))
		sum.Write(length[:])
		sum.Write([]byte(key))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

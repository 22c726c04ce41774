package batch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of Count parts of a list of items: those whose number, counted
// from 0, leaves the remainder Index when divided by Count. Items that follow
// each other often cost alike, so dealing them out in turn gives every part as
// much to do. The zero value is not valid; Shard{0, 1} is all items.
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
func (s Shard) Len(n int) int { return max(0, (n-s.Index+s.Count-1)/s.Count) }

// Item returns the number, among all items, of item k of the shard.
func (s Shard) Item(k int) int { return s.Index + k*s.Count }

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

package stats

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the random stream of the item called key under seed: a PCG
// generator (O'Neill 2014, in the DXSM form of math/rand/v2) whose 128 bits of
// state are the first 16 bytes, little-endian, of SHA-256(seed ‖ key), with
// seed as 8 little-endian bytes.
//
// The stream depends on (seed, key) alone, never on a worker or on the draws for
// other items, so any number of jobs or shards draws the same numbers. Keys that
// differ in one character give unrelated streams. A stream is not safe for
// concurrent use.
func Stream(seed uint64, key string) *rand.Rand {
	message := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(key)), seed)
	sum := sha256.Sum256(append(message, key...))
	return rand.New(rand.NewPCG(
		binary.LittleEndian.Uint64(sum[0:8]),
		binary.LittleEndian.Uint64(sum[8:16]),
	))
}

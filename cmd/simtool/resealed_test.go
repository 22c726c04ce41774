//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"simtool/internal/io"
)

// A checksum says that a file is as it was written, not by whom. What is damaged here is
// given the checksum that goes with it: such a file may have other numbers, but none of
// them makes the program panic, and what no run writes is invalid input.

// resealedText damages a sealed text of JSON.
func resealedText(r *rand.Rand, good []byte) []byte {
	open := sealed.ReplaceAll(good, []byte(`"checksum": "`+dataio.Unsealed+`"`))
	return dataio.Seal(mutate(r, open))
}

var sealed = regexp.MustCompile(`"checksum": "[0-9a-f]{64}"`)

// resealedState damages what stands behind the checksum of a state of optimize.
func resealedState(r *rand.Rand, good []byte) []byte {
	magic := bytes.IndexByte(good, '\n') + 1
	body := mutate(r, good[magic+sha256.Size:])
	sum := sha256.Sum256(body)
	return slices.Concat(good[:magic], sum[:], body)
}

// resealedLog damages one entry of a log of finished items.
func resealedLog(r *rand.Rand, good []byte) []byte {
	magic := bytes.IndexByte(good, '\n') + 1
	var entries [][]byte
	for rest := good[magic:]; len(rest) > logHead; {
		end := logHead + int(binary.LittleEndian.Uint32(rest))
		entries = append(entries, rest[logHead:end])
		rest = rest[end:]
	}
	at := r.IntN(len(entries))
	if r.IntN(3) == 0 { // another value under the same key
		own := entries[at]
		key := own[:1+int(own[0])]
		other := entries[r.IntN(len(entries))]
		entries[at] = slices.Concat(key, other[1+int(other[0]):])
	} else {
		entries[at] = mutate(r, entries[at])
	}
	out := slices.Clone(good[:magic])
	for _, body := range entries {
		table := crc32.MakeTable(crc32.Castagnoli)
		head := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
		head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(body, table))
		head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(head, table))
		out = append(append(out, head...), body...)
	}
	return out
}

// logHead is the number of bytes before an entry: its length and two checksums.
const logHead = 12

// addResealed adds, for each kind of file with a checksum, one whose checksum is right.
func addResealed(t *testing.T, kinds map[string]*fileKind) {
	t.Helper()
	for name, kind := range kinds {
		var how func(r *rand.Rand, good []byte) []byte
		switch {
		case strings.HasSuffix(name, ".log"):
			how = resealedLog
		case strings.HasSuffix(name, "state-0"):
			how = resealedState
		case strings.HasSuffix(name, ".json"), name == "manifest", name == "directory", name == "model", name == "report":
			how = resealedText
		default:
			continue
		}
		again := *kind
		again.sealed, again.mutate = false, how
		kinds[name+" resealed"] = &again
	}
}
